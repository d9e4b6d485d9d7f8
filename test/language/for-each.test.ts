/** A record for each element of a list, in one transaction with others, or batches of whole keys. */

import { buildSchema, parse } from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { costs } from '../fixtures/ok/for-each/generated/costs.js';
import { createLoaders } from '../fixtures/ok/for-each/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/for-each/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/for-each/generated/schema.js';
import { tables } from '../fixtures/ok/for-each/generated/tables.js';
import { stockWrites } from '../fixtures/ok/for-each/generated/writes.js';
import { type Served, serve } from './serve.js';

let served: Served;
const schema = buildSchema(typeDefs);

beforeAll(async () => {
  const resolvers = createResolvers({});
  served = await serve({ typeDefs, tables, resolvers, loaders: createLoaders });
});

let n = 0;
beforeEach(() => {
  n += 1;
});
const skus = (count: number) =>
  Array.from({ length: count }, (_, at) => `s${n}-${String(at).padStart(3, '0')}`);
const lines = (names: readonly string[]) => names.map((sku, at) => ({ sku, count: at + 1 }));

const place = `mutation ($input: PlaceOrderInput!, $token: String) {
  placeOrder(input: $input, token: $token) { order { id customer lineCount lines { sku count } } lines { orderId sku } }
}`;
type Placed = {
  placeOrder: { order: { id: string; lines: { sku: string }[] }; lines: { orderId: string }[] };
};
const placed = async (input: object, token?: string) => (await served.ask(place, { input, token })) as Placed;

/** The budget of a document, for these variables, is what was sent. */
function expectBudget(document: string, variables: Record<string, unknown>): void {
  const budget = budgetOf(costs, schema, parse(document), { variables });
  expect(served.operations).toHaveLength(budget?.usual.requests ?? 0);
}

test('an order and its lines are one transaction, and the lines hold the id of the order', async () => {
  const names = skus(3);
  const { placeOrder } = await placed({ customer: 'a', lines: lines(names), reserved: [] });
  expect(placeOrder).toEqual({
    order: { id: placeOrder.order.id, customer: 'a', lineCount: 3, lines: lines(names) },
    lines: names.map((sku) => ({ orderId: placeOrder.order.id, sku })),
  });
  expect(served.operations.filter((one) => one === 'TransactWriteItems')).toHaveLength(1);
});

test('a list without elements writes the others', async () => {
  const { placeOrder } = await placed({ customer: 'a', lines: [], reserved: [] });
  expect(placeOrder).toMatchObject({ order: { lineCount: 0, lines: [] }, lines: [] });
});

test('an element that fails is named by its position, and nothing is written', async () => {
  const [one = '', two = ''] = skus(2);
  const db = served.database.session();
  await db.write(stockWrites.create({ sku: one, left: 5 }), stockWrites.create({ sku: two, left: 1 }));
  const reserve = (second: object) =>
    placed({
      customer: 'a',
      lines: [],
      reserved: [
        { sku: one, count: 2 },
        { sku: two, count: 1, ...second },
      ],
    });
  await expect(reserve({ count: 2 })).rejects.toMatchObject({
    extensions: { code: 'GUARD_FAILED', entity: 'Stock', guard: 'isLeft', step: 'stock.2' },
  });
  await expect(reserve({ version: 7 })).rejects.toMatchObject({
    extensions: { code: 'VERSION_CONFLICT', step: 'stock.2' },
  });
  await expect(reserve({ sku: `${two} not` })).rejects.toMatchObject({
    extensions: { code: 'NOT_FOUND', entity: 'Stock', step: 'stock.2' },
  });
  await expect(reserve({ sku: one })).rejects.toMatchObject({
    extensions: { code: 'WRITE_TWICE', step: 'stock' },
  });
  await reserve({ version: 1 });
  expect(served.operations).toEqual(expect.arrayContaining(['BatchGetItem', 'TransactWriteItems']));
  await expect(reserve({ version: 1 })).rejects.toMatchObject({ extensions: { code: 'VERSION_CONFLICT' } });
});

test('lines of one key are refused', async () => {
  const input = { customer: 'a', lines: [...lines(skus(2)), ...lines(skus(1))], reserved: [] };
  await expect(placed(input)).rejects.toMatchObject({ extensions: { code: 'WRITE_TWICE', step: 'lines' } });
});

test('one transaction has at most 100 items: more are refused, and more elements before anything is read', async () => {
  // 98 lines, the order, and the number of lines.
  await placed({ customer: 'a', lines: lines(skus(98)), reserved: [] });
  const tooLarge = { extensions: { code: 'TRANSACTION_TOO_LARGE', limit: 100 } };
  await expect(placed({ customer: 'a', lines: lines(skus(99)), reserved: [] })).rejects.toMatchObject(
    tooLarge,
  );
  const close = 'mutation ($ids: [ID!]!) { closeSessions(ids: $ids, userId: "u") { id } }';
  await expect(served.ask(close, { ids: skus(101) })).rejects.toMatchObject(tooLarge);
  expect(served.operations).toEqual([]);
});

test('batches of whole keys are created, changed and deleted, and give their records in order', async () => {
  const ids = skus(3);
  const open = 'mutation ($inputs: [SessionInput!]!) { openSessions(inputs: $inputs) { id version } }';
  const inputs = { inputs: ids.map((id) => ({ id, userId: 'u' })) };
  expect(await served.ask(open, inputs)).toEqual({ openSessions: ids.map((id) => ({ id, version: 1 })) });
  expectBudget(open, inputs);
  const mark = 'mutation ($ids: [ID!]!) { markSessions(ids: $ids, note: "old") { id note version } }';
  const reversed = { ids: [...ids].reverse() };
  expect(await served.ask(mark, reversed)).toEqual({
    markSessions: reversed.ids.map((id) => ({ id, note: 'old', version: 2 })),
  });
  expect(served.operations).toEqual(['BatchGetItem', 'TransactWriteItems']);
  const close = 'mutation ($ids: [ID!]!, $by: ID!) { closeSessions(ids: $ids, userId: $by) { id } }';
  await expect(served.ask(close, { ids, by: 'v' })).rejects.toMatchObject({
    extensions: { code: 'GUARD_FAILED', guard: 'isTheirs', step: 1 },
  });
  expect(await served.ask(close, { ids, by: 'u' })).toEqual({ closeSessions: ids.map((id) => ({ id })) });
  expectBudget(close, { ids, by: 'u' });
  await expect(served.ask(close, { ids, by: 'u' })).rejects.toMatchObject({
    extensions: { code: 'NOT_FOUND', step: 1 },
  });
  expect(await served.ask(close, { ids: [], by: 'u' })).toEqual({ closeSessions: [] });
  expect(served.operations).toEqual([]);
});

test('with an idempotency key a repeat gives the same records', async () => {
  const ids = skus(2);
  await served.ask('mutation ($inputs: [SessionInput!]!) { openSessions(inputs: $inputs) { id } }', {
    inputs: ids.map((id) => ({ id, userId: 'u' })),
  });
  const mark =
    'mutation ($ids: [ID!]!, $token: String) { markSessions(ids: $ids, note: "n", token: $token) { id version } }';
  const variables = { ids, token: `token ${n}` };
  const first = await served.ask(mark, variables);
  expectBudget(mark, variables);
  expect(first).toEqual({ markSessions: ids.map((id) => ({ id, version: 2 })) });
  expect(await served.ask(mark, variables)).toEqual(first);
  expect(served.operations).toEqual(['GetItem']);
});
