/** Fields of documents, entries of maps and elements of lists, changed by mutations that leave the rest as it is. */

import { beforeAll, beforeEach, expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/parts-of-values/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/parts-of-values/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/parts-of-values/generated/schema.js';
import { tables } from '../fixtures/ok/parts-of-values/generated/tables.js';
import { type Served, serve } from './serve.js';

let served: Served;
let now = new Date('2026-03-01T12:00:00.000Z');

beforeAll(async () => {
  const generated = { typeDefs, tables, resolvers: createResolvers({}), loaders: createLoaders };
  served = await serve(generated, { now: () => now });
});

let n = 0;
let id = '';
beforeEach(async () => {
  n += 1;
  id = `o${n}`;
  now = new Date('2026-03-01T12:00:00.000Z');
  await mutate(
    `placeOrder(input: { id: "${id}", label: "Cups", address: { street: "Dam 1", city: "Delft" } }) { id }`,
  );
});

const fields =
  'id label address { street city } contact { phone email } labels words lines { sku count state note tags addedAt }';
const mutate = async (call: string): Promise<Record<string, unknown>> =>
  Object.values(await served.ask(`mutation { ${call} }`))[0] as Record<string, unknown>;
const change = (call: string) => mutate(`${call.replace('(', `(id: "${id}", `)} { ${fields} }`);
const order = async () => (await served.ask(`{ order(id: "${id}") { ${fields} } }`)).order;

test('a field of a document is set, the others stay; what is absent stays as it is', async () => {
  expect(await change('moveTo(city: "Leiden")')).toMatchObject({
    address: { street: 'Dam 1', city: 'Leiden' },
    contact: null,
  });
  expect(await change('moveTo(city: "Gouda", street: "Markt 2", phone: "12")')).toMatchObject({
    address: { street: 'Markt 2', city: 'Gouda' },
    contact: { phone: '12', email: null },
  });
  expect(await change('moveTo(city: "Gouda", phone: null)')).toMatchObject({ contact: { phone: null } });
});

test('null for a field that cannot be null is refused, and so is a field of a document that is not there', async () => {
  await expect(change('moveTo(city: "Gouda", street: null)')).rejects.toMatchObject({
    extensions: { code: 'VALUE_INVALID', field: 'address', path: 'address.street', argument: 'street' },
  });
  await mutate(`placeOrder(input: { id: "bare${id}", label: "Cups" }) { id }`);
  await expect(mutate(`moveTo(id: "bare${id}", city: "Gouda") { id }`)).rejects.toMatchObject({
    message: 'There is no address.',
    extensions: { code: 'NOT_FOUND', field: 'address', path: 'address' },
  });
});

test('an entry of a map is set, replaced and removed; a map without a value counts as empty', async () => {
  await change('label(name: "colour", value: "red")');
  await change('label(name: "a.b [c] $d", value: { deep: [1] })');
  expect(await change('label(name: "colour", value: "blue")')).toMatchObject({
    labels: { colour: 'blue', 'a.b [c] $d': { deep: [1] } },
  });
  expect(await change('label(name: "constructor", value: null)')).toMatchObject({
    labels: { colour: 'blue', 'a.b [c] $d': { deep: [1] }, constructor: null },
  });
  expect(await change('unlabel(names: ["colour", "nothing", "constructor"])')).toMatchObject({
    labels: { 'a.b [c] $d': { deep: [1] } },
  });
  await expect(change('label(name: "__proto__", value: 1)')).rejects.toMatchObject({
    extensions: { code: 'VALUE_INVALID', field: 'labels' },
  });
});

test('numbers in a map count from 0, also of a record that is new', async () => {
  id = `new${n}`;
  await change('count(input: { word: "to", times: 1 })');
  await change('count(input: { word: "be", times: 2 })');
  const counted = { last: 'to', total: 8, seen: { to: 6, be: 2 } };
  expect(await change('count(input: { word: "to", times: 5 })')).toMatchObject({ words: counted });
  expect(await order()).toMatchObject({ label: 'counted', words: counted });
  await expect(change('count(input: { word: "constructor", times: 1 })')).resolves.toMatchObject({
    words: { seen: { constructor: 1 } },
  });
});

test('an element of a list is found by its field and changed; others keep their place', async () => {
  for (const sku of ['a', 'b', 'c']) await change(`addLine(sku: "${sku}")`);
  await change('changeLine(sku: "b", by: 4, note: "fragile", tags: ["x"])');
  const changed = await change('changeLine(sku: "b", by: -1, tags: ["y"])');
  const plain = { count: 1, state: 'OPEN', note: null, tags: null, addedAt: now.toISOString() };
  const b = { ...plain, sku: 'b', count: 4, note: 'fragile', tags: ['x', 'y'] };
  expect(changed.lines).toEqual([{ ...plain, sku: 'a' }, b, { ...plain, sku: 'c' }]);
  expect(await order()).toEqual(changed);
  await expect(change('changeLine(sku: "b", by: 2147483647)')).rejects.toMatchObject({
    extensions: { code: 'VALUE_INVALID', field: 'lines', path: 'lines[sku="b"].count' },
  });
});

test('an element is replaced whole, and all that match are changed or removed', async () => {
  for (const sku of ['a', 'b']) await change(`addLine(sku: "${sku}")`);
  expect((await change('replaceLine(line: { sku: "a", count: 3, state: SHIPPED })')).lines).toMatchObject([
    { sku: 'a', count: 3, state: 'SHIPPED', addedAt: null },
    { sku: 'b', state: 'OPEN' },
  ]);
  // `a` has been shipped.
  expect((await change('removeLine(sku: "a")')).lines).toHaveLength(2);
  await change('addLine(sku: "b")');
  expect((await change('removeLine(sku: "b")')).lines).toMatchObject([{ sku: 'a' }]);
  for (const sku of ['b', 'c']) await change(`addLine(sku: "${sku}")`);
  expect((await change('shipLines(sku: 1)'.replace('sku: 1', ''))).lines).toMatchObject(
    ['a', 'b', 'c'].map((sku) => ({ sku, state: 'SHIPPED' })),
  );
});

test('an element that is not there is NOT_FOUND with its place, and nothing is written', async () => {
  await change('addLine(sku: "a")');
  const before = await order();
  await expect(change('changeLine(sku: "z", by: 1)')).rejects.toMatchObject({
    message: 'There is no lines[sku="z"].',
    extensions: { code: 'NOT_FOUND', field: 'lines', path: 'lines[sku="z"]' },
  });
  expect(await order()).toEqual(before);
  // Nothing is asked of it.
  expect(await change('changeLine(sku: "z")')).toEqual(before);
});

test('a moment finds elements in any time zone, and an amount to subtract is not negative', async () => {
  await change('addLine(sku: "a")');
  expect((await change('reserve(addedAt: "2026-03-01T14:00:00+02:00", count: 3)')).lines).toMatchObject([
    { sku: 'a', count: -2 },
  ]);
  await expect(change('reserve(addedAt: "2026-03-01T12:00:00Z", count: -1)')).rejects.toMatchObject({
    extensions: { code: 'VALUE_INVALID', field: 'lines', path: 'lines.count' },
  });
});

test('callers who change different parts at once do not undo one another', async () => {
  await change('addLine(sku: "a")');
  await Promise.all(
    Array.from({ length: 12 }, (_, at) => [
      change(`label(name: "l${at}", value: ${at})`),
      change('changeLine(sku: "a", by: 1)'),
    ]).flat(),
  );
  expect(await order()).toMatchObject({
    labels: Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`l${at}`, at])),
    lines: [{ sku: 'a', count: 13 }],
  });
});
