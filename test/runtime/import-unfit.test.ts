/** Rows that cannot be stored as records: each is in the account, and none keeps the others, or the old application, from going on. */
import { expect, test } from 'vitest';
import { customer, openShop } from '../support/import/shop.js';

const long = (length: number) => 'x'.repeat(length);

test('rows whose keys would be too long are rejected, and the others are imported', async () => {
  const { importer, put, record, account } = await openShop();
  await put('customers', customer('fits'));
  await put('customers', customer('guard', { email: long(3000) }));
  await put('customers', customer('index', { name: long(1500) }));
  await put('orders', { id: long(1100), customer: 'fits' });
  await put('orders', { id: 'o', customer: 'fits' });
  const report = await importer.run();
  expect(report.isComplete).toBe(true);
  expect(Object.values(await account())).toEqual(Array(3).fill('rejected KEY_INVALID'));
  expect([await record('Customer', 'fits'), await record('Order', 'o')]).not.toContain(null);
  expect((await importer.verify()).findings).toEqual([]);
});

test('rows that are too large for a record, or too large together for a transaction', async () => {
  const { importer, put, record, account } = await openShop();
  // A transaction has 4 MB.
  for (let at = 0; at < 14; at++) await put('customers', customer(`c${at}`, { about: long(350_000) }));
  // The row is within 400 KB; its record has keys of an index and stamps besides.
  await put('customers', customer('large', { about: long(409_600 - 110) }));
  expect((await importer.run()).isComplete).toBe(true);
  expect(await account()).toEqual({ 'customers large': 'rejected ITEM_TOO_LARGE' });
  expect(await record('Customer', 'c13')).not.toBeNull();
  expect((await importer.verify()).findings).toEqual([]);
});

test('a bridge stores a row that cannot be a record, and takes back the record of the row before', async () => {
  const { importer, row, record, account, put } = await openShop();
  await importer.enter('dual');
  const bridge = importer.bridge();
  await bridge.put('customers', customer('a'));
  expect(await bridge.put('customers', customer('a', { name: long(1500) }))).toBe('rejected');
  expect([await row('customers', 'a'), await record('Customer', 'a')]).toMatchObject([{ changed: 1 }, null]);
  expect(await bridge.put('orders', { id: 'o', customer: 'gone' })).toBe('rejected');
  expect(await account()).toEqual({
    'customers a': 'rejected KEY_INVALID',
    'orders o': 'rejected REFERENCE_MISSING',
  });
  expect((await importer.verify()).findings).toEqual([]);
  // What cannot even be stored as a row is the caller's error.
  const tooLarge = bridge.put('customers', customer('b', { about: long(500_000) }));
  await expect(tooLarge).rejects.toMatchObject({ code: 'ITEM_TOO_LARGE' });
  // Once what it names is there, the order is a record.
  await put('customers', customer('gone'));
  expect((await importer.verify({ repair: true })).findings).toMatchObject([
    { kind: 'missing', key: 'gone', isRepaired: true },
    { kind: 'unaccounted', key: 'o', isRepaired: true },
  ]);
  expect((await importer.verify()).findings).toEqual([]);
  await bridge.close();
});

test('a row that names one by a number names the row of the same text', async () => {
  const { importer, put, record } = await openShop();
  await importer.enter('dual');
  const bridge = importer.bridge();
  await put('customers', customer('42', { email: 'same@shop.example' }));
  await put('customers', customer('newer', { email: 'same@shop.example', changed: 2 }));
  // No row, not imported yet, imported and merged: before the import and after it.
  expect(await bridge.put('notes', { id: 'n1', customer: 41 })).toBe('migrated');
  await put('notes', { id: 'n2', customer: 42 });
  await put('notes', { id: 'n3', customer: 41 });
  expect((await importer.run()).isComplete).toBe(true);
  expect(await bridge.put('notes', { id: 'n4', customer: 42 })).toBe('migrated');
  const named = await Promise.all(['n1', 'n2', 'n3', 'n4'].map((id) => record('Note', id)));
  expect(named.map((one) => one?.['customerId'])).toEqual([undefined, 'newer', undefined, 'newer']);
  expect((await importer.verify()).findings).toEqual([]);
  await bridge.close();
});

test('rows that name rows of their own source are records, in whatever order they come', async () => {
  const { importer, putAll, record, account } = await openShop();
  const count = 40;
  const parent = (at: number) => (at === 0 ? {} : { parent: `f${Math.floor((at * 7) / 8) % at}` });
  await putAll(
    'folders',
    Array.from({ length: count }, (_, at) => ({ id: `f${at}`, ...parent(at) })),
  );
  await putAll('folders', [
    { id: 'own', parent: 'own' },
    { id: 'lost', parent: 'nowhere' },
    { id: 'of-lost', parent: 'lost' },
    // Their name is a digest.
    { id: `long-${long(300)}`, parent: `longer-${long(300)}` },
    { id: `longer-${long(300)}`, parent: 'own' },
  ]);
  expect((await importer.run()).isComplete).toBe(true);
  expect(await account()).toEqual({
    'folders lost': 'rejected REFERENCE_MISSING',
    'folders of-lost': 'rejected REFERENCE_MISSING',
  });
  for (const id of ['own', `f${count - 1}`, `long-${long(300)}`])
    expect(await record('Folder', id)).not.toBeNull();
  expect((await importer.verify()).findings).toEqual([]);
  // What was missing comes.
  await putAll('folders', [{ id: 'nowhere' }]);
  await importer.verify({ repair: true });
  expect(await account()).toEqual({});
  expect((await importer.verify()).findings).toEqual([]);
});

test.each(['orders', 'notes'] as const)(
  'a record that %s refer to stays, and the account says why',
  async (source) => {
    const { importer, put, row, record, account } = await openShop();
    await put('customers', customer('a'));
    await put('customers', customer('b'));
    await put('customers', customer('taken', { changed: 9 }));
    for (const id of ['a', 'b', 'taken']) await put(source, { id: `of-${id}`, customer: id });
    await importer.run();
    await importer.enter('dual');
    const bridge = importer.bridge();
    // It loses against another; it cannot be stored; it would take the address of one that has to stay; it is gone.
    expect(await bridge.put('customers', customer('a', { email: 'taken@shop.example' }))).toBe('rejected');
    expect(await bridge.put('customers', customer('b', { city: 'There', name: long(1500) }))).toBe(
      'rejected',
    );
    expect(await bridge.put('customers', customer('c', { email: 'taken@shop.example', changed: 10 }))).toBe(
      'rejected',
    );
    expect(await account()).toEqual({
      'customers a': 'rejected REFERENCED',
      'customers b': 'rejected REFERENCED',
      'customers c': 'rejected REFERENCED',
    });
    await bridge.delete('customers', { id: 'taken' });
    expect(await row('customers', 'taken')).toBeNull();
    for (const id of ['a', 'b', 'taken'])
      expect(await record('Customer', id)).toMatchObject({ email: `${id}@shop.example` });
    expect(await record('Customer', 'c')).toBeNull();
    // Nothing ends for it: it is found each time, until it can be mended.
    expect((await importer.run()).isComplete).toBe(true);
    const kept = await importer.verify({ repair: true });
    expect(kept.findings.map(({ kind, key, isRepaired }) => [kind, key, isRepaired]).sort()).toEqual([
      ['additional', 'taken', false],
      ['unaccounted', 'a', false],
      ['unaccounted', 'b', false],
    ]);
    for (const id of ['a', 'b', 'taken']) await bridge.delete(source, { id: `of-${id}` });
    await importer.verify({ repair: true });
    await importer.retry();
    await importer.verify({ repair: true });
    expect(await account()).toEqual({
      'customers a': 'merged merged',
      'customers b': 'rejected KEY_INVALID',
    });
    expect(await record('Customer', 'c')).toMatchObject({ email: 'taken@shop.example' });
    expect((await importer.verify()).findings).toEqual([]);
    await bridge.close();
  },
);

test('in the phase new, what others refer to is not deleted', async () => {
  const { importer, put, row, record } = await openShop();
  await put('customers', customer('a'));
  await put('orders', { id: 'o', customer: 'a' });
  await importer.enter('dual');
  await importer.run();
  await importer.enter('shadow');
  await importer.enter('new');
  const bridge = importer.bridge();
  await expect(bridge.delete('customers', { id: 'a' })).rejects.toMatchObject({ code: 'REFERENCED' });
  expect([await row('customers', 'a'), await record('Customer', 'a')]).not.toContain(null);
  await bridge.delete('orders', { id: 'o' });
  await bridge.delete('customers', { id: 'a' });
  expect([await row('customers', 'a'), await record('Customer', 'a')]).toEqual([null, null]);
  await bridge.close();
});
