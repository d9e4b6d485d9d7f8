import { beforeAll, beforeEach, expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/transactions/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/transactions/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/transactions/generated/schema.js';
import { tables } from '../fixtures/ok/transactions/generated/tables.js';
import { productWrites } from '../fixtures/ok/transactions/generated/writes.js';
import { type Served, serve } from './serve.js';

let served: Served;
const asked = { signedIn: 0, newCustomer: 0, isAllowed: true };

beforeAll(async () => {
  const resolvers = createResolvers({
    signedIn: () => {
      asked.signedIn += 1;
      if (!asked.isAllowed) throw new Error('Sign in first.');
    },
    takenFromStock: ({ args, current }) => ({ left: current.left - args.input.order.count }),
    newCustomer: ({ args }) => {
      asked.newCustomer += 1;
      return { name: args.name, passwordHash: 'a hash' };
    },
  });
  served = await serve({ typeDefs, tables, resolvers, loaders: createLoaders });
});

let n = 0;
/** A product of this test's own. */
let id = '';
beforeEach(async () => {
  n += 1;
  id = `p${n}`;
  const product = productWrites.create({ id, sku: `sku ${n}`, name: 'Cup', left: 10 });
  await served.database.session().write(product);
  asked.isAllowed = true;
});

const place = `mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) { id state count version entries { orderId text by } }
}`;
const order = (count = 1, productId = id) => ({ productId, count });
const left = async (productId = id) =>
  (await served.ask('query ($id: ID!) { product(id: $id) { left } }', { id: productId })).product;

test('all steps are written in one transaction, and a later one holds the id an earlier one was given', async () => {
  const { placeOrder } = (await served.ask(place, { input: { order: order(3), by: 'a' } })) as {
    placeOrder: { id: string };
  };
  expect(placeOrder).toEqual({
    id: placeOrder.id,
    state: 'OPEN',
    count: 3,
    version: 1,
    entries: [{ orderId: placeOrder.id, text: 'placed', by: 'a' }],
  });
  expect(served.operations.filter((one) => one === 'TransactWriteItems')).toHaveLength(1);
  expect(await left()).toEqual({ left: 7 });
});

test('an id the caller gives is the one that later steps hold', async () => {
  const input = { order: { ...order(), id: 'mine' }, by: 'a' };
  expect(await served.ask(place, { input })).toMatchObject({
    placeOrder: { id: 'mine', entries: [{ orderId: 'mine' }] },
  });
});

test('where one step fails nothing is written, and the error tells which', async () => {
  const input = { order: { ...order(1, 'none'), id: 'never' }, by: 'a' };
  await expect(served.ask(place, { input })).rejects.toMatchObject({
    extensions: { code: 'NOT_FOUND', entity: 'Product', step: 'stock' },
  });
  expect(await served.ask('{ order(id: "never") { id } }')).toEqual({ order: null });
  const again = { order: { ...order(), id: 'mine' }, by: 'a' };
  await expect(served.ask(place, { input: again })).rejects.toMatchObject({
    extensions: { code: 'ALREADY_EXISTS', entity: 'Order', step: 'order' },
  });
  expect(await left()).toEqual({ left: 10 });
});

test('a transaction may give the records of several steps', async () => {
  const created = async (orderId: string) => {
    await served.ask(place, { input: { order: { ...order(), id: orderId }, by: 'a' } });
    return orderId;
  };
  const swap = `mutation ($input: OrderInput!, $id: ID!, $goneId: ID!, $version: Int!) {
    swapOrders(input: $input, id: $id, goneId: $goneId, version: $version) {
      one { id count } other { id state follows version }
    }
  }`;
  const variables = {
    input: { ...order(2), id: 'new' },
    id: await created('kept'),
    goneId: await created('gone'),
  };
  await expect(served.ask(swap, { ...variables, version: 7 })).rejects.toMatchObject({
    extensions: { code: 'VERSION_CONFLICT', step: 'gone' },
  });
  await expect(served.ask(swap, { ...variables, id: 'gone', version: 1 })).rejects.toMatchObject({
    extensions: { code: 'WRITE_TWICE', step: 'gone' },
  });
  expect(await served.ask(swap, { ...variables, version: 1 })).toEqual({
    swapOrders: {
      one: { id: 'new', count: 2 },
      other: { id: 'kept', state: 'SENT', follows: 'new', version: 2 },
    },
  });
  expect(await served.ask('{ order(id: "gone") { id } }')).toEqual({ order: null });
});

test('a step may demand something of its record, compute from it, replace it and put off its end', async () => {
  const hold =
    'mutation ($orderId: ID!, $until: DateTime!) { hold(orderId: $orderId, until: $until) { id } }';
  const until = new Date(served.database.session().now().getTime() + 60_000).toISOString();
  const held = (await served.ask(hold, { orderId: `order ${n}`, until })) as { hold: { id: string } };
  const reserve =
    'mutation ($input: OrderInput!, $holdId: ID!) { reserve(input: $input, holdId: $holdId) { id } }';
  const reserved = (orderId: string, count = 1) =>
    served.ask(reserve, { input: { ...order(count), id: orderId }, holdId: held.hold.id });
  expect(await reserved(`order ${n}`)).toEqual({ reserve: { id: `order ${n}` } });
  expect(served.operations).toEqual(['BatchGetItem', 'TransactWriteItems']);
  expect(await left()).toEqual({ left: 9 });
  const after =
    '($order: ID!, $hold: ID!) { label(orderId: $order) { text version } held(id: $hold) { version } }';
  expect(await served.ask(`query ${after}`, { order: `order ${n}`, hold: held.hold.id })).toEqual({
    label: { text: 'reserved', version: 1 },
    held: { version: 2 },
  });
  await expect(reserved(`another ${n}`)).rejects.toMatchObject({
    extensions: { code: 'GUARD_FAILED', entity: 'Hold', guard: 'isOfOrder', step: 'hold' },
  });
  await served.database.session().write(productWrites.update({ id }, { left: 0 }));
  await expect(reserved(`another ${n}`)).rejects.toMatchObject({
    extensions: { code: 'GUARD_FAILED', entity: 'Product', guard: 'inStock', step: 'stock' },
  });
});

test('with a token a repeat gives the same answer and writes nothing', async () => {
  const input = { order: order(4), by: 'a', token: `token ${n}` };
  const first = await served.ask(place, { input });
  const before = asked.signedIn;
  expect(await served.ask(place, { input })).toEqual(first);
  expect(served.operations).toEqual(['GetItem', 'Query']);
  expect(await left()).toEqual({ left: 6 });
  await expect(served.ask(place, { input: { ...input, by: 'b' } })).rejects.toMatchObject({
    extensions: { code: 'IDEMPOTENCY_MISMATCH' },
  });
  // Whoever repeats has to be allowed to.
  expect(asked.signedIn).toBe(before + 2);
  asked.isAllowed = false;
  await expect(served.ask(place, { input })).rejects.toThrow('Sign in first.');
});

test('a token is used for one mutation only', async () => {
  const token = `token ${n}`;
  const rename =
    'mutation ($id: ID!, $token: String!) { renameProduct(id: $id, name: "Mug", token: $token) { name version } }';
  const renamed = { renameProduct: { name: 'Mug', version: 2 } };
  expect(await served.ask(rename, { id, token })).toEqual(renamed);
  expect(await served.ask(rename, { id, token })).toEqual(renamed);
  const input = { order: order(), by: 'a', token };
  await expect(served.ask(place, { input })).rejects.toMatchObject({
    extensions: { code: 'IDEMPOTENCY_MISMATCH' },
  });
});

test('without a token each call writes', async () => {
  const input = { order: order(1), by: 'a', token: null };
  await served.ask(place, { input });
  await served.ask(place, { input });
  expect(await left()).toEqual({ left: 8 });
});

test('of 64 equal calls at once one writes, and all have its answer', async () => {
  const input = { order: order(5), by: 'a', token: `token ${n}` };
  const answers = await Promise.all(Array.from({ length: 64 }, () => served.ask(place, { input })));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await left()).toEqual({ left: 5 });
});

test('the rule that prepares values is asked where the token is new', async () => {
  const signUp = 'mutation ($token: ID!) { signUp(name: "Ada", token: $token) { id name version } }';
  const before = asked.newCustomer;
  const first = await served.ask(signUp, { token: `token ${n}` });
  expect(await served.ask(signUp, { token: `token ${n}` })).toEqual(first);
  expect(asked.newCustomer).toBe(before + 1);
});
