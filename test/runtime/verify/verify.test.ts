/** What a verification finds of versions, numbers, references and unique values, and when it does not begin. */

import type { Item, Key } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import type { StoredPlan } from '../../../src/runtime/migrate/plan-record.js';
import { openShop, type Shop } from './support/shop.js';

const customer = (id: string, more: object = {}) => ({
  id,
  email: `${id}@example.org`,
  plan: 'FREE',
  name: 'n',
  pin: 'hush',
  ...more,
});
const main = (id: string): Key => ({ PK: `CUSTOMER#${id}`, SK: 'METADATA' });

async function only(shop: Shop, isOf: (item: Item) => boolean): Promise<Item> {
  const [one, ...more] = (await shop.items()).filter(isOf);
  if (!one || more.length > 0) throw new Error(`${more.length + (one ? 1 : 0)} items`);
  return one;
}

const keyOf = ({ PK, SK }: Item): Key => ({ PK: String(PK), SK: String(SK) });

async function someCustomers(shop: Shop): Promise<void> {
  const { writes, write } = shop;
  await write(writes.customer.create(customer('a')), writes.customer.create(customer('b', { plan: 'PAID' })));
  for (let at = 1; at <= 5; at++) await write(writes.customer.update({ id: 'a' }, { name: `n${at}` }));
  expect(await shop.found()).toEqual([]);
}

test('versions: the current one is there, none is newer, no more are kept than should be', async () => {
  const shop = await openShop();
  await someCustomers(shop);
  const oldest = (await shop.items()).filter(({ SK }) => String(SK).startsWith('VERSION#'));
  expect(oldest).toHaveLength(4);
  const version = (of: string, number: number) =>
    only(shop, ({ _type, id, version: one }) => _type === 'CustomerVersion' && id === of && one === number);
  const fifth = await version('a', 5);
  const keyed = (number: number) => ({ ...keyOf(fifth), SK: String(fifth.SK).replace('5', String(number)) });
  await shop.drop(keyOf(await version('b', 1)));
  await shop.set(keyOf(await version('a', 6)), { name: 'another' });
  await shop.put({ ...fifth, ...keyed(9), version: 9 });
  await shop.put({ ...fifth, ...keyed(2), version: 2 });
  const found = [
    'missing version CustomerVersion',
    'orphaned version CustomerVersion',
    'orphaned version CustomerVersion',
    'stale version CustomerVersion',
  ];
  expect(await shop.found()).toEqual(found);
  expect(await shop.found({ repair: true })).toEqual(found.map((one) => `${one}, repaired`));
  expect(await shop.found()).toEqual([]);
  // They outlive their record.
  await shop.write(shop.writes.customer.delete({ id: 'a' }));
  expect(await shop.found()).toEqual([]);
});

test('a sequence is not behind its records', async () => {
  const shop = await openShop();
  const { writes, write } = shop;
  for (const id of ['a', 'b', 'c']) await write(writes.ticket.create({ id, project: 'p' }));
  await write(writes.ticket.delete({ id: 'c' }));
  expect(await shop.found()).toEqual([]);
  const sequence = keyOf(await only(shop, (item) => '_counts' in item));
  await shop.set(sequence, { _number: 1 });
  expect(await shop.found()).toEqual(['stale sequence Ticket']);
  await shop.drop(sequence);
  expect(await shop.found({ repair: true })).toEqual(['missing sequence Ticket, repaired']);
  expect(await shop.found()).toEqual([]);
  await write(writes.ticket.create({ id: 'd', project: 'p' }));
  expect(await only(shop, ({ id }) => id === 'd')).toMatchObject({ number: 3 });
});

test('a record without a revision, or with an unreadable one, costs it no version of its history', async () => {
  const shop = await openShop();
  await someCustomers(shop);
  const { version: _version, ...record } = await only(
    shop,
    ({ PK, SK }) => PK === 'CUSTOMER#a' && SK === 'METADATA',
  );
  const versions = async () => (await shop.items()).filter(({ _type }) => _type === 'CustomerVersion');
  const before = await versions();
  for (const version of ['six', 1.5, 1_000_000_000_000_000]) {
    await shop.put({ ...record, version });
    expect(await shop.found({ repair: true })).toEqual(['unreadable record Customer']);
  }
  await shop.put(record);
  await shop.found({ repair: true });
  expect(await versions()).toEqual(before);
});

test('a record in the place of a version is not overwritten by it', async () => {
  const shop = await openShop();
  await someCustomers(shop);
  const other = await only(shop, ({ PK, SK }) => PK === 'CUSTOMER#b' && SK === 'METADATA');
  const sixth = await only(
    shop,
    ({ _type, id, version }) => _type === 'CustomerVersion' && id === 'a' && version === 6,
  );
  await shop.put({ ...other, ...keyOf(sixth) });
  await shop.put({ ...sixth, ...main('b') });
  await shop.found({ repair: true });
  const left = await shop.verify({ repair: true });
  expect(left.repaired).toBe(0);
  expect(left.findings.filter(({ why, remedy }) => !why || !remedy)).toEqual([]);
  expect(await only(shop, ({ email }) => email === 'b@example.org')).toEqual({ ...other, ...keyOf(sixth) });
  // As the remedy says.
  await shop.put(other);
  await shop.drop(keyOf(sixth));
  await shop.found({ repair: true });
  expect(await shop.found()).toEqual([]);
});

test('while a value waits for its record, nobody else can take it: its guard is corrected, not deleted', async () => {
  const deleted: unknown[] = [];
  const shop = await openShop({
    onRequest: ({ operation, input }) => {
      if (operation === 'DeleteItem' || operation === 'TransactWriteItems')
        deleted.push(JSON.stringify(input));
    },
  });
  const { writes, write } = shop;
  for (let at = 0; at < 20; at++) await write(writes.customer.create(customer(`c${at}`)));
  for (const item of await shop.items())
    if (item._guards !== undefined) await shop.set(keyOf(item), { _owner: '["NOBODY","#"]' });
  deleted.length = 0;
  const found = await shop.found({ repair: true });
  expect(found).toEqual(Array.from({ length: 20 }, () => 'stale guard Customer, repaired'));
  expect(deleted.filter((one) => String(one).includes('"Delete"'))).toEqual([]);
  expect(await shop.found()).toEqual([]);
});

test('a guard that names no record at all is corrected, or deleted where no record has its value', async () => {
  const shop = await openShop();
  await someCustomers(shop);
  const guard = await only(shop, ({ _owner }) => String(_owner).includes('#b'));
  await shop.set(keyOf(guard), { _owner: 'nobody' });
  await shop.put({ ...guard, PK: 'CUSTOMER#EMAIL#free@example.org', _owner: 'nobody' });
  expect(await shop.found({ repair: true })).toEqual([
    'orphaned guard Customer, repaired',
    'stale guard Customer, repaired',
  ]);
  await shop.write(shop.writes.customer.create(customer('free')));
  expect(await shop.found()).toEqual([]);
});

test('a record that lost its type is a record again; one that has the type of another entity is left to you', async () => {
  const shop = await openShop();
  await someCustomers(shop);
  await shop.write(shop.writes.order.create({ id: 'o', customerId: 'a', total: 5 }));
  const order = await only(shop, ({ _type }) => _type === 'Order');
  const { _type, ...untyped } = order;
  await shop.put(untyped);
  expect(await shop.found()).toEqual(['stale record Order']);
  await shop.put({ ...order, _type: 'Customer' });
  expect(await shop.found({ repair: true })).toEqual(['unreadable record Customer']);
  const { findings, unchecked } = await shop.verify();
  expect(findings).toMatchObject([
    { why: 'it has no email. Its key is one of Order.', remedy: 'Set its `_type` to Order, or delete it.' },
  ]);
  expect(unchecked.map(({ entity }) => entity).sort()).toEqual(['Order.customerId', 'orderCount', 'spent']);
  await shop.put(untyped);
  await shop.found({ repair: true });
  expect(await shop.items()).toContainEqual(order);
  expect(await shop.found()).toEqual([]);
});

test('a time of expiry that the fields of a record do not give is corrected before it deletes the record', async () => {
  const now = new Date('2126-01-01T00:00:00.000Z');
  const shop = await openShop({ now: () => now });
  await shop.write(
    shop.writes.session.create({ id: 's', email: 's@example.org', until: '2126-05-01T00:00:00.000Z' }),
  );
  const session = await only(shop, ({ _type }) => _type === 'Session');
  await shop.set(keyOf(session), { ttl: now.getTime() / 1000 - 60 });
  expect(await shop.found({ repair: true })).toEqual(['stale record Session, repaired']);
  expect(await shop.items()).toContainEqual(session);
});

test('a sequence with another name, a fraction or a time of expiry is corrected, and never deleted', async () => {
  const shop = await openShop();
  const { writes, write } = shop;
  for (const id of ['a', 'b', 'c']) await write(writes.ticket.create({ id, project: 'p' }));
  for (const id of ['b', 'c']) await write(writes.ticket.delete({ id }));
  const sequence = await only(shop, (item) => '_counts' in item);
  for (const wrong of [{ _counts: 'forgotten' }, { _number: 2.5 }, { ttl: 1 }]) {
    await shop.set(keyOf(sequence), wrong);
    expect(await shop.found({ repair: true })).toEqual(['stale sequence Ticket, repaired']);
    expect(await shop.items()).toContainEqual(sequence);
  }
  await write(writes.ticket.delete({ id: 'a' }));
  await shop.set(keyOf(sequence), { _counts: 'forgotten' });
  expect(await shop.found({ repair: true })).toEqual(['stale sequence Ticket, repaired']);
  expect(await shop.items()).toContainEqual(sequence);
});

test('what an import and a migration note in a table is none of an unknown entity', async () => {
  const shop = await openShop();
  await shop.put({
    PK: '_IMPORT#users#3',
    SK: '42',
    outcome: 'rejected',
    code: 'value-unmapped',
    reason: 'r',
  });
  await shop.put({ PK: '_IMPORT', SK: 'SWITCH', phase: 'legacy', number: 1 });
  await shop.put({ PK: '_plan', SK: '_run', _type: '_plan', revision: 1 });
  expect(await shop.found()).toEqual([]);
  await shop.put({ PK: 'ELSEWHERE', SK: '#', _type: '_plan' });
  expect(await shop.found()).toEqual(['unknown item _plan']);
});

test('a reference to a record that is not there is reported, and stays', async () => {
  const shop = await openShop();
  const { writes, write } = shop;
  await someCustomers(shop);
  await write(writes.order.create({ id: 'o', customerId: 'b', total: 5 }));
  await write(writes.order.create({ id: 'p', customerId: 'b', total: 7 }));
  expect(await shop.found()).toEqual([]);
  await shop.drop(main('b'));
  const left = ['missing reference Order', 'missing reference Order'];
  expect(await shop.found({ repair: true })).toEqual([...left, 'orphaned guard Customer, repaired']);
  const { findings } = await shop.verify();
  expect(findings).toMatchObject([
    { why: 'It names Customer {"PK":"CUSTOMER#b","SK":"METADATA"} as customerId, which is not there.' },
    { isRepairable: false },
  ]);
});

test('counts of references and sums are those of the records', async () => {
  const shop = await openShop();
  const { writes, write } = shop;
  await someCustomers(shop);
  await write(writes.order.create({ id: 'o', customerId: 'b', total: 5 }));
  const counts = (await shop.items()).filter((item) => '_counts' in item);
  expect(counts.map(({ _counts }) => _counts).sort()).toEqual(['Order.customerId', 'orderCount', 'spent']);
  for (const one of counts) await shop.set(keyOf(one), { _number: 40 });
  expect(await shop.found()).toEqual([
    'stale aggregate Order.customerId',
    'stale aggregate orderCount',
    'stale aggregate spent',
  ]);
  await shop.found({ repair: true });
  expect(await shop.found()).toEqual([]);
  await write(writes.order.delete({ id: 'o' }), writes.customer.delete({ id: 'b' }));
});

test('of two records with one unique value, one is reported until somebody changes it', async () => {
  const shop = await openShop();
  await someCustomers(shop);
  await shop.set(main('b'), { email: 'a@example.org' });
  const old = await only(shop, ({ _owner }) => String(_owner).includes('#b'));
  expect(await shop.found({ repair: true })).toEqual([
    'doubled guard Customer',
    'orphaned guard Customer, repaired',
  ]);
  await shop.drop(keyOf(await only(shop, ({ _owner }) => String(_owner).includes('#a'))));
  // Who had it before is not known any more.
  expect((await shop.found()).sort()).toEqual(['doubled guard Customer', 'missing guard Customer']);
  expect(await shop.found({ repair: true })).toEqual([
    'doubled guard Customer',
    'missing guard Customer, repaired',
  ]);
  await shop
    .write(shop.writes.customer.update({ id: 'b' }, { email: 'b@example.org' }))
    .catch(() => undefined);
  await shop.set(main('b'), { email: 'b@example.org' });
  await shop.found({ repair: true });
  expect(await shop.found()).toEqual([]);
  expect(await shop.items()).toContainEqual(old);
});

test('values that are not of their type are named, and nothing else is said of the record', async () => {
  const shop = await openShop();
  await someCustomers(shop);
  await shop.set(main('a'), { plan: 'GOLD' });
  await shop.set(main('b'), { name: 12, pin: 'changed hush' });
  const { findings } = await shop.verify({ repair: true });
  expect(findings.map(({ kind, key, why }) => [kind, key.PK, why]).sort()).toEqual([
    ['unreadable', 'CUSTOMER#a', 'plan is not one of FREE, PAID.'],
    ['unreadable', 'CUSTOMER#b', 'name is not text.'],
  ]);
  expect(JSON.stringify(findings)).not.toContain('hush');
});

test('what has expired is no fault, whether or not it is still there', async () => {
  let now = new Date('2126-01-01T00:00:00.000Z');
  const shop = await openShop({ now: () => now });
  const until = '2126-01-01T01:00:00.000Z';
  await shop.write(shop.writes.session.create({ id: 's', email: 's@example.org', until }));
  await shop.write(shop.writes.session.create({ id: 't', email: 't@example.org', until }));
  expect(await shop.found()).toEqual([]);
  now = new Date('2126-01-01T02:00:00.000Z');
  expect(await shop.found()).toEqual([]);
  await shop.drop(keyOf(await only(shop, ({ id, _type }) => id === 's' && _type === 'Session')));
  await shop.drop(keyOf(await only(shop, ({ _owner }) => String(_owner).includes('#t'))));
  expect(await shop.found()).toEqual([]);
});

test('a deletion that was never completed is reported after an hour', async () => {
  const now = new Date('2126-01-01T12:00:00.000Z');
  const shop = await openShop({ now: () => now });
  await someCustomers(shop);
  await shop.set(main('a'), { _deleting: '2126-01-01T11:30:00.000Z' });
  expect(await shop.found()).toEqual([]);
  await shop.set(main('a'), { _deleting: '2126-01-01T10:59:00.000Z' });
  expect(await shop.found()).toEqual(['stale record Customer']);
});

test('of some entities only their items are reported', async () => {
  const shop = await openShop();
  await someCustomers(shop);
  await shop.put({ PK: 'X', SK: 'Y', _type: 'Alien', secret: 'hush' });
  await shop.set(main('a'), { plan: 'GOLD' });
  const { findings } = await shop.verify();
  expect(findings.map(({ kind }) => kind).sort()).toEqual(['unknown', 'unreadable']);
  expect(JSON.stringify(findings)).not.toContain('hush');
  expect(await shop.found({ entities: ['Customer'] })).toEqual(['unreadable record Customer']);
  expect(await shop.found({ entities: ['Order'] })).toEqual([]);
  await expect(shop.verify({ entities: ['Orders'] })).rejects.toMatchObject({ code: 'CONFIGURATION' });
});

test('it does not begin while a migration is under way, nor by another version of the plan', async () => {
  const plan = ({ stored: { tables } }: Shop, more: Record<string, string> = {}): StoredPlan => {
    const hashes = { ...tables[0]?.forms, ...more };
    return { fingerprint: JSON.stringify(hashes), hashes, forms: [], tables };
  };
  const shop = await openShop();
  const migration = shop.project.database.migration({ settleMs: 0 });
  await migration.note(plan(shop));
  expect(await shop.found()).toEqual([]);
  await migration.expand(plan(shop, { Order: 'other' }));
  await expect(shop.verify()).rejects.toMatchObject({
    code: 'PLAN_MISMATCH',
    message: expect.stringContaining('A migration of the table main is under way (write-only)'),
  });
  const other = await openShop();
  await other.project.database.migration().note(plan(other, { Order: 'other' }));
  await expect(other.verify()).rejects.toMatchObject({
    code: 'PLAN_MISMATCH',
    message: expect.stringContaining('stores Order by another version of the plan'),
  });
});

test('a run that is aborted says so, and what it has found', async () => {
  const shop = await openShop();
  await someCustomers(shop);
  const abort = new AbortController();
  const report = await shop.verify({ signal: abort.signal, segments: 1, onProgress: () => abort.abort() });
  expect(report).toMatchObject({ isComplete: false, found: 0 });
});
