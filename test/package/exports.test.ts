/** `api/` is what the package exports, so that a review sees a name that comes, goes or changes. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exportReports, nameless } from '../../scripts/exports/report.js';

test('api/ is up to date: run `npm run exports`', () => {
  const committed = new Map(readdirSync('api').map((name) => [name, readFileSync(`api/${name}`, 'utf8')]));
  expect(committed).toEqual(exportReports());
}, 120_000);

test('what people import has no name in its signatures that they cannot import', () => {
  for (const door of ['runtime', 'server', 'embedded', 'preset'])
    expect(readFileSync(`api/${door}.txt`, 'utf8'), door).not.toContain(nameless);
});
