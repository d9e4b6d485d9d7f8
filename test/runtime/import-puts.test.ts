/** Two processes that write the same rows at once: what was written last is what both sides have. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { once, openImport, rowOf, withSecretKeys } from './migrate/support/importing.js';

/** In the phase `new`, with `i0`, and `bad`, which is rejected. */
async function openNew() {
  const one = await openImport();
  const first = await one.importer('old');
  await first.enter('dual');
  await one.put('i0');
  await one.put('bad', { kind: 'wizard' });
  await first.run();
  for (const phase of ['shadow', 'new'] as const) await first.enter(phase);
  const client = new DynamoDBClient(one.both.old.project.clientConfig);
  onTestFinished(() => client.destroy());
  const second = await one.importer('old', client);
  const [a, b] = [first.bridge(), second.bridge()];
  onTestFinished(async () => {
    await Promise.all([a.close(), b.close()]);
  });
  const { project } = one.both.old;
  return {
    first,
    second,
    /** Bridges of both. */
    a,
    b,
    /** The second one's. */
    client,
    add: (id: string) =>
      project.data('mutation ($input: NewItem!) { addItem(input: $input) { id } }', { input: rowOf(id) }),
    drop: (id: string) => project.data('mutation ($id: ID!) { dropItem(id: $id) { id } }', { id }),
    get: async (id: string) =>
      (await project.data('query ($id: ID!) { getItem(id: $id) { name } }', { id }))['getItem'],
  };
}

const writes = /PutItem|TransactWriteItems/;

test.each(['dual', 'new'] as const)(
  'of a row that is put and then deleted nothing stays: %s',
  async (phase) => {
    const { first, a, b, client, get } = await openNew();
    if (phase === 'dual') await first.enter('dual');
    const put = once(client, { before: writes }, 'i3', () => a.put('items', rowOf('i3')));
    await b.delete('items', { id: 'i3' });
    expect(put.isDone).toBe(true);
    expect([await a.get('items', { id: 'i3' }), await get('i3')]).toEqual([null, null]);
    if (phase === 'dual') expect((await first.verify()).findings).toEqual([]);
    else expect(await first.reverse()).toMatchObject({ written: 0 });
  },
);

test('of a row that is put and then rejected there is no record', async () => {
  const { first, a, b, client, get } = await openNew();
  await first.enter('dual');
  const put = once(client, { before: writes }, 'i3', () => a.put('items', rowOf('i3')));
  expect(await b.put('items', rowOf('i3', { kind: 'wizard' }))).toBe('rejected');
  expect(put.isDone).toBe(true);
  expect(await get('i3')).toBeNull();
  expect((await first.verify()).findings).toEqual([]);
});

test.each(['dual', 'new'] as const)(
  'a row that is put as it was is what the record is: %s',
  async (phase) => {
    const { first, a, b, client, get } = await openNew();
    if (phase === 'dual') await first.enter('dual');
    const put = once(client, { before: writes }, 'c-i0', () => a.put('items', rowOf('i0', { name: 'b' })));
    await b.put('items', rowOf('i0'));
    expect(put.isDone).toBe(true);
    expect(await get('i0')).toEqual({ name: 'a' });
    await first.enter('dual');
    expect((await first.verify()).findings).toEqual([]);
  },
);

test('a row that came back, and whose record is gone again, is found', async () => {
  const { first, a, add, drop } = await openNew();
  await a.put('items', rowOf('i3'));
  await a.delete('items', { id: 'i3' });
  await add('i3');
  expect(await first.reverse()).toMatchObject({ written: 1 });
  await drop('i3');
  expect(await first.reverse()).toMatchObject({
    withoutRecord: 1,
    findings: [{ kind: 'without-record', source: 'items', key: 'i3' }],
  });
  expect(await first.reverse({ deleteRows: true })).toMatchObject({ deleted: 1 });
  await first.enter('dual');
  expect((await first.verify()).findings).toEqual([]);
});

test('a rejected row whose record was made by others is accounted for on the way back', async () => {
  const { first, add } = await openNew();
  await add('bad');
  expect(await first.reverse()).toMatchObject({ written: 1, left: 0 });
  await first.enter('dual');
  expect((await first.verify()).findings).toEqual([]);
});

test('a row that is written while it is to be deleted stays', async () => {
  const { second, first, a, client, drop } = await openNew();
  await drop('i0');
  const put = once(client, { before: writes }, 'i0', () => a.put('items', rowOf('i0', { kind: 'wizard' })));
  await second.reverse({ deleteRows: true });
  expect(put.isDone).toBe(true);
  await first.enter('dual');
  expect(await first.bridge().get('items', { id: 'i0' })).toMatchObject({ kind: 'wizard' });
});

test('a record that its row was written with is not left over, though its key is secret', async () => {
  const { put, importer } = await openImport(undefined, withSecretKeys);
  const old = await importer('old');
  await old.enter('dual');
  await put('k1');
  await old.run();
  const bridge = old.bridge();
  expect(await bridge.put('items', rowOf('k1', { name: 'b' }))).toBe('migrated');
  await bridge.close();
  for (const phase of ['shadow', 'new'] as const) await old.enter(phase);
  expect(await old.reverse()).toMatchObject({ left: 0, findings: [] });
});
