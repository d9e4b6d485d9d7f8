/** All records of a pattern are deleted, in as many transactions as it takes. */

import { buildSchema, parse } from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import { beforeAll, expect, test } from 'vitest';
import { costs } from '../fixtures/ok/delete-all/generated/costs.js';
import { createLoaders } from '../fixtures/ok/delete-all/generated/loaders.js';
import { sessionsOfUser } from '../fixtures/ok/delete-all/generated/queries.js';
import { createResolvers } from '../fixtures/ok/delete-all/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/delete-all/generated/schema.js';
import { tables } from '../fixtures/ok/delete-all/generated/tables.js';
import { lineWrites, orderWrites, sessionWrites } from '../fixtures/ok/delete-all/generated/writes.js';
import { type Served, serve } from './serve.js';

let served: Served;
let isAllowed = true;

beforeAll(async () => {
  const signedIn = () => {
    if (!isAllowed) throw new Error('Sign in first.');
  };
  const resolvers = createResolvers({ signedIn });
  served = await serve({ typeDefs, tables, resolvers, loaders: createLoaders });
});

async function open(userId: string, count: number): Promise<void> {
  const tokens = Array.from({ length: count }, (_, at) => `${userId} ${at}`);
  const { unwritten } = await served.database
    .session()
    .putAll(tokens.map((token) => sessionWrites.create({ userId, token })));
  expect(unwritten).toEqual([]);
}

async function sessionsOf(userId: string): Promise<number> {
  let count = 0;
  for await (const _session of served.database.session().each(sessionsOfUser({ userId }))) count += 1;
  return count;
}

const end = 'mutation ($userId: ID!) { endSessions(userId: $userId) }';

test('a mutation deletes all records of a pattern, however many, and gives their number', async () => {
  await open('a', 130);
  await open('b', 3);
  expect(await served.ask(end, { userId: 'a' })).toEqual({ endSessions: 130 });
  // Each is deleted with the owner of its token: fifty in a transaction.
  expect(served.operations.filter((one) => one === 'TransactWriteItems')).toHaveLength(3);
  expect(await sessionsOf('a')).toBe(0);
  expect(await sessionsOf('b')).toBe(3);
  // Their tokens are free.
  await open('a', 1);
  expect(await served.ask(end, { userId: 'a' })).toEqual({ endSessions: 1 });
  const budget = budgetOf(costs, buildSchema(typeDefs), parse(end), { variables: { userId: 'a' } });
  expect(served.operations).toHaveLength(budget?.usual.requests ?? 0);
  expect(budget?.unknown).toContain('endSessions (records of Session)');
  expect(await served.ask(end, { userId: 'a' })).toEqual({ endSessions: 0 });
  expect(served.operations).toEqual(['Query']);
});

test('who may not call it deletes nothing', async () => {
  await open('c', 1);
  isAllowed = false;
  await expect(served.ask(end, { userId: 'c' })).rejects.toThrow('Sign in first.');
  isAllowed = true;
  expect(await sessionsOf('c')).toBe(1);
});

test('a call ends after so many transactions, and the same call resumes', async () => {
  await open('d', 130);
  const db = served.database.session();
  const all = sessionWrites.deleteAll(sessionsOfUser, { userId: 'd' });
  await expect(db.cascade(all, { steps: 2 })).rejects.toMatchObject({
    code: 'CASCADE_UNFINISHED',
    extensions: { entity: 'Session', deleted: 100 },
  });
  expect(await sessionsOf('d')).toBe(30);
  expect(await db.cascade(all, { steps: 2 })).toBe(30);
});

test('a record that has other values by then stays', async () => {
  const db = served.database.session();
  const [session] = await db.write(sessionWrites.create({ userId: 'f', token: 'moved' }));
  // An index that lags behind shows it under the values that it had.
  const stale = () => sessionsOfUser({ userId: 'f' });
  expect(await db.cascade(sessionWrites.deleteAll(stale, { userId: 'e' }))).toBe(0);
  expect(await db.cascade(sessionWrites.deleteAll(stale, { userId: session.userId }))).toBe(1);
});

test('each goes with the records that depend on it', async () => {
  const db = served.database.session();
  for (const id of ['o1', 'o2', 'o3']) {
    const lines = Array.from({ length: 40 }, (_, at) => lineWrites.create({ orderId: id, sku: `s${at}` }));
    await db.write(orderWrites.create({ id, customerId: id === 'o3' ? 'other' : 'kim' }), ...lines);
  }
  expect(await served.ask('mutation { forgetOrders(customerId: "kim") }')).toEqual({ forgetOrders: 2 });
  expect(await served.ask('{ orders(customerId: "other") { id } }')).toEqual({ orders: [{ id: 'o3' }] });
  expect(await served.ask('{ orders(customerId: "kim") { id } }')).toEqual({ orders: [] });
});
