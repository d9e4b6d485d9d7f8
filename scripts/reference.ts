/** Writes access-patterns.schema.json, docs/reference.md, docs/diagnostics.md and docs/review/. */

import { writeFileSync } from 'node:fs';
import { writeFolder } from '../test/support/files.js';
import { diagnosticsPage } from './reference/diagnostics.js';
import { referencePage, schemaFile } from './reference/render.js';
import { reviewPages } from './reference/review.js';

writeFileSync('access-patterns.schema.json', schemaFile());
writeFileSync('docs/reference.md', referencePage());
writeFileSync('docs/diagnostics.md', diagnosticsPage());
writeFolder('docs/review', reviewPages());
