import { beforeAll, expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/history-as-of/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/history-as-of/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/history-as-of/generated/schema.js';
import { tables } from '../fixtures/ok/history-as-of/generated/tables.js';
import { priceWrites } from '../fixtures/ok/history-as-of/generated/writes.js';
import { type Served, serve } from './serve.js';

let served: Served;
const at = (day: number) => new Date(`2026-03-0${day}T12:00:00.000Z`);
let now = at(1);

beforeAll(async () => {
  const resolvers = createResolvers({});
  served = await serve({ typeDefs, tables, resolvers, loaders: createLoaders }, { now: () => now });
  const db = served.database.session();
  now = at(2);
  await db.write(priceWrites.create({ product: 'cup', cents: 200 }));
  now = at(4);
  await db.write(priceWrites.update({ product: 'cup' }, { cents: 400 }));
  now = at(6);
  await db.write(priceWrites.delete({ product: 'cup' }));
  now = at(8);
  await db.write(priceWrites.create({ product: 'cup', cents: 800 }));
  await db.write(priceWrites.create({ product: 'cup#', cents: 1 }));
});

async function centsAt(moment: Date, product = 'cup'): Promise<unknown> {
  const ask =
    'query ($product: ID!, $at: DateTime!) { priceAt(product: $product, at: $at) { cents version } }';
  const { priceAt } = await served.ask(ask, { product, at: moment.toISOString() });
  expect(served.operations).toEqual(['Query']);
  return priceAt;
}

const later = (moment: Date, by: number) => new Date(moment.getTime() + by);

test('before the first version there is none', async () => {
  expect(await centsAt(at(1))).toBeNull();
  expect(await centsAt(later(at(2), -1))).toBeNull();
  expect(await centsAt(at(3), 'saucer')).toBeNull();
});

test('a version holds from the moment it was written until the next', async () => {
  expect(await centsAt(at(2))).toEqual({ cents: 200, version: 1 });
  expect(await centsAt(at(3))).toEqual({ cents: 200, version: 1 });
  expect(await centsAt(later(at(4), -1))).toEqual({ cents: 200, version: 1 });
  expect(await centsAt(at(4))).toEqual({ cents: 400, version: 2 });
  expect(await centsAt(later(at(4), 1))).toEqual({ cents: 400, version: 2 });
});

test('a deletion leaves the last version, and what is created again comes behind it', async () => {
  expect(await centsAt(at(7))).toEqual({ cents: 400, version: 2 });
  expect(await centsAt(at(9))).toMatchObject({ cents: 800 });
  expect(await centsAt(at(5))).toEqual({ cents: 400, version: 2 });
});
