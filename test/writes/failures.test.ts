/**
 * What goes wrong in other libraries. The rest of it: keys of values that hold the delimiter are in
 * test/runtime/key-proof.test.ts, keys a batch get leaves unprocessed in test/runtime/failures.test.ts, an email
 * that changes hands in races.test.ts.
 */

import { expect, test } from 'vitest';
import { userCodec } from '../../generated/items.js';
import { userKey } from '../../generated/keys.js';
import { tables } from '../../generated/tables.js';
import { userWrites } from '../../generated/writes.js';
import { orderCodec } from '../fixtures/ok/status-and-time/generated/items.js';
import { orderKey } from '../fixtures/ok/status-and-time/generated/keys.js';
import { ordersOfCustomer } from '../fixtures/ok/status-and-time/generated/queries.js';
import { tables as shop } from '../fixtures/ok/status-and-time/generated/tables.js';
import { orderWrites } from '../fixtures/ok/status-and-time/generated/writes.js';
import { openProject } from '../support/databases.js';
import { itemsIn, keyId, stored } from './support/storage.js';

test('of an index key of status and time, a change of the status alone moves the item', async () => {
  const { database, engine, names } = await openProject(shop);
  const session = () => database.session();
  await session().write(orderWrites.create({ id: 'a', customer: 'c', status: 'OPEN' }));
  const [shipped] = await session().write(orderWrites.update({ id: 'a' }, { status: 'SHIPPED' }));
  const items = await itemsIn(engine.client, names.shop ?? '');
  const item = items.get(keyId(orderKey({ id: 'a' })));
  expect(item?.GSI1SK).toBe(`SHIPPED#${shipped.createdAt}`);
  expect(item).toEqual(stored(orderCodec.item(shipped)));
  const found = async (status: 'OPEN' | 'SHIPPED') =>
    (await session().list(ordersOfCustomer({ customer: 'c', status }))).map(({ id }) => id);
  expect([await found('OPEN'), await found('SHIPPED')]).toEqual([[], ['a']]);
});

test('changes of an index’s two keys by two writers at once leave the keys of both', async () => {
  const { database, engine, names } = await openProject(shop);
  await database.session().write(orderWrites.create({ id: 'a', customer: 'c', status: 'OPEN' }));
  await Promise.all([
    database.session().write(orderWrites.update({ id: 'a' }, { status: 'SHIPPED' })),
    database.session().write(orderWrites.update({ id: 'a' }, { customer: 'c#d' })),
  ]);
  const [item] = (await itemsIn(engine.client, names.shop ?? '')).values();
  expect(item).toMatchObject({
    GSI1PK: 'CUSTOMER#c$Sd',
    GSI1SK: `SHIPPED#${item?.createdAt}`,
    version: 3,
  });
});

test('what an upsert creates has the key it was asked for', async () => {
  const { database } = await openProject(tables);
  const values = { email: 'a@example.com', name: 'Ada', passwordHash: 'hash' };
  const [created] = await database.session().write(userWrites.upsert({ id: 'a' }, values));
  expect(created.id).toBe('a');
  expect(await database.session().get(userCodec, userKey({ id: 'a' }))).toEqual(created);
});
