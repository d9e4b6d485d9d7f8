/** Rows that are imported while a migration runs. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { createTables, type StoredProject, type TableDefinition } from 'tableloom/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { importMapping } from '../../../src/generator/importing/importing.js';
import { uniqueName } from '../../support/engines.js';
import { seed } from '../../support/runs.js';
import { type ModelChange, withItem } from './support/changes.js';
import { SideBySide } from './support/side-by-side.js';

const moved: ModelChange = {
  name: 'the primary key of records with a unique value is another',
  from: withItem({ unique: ['code'] }),
  to: withItem({ key: { PK: 'THING#{id}', SK: 'METADATA' } }),
};

const importYaml = (table: string) => `version: 1
sources:
  items:
    table: ${table}
    key: id
    entity: Item
    fields: { id: id, owner: owner, name: name, code: code, kind: kind, rank: rank, at: at }
    unique: { code: { newest: at } }
`;

async function openImport() {
  const both = await SideBySide.open(moved, seed, onTestFinished);
  const { old, next, migration, plans } = both;
  await migration.note(plans.from);
  const client = new DynamoDBClient(old.project.clientConfig);
  const table = uniqueName('legacy-items');
  const legacy: TableDefinition = { table: 'items', name: '', key: { partition: 'id' }, indexes: [] };
  await createTables(client, [legacy], { items: table });
  const documents = DynamoDBDocumentClient.from(client);
  const row = { owner: 'o1', name: 'a', kind: 'OPEN', rank: 5, at: '2126-01-15T10:30:00.000Z' };
  return {
    both,
    migration,
    client,
    put: (id: string, more: object = {}) =>
      documents.send(new PutCommand({ TableName: table, Item: { ...row, id, code: `c-${id}`, ...more } })),
    /** What a version imports by. */
    importer: async (version: 'old' | 'next') => {
      const { run, module } = (version === 'old' ? old : next).loaded;
      const text = importYaml(table);
      const { mapping } = await importMapping({
        path: 'import.yaml',
        text,
        plan: run.plan,
        transforms: () => [],
      });
      const { codecs, tables } = module('index') as unknown as StoredProject;
      const { project } = await both.server(version, client);
      return project.database.importer({ mapping, generated: { codecs, tables }, settleMs: 0 });
    },
  };
}

const right = { changed: 0, deleted: 0, problems: [] };

test('what rows become has the keys of both versions, also where it was computed before the migration began', async () => {
  const { both, migration, client, put, importer } = await openImport();
  const ids = ['i1', 'i2', 'i3'];
  for (const id of ids) await put(id);
  const old = await importer('old');
  let isBegun = false;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        // It looks who has the unique values; then come the writes.
        if (isBegun || commandName !== 'BatchGetItemCommand' || !JSON.stringify(args.input).includes('c-i1'))
          return answer;
        isBegun = true;
        await migration.expand(both.plans.to);
        await migration.fill();
        return answer;
      },
    { step: 'initialize' },
  );
  const { sources } = await old.run();
  expect(isBegun).toBe(true);
  expect(sources).toMatchObject([{ migrated: ids.length }]);
  expect(await migration.verify()).toMatchObject(right);
  // A record changes, and a row of which nothing is a record's.
  await put('i1', { name: 'b' });
  await put('i2', { shelf: 7 });
  await old.run({ again: true });
  expect(await migration.verify()).toMatchObject(right);
  expect(await old.verify()).toMatchObject({ findings: [], isComplete: true });
  await migration.open();
  const next = await importer('next');
  await put('i3', { name: 'c' });
  await put('i4');
  await next.run({ again: true });
  expect(await migration.verify()).toMatchObject(right);
  for (const one of [old, next]) expect(await one.verify()).toMatchObject({ findings: [], isComplete: true });
  await migration.contract();
  for (const [id, name] of [
    ['i1', 'b'],
    ['i2', 'a'],
    ['i3', 'c'],
    ['i4', 'a'],
  ])
    expect(await both.next.project.data('query ($id: ID!) { getItem(id: $id) { name } }', { id })).toEqual({
      getItem: { name },
    });
  expect(await next.verify()).toMatchObject({ findings: [], isComplete: true });
});

test('the way back leaves what both versions store of a record as it is', async () => {
  const { both, migration, put, importer } = await openImport();
  await put('i1');
  const old = await importer('old');
  await old.enter('dual');
  await old.run();
  for (const phase of ['shadow', 'new'] as const) await old.enter(phase);
  await migration.expand(both.plans.to);
  await migration.fill();
  const change = 'mutation ($id: ID!, $input: ItemChanges!) { changeItem(id: $id, input: $input) { name } }';
  await both.old.project.data(change, { id: 'i1', input: { name: 'b' } });
  expect(await old.reverse()).toMatchObject({ written: 1, left: 0 });
  expect(await migration.verify()).toMatchObject(right);
  await migration.open();
  await migration.contract();
  expect(await (await importer('next')).reverse()).toMatchObject({ written: 0, left: 0, withoutRecord: 0 });
});

test('what the next version stores of a record is brought right whatever was made of it', async () => {
  const { both, migration, client, put, importer } = await openImport();
  await put('i1');
  await (await importer('old')).run();
  await migration.expand(both.plans.to);
  await migration.fill();
  const documents = DynamoDBDocumentClient.from(client);
  const TableName = both.old.project.tableName('main');
  const Key = { PK: 'THING#i1', SK: 'METADATA' };
  const altered = { UpdateExpression: 'SET #n = :n', ExpressionAttributeNames: { '#n': 'name' } };
  await documents.send(
    new UpdateCommand({ TableName, Key, ...altered, ExpressionAttributeValues: { ':n': 'altered' } }),
  );
  const one = { changed: 1, problems: [] };
  expect(await migration.verify()).toMatchObject(one);
  expect(await migration.fill()).toMatchObject(one);
  expect(await migration.verify()).toMatchObject(right);
  const { Item } = await documents.send(new GetCommand({ TableName, Key }));
  expect(Item?.['name']).toBe('a');
});
