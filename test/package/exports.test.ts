/** `api/` is what the package exports, so that a review sees a name that comes, goes or changes. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exportReports } from '../../scripts/exports/report.js';

test('api/ is up to date: run `npm run exports`', () => {
  const committed = new Map(readdirSync('api').map((name) => [name, readFileSync(`api/${name}`, 'utf8')]));
  expect(committed).toEqual(exportReports());
}, 120_000);
