/** `tableloom import archive` and `clean-up`: what is kept, what is refused, and how each is ended and resumed. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DeleteItemCommand, DeleteTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { createTables } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import * as verbs from '../../src/cli/commands/import.js';
import { files, openImportProject } from './import-project.js';

type Project = Awaited<ReturnType<typeof openImportProject>>;

/** Guests are a second source. */
const twoSources = `${files['import.yaml']}  guests:
    table: \${PREFIX}-guests
    key: id
    entity: Person
    secret: pin
    fields: { id: id, email: mail, name: name, updatedAt: { from: changed, unit: milliseconds } }
    unique: { email: { newest: updatedAt } }
`;

async function openWithGuests() {
  const project = await openImportProject();
  const { client, prefix, row, write } = project;
  await createTables(client, [{ table: 'guests', name: '', key: { partition: 'id' }, indexes: [] }], {
    guests: `${prefix}-guests`,
  });
  await row('p1');
  await row('g1', {}, 'guests');
  write('import.yaml', twoSources);
  return project;
}

async function enterNew({ run }: Project): Promise<void> {
  const enter = (phase: string) => run((options) => verbs.importPhaseVerb(phase, options));
  expect((await enter('dual')).code).toBe(0);
  expect((await run((options) => verbs.importRunVerb([], options))).code).toBe(0);
  for (const phase of ['shadow', 'new']) expect((await enter(phase)).code).toBe(0);
}

const archiveTo = ({ run }: Project, to: string, more: { readonly hideSecrets?: boolean } = {}) =>
  run((options) => verbs.importArchiveVerb({ ...options, to, ...more }));

const cleanUp = ({ run }: Project, archive: string, more: { readonly json?: boolean } = {}) =>
  run((options) => verbs.importCleanUpVerb({ ...options, archive, yes: true, ...more }));

async function tablesOf({ client, prefix }: Project): Promise<string[]> {
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  return TableNames.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length + 1));
}

/** Presses Ctrl-C once a verb listens for it. */
async function interrupted<T>(running: Promise<T>): Promise<T> {
  const listening = setInterval(() => {
    if (process.listenerCount('SIGINT') === 0) return;
    process.emit('SIGINT');
    clearInterval(listening);
  }, 1);
  return running.finally(() => clearInterval(listening));
}

test('rows are archived whatever characters their text has', async () => {
  const project = await openImportProject();
  const name = 'one\u2028two\u2029three\nfour\r\nfive\u0085six \u{1f600} "seven"';
  await project.row('p1', { name });
  await project.row('p2', { name: name.repeat(2000) });
  const archived = await archiveTo(project, 'kept');
  expect(archived).toMatchObject({ code: 0, err: '' });
  expect(archived.out).toMatch(/^people\.ndjson\.gz: 2 rows,/);
  const lines = gunzipSync(readFileSync(join(project.folder, 'kept/people.ndjson.gz')))
    .toString()
    .split('\n');
  expect(lines.slice(0, 2).map((line) => JSON.parse(line).Item.name.S.slice(0, name.length))).toEqual([
    name,
    name,
  ]);
});

test('an archive that cannot be written is reported with its reason, leaves no part, and is made by the same command later', async () => {
  const project = await openImportProject();
  const { folder, write } = project;
  await project.row('p1');
  write('taken', 'a file');
  const taken = await archiveTo(project, 'taken');
  expect(taken).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^tableloom: taken cannot be written: /),
  });
  mkdirSync(join(folder, 'kept/people.ndjson.gz'), { recursive: true });
  const blocked = await archiveTo(project, 'kept');
  expect(blocked.code).toBe(2);
  expect(blocked.err).toMatch(/^tableloom: kept\/people\.ndjson\.gz cannot be written: .*\n {2}hint: /);
  expect(readdirSync(join(folder, 'kept'))).toEqual(['people.ndjson.gz']);

  // A former archive was killed; others may read what it left, and it leads elsewhere.
  write('elsewhere', '');
  mkdirSync(join(folder, 'killed'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'killed/people.ndjson.gz.part'));
  expect((await archiveTo(project, 'killed')).code).toBe(0);
  expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('');
  expect(statSync(join(folder, 'killed/people.ndjson.gz')).mode & 0o777).toBe(0o600);
});

test('a table that is not there, or cannot be read, is named', async () => {
  const project = await openImportProject();
  project.endpoint.refuse((operation) => (operation === 'Scan' ? 'Not today.' : undefined));
  const refused = await archiveTo(project, 'kept');
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.err).toContain(`tableloom: ${project.prefix}-people cannot be read: Not today.\n  hint: `);
  project.endpoint.refuse(() => undefined);
  await project.client.send(new DeleteTableCommand({ TableName: `${project.prefix}-people` }));
  const missing = await archiveTo(project, 'kept');
  expect(missing).toMatchObject({ code: 2 });
  expect(missing.err).toContain(
    `tableloom: There is no table ${project.prefix}-people, which the source people names.\n  hint: `,
  );
  expect(readdirSync(join(project.folder, 'kept'))).toEqual([]);
});

test('Ctrl-C ends an archive; the same command makes it', async () => {
  const project = await openImportProject();
  await project.row('p1');
  const stopped = await interrupted(archiveTo(project, 'kept'));
  expect(stopped).toMatchObject({ code: 1, err: '' });
  expect(stopped.out).toBe('Stopped: there is no archive. The same command makes it from the beginning.\n');
  expect(existsSync(join(project.folder, 'kept')) && readdirSync(join(project.folder, 'kept'))).toEqual([]);
  expect(await archiveTo(project, 'kept')).toMatchObject({ code: 0 });
});

test('a row that was written again, with its sets and maps in another order, has not changed', async () => {
  const project = await openImportProject();
  await project.row('p1', { tags: new Set(['a', 'b']), more: { a: 1, b: { c: [2, 1], d: 3 } } });
  await enterNew(project);
  await archiveTo(project, 'kept');
  await project.row('p1', { tags: new Set(['b', 'a']), more: { b: { d: 3, c: [1, 2] }, a: 1 } });
  expect((await cleanUp(project, 'kept')).err).toContain('changed since');
  await project.row('p1', { tags: new Set(['b', 'a']), more: { b: { d: 3, c: [2, 1] }, a: 1 } });
  expect(await cleanUp(project, 'kept')).toMatchObject({ code: 0 });
});

test('a clean-up that was ended between two tables is resumed', async () => {
  const project = await openWithGuests();
  const { prefix, endpoint, folder } = project;
  await enterNew(project);
  expect(await archiveTo(project, 'kept')).toMatchObject({ code: 0 });

  const early = await interrupted(cleanUp(project, 'kept'));
  expect(early).toMatchObject({ code: 1, err: '' });
  expect(early.out).toBe(
    `Stopped: ${prefix}-people, ${prefix}-guests are still there. The same command resumes it.\n`,
  );
  expect(await tablesOf(project)).toEqual(['guests', 'main', 'people']);

  const file = join(folder, 'kept/people.ndjson.gz');
  const whole = readFileSync(file);
  writeFileSync(file, whole.subarray(0, whole.length - 20));
  const damaged = await cleanUp(project, 'kept');
  expect(damaged).toMatchObject({ code: 2 });
  expect(damaged.err).toContain(
    'tableloom: kept/people.ndjson.gz is not what the manifest says: it was changed, or is damaged.\n  hint: ',
  );
  rmSync(file);
  mkdirSync(file);
  expect((await cleanUp(project, 'kept')).err).toMatch(
    /^tableloom: kept\/people\.ndjson\.gz cannot be read: .*\n {2}hint: /,
  );
  rmdirSync(file);
  writeFileSync(file, whole);

  let deletions = 0;
  endpoint.refuse((operation) => {
    if (operation !== 'DeleteTable') return undefined;
    deletions += 1;
    return deletions > 1 ? 'The table is protected against deletion.' : undefined;
  });
  const halted = await cleanUp(project, 'kept');
  expect(halted).toMatchObject({ code: 2 });
  expect(halted.err).toContain(
    `tableloom: ${prefix}-guests cannot be deleted: The table is protected against deletion. Deleted before it: ${prefix}-people.\n  hint: `,
  );
  endpoint.refuse(() => undefined);
  expect(await tablesOf(project)).toEqual(['guests', 'main']);

  const resumed = await cleanUp(project, 'kept');
  expect(resumed).toMatchObject({ code: 0, err: '' });
  expect(resumed.out).toBe(
    `${prefix}-people was gone already.\n${prefix}-guests was deleted. kept has its rows.\n`,
  );
  expect(await tablesOf(project)).toEqual(['main']);
  const again = await cleanUp(project, 'kept', { json: true });
  expect(JSON.parse(again.out)).toEqual({
    isComplete: true,
    deleted: [],
    gone: [`${prefix}-people`, `${prefix}-guests`],
    left: [],
    hidesSecrets: false,
  });
});

test('Ctrl-C between two tables leaves the second', async () => {
  const project = await openWithGuests();
  const { prefix, endpoint } = project;
  await enterNew(project);
  await archiveTo(project, 'kept', { hideSecrets: true });
  const unsure = await project.run((options) => verbs.importCleanUpVerb({ ...options, archive: 'kept' }));
  expect(unsure).toMatchObject({ code: 2 });
  expect(unsure.err).toContain(
    `This deletes ${prefix}-people, ${prefix}-guests. kept has their rows, with digests in the place of secret values.\n  hint: `,
  );
  endpoint.refuse((operation) => {
    if (operation === 'DeleteTable') process.emit('SIGINT');
    return undefined;
  });
  const stopped = await cleanUp(project, 'kept');
  expect(stopped).toMatchObject({ code: 1, err: '' });
  expect(stopped.out).toBe(
    `${prefix}-people was deleted. kept has its rows, with digests in the place of secret values.\nStopped: ${prefix}-guests is still there. The same command resumes it.\n`,
  );
  expect(await tablesOf(project)).toEqual(['guests', 'main']);
});

test('nothing is deleted that was not imported, or that the archive does not have', async () => {
  const project = await openWithGuests();
  const { prefix, write } = project;
  write('import.yaml', files['import.yaml']);
  await enterNew(project);
  await archiveTo(project, 'people');
  write('import.yaml', twoSources);
  await archiveTo(project, 'both');
  const added = await cleanUp(project, 'both');
  expect(added).toMatchObject({ code: 2 });
  expect(added.err).toContain('tableloom: Not all rows of guests were imported.\n  hint: ');

  for (const action of [
    (one: Project) => one.run((options) => verbs.importPhaseVerb('dual', options)),
    (one: Project) => enterNew(one),
  ])
    await action(project);
  const former = await cleanUp(project, 'people');
  expect(former).toMatchObject({ code: 2 });
  expect(former.err).toContain(
    `tableloom: people does not have the rows of ${prefix}-guests, which the mapping names.\n  hint: `,
  );
  write('import.yaml', files['import.yaml']);
  const larger = await cleanUp(project, 'both');
  expect(larger).toMatchObject({ code: 2 });
  expect(larger.err).toContain(
    `tableloom: both has the rows of ${prefix}-guests, which no source of the mapping names.\n  hint: `,
  );

  write('people/manifest.json', '{"version":1,"tables":');
  const broken = await cleanUp(project, 'people');
  expect(broken).toMatchObject({ code: 2 });
  expect(broken.err).toContain(
    'tableloom: people/manifest.json is not the manifest of an archive.\n  hint: ',
  );

  write('import.yaml', files['import.yaml'].replace('${PREFIX}-people', '${LEGACY}'));
  process.env.LEGACY = `${prefix}-main`;
  try {
    await archiveTo(project, 'own');
    const own = await cleanUp(project, 'own');
    expect(own).toMatchObject({ code: 2 });
    expect(own.err).toContain(`tableloom: ${prefix}-main is a table of the project itself.\n  hint: `);
  } finally {
    delete process.env.LEGACY;
  }
  expect(await tablesOf(project)).toEqual(['guests', 'main', 'people']);
});

test('tables stay while not every process has seen that they are read no more', async () => {
  const project = await openImportProject();
  await project.row('p1');
  await enterNew(project);
  // As a change that was interrupted leaves it.
  await project.client.send(
    new DeleteItemCommand({
      TableName: `${project.prefix}-main`,
      Key: { PK: { S: '_IMPORT' }, SK: { S: 'SETTLED' } },
    }),
  );
  const { out } = await project.run((options) => verbs.importStatusVerb([], options));
  expect(out).toContain(
    'phase new, which not every process has seen (`tableloom import phase new` waits for that)',
  );
  expect((await archiveTo(project, 'kept')).code).toBe(0);
  expect(await cleanUp(project, 'kept')).toMatchObject({ code: 2 });
  expect(await project.run((options) => verbs.importPhaseVerb('new', options))).toMatchObject({ code: 0 });
  expect(await cleanUp(project, 'kept')).toMatchObject({ code: 0 });
});
