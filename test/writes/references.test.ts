/** Records that name others: what they name is there, is kept from going, or takes them along. */

import type { Session, Write } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { customerCodec, orderCodec } from '../fixtures/ok/references/generated/items.js';
import { customerKey, orderGsi1Key, orderKey } from '../fixtures/ok/references/generated/keys.js';
import {
  customerWrites,
  employeeWrites,
  feedbackWrites,
  folderWrites,
  lineWrites,
  orderWrites,
  productWrites,
  reviewWrites,
  visitWrites,
} from '../fixtures/ok/references/generated/writes.js';
import { expectWhole, openShop } from './support/shop.js';

const customer = (id: string) => customerWrites.create({ id, name: id });
const product = (id: string) => productWrites.create({ id, name: id });
const order = (number: number, customerId: string, recommendedById?: string) =>
  orderWrites.create({ id: `o${number}`, number, customerId, recommendedById: recommendedById ?? null });
const line = (orderId: string, productId: string) => lineWrites.create({ orderId, productId, pieces: 1 });
const folder = (id: string, parentId: string | null) => folderWrites.create({ id, parentId });

const [longAgo, farAhead] = [new Date('2000-01-01T00:00:00.000Z'), new Date('2100-01-01T00:00:00.000Z')];

/** Several transactions of so many writes each. */
async function writeAll(db: Session, writes: readonly Write<unknown>[], atOnce = 30): Promise<void> {
  for (let at = 0; at < writes.length; at += atOnce) await db.write(...writes.slice(at, at + atOnce));
}

const missing = (entity: string, field: string, to: string) => ({
  code: 'REFERENCE_MISSING',
  extensions: { code: 'REFERENCE_MISSING', entity, field, to },
});

test('what a record names is there when it is created, and when it comes to name it', async () => {
  const shop = await openShop();
  const db = shop.database.session();
  await expect(db.write(order(1, 'a'))).rejects.toMatchObject(missing('Order', 'customerId', 'Customer'));
  await db.write(customer('a'), order(1, 'a'));
  await expect(db.write(order(2, 'a', 'nobody'))).rejects.toMatchObject(
    missing('Order', 'recommendedById', 'Customer'),
  );
  await expect(db.write(orderWrites.update({ id: 'o1' }, { customerId: 'b' }))).rejects.toMatchObject(
    missing('Order', 'customerId', 'Customer'),
  );
  // A change of something else asks nothing, and costs one request more than the read.
  const before = db.stats().requests;
  await db.write(orderWrites.update({ id: 'o1' }, { number: 11 }));
  expect(db.stats().requests - before).toBe(2);
  // It moves to one that is created with it, while the other is changed.
  await db.write(
    customer('b'),
    orderWrites.update({ id: 'o1' }, { customerId: 'b', recommendedById: 'a' }),
    customerWrites.update({ id: 'a' }, { name: 'A' }),
  );
  // One that is deleted cannot be named in the same transaction.
  await expect(db.write(customerWrites.delete({ id: 'a' }), order(3, 'b', 'a'))).rejects.toMatchObject(
    missing('Order', 'recommendedById', 'Customer'),
  );
  await expect(db.write(customerWrites.delete({ id: 'a' }), order(3, 'a'))).rejects.toMatchObject({
    code: 'REFERENCED',
    extensions: { entity: 'Customer', by: 'Order.customerId' },
  });
  // Nobody looks after `leave` afterwards; and where it stays as it is, nobody asks.
  await db.write(customerWrites.delete({ id: 'a' }));
  await db.write(orderWrites.update({ id: 'o1' }, { number: 12 }));
  // The same key by another field is another reference.
  await expect(db.write(orderWrites.update({ id: 'o1' }, { customerId: 'a' }))).rejects.toMatchObject(
    missing('Order', 'customerId', 'Customer'),
  );
  expect(expectWhole(await shop.items())).toEqual({ Customer: 1, Order: 1 });
});

test('a record that has expired is not there to be named, in whatever table', async () => {
  const shop = await openShop();
  let now = new Date('2026-01-01T00:00:00.000Z');
  const db = () => shop.open({ now: () => now }).session();
  await db().write(
    customer('a'),
    visitWrites.create({ id: 'v', customerId: 'a', until: new Date('2026-01-02T00:00:00.000Z') }),
  );
  await db().write(feedbackWrites.create({ id: 'f1', visitId: 'v' }));
  now = new Date('2026-01-03T00:00:00.000Z');
  await expect(db().write(feedbackWrites.create({ id: 'f2', visitId: 'v' }))).rejects.toMatchObject(
    missing('Feedback', 'visitId', 'Visit'),
  );
});

test('a record is not deleted while another names it that asks for it', async () => {
  const shop = await openShop();
  const db = shop.database.session();
  const employee = (id: string) => employeeWrites.create({ shop: 's#1', id });
  const review = (id: string, authorId: string | null) =>
    reviewWrites.create({ id, shop: 's#1', authorId, productId: 'p' });
  await db.write(product('p'), employee('e'), employee('f'), review('r1', 'e'), review('r2', null));
  const gone = (id: string) => employeeWrites.delete({ shop: 's#1', id });
  await expect(db.write(gone('e'))).rejects.toMatchObject({
    code: 'REFERENCED',
    extensions: { code: 'REFERENCED', entity: 'Employee', by: 'Review.author' },
  });
  await db.write(reviewWrites.update({ id: 'r1' }, { authorId: 'f' }));
  await db.write(gone('e'));
  await expect(db.write(gone('f'))).rejects.toMatchObject({ code: 'REFERENCED' });
  // In one transaction with the last that names it, it goes.
  await db.write(reviewWrites.update({ id: 'r1' }, { authorId: null }), gone('f'));
  await db.write(employee('g'), review('r3', 'g'));
  await db.write(gone('g'), reviewWrites.delete({ id: 'r3' }));
  expect(expectWhole(await shop.items())).toEqual({ Product: 1, Review: 2 });
});

test('records go with the one they name in one transaction, or not at all', async () => {
  const shop = await openShop();
  const db = shop.database.session();
  await db.write(customer('a'), customer('b'), product('p'), product('q'));
  await db.write(...[1, 2, 3].map((n) => order(n, 'a')), order(4, 'b'));
  await db.write(...['o1', 'o2', 'o4'].flatMap((id) => [line(id, 'p'), line(id, 'q')]));
  await db.write(visitWrites.create({ id: 'v', customerId: 'a', until: farAhead }));
  // A product is named by lines, which are in the way, and not by their own end.
  await expect(db.write(productWrites.delete({ id: 'p' }))).rejects.toMatchObject({
    code: 'REFERENCED',
    extensions: { by: 'Line.productId' },
  });
  await expect(db.write(customerWrites.delete({ id: 'a' }, { expect: 2 }))).rejects.toMatchObject({
    code: 'VERSION_CONFLICT',
  });
  const isB = { require: { isB: ({ name }: { name: string }) => name === 'b' } };
  const refused = { code: 'GUARD_FAILED', extensions: { entity: 'Customer', guard: 'isB' } };
  await expect(db.write(customerWrites.delete({ id: 'a' }, isB))).rejects.toMatchObject(refused);
  await expect(db.cascade(customerWrites.delete({ id: 'a' }, isB))).rejects.toMatchObject(refused);
  const [gone] = await db.write(customerWrites.delete({ id: 'a' }, { expect: 1 }), product('r'));
  expect(gone).toMatchObject({ id: 'a' });
  expect(await db.get(orderCodec, orderKey({ id: 'o1' }))).toBeNull();
  expect(expectWhole(await shop.items())).toEqual({ Customer: 1, Order: 1, Line: 2, Product: 3 });
  await expect(db.write(customerWrites.delete({ id: 'a' }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('what one transaction does not hold goes in steps, and a call goes on where another ended', async () => {
  const shop = await openShop();
  const db = shop.database.session();
  await db.write(customer('a'), customer('b'), product('p'), product('q'));
  await writeAll(
    db,
    Array.from({ length: 130 }, (_, n) => order(n, 'a')),
    15,
  );
  await db.write(order(200, 'b'), line('o7', 'p'), line('o7', 'q'), line('o9', 'p'));
  const end = customerWrites.delete(
    { id: 'a' },
    { expect: 1, alongside: ({ before }) => [customerWrites.update({ id: 'b' }, { name: before.id })] },
  );
  await expect(db.write(end)).rejects.toMatchObject({ code: 'TRANSACTION_TOO_LARGE' });
  expect(expectWhole(await shop.items())).toMatchObject({ Order: 131 });

  // The mark, and one step.
  const error = await db.cascade(end, { steps: 2 }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'CASCADE_UNFINISHED', extensions: { entity: 'Customer' } });
  const { extensions } = error as { extensions: { deleted: number } };
  const left = expectWhole(await shop.items());
  expect(left).toMatchObject({ Customer: 2, marked: 1 });
  expect((left.Order ?? 0) + (left.Line ?? 0) + extensions.deleted).toBe(134);
  expect(extensions.deleted).toBeGreaterThan(30);

  // It can be read, and is neither changed nor named.
  expect(await db.get(customerCodec, customerKey({ id: 'a' }))).toMatchObject({ id: 'a', version: 1 });
  await expect(db.write(order(300, 'a'))).rejects.toMatchObject(missing('Order', 'customerId', 'Customer'));
  await expect(db.write(order(300, 'b', 'a'))).rejects.toMatchObject({ code: 'REFERENCE_MISSING' });
  for (const change of [
    customerWrites.update({ id: 'a' }, { name: 'x' }),
    customerWrites.upsert({ id: 'a' }, { id: 'a', name: 'x' }),
  ])
    await expect(db.write(change)).rejects.toMatchObject({ code: 'BEING_DELETED' });
  await expect(db.write(customer('a'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });

  expect(await db.cascade(end)).toMatchObject({ id: 'a' });
  expect(expectWhole(await shop.items())).toEqual({ Customer: 1, Order: 1, Product: 2 });
  expect(await db.get(customerCodec, customerKey({ id: 'b' }))).toMatchObject({ name: 'a' });
  // What was named can go, and its numbers are free again.
  await db.write(productWrites.delete({ id: 'p' }), customer('a'), order(7, 'a'));
});

test('what is in the way of a deletion in steps leaves it marked, and it goes once that is gone', async () => {
  const shop = await openShop();
  const db = shop.database.session();
  await db.write(product('p'), customer('a'), order(1, 'a'), line('o1', 'p'));
  await writeAll(
    db,
    Array.from({ length: 120 }, (_, n) =>
      reviewWrites.create({ id: `r${n}`, shop: 's', authorId: null, productId: 'p' }),
    ),
    15,
  );
  const end = productWrites.delete({ id: 'p' });
  // What names the record itself is asked before anything is deleted.
  await expect(db.cascade(end)).rejects.toMatchObject({ code: 'REFERENCED' });
  expect(expectWhole(await shop.items())).toEqual({
    Product: 1,
    Customer: 1,
    Order: 1,
    Line: 1,
    Review: 120,
  });
  await db.write(orderWrites.delete({ id: 'o1' }));
  await db.cascade(end);
  expect(expectWhole(await shop.items())).toEqual({ Customer: 1 });
});

test('records that name each other in a circle go together, however many there are', async () => {
  const shop = await openShop();
  const db = shop.database.session();
  await db.write(folder('self', 'self'));
  await db.write(folder('a', null), folder('b', 'a'), folder('c', 'b'));
  await db.write(folderWrites.update({ id: 'a' }, { parentId: 'c' }));
  await db.write(folderWrites.delete({ id: 'b' }), folderWrites.delete({ id: 'self' }));
  expect(expectWhole(await shop.items())).toEqual({});

  await db.write(folder('root', null), folder('x', 'root'));
  await writeAll(
    db,
    Array.from({ length: 150 }, (_, n) => folder(`f${n}`, n % 2 === 0 ? 'root' : 'x')),
  );
  await db.write(folderWrites.update({ id: 'root' }, { parentId: 'f1' }));
  await db.cascade(folderWrites.delete({ id: 'x' }));
  expect(expectWhole(await shop.items())).toEqual({});
});

test('a chain that is longer than a transaction goes from its end', async () => {
  const shop = await openShop();
  const db = shop.database.session();
  const depth = 60;
  await writeAll(
    db,
    Array.from({ length: depth }, (_, n) => folder(`f${n}`, n === 0 ? null : `f${n - 1}`)),
    20,
  );
  const end = folderWrites.delete({ id: 'f0' });
  let calls = 1;
  for (; ; calls++) {
    const isDone = await db.cascade(end, { steps: 30 }).then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'CASCADE_UNFINISHED' });
        return false;
      },
    );
    expectWhole(await shop.items());
    if (isDone) break;
  }
  expect(calls).toBeGreaterThan(2);
  expect(expectWhole(await shop.items())).toEqual({});
});

test('what expires goes along as far as it is found, and is counted by nobody', async () => {
  const shop = await openShop();
  const db = shop.database.session();
  const visit = (id: string, at: Date) => visitWrites.create({ id, customerId: 'a', until: at });
  await db.write(customer('a'), visit('old', longAgo));
  await writeAll(
    db,
    Array.from({ length: 120 }, (_, n) => visit(`v${n}`, farAhead)),
  );
  await expect(db.write(customerWrites.delete({ id: 'a' }))).rejects.toMatchObject({
    code: 'TRANSACTION_TOO_LARGE',
  });
  await db.cascade(customerWrites.delete({ id: 'a' }));
  const items = await shop.items();
  // One that had expired is DynamoDB's to remove.
  expect(items.get('visits')?.map(({ id }) => id)).toEqual(['old']);
  expect(items.get('shop')).toEqual([]);
});

test('a record whose deletion takes others along is deleted under the conditions that it is given', async () => {
  const shop = await openShop();
  const db = shop.database.session();
  await db.write(customer('a'), order(1, 'a'));
  const end = (name: string) =>
    customerWrites.delete({ id: 'a' }, { require: { isNamed: (current) => current.name === name } });
  const refused = { code: 'GUARD_FAILED', extensions: { entity: 'Customer', guard: 'isNamed' } };
  await expect(db.write(end('b'))).rejects.toMatchObject(refused);
  await expect(db.cascade(end('b'))).rejects.toMatchObject(refused);
  expect(expectWhole(await shop.items())).toEqual({ Customer: 1, Order: 1 });
  await db.cascade(end('a'));
  expect(expectWhole(await shop.items())).toEqual({});
});

test('a record is not deleted before all that name it are, though the index does not show them yet', async () => {
  const shop = await openShop();
  const limits = { deadlineMs: 200 };
  const db = shop.open({ limits }).session();
  await db.write(customer('a'), order(1, 'a'), order(2, 'a'));
  const index = await shop.lag('shop', orderKey({ id: 'o1' }), {});
  const end = customerWrites.delete({ id: 'a' });
  await expect(db.write(end)).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(db.cascade(end)).rejects.toMatchObject({
    code: 'CASCADE_UNFINISHED',
    extensions: { deleted: 1 },
  });
  await index.catchUp();
  expect(expectWhole(await shop.items())).toEqual({ Customer: 1, Order: 1, marked: 1 });
  await db.cascade(end);
  expect(expectWhole(await shop.items())).toEqual({});
});

test('a record that names another by now stays, though the index still shows it', async () => {
  const shop = await openShop();
  const db = shop.database.session();
  await db.write(customer('a'), customer('b'), order(1, 'a'), order(2, 'b'));
  const { GSI1PK, GSI1SK } = orderGsi1Key({ customerId: 'a', number: 2, id: 'o2' });
  const index = await shop.lag('shop', orderKey({ id: 'o2' }), {
    GSI1PK: GSI1PK ?? '',
    GSI1SK: GSI1SK ?? '',
  });
  await db.cascade(customerWrites.delete({ id: 'a' }));
  await index.catchUp();
  expect(expectWhole(await shop.items())).toEqual({ Customer: 1, Order: 1 });
});
