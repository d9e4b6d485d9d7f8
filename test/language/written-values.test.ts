/** What `set` and `default` may say: documents, lists, moments, values of the record as it is, values of earlier steps. */

import { buildSchema, parse } from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { costs } from '../fixtures/ok/written-values/generated/costs.js';
import { createLoaders } from '../fixtures/ok/written-values/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/written-values/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/written-values/generated/schema.js';
import { tables } from '../fixtures/ok/written-values/generated/tables.js';
import { parcelWrites } from '../fixtures/ok/written-values/generated/writes.js';
import { type Served, serve } from './serve.js';

let served: Served;
let now = new Date('2026-03-01T12:00:00.000Z');

beforeAll(async () => {
  const generated = { typeDefs, tables, resolvers: createResolvers({}), loaders: createLoaders };
  served = await serve(generated, { now: () => now });
});

let n = 0;
let id = '';
beforeEach(() => {
  n += 1;
  id = `p${n}`;
  now = new Date('2026-03-01T12:00:00.000Z');
});

const fields = `id label note rank state tags labels address { street city since } meta remindAt moments dueAt version`;
const mutate = async (call: string): Promise<unknown> =>
  Object.values(await served.ask(`mutation { ${call} }`))[0];
const send = (more = '') => mutate(`send(id: "${id}", label: "Cups", street: "Dam 1"${more}) { ${fields} }`);
const parcel = async () =>
  (await served.ask(`query ($id: ID!) { parcel(id: $id) { ${fields} } }`, { id })).parcel;

test('a new record has the documents, lists and moments that are set, and constants by default', async () => {
  const sent = {
    id,
    label: 'Cups',
    note: null,
    rank: 1,
    state: 'OPEN',
    tags: [],
    labels: ['new'],
    address: { street: 'Dam 1', city: null, since: '2026-03-01T12:00:00.000Z' },
    meta: { by: ['Cups', { at: 'now', of: null }], count: 2 },
    remindAt: null,
    moments: [],
    dueAt: '2026-03-15T12:00:00.000Z',
    version: 1,
  };
  expect(await send()).toEqual(sent);
  expect(await parcel()).toEqual(sent);
});

test('a nullable argument for an attribute with a default is left to the default, and null is refused', async () => {
  expect(await send(', rank: 4')).toMatchObject({ rank: 4 });
  await expect(send(', rank: null')).rejects.toMatchObject({
    extensions: { code: 'VALUE_INVALID', field: 'rank' },
  });
});

test('an argument that is left out leaves the attribute as it is', async () => {
  await send();
  const relabel = (args: string) => mutate(`relabel(id: "${id}", ${args}) { label note }`);
  expect(await relabel('note: "soon"')).toEqual({ label: 'Cups', note: 'soon' });
  expect(await relabel('name: "Mugs"')).toEqual({ label: 'Mugs', note: 'soon' });
  expect(await relabel('note: null')).toEqual({ label: 'Mugs', note: null });
  await expect(relabel('name: null')).rejects.toMatchObject({
    message: 'label cannot be null.',
    extensions: { code: 'VALUE_INVALID', field: 'label', argument: 'name' },
  });
});

test('documents and lists are replaced whole, and emptied', async () => {
  await send();
  const call = `redirect(id: "${id}", street: "Spui 2", city: "Utrecht", tag: "late") { ${fields} }`;
  expect(await mutate(call)).toMatchObject({
    address: { street: 'Spui 2', city: 'Utrecht', since: null },
    tags: ['sent', 'late'],
    labels: [],
    meta: {},
    version: 2,
  });
  expect(await parcel()).toMatchObject({ labels: [], meta: {} });
});

test('moments are from the time of the call, and a condition may compare with them', async () => {
  await send();
  const postpone = `postpone(id: "${id}") { remindAt moments }`;
  await expect(mutate(postpone)).rejects.toMatchObject({
    extensions: { code: 'GUARD_FAILED', guard: 'isDue' },
  });
  now = new Date('2026-03-15T12:00:00.000Z');
  expect(await mutate(postpone)).toEqual({
    remindAt: '2026-03-15T14:00:00.000Z',
    moments: ['2026-03-14T12:00:00.000Z', '2026-03-15T12:00:00.000Z'],
  });
});

test('an attribute may be set to another of the record as it was', async () => {
  await send();
  expect(await mutate(`swap(id: "${id}") { label note }`)).toEqual({ label: id, note: 'Cups' });
});

test('an upsert of a new record has no current values', async () => {
  const save = (label: string) =>
    mutate(`save(id: "${id}", label: "${label}") { label note address { city } }`);
  expect(await save('one')).toEqual({ label: 'one', note: null, address: { city: null } });
  expect(await save('two')).toEqual({ label: 'two', note: 'one', address: { city: null } });
  expect(await save('three')).toEqual({ label: 'three', note: 'two', address: { city: 'one' } });
});

test('a step takes the last state of the record that another deletes, in one transaction', async () => {
  await send(', rank: 7');
  await served.database.session().write(parcelWrites.update({ id }, { tags: ['a', 'b'] }));
  const archived = { id, label: 'Cups', rank: 7, tags: ['a', 'b'], by: id };
  expect(await mutate(`archive(id: "${id}") { id label rank tags by }`)).toEqual(archived);
  expect(served.operations).toEqual(['GetItem', 'TransactWriteItems']);
  expect(await parcel()).toBeNull();
  await expect(mutate(`archive(id: "${id}") { id }`)).rejects.toMatchObject({
    extensions: { code: 'NOT_FOUND', step: 'old' },
  });
});

test('a step takes what another computes', async () => {
  await send();
  for (const rank of [2, 3]) {
    await served.database.session().write(parcelWrites.update({ id }, { label: `${id} of ${rank}` }));
    expect(await mutate(`split(id: "${id}") { rest { rank } part { id rank tags } }`)).toEqual({
      rest: { rank },
      part: { id: `${id} of ${rank}`, rank, tags: [`${id} of ${rank}`] },
    });
  }
  // The name of the second is taken: neither is written.
  await expect(mutate(`split(id: "${id}") { part { id } }`)).rejects.toMatchObject({
    extensions: { code: 'ALREADY_EXISTS', step: 'part' },
  });
  expect(await parcel()).toMatchObject({ rank: 3 });
});

test('a step changes the record that another names, which is read once that is known', async () => {
  const heir = `${id} heir`;
  await mutate(`send(id: "${id}", label: "${heir}", rank: 3, street: "x") { id }`);
  await mutate(`send(id: "${heir}", label: "y", street: "x") { id }`);
  const inherit = `mutation { inherit(id: "${id}") { id note rank } }`;
  expect(await served.ask(inherit)).toEqual({ inherit: { id: heir, note: id, rank: 4 } });
  expect(served.operations).toEqual(['GetItem', 'GetItem', 'TransactWriteItems']);
  expect(served.steps).toBe(3);
  const budget = budgetOf(costs, buildSchema(typeDefs), parse(inherit));
  expect(budget?.usual).toMatchObject({ requests: 3, steps: 3 });
});
