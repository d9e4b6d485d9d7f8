/** The phases of an import: what a bridge writes and reads in each of them, and the way back. */
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import {
  createTables,
  Database,
  type Importer,
  type ImportMapping,
  resolveTableNames,
} from 'tableloom/runtime';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { tables } from '../../generated/index.js';
import { auditLogCodec, userCodec } from '../../generated/items.js';
import { auditLogKey, userKey } from '../../generated/keys.js';
import { configWrites, refreshTokenWrites, userWrites } from '../../generated/writes.js';
import { openEngine, uniqueName } from '../support/engines.js';
import { createLegacyTables, type LegacySource, legacyKeys, legacyTable } from '../support/import/legacy.js';
import { tylerImport } from '../support/import/project.js';

let project: Awaited<ReturnType<typeof tylerImport>>;

beforeAll(async () => {
  project = await tylerImport();
});

async function open(given = project) {
  const engine = await openEngine();
  const { client } = engine;
  onTestFinished(() => engine.close());
  const name = uniqueName('bridge');
  Object.assign(process.env, { TABLE_PREFIX: `${name}-new`, LEGACY_PREFIX: `${name}-legacy` });
  const names = resolveTableNames(tables, process.env);
  await createLegacyTables(client, `${name}-legacy`);
  await createTables(client, tables, names);
  const open = () =>
    new Database({
      client,
      tables: names,
      cursorSecrets: ['a secret of the tests, long enough'],
      cache: false,
    });
  const database = open();
  const documents = DynamoDBDocumentClient.from(client);
  const legacy = async (source: LegacySource, key: string) => {
    const TableName = legacyTable(`${name}-legacy`, source);
    const { Item } = await documents.send(new GetCommand({ TableName, Key: { [legacyKeys[source]]: key } }));
    return Item ?? null;
  };
  const user = (id: string) => database.session().get(userCodec, userKey({ id }));
  const another = (more: { readonly settleMs: number }) => open().importer({ ...given, ...more });
  const importer = database.importer({ ...given, settleMs: 0 });
  return { database, importer, other: another({ settleMs: 0 }), another, legacy, user };
}

const row = (id: string, more: object = {}) => ({
  id,
  email: `${id}@tyler-setup.example`,
  name: `Name of ${id}`,
  role: 'Employee',
  isActive: true,
  passwordHash: 'hash',
  createdAt: 1_700_000_000_000,
  updatedAt: 1_700_000_000_000,
  theme: 'dark',
  ...more,
});

/** Enters phases up to this one. */
async function enter(importer: Importer, phase: 'dual' | 'shadow' | 'new') {
  for (const one of ['dual', 'shadow', 'new'] as const) {
    if (one === 'shadow') await importer.run();
    await importer.enter(one);
    if (one === phase) return;
  }
}

test('legacy: rows alone; dual: both in one transaction', async () => {
  const { importer, legacy, user } = await open();
  const bridge = importer.bridge();
  expect(await bridge.put('users', row('a'))).toBeNull();
  expect(await user('a')).toBeNull();
  await importer.enter('dual');
  await importer.run();
  expect(await user('a')).toMatchObject({ email: 'a@tyler-setup.example', role: 'MEMBER' });
  expect(await bridge.put('users', row('b'))).toBe('migrated');
  expect(await bridge.put('users', row('b', { role: 'ADMIN' }))).toBe('migrated');
  expect(await user('b')).toMatchObject({ role: 'ADMIN', version: 2 });
  expect(await bridge.put('users', row('c', { role: 'wizard' }))).toBe('rejected');
  expect(await legacy('users', 'c')).toMatchObject({ role: 'wizard' });
  await bridge.delete('users', { id: 'a' });
  expect([await legacy('users', 'a'), await user('a')]).toEqual([null, null]);
  expect(await bridge.get('users', { id: 'b' })).toMatchObject({ role: 'ADMIN', theme: 'dark' });
  await bridge.close();
});

test('of rows with one address the newest wins, whoever comes first, and the others lead to it', async () => {
  const { database, importer, user } = await open();
  await importer.enter('dual');
  const bridge = importer.bridge();
  const same = (updatedAt: number) => ({ email: 'Same@tyler-setup.example', updatedAt });
  expect(await bridge.put('users', row('old', same(1_700_000_000_001)))).toBe('migrated');
  expect(await bridge.put('users', row('new', same(1_700_000_000_002)))).toBe('migrated');
  expect(await bridge.put('users', row('oldest', same(1_700_000_000_000)))).toBe('merged');
  expect([await user('old'), (await user('new'))?.email]).toEqual([null, 'same@tyler-setup.example']);
  const log = { id: 'log', timestamp: 1_700_000_000_000, action: 'user.updated', userId: 'oldest' };
  await bridge.put('audit', log);
  expect(await database.session().get(auditLogCodec, auditLogKey({ id: 'log' }))).toMatchObject({
    actorId: 'new',
  });
  const entries = [];
  for await (const entry of importer.entries(['users'])) entries.push([entry.key, entry.outcome, entry.into]);
  expect(entries.sort()).toEqual([
    ['old', 'merged', 'new'],
    ['oldest', 'merged', 'new'],
  ]);
  // Once the winner is gone, the next one is a record.
  await bridge.delete('users', { id: 'new' });
  await importer.verify({ repair: true });
  expect(await user('old')).toMatchObject({ email: 'same@tyler-setup.example' });
  expect((await importer.verify()).findings).toEqual([]);
  await bridge.close();
});

test('shadow: reads are compared, and differences are reported without values', async () => {
  const { database, importer } = await open();
  await importer.enter('dual');
  const differences: unknown[] = [];
  const bridge = importer.bridge({ onDifference: (one) => differences.push(one) });
  await bridge.put('users', row('a'));
  await enter(importer, 'shadow');
  await bridge.get('users', { id: 'a' });
  expect(differences).toEqual([]);
  await database.session().writeOne(userWrites.update({ id: 'a' }, { name: 'Changed here alone' }));
  expect(await bridge.get('users', { id: 'a' })).toMatchObject({ name: 'Name of a' });
  expect(differences).toEqual([
    { source: 'users', key: 'a', kind: 'different', fields: ['name', 'updatedAt'] },
  ]);
  await bridge.close();
});

test('new: records are read, rows follow; the way back loses nothing', async () => {
  const { database, importer, legacy, user } = await open();
  await importer.enter('dual');
  const bridge = importer.bridge();
  await bridge.put('users', row('a'));
  await bridge.put('users', row('b'));
  await enter(importer, 'new');
  await expect(importer.run()).rejects.toMatchObject({ code: 'CONFIGURATION' });
  const session = database.session();
  await session.writeOne(userWrites.update({ id: 'a' }, { name: 'New name', role: 'ADMIN' }));
  expect(await bridge.get('users', { id: 'a' })).toMatchObject({
    name: 'New name',
    role: 'admin',
    theme: 'dark',
  });
  // By the bridge both are written; what others write is brought back.
  await bridge.put('users', row('b', { name: 'By the bridge' }));
  expect(await legacy('users', 'b')).toMatchObject({ name: 'By the bridge' });
  await session.writeOne(
    userWrites.create({ id: 'c', email: 'C@tyler-setup.example', name: 'Made here', passwordHash: 'hash' }),
  );
  await session.writeOne(configWrites.create({ key: 'limit', value: { most: 3 } }));
  await session.writeOne(userWrites.delete({ id: 'b' }));
  const token = { tokenHash: 'hash', userId: 'a', sessionEpoch: 0, familyId: 'f', expiresAt: new Date(4e12) };
  await session.writeOne(refreshTokenWrites.create(token));
  expect(await importer.reverse()).toMatchObject({ written: 3, deleted: 0, withoutRecord: 1, left: 1 });
  expect(await importer.reverse({ deleteRows: true })).toMatchObject({
    written: 0,
    deleted: 1,
    withoutRecord: 0,
    left: 1,
  });
  expect(await legacy('users', 'a')).toMatchObject({ name: 'New name', role: 'admin', theme: 'dark' });
  expect(await legacy('users', 'c')).toMatchObject({ email: 'c@tyler-setup.example', isActive: true });
  expect(await legacy('config', 'limit')).toMatchObject({ value: { most: 3 } });
  expect(await legacy('users', 'b')).toBeNull();
  await importer.enter('dual');
  expect(await bridge.get('users', { id: 'a' })).toMatchObject({ name: 'New name' });
  const { findings } = await importer.verify({ sources: ['users', 'config'] });
  expect(findings).toEqual([]);
  expect(await user('c')).not.toBeNull();
  await bridge.close();
});

test('a change of phase waits for every process, and no step is skipped', async () => {
  const { importer, other } = await open();
  await expect(importer.enter('new')).rejects.toMatchObject({ code: 'CONFIGURATION' });
  const [mine, theirs] = [importer.bridge(), other.bridge()];
  await Promise.all([mine.put('users', row('a')), theirs.put('users', row('b'))]);
  const changing = importer.enter('dual');
  await changing;
  // Both read the switch again before they write on.
  expect(await theirs.put('users', row('b'))).toBe('migrated');
  expect(await mine.put('users', row('a'))).toBe('migrated');
  await Promise.all([mine.close(), theirs.close()]);
});

test('after a change to `dual` that was interrupted nothing is imported until it is made again', async () => {
  const { importer, another, legacy, user } = await open();
  const bridge = importer.bridge();
  await bridge.put('users', row('a'));
  const entered = new Promise<void>((resolve) => {
    const onWait = (waiting: number) => waiting === 0 && resolve();
    another({ settleMs: 600_000 })
      .enter('dual', { onWait })
      .catch(() => undefined);
  });
  await entered;
  await expect(importer.run()).rejects.toMatchObject({ code: 'CONFIGURATION' });
  await expect(importer.verify({ repair: true })).rejects.toMatchObject({ code: 'CONFIGURATION' });
  expect([(await legacy('users', 'a'))?.['name'], await user('a')]).toEqual(['Name of a', null]);
  await importer.enter('dual');
  await importer.run();
  expect(await user('a')).toMatchObject({ name: 'Name of a' });
  await bridge.close();
});

test('new: what rows would overwrite is repaired and retried no more', async () => {
  const { database, importer, user } = await open();
  await importer.enter('dual');
  const bridge = importer.bridge();
  await bridge.put('users', row('a'));
  await bridge.put('users', row('b', { role: 'wizard' }));
  await enter(importer, 'new');
  await database.session().writeOne(userWrites.update({ id: 'a' }, { name: 'New name' }));
  for (const again of [importer.verify({ repair: true }), importer.retry()])
    await expect(again).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('tableloom import reverse'),
    });
  expect(await user('a')).toMatchObject({ name: 'New name' });
  await bridge.close();
});

test('new: the old application changes and deletes records that it has not made, and leaves what rows have no place for', async () => {
  const { database, importer, legacy, user } = await open();
  await importer.enter('dual');
  const bridge = importer.bridge();
  await bridge.put('users', row('a'));
  await enter(importer, 'new');
  const session = database.session();
  const made = { email: 'made@tyler-setup.example', name: 'Made here', passwordHash: 'hash' };
  for (const id of ['b', 'c'])
    await session.writeOne(userWrites.create({ ...made, id, email: `${id}@tyler-setup.example` }));
  for (const id of ['a', 'b']) await session.writeOne(userWrites.update({ id }, { sessionEpoch: 7 }));

  for (const id of ['a', 'b']) {
    const read = await bridge.get('users', { id });
    expect(await bridge.put('users', { ...row(id), ...read, name: 'By the old one' })).toBe('migrated');
    expect(await user(id)).toMatchObject({ name: 'By the old one', sessionEpoch: 7 });
    expect(await bridge.get('users', { id })).toMatchObject({ name: 'By the old one' });
  }
  await bridge.delete('users', { id: 'c' });
  expect([await user('c'), await bridge.get('users', { id: 'c' })]).toEqual([null, null]);
  expect(await importer.reverse()).toMatchObject({ written: 0, withoutRecord: 0 });
  expect(await legacy('users', 'b')).toMatchObject({ name: 'By the old one' });
  await bridge.close();
});

test('new: a row that was rejected because another one has its key is not read as that one', async () => {
  const { mapping, ...rest } = project;
  const users = mapping.sources.find(({ name }) => name === 'users');
  const sources = mapping.sources.map((one) =>
    one.name === 'contractors' ? { ...users, name: one.name, table: one.table } : one,
  );
  const { importer } = await open({ ...rest, mapping: { ...mapping, sources } as ImportMapping });
  await importer.enter('dual');
  const bridge = importer.bridge();
  await bridge.put('users', row('a', { name: 'Of the users' }));
  expect(await bridge.put('contractors', row('a', { name: 'Of the others' }))).toBe('rejected');
  await enter(importer, 'new');
  expect(await bridge.get('users', { id: 'a' })).toMatchObject({ name: 'Of the users' });
  expect(await bridge.get('contractors', { id: 'a' })).toMatchObject({ name: 'Of the others' });
  await bridge.close();
});

test('rows that were written without their records are read before records are', async () => {
  const { importer, user } = await open();
  const bridge = importer.bridge();
  await importer.run();
  await bridge.put('users', row('a'));
  await importer.enter('dual');
  await expect(importer.enter('shadow')).rejects.toMatchObject({ code: 'CONFIGURATION' });
  await importer.run();
  expect(await user('a')).not.toBeNull();
  await importer.enter('legacy');
  await bridge.put('users', row('b'));
  await importer.enter('dual');
  expect((await importer.status()).sources.map(({ isComplete }) => isComplete)).not.toContain(true);
  await importer.run();
  expect(await user('b')).not.toBeNull();
  await bridge.close();
});
