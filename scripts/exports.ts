/** Writes api/: what each door of the package exports. `test/package/exports.test.ts` says when it is out of date. */

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportReports } from './exports/report.js';

const folder = 'api';
const reports = exportReports();

mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (!reports.has(name)) rmSync(join(folder, name));
for (const [name, text] of reports) writeFileSync(join(folder, name), text);
