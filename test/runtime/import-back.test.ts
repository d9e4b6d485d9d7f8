/** The way back of an import: what rows get of records, and what is left where they cannot. */
import {
  CreateTableCommand,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import {
  createTables,
  Database,
  type FieldMapping,
  type Importer,
  type ImportProject,
  resolveTableNames,
  type SourceMapping,
} from 'tableloom/runtime';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { tables } from '../../generated/index.js';
import { userCodec } from '../../generated/items.js';
import { userKey } from '../../generated/keys.js';
import { userWrites } from '../../generated/writes.js';
import { openEngine, uniqueName } from '../support/engines.js';
import { createLegacyTables } from '../support/import/legacy.js';
import { tylerImport } from '../support/import/project.js';

let project: ImportProject;

beforeAll(async () => {
  project = await tylerImport();
});

type Wire = NonNullable<PutItemCommand['input']['Item']>;
type Change = Partial<Record<string, Partial<FieldMapping>>>;

/** The users alone, with some of their fields mapped in another way. */
function usersWith(fields: Change, more: Partial<SourceMapping> = {}): ImportProject {
  const sources = project.mapping.sources
    .filter(({ name }) => name === 'users')
    .map((source) => ({
      ...source,
      fields: source.fields.map((field) => ({ ...field, ...fields[field.field] })),
      ...more,
    }));
  return { ...project, mapping: { sources } };
}

/** @param keyType the type of the users' `id` in their table */
async function open(changed: ImportProject, keyType: 'S' | 'N' = 'S') {
  const engine = await openEngine();
  const { client } = engine;
  onTestFinished(() => engine.close());
  const name = uniqueName('back');
  const legacyPrefix = `${name}-legacy`;
  Object.assign(process.env, { TABLE_PREFIX: `${name}-new`, LEGACY_PREFIX: legacyPrefix });
  const TableName = keyType === 'S' ? `${legacyPrefix}-users` : `${legacyPrefix}-numbered`;
  await createLegacyTables(client, legacyPrefix);
  if (keyType === 'N')
    await client.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  let conflicts = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (conflicts === 0 || commandName !== 'TransactWriteItemsCommand') return next(args);
        conflicts -= 1;
        throw new TransactionCanceledException({
          message: 'Others write it.',
          $metadata: {},
          CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
        });
      },
    { step: 'initialize' },
  );
  const sources = changed.mapping.sources.map((source) => ({ ...source, table: TableName }));
  const names = resolveTableNames(tables, process.env);
  await createTables(client, tables, names);
  const database = new Database({
    client,
    tables: names,
    cursorSecrets: ['a secret of the tests, long enough'],
    cache: false,
  });
  const session = database.session();
  return {
    client,
    importer: database.importer({ ...changed, mapping: { sources }, settleMs: 0 }),
    session,
    /** From now on, so many transactions meet others that write the same items. */
    conflict: (times: number) => {
      conflicts = times;
    },
    user: (id: string) => database.session().get(userCodec, userKey({ id })),
    put: (id: string, more: Wire = {}) =>
      client.send(new PutItemCommand({ TableName, Item: wire(id, more) })),
    row: async (id: Wire[string]) => (await client.send(new GetItemCommand({ TableName, Key: { id } }))).Item,
    rows: async () => (await client.send(new ScanCommand({ TableName }))).Items ?? [],
  };
}

function wire(id: string, more: Wire = {}): Wire {
  const row = {
    id,
    email: `${id.toLowerCase()}@tyler-setup.example`,
    name: `Name of ${id}`,
    role: 'employee',
    isActive: true,
    passwordHash: 'hash',
    createdAt: 1_700_000_000_000,
    updatedAt: 1_700_000_000_000,
    theme: 'dark',
  };
  return { ...marshall(row), ...more };
}

async function enterNew(importer: Importer): Promise<void> {
  await importer.enter('dual');
  await importer.run();
  await importer.enter('shadow');
  await importer.enter('new');
}

/** Of READONLY no key leads back. */
const oneWayRole: Change = {
  role: { map: { admin: 'ADMIN', employee: 'MEMBER' }, otherwise: 'READONLY' },
};

test('a value that no key of the map gives back stays in the row as it is', async () => {
  const { importer, session, put, row } = await open(usersWith(oneWayRole));
  await put('a', { role: { S: 'viewer' } });
  await enterNew(importer);
  const bridge = importer.bridge();
  expect(await bridge.get('users', { id: 'a' })).toMatchObject({ role: 'viewer' });
  await session.writeOne(userWrites.update({ id: 'a' }, { name: 'New name' }));
  expect(await bridge.get('users', { id: 'a' })).toMatchObject({ role: 'viewer', name: 'New name' });
  expect(await importer.reverse()).toMatchObject({ written: 1, left: 0 });
  expect(await row({ S: 'a' })).toMatchObject({ role: { S: 'viewer' }, name: { S: 'New name' } });
  expect(await importer.reverse()).toMatchObject({ written: 0, left: 0 });
  await bridge.close();
});

test('a record of which a row cannot say a value counts as left, and the rest of it goes back', async () => {
  const { importer, session, put, row } = await open(usersWith(oneWayRole));
  await put('a', { role: { S: 'admin' } });
  await enterNew(importer);
  await session.writeOne(userWrites.update({ id: 'a' }, { name: 'New name', role: 'READONLY' }));
  await session.writeOne(
    userWrites.create({
      id: 'b',
      email: 'b@tyler-setup.example',
      name: 'Made here',
      passwordHash: 'hash',
      role: 'READONLY',
    }),
  );
  const left = (key: string) => ({ kind: 'left', source: 'users', key: `USER#${key} / METADATA` });
  const { findings, ...counts } = await importer.reverse();
  expect(counts).toEqual({ isComplete: true, written: 1, deleted: 0, withoutRecord: 0, left: 2 });
  expect(findings).toHaveLength(2);
  expect(findings).toEqual(expect.arrayContaining([left('a'), left('b')]));
  expect(await row({ S: 'a' })).toMatchObject({ role: { S: 'admin' }, name: { S: 'New name' } });
  expect(await row({ S: 'b' })).toBeUndefined();
  expect(await importer.reverse()).toMatchObject({ written: 0, left: 2 });
});

/** Two whole numbers that are one double. */
const [one, next] = ['1234567890123456789', '1234567890123456790'];

test('a table whose keys are numbers that a double cannot hold is not imported', async () => {
  const { importer, put, user } = await open(usersWith({}), 'N');
  await put('5', { id: { N: '5' } });
  await importer.enter('dual');
  await importer.run();
  expect(await user('5')).toMatchObject({ name: 'Name of 5' });
  await put('one', { id: { N: one } });
  await put('next', { id: { N: next } });
  const message = /users.*`id`.*digits.*copy/;
  const refused = { code: 'CONFIGURATION', message: expect.stringMatching(message) };
  await expect(importer.run({ again: true })).rejects.toMatchObject(refused);
  await expect(importer.verify()).rejects.toMatchObject(refused);
  const bridge = importer.bridge();
  await expect(bridge.get('users', { id: Number(one) })).rejects.toMatchObject(refused);
  await expect(bridge.put('users', { id: Number(one), name: 'Its name' })).rejects.toMatchObject(refused);
  await bridge.close();
});

test('a number that a double cannot hold is never rounded: mapped, it rejects the row; else the row is left', async () => {
  const { importer, session, put, row, user } = await open(usersWith({}));
  await put('mapped', { name: { N: one } });
  await put('decimal', { name: { N: '0.12345678901234567891' } });
  await put('exact', { name: { N: '12345678901234567000' } });
  const details = { M: { trace: { L: [{ N: one }] } } };
  await put('besides', { details });
  await put('plain');
  await enterNew(importer);
  const entries = [];
  for await (const { key, outcome, code, reason } of importer.entries())
    entries.push([key, outcome, code, reason]);
  const reason = expect.stringMatching(/^name is a number.*digits.*text/);
  expect(entries.sort()).toEqual([
    ['decimal', 'rejected', 'number-inexact', reason],
    ['mapped', 'rejected', 'number-inexact', reason],
  ]);
  expect(await user('exact')).toMatchObject({ name: '12345678901234567000' });
  for (const id of ['besides', 'plain'])
    await session.writeOne(userWrites.update({ id }, { name: 'New name' }));
  expect(await importer.reverse()).toMatchObject({ written: 1, left: 1 });
  expect(await row({ S: 'besides' })).toMatchObject({ name: { S: 'Name of besides' }, details });
  const bridge = importer.bridge();
  await expect(bridge.get('users', { id: 'besides' })).rejects.toMatchObject({
    code: 'VALUE_INVALID',
    message: expect.stringMatching(/`details`/),
  });
  await bridge.close();
});

test('a record goes back to the row that it became of, and a merged row goes with the last winner', async () => {
  const { importer, session, put, row, rows } = await open(usersWith({ id: { transforms: ['lowercase'] } }));
  await put('ABC');
  await importer.enter('dual');
  const bridge = importer.bridge();
  const same = (id: string, updatedAt: number) =>
    bridge.put('users', {
      ...unmarshall(wire(id)),
      email: 'same@tyler-setup.example',
      updatedAt: 1_700_000_000_000 + updatedAt,
    });
  for (const [at, id] of ['First', 'Second', 'Third'].entries()) expect(await same(id, at)).toBe('migrated');
  await enterNew(importer);
  await session.writeOne(userWrites.update({ id: 'abc' }, { name: 'New name' }));
  expect(await importer.reverse({ deleteRows: true })).toEqual({
    written: 1,
    deleted: 0,
    withoutRecord: 0,
    left: 0,
    isComplete: true,
    findings: [],
  });
  expect(await row({ S: 'ABC' })).toMatchObject({ name: { S: 'New name' } });
  expect((await rows()).map(({ id }) => id?.S).sort()).toEqual(['ABC', 'First', 'Second', 'Third']);
  await session.writeOne(userWrites.delete({ id: 'third' }));
  expect(await importer.reverse({ deleteRows: true })).toMatchObject({ written: 0, deleted: 3, left: 0 });
  await bridge.close();
});

test('rows with numbers as keys follow their records, and new ones get numbers', async () => {
  const { importer, session, put, row, rows } = await open(usersWith({}), 'N');
  await put('5', { id: { N: '5' } });
  await enterNew(importer);
  await session.writeOne(userWrites.update({ id: '5' }, { name: 'New name' }));
  for (const id of ['7', 'seven'])
    await session.writeOne(
      userWrites.create({ id, email: `${id}@tyler-setup.example`, name: 'Made here', passwordHash: 'hash' }),
    );
  expect(await importer.reverse()).toMatchObject({ written: 2, left: 1 });
  expect(await row({ N: '5' })).toMatchObject({ name: { S: 'New name' } });
  expect(await row({ N: '7' })).toMatchObject({ name: { S: 'Made here' } });
  expect(await rows()).toHaveLength(2);
  expect(await importer.reverse()).toMatchObject({ written: 0, left: 1 });
});

test('a record or a row that others keep writing is waited for, and at last reported', async () => {
  const { importer, session, put, row, conflict } = await open(usersWith({}));
  await put('a');
  await put('b');
  await enterNew(importer);
  await session.writeOne(userWrites.update({ id: 'a' }, { name: 'New name' }));
  await session.writeOne(userWrites.delete({ id: 'b' }));
  conflict(Number.POSITIVE_INFINITY);
  await expect(importer.reverse()).rejects.toMatchObject({ code: 'BUSY' });
  conflict(9);
  expect(await importer.reverse()).toMatchObject({ written: 1, withoutRecord: 1 });
  expect(await row({ S: 'a' })).toMatchObject({ name: { S: 'New name' } });
  conflict(Number.POSITIVE_INFINITY);
  await expect(importer.reverse({ deleteRows: true })).rejects.toMatchObject({ code: 'BUSY' });
  conflict(2);
  expect(await importer.reverse({ deleteRows: true })).toMatchObject({ deleted: 1 });
  expect(await row({ S: 'b' })).toBeUndefined();
});
