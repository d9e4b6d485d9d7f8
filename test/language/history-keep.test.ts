import { beforeAll, expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/history-keep/generated/loaders.js';
import { versionsOfPage } from '../fixtures/ok/history-keep/generated/queries.js';
import { createResolvers } from '../fixtures/ok/history-keep/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/history-keep/generated/schema.js';
import { tables } from '../fixtures/ok/history-keep/generated/tables.js';
import { pageWrites, priceWrites } from '../fixtures/ok/history-keep/generated/writes.js';
import { type Served, serve } from './serve.js';

let served: Served;
let now = new Date('2026-01-01T00:00:00.000Z');
beforeAll(async () => {
  const resolvers = createResolvers({});
  served = await serve({ typeDefs, tables, resolvers, loaders: createLoaders }, { now: () => now });
});

const db = () => served.database.session();
const write = (slug: string, text: string) => db().write(pageWrites.upsert({ slug }, { slug, text }));
const texts = async (slug: string) =>
  (await db().list(versionsOfPage({ slug }))).map(({ version, text }) => `${version} ${text}`);

test('of the versions the last three are kept', async () => {
  await write('a', 'one');
  await write('a', 'two');
  await write('a', 'three');
  expect(await texts('a')).toEqual(['1 one', '2 two', '3 three']);
  await write('a', 'four');
  await write('a', 'five');
  expect(await texts('a')).toEqual(['3 three', '4 four', '5 five']);
  // What changes nothing makes no version, and removes none.
  await write('a', 'five');
  expect(await texts('a')).toEqual(['3 three', '4 four', '5 five']);
});

test('a record that is created again goes on from what is kept, though the first version is gone', async () => {
  for (const text of ['one', 'two', 'three', 'four']) await write('b', text);
  await db().write(pageWrites.delete({ slug: 'b' }));
  const [again] = await db().write(pageWrites.create({ slug: 'b', text: 'five' }));
  expect(again.version).toBe(5);
  expect(await texts('b')).toEqual(['3 three', '4 four', '5 five']);
});

test('a version that has been kept for its time is no longer there, whether or not it has been removed', async () => {
  const ask = 'query ($product: ID!) { versionsOfPrice(product: $product) { cents } }';
  const prices = async () => (await served.ask(ask, { product: 'cup' })).versionsOfPrice;
  await db().write(priceWrites.create({ product: 'cup', cents: 1 }));
  now = new Date('2026-03-01T00:00:00.000Z');
  await db().write(priceWrites.update({ product: 'cup' }, { cents: 2 }));
  expect(await prices()).toEqual([{ cents: 1 }, { cents: 2 }]);
  now = new Date('2026-04-01T00:00:00.000Z');
  expect(await prices()).toEqual([{ cents: 2 }]);
});
