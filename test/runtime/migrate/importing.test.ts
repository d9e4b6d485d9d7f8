/** Rows that are imported while a migration runs. */

import { GetCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { both as all, changes, type ModelChange, withItem } from './support/changes.js';
import { kept } from './support/histories.js';
import { itemYaml, once, openImport, rowOf, withoutPolicy, withSecretKeys } from './support/importing.js';

const right = { changed: 0, deleted: 0, problems: [] };

test('what rows become has the keys of both versions, also where it was computed before the migration began', async () => {
  const { both, migration, client, put, importer } = await openImport();
  const ids = ['i1', 'i2', 'i3'];
  for (const id of ids) await put(id);
  const old = await importer('old');
  // It looks who has the unique values; then come the writes.
  const begun = once(client, { after: /BatchGetItem/ }, 'c-i1', async () => {
    await migration.expand(both.plans.to);
    await migration.fill();
  });
  const { sources } = await old.run();
  expect(begun.isDone).toBe(true);
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
  const { both, migration, documents, put, importer } = await openImport();
  await put('i1');
  await (await importer('old')).run();
  await migration.expand(both.plans.to);
  await migration.fill();
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

const itemById = 'query ($id: ID!) { getItem(id: $id) { name } }';

test.each([false, true])(
  'the record of a secret row that was deleted meanwhile goes, whichever version finds it; contracted %s',
  async (isContracted) => {
    const { both, migration, client, put, documents, importer } = await openImport(undefined, withSecretKeys);
    const old = await importer('old');
    await old.enter('dual');
    await put('k1');
    const bridge = old.bridge();
    const end = new AbortController();
    // Others delete the row while it is on its way, and the run ends before it looks at that again.
    once(client, { after: /Scan/ }, 'c-k1', () => bridge.delete('items', { id: 'k1' }));
    once(client, { after: /TransactWriteItems/ }, 'c-k1', () => end.abort());
    expect(await old.run({ signal: end.signal })).toMatchObject({ isComplete: false });
    await bridge.close();
    const scan = new ScanCommand({ TableName: both.old.project.tableName('main') });
    const { Items: items = [] } = await documents.send(scan);
    const record = items.find(({ _type }) => _type === 'Item')?.['id'];
    expect(record).toBeDefined();
    await migration.expand(both.plans.to);
    await migration.fill();
    await migration.open();
    if (isContracted) await migration.contract();
    expect(await (await importer('next')).run()).toMatchObject({ isComplete: true });
    for (const { project } of isContracted ? [both.next] : [both.old, both.next])
      expect(await project.data(itemById, { id: record })).toEqual({ getItem: null });
    if (!isContracted) expect(await migration.verify()).toMatchObject(right);
  },
);

const past = kept({ key: { PK: 'PAST#{id}', SK: 'VERSION#{version}' } });
const unique = withItem({ unique: ['code'] });
const historyMoved: ModelChange = {
  name: 'the key of a history is another',
  from: all(unique, kept()),
  to: past,
};
const historyBegins: ModelChange = { name: 'a history is new', from: unique, to: past };
const newer = { code: 'same', at: '2126-02-15T10:30:00.000Z' };

test.each([
  [historyMoved, 'old', 'contract'],
  [historyMoved, 'old', 'rollBack'],
  [historyMoved, 'next', 'contract'],
  [historyMoved, 'next', 'rollBack'],
  [historyBegins, 'old', 'contract'],
] as const)('of a row that a newer one beats nothing stays: $0.name, by $1, $2', async (change, by, way) => {
  const { both, migration, put, itemsOf, importer } = await openImport(change);
  const old = await importer('old');
  await put('i1', { code: 'same' });
  await old.run();
  await migration.expand(both.plans.to);
  await migration.fill();
  if (by === 'next') await migration.open();
  await put('i2', newer);
  await (by === 'next' ? await importer('next') : old).run({ again: true });
  expect(await itemsOf('i1')).toEqual([]);
  expect(await migration.verify()).toMatchObject(right);
  if (by === 'old') await migration.open();
  await migration[way]();
  expect(await itemsOf('i1')).toEqual([]);
});

test('bridges of both versions keep up what both store, histories included', async () => {
  const to = all(withItem({ key: { PK: 'THING#{id}', SK: 'METADATA' } }), past);
  const { both, migration, put, importer } = await openImport({ ...historyMoved, to });
  const [old, next] = [await importer('old'), await importer('next')];
  await old.enter('dual');
  await put('i1');
  await old.run();
  await migration.expand(both.plans.to);
  await migration.fill();
  await migration.open();
  const [a, b] = [old.bridge(), next.bridge()];
  const change = 'mutation ($id: ID!, $input: ItemChanges!) { changeItem(id: $id, input: $input) { name } }';
  const changed = (of: typeof both.old, name: string) =>
    of.project.data(change, { id: 'i1', input: { name } });
  const steps: readonly (() => Promise<unknown>)[] = [
    () => a.put('items', rowOf('i1', { name: 'b' })),
    () => b.put('items', rowOf('i1', { name: 'c' })),
    () => b.put('items', rowOf('i2')),
    () => a.put('items', rowOf('i2', { shelf: 3 })),
    () => b.put('items', rowOf('i2', { shelf: 4 })),
    () => a.put('items', rowOf('i3')),
    () => b.delete('items', { id: 'i3' }),
    () => b.put('items', rowOf('i3')),
    () => a.delete('items', { id: 'i3' }),
    () => a.put('items', rowOf('i3')),
    () => changed(both.next, 'd'),
    () => changed(both.old, 'e'),
    () => b.put('items', rowOf('i4', { code: 'c-i1', at: newer.at })),
  ];
  for (const step of steps) {
    await step();
    expect(await migration.verify(), String(step)).toMatchObject(right);
  }
  await a.close();
  await b.close();
});

test('a bridge takes away what a row has no more, whatever the field was called', async () => {
  const renamed = changes.find(({ name }) => name === 'an attribute is renamed') as ModelChange;
  const { both, migration, put, importer } = await openImport(
    { ...renamed, from: unique },
    (table, version) =>
      itemYaml(table, version).replace(
        'at: at }',
        `at: at, ${version === 'old' ? 'note' : 'newnote'}: note }`,
      ),
  );
  const old = await importer('old');
  await old.enter('dual');
  for (const id of ['i1', 'i2']) await put(id, { note: 'x' });
  await old.run();
  for (const phase of ['shadow', 'new'] as const) await old.enter(phase);
  await migration.expand(both.plans.to);
  await migration.fill();
  await migration.open();
  const [a, b] = [old.bridge(), (await importer('next')).bridge()];
  await b.put('items', rowOf('i1'));
  await a.put('items', rowOf('i2'));
  const query = 'query { a: getItem(id: "i1") { newnote } b: getItem(id: "i2") { newnote } }';
  expect(await both.next.project.data(query)).toEqual({ a: { newnote: null }, b: { newnote: null } });
  expect(await b.get('items', { id: 'i1' })).not.toHaveProperty('note');
  expect(await migration.verify()).toMatchObject(right);
  await a.close();
  await b.close();
});

test('a value that only the next version declares unique: its row is rejected, and the others go on', async () => {
  const { both, migration, put, importer } = await openImport({ name: 'unique', to: unique }, withoutPolicy);
  const old = await importer('old');
  await old.enter('dual');
  await put('i1', { code: 'same' });
  await old.run();
  await migration.expand(both.plans.to);
  await migration.fill();
  await put('i2', { code: 'same' });
  await put('i3');
  const bridge = old.bridge();
  expect(await bridge.put('items', rowOf('i4', { code: 'same' }))).toBe('rejected');
  const { sources } = await old.run({ again: true });
  expect(sources).toMatchObject([{ migrated: 2, rejected: 2, codes: { 'value-taken': 2 } }]);
  expect((await old.verify()).findings).toEqual([]);
  await bridge.close();
});

test('a value that only the former version declares unique: its row is rejected as long as both are served', async () => {
  const change = { name: 'unique no more', from: unique, to: withItem({ unique: [] }) };
  const { both, migration, put, importer } = await openImport(change, withoutPolicy);
  await put('i1', { code: 'same' });
  await (await importer('old')).run();
  await migration.expand(both.plans.to);
  await migration.fill();
  await migration.open();
  await put('i2', { code: 'same' });
  const next = await importer('next');
  expect((await next.run({ again: true })).sources).toMatchObject([{ rejected: 1 }]);
  await migration.contract();
  expect(await next.retry()).toMatchObject({ migrated: 1, rejected: 0 });
});

test('a row that is rejected for what only the next version refers to is accounted for', async () => {
  const restricts = changes.find(({ name }) => name === 'a reference restricts') as ModelChange;
  const { both, migration, put, importer } = await openImport(restricts, withoutPolicy);
  const old = await importer('old');
  await both.old.project.data('mutation { addOwner(input: { id: "o1" }) { id } }');
  await put('i1');
  await old.run();
  await migration.expand(both.plans.to);
  await migration.fill();
  await put('i2', { owner: 'o9' });
  const { sources } = await old.run({ again: true });
  expect(sources).toMatchObject([{ rejected: 1, codes: { REFERENCE_MISSING: 1 } }]);
  expect((await old.verify()).findings).toEqual([]);
});

test('a bridge of the former version closes after it is gone', async () => {
  const { both, migration, importer } = await openImport();
  const old = await importer('old');
  await old.enter('dual');
  const bridge = old.bridge();
  await bridge.put('items', rowOf('i1'));
  await migration.expand(both.plans.to);
  await migration.fill();
  await migration.open();
  await migration.contract();
  await expect(bridge.close()).resolves.toBeUndefined();
});
