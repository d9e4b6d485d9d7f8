/** Points that processes count together, in a real Redis. */

import { redisRates } from 'tableloom/server';
import { expect, onTestFinished, test } from 'vitest';
import { draftOf } from '../../../src/fastify/rates/buckets.js';
import { until } from '../../support/until.js';
import { Redis } from '../live/redis.js';
import { type Served, serve } from '../live/support.js';

const perAddress = { points: 4, perSeconds: 100_000 };
const draft = draftOf(1, perAddress);
/** However busy the machine is. */
const patient = { waitMs: 60_000 };

async function storeOf(redis: Redis, options: { waitMs?: number } = {}) {
  const store = await redisRates({ url: redis.url, ...options });
  onTestFinished(() => store.close());
  return store;
}

const statusOf = async ({ app }: Served) =>
  (await app.inject({ url: '/graphql', query: { query: '{ stop(id: "q") { name } }' } })).statusCode;

test('are those of all processes, and of each process alone while Redis is away', async () => {
  const redis = await (await Redis.new()).start();
  const stores = [await storeOf(redis, patient), await storeOf(redis, patient)];
  for (const store of stores) await until(async () => (await store.take('warm', draft)) !== undefined);
  const [one, two] = await Promise.all(stores.map((store) => serve({ rates: { perAddress, store } })));
  if (one === undefined || two === undefined) throw new Error('no servers');
  const found = [await statusOf(one), await statusOf(two), await statusOf(one), await statusOf(two)];
  expect(found).toEqual([200, 200, 200, 200]);
  expect([await statusOf(one), await statusOf(two)]).toEqual([429, 429]);

  await redis.stop();
  const fresh = await serve({ rates: { perAddress, store: await storeOf(redis, patient) } });
  // What was learned is kept, and a process that knows nothing counts for itself.
  expect(await statusOf(one)).toBe(429);
  expect([await statusOf(fresh), await statusOf(fresh)]).toEqual([200, 200]);
});

test('are not waited for long where Redis hangs', async () => {
  const redis = await (await Redis.new()).start();
  const store = await storeOf(redis);
  await until(async () => (await store.take('warm', draft)) !== undefined);
  const server = await serve({ rates: { perAddress, store } });
  redis.hang();
  expect([await statusOf(server), await statusOf(server)]).toEqual([200, 200]);
  redis.resume();
  await until(async () => (await store.take('warm', draft)) !== undefined);
});

test('come back with time', async () => {
  const redis = await (await Redis.new()).start();
  const store = await storeOf(redis, patient);
  const slow = draftOf(2, { points: 3, perSeconds: 100_000 });
  await until(async () => (await store.take('a', slow))?.isTaken === true);
  expect(await store.take('a', slow)).toMatchObject({ isTaken: false });
  const quick = draftOf(2, { points: 2, perSeconds: 0.05 });
  await until(async () => (await store.take('b', quick))?.isTaken === true);
  await until(async () => (await store.take('b', quick))?.isTaken === true);
});
