/** `tableloom import` on a DynamoDB behind HTTP: what it says, what it leaves, how it is resumed. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as verbs from '../../src/cli/commands/import.js';
import { files, openImportProject } from './import-project.js';

test('from the mapping to the archive', async () => {
  const { folder, prefix, row, main, run } = await openImportProject();
  for (let at = 0; at < 30; at++) await row(`p${at}`);
  await row('twin', { mail: 'P1@people.example', changed: 1_700_000_000_001 });
  await row('nameless', { name: ' ' });

  const checked = await run((options) => verbs.importCheckVerb({ ...options, out: 'src/mapping.ts' }));
  expect(checked).toMatchObject({ code: 0 });
  expect(checked.out).toContain('people: ${PREFIX}-people becomes Person, 5 fields\n');
  expect(readFileSync(join(folder, 'src/mapping.ts'), 'utf8')).toContain(
    'export const mapping: ImportMapping = {',
  );

  const imported = await run((options) => verbs.importRunVerb([], options));
  expect(imported.out.split('\n').slice(0, 2)).toEqual([
    'source  entity  rows  migrated  merged  rejected',
    'people  Person    32        30       1         1  value-missing 1',
  ]);
  expect(imported.code).toBe(0);
  expect(await main('twin')).toMatchObject({ email: 'p1@people.example', name: 'twin', version: 1 });
  expect(await main('p1')).toBeUndefined();

  const rows = await run((options) => verbs.importStatusVerb([], { ...options, rows: true }));
  expect(rows.out.split('\n').sort().join('\n').trim()).toBe(
    [
      'people nameless: rejected, value-missing: name has no value',
      'people p1: merged, merged: a row with the same email is newer by updatedAt (twin)',
    ].join('\n'),
  );
  await row('nameless', { name: 'Has one now' });
  const retried = await run((options) => verbs.importRetryVerb([], options));
  expect(retried.out).toContain(
    'Of 1 rejected rows, 1 are records now, 0 were merged, 0 are gone; 0 stay rejected.',
  );
  const verified = await run((options) => verbs.importVerifyVerb([], options));
  expect(verified.out).toContain('Every row is accounted for, and every record is what its row becomes.');
  await row('p2', { name: 'Changed behind our back' });
  const found = await run((options) => verbs.importVerifyVerb([], { ...options, repair: true }));
  expect(found.out).toContain('people p2: different: name (repaired)');
  expect(found.code).toBe(1);

  const tooEarly = await run((options) =>
    verbs.importCleanUpVerb({ ...options, archive: 'kept', yes: true }),
  );
  expect(tooEarly.err).toContain('The phase is legacy: the tables are still in use.');
  for (const phase of ['dual', 'shadow', 'new'])
    expect((await run((options) => verbs.importPhaseVerb(phase, options))).out).toContain(
      `The phase is ${phase}.`,
    );
  const archived = await run((options) => verbs.importArchiveVerb({ ...options, to: 'kept' }));
  expect(archived.out).toMatch(/^people\.ndjson\.gz: 32 rows, \d+ bytes, sha256 [0-9a-f]{64}\n/);
  await row('p3', { name: 'Changed since' });
  const changed = await run((options) => verbs.importCleanUpVerb({ ...options, archive: 'kept', yes: true }));
  expect(changed.err).toContain(`${prefix}-people changed since`);
  await run((options) => verbs.importArchiveVerb({ ...options, to: 'kept-again' }));
  const unsure = await run((options) => verbs.importCleanUpVerb({ ...options, archive: 'kept-again' }));
  expect(unsure.err).toContain('Pass `--yes` if that is what you want.');
  const file = join(folder, 'kept/people.ndjson.gz');
  writeFileSync(file, readFileSync(file).subarray(0, 100));
  const damaged = await run((options) => verbs.importCleanUpVerb({ ...options, archive: 'kept', yes: true }));
  expect(damaged).toMatchObject({ code: 2, err: expect.stringContaining('is damaged.') });
  const cleaned = await run((options) =>
    verbs.importCleanUpVerb({ ...options, archive: 'kept-again', yes: true }),
  );
  expect(cleaned.out).toContain('was deleted. kept-again has its rows.');
  expect(existsSync(join(folder, 'kept-again/manifest.json'))).toBe(true);
});

test('a mistake in the mapping is shown with its place before anything is read', async () => {
  const { run, write } = await openImportProject();
  write('import.yaml', files['import.yaml'].replace('email: mail', 'email: mail\n      nickname: nick'));
  const { code, err } = await run((options) => verbs.importRunVerb([], options));
  expect(code).toBe(1);
  expect(err).toContain('error[import-field]: `Person` has no field `nickname`.');
  write('import.yaml', files['import.yaml'].replace('email: mail', 'email: { from: pin }'));
  expect((await run((options) => verbs.importRunVerb([], options))).err).toContain('error[import-secret]');
});
