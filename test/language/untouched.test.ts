/** `untouched`: what is no change to a reader leaves the time of the last change as it is. */

import { beforeAll, expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/untouched/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/untouched/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/untouched/generated/schema.js';
import { tables } from '../fixtures/ok/untouched/generated/tables.js';
import { type Served, serve } from './serve.js';

let served: Served;
let now = new Date('2026-03-01T00:00:00.000Z');
beforeAll(async () => {
  served = await serve(
    { typeDefs, tables, resolvers: createResolvers({}), loaders: createLoaders },
    { now: () => now },
  );
});

const mutate = async (call: string) =>
  Object.values(
    await served.ask(`mutation { ${call} { text visits labels createdAt updatedAt expiresAt } }`),
  )[0];
const day = (number: number) => `2026-03-0${number}T00:00:00.000Z`;
const onDay = (number: number) => {
  now = new Date(day(number));
};

test('a visit, a label and a longer life are no change; a new text is, and so is a new record', async () => {
  const note = {
    text: 'Milk',
    visits: 0,
    labels: null,
    createdAt: day(1),
    updatedAt: day(1),
    expiresAt: null,
  };
  expect(await mutate('write(id: "n", text: "Milk")')).toEqual(note);
  onDay(2);
  expect(await mutate('visit(id: "n")')).toEqual({ ...note, visits: 1 });
  expect(served.operations).toEqual(['UpdateItem']);
  expect(await mutate('label(id: "n", label: "x")')).toEqual({ ...note, visits: 1, labels: ['x'] });
  const kept = { ...note, visits: 1, labels: ['x'], expiresAt: '2026-04-01T00:00:00.000Z' };
  expect(await mutate('keep(id: "n")')).toEqual(kept);
  onDay(3);
  expect(await mutate('write(id: "n", text: "Bread")')).toEqual({
    ...kept,
    text: 'Bread',
    updatedAt: day(3),
  });
  expect(await mutate('label(id: "new", label: "x")')).toMatchObject({
    createdAt: day(3),
    updatedAt: day(3),
  });
});
