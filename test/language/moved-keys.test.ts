/** Changes of a declaration over stored records: what is found, what is said, and what an update moves. */

import { expect, test } from 'vitest';
import { openProject, type Project } from '../support/running.js';
import { type Written, written } from '../support/written.js';

const schema = `scalar DateTime
type Query { order(id: ID!): Order  open(status: String!, first: Int): [Order!]! }
type Mutation {
  addOrder(input: OrderInput!): Order!
  changeOrder(id: ID!, input: OrderPatch!): Order!
  dropOrder(id: ID!): Order!
}
input OrderPatch { note: String  status: String }
input OrderInput { id: ID!  status: String!  rank: Int!  at: DateTime!  note: String }
type Order { id: ID!  status: String!  rank: Int!  at: DateTime!  note: String  version: Int! }
`;

const yaml = (open: string, order = '{ generate: { version: revision } }') =>
  `version: 1
tables: { t: { name: mini, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK], GSI2: [GSI2PK, GSI2SK] } } }
entities: { Order: ${order} }
patterns:
  order: { one: Order, for: Query.order, where: { id: $id } }
  open: { many: Order, for: Query.open, where: { status: $status }, limit: $first, ${open} }
mutations:
  addOrder: { create: Order, for: Mutation.addOrder, from: $input }
  changeOrder: { update: Order, for: Mutation.changeOrder, where: { id: $id }, from: $input }
  dropOrder: { delete: Order, for: Mutation.dropOrder, where: { id: $id } }
`;

const ids = Array.from({ length: 20 }, (_, at) => `o${String(at).padStart(2, '0')}`);

async function stored(version: Written): Promise<Project> {
  const project = await openProject(version.generated);
  for (const [at, id] of ids.entries()) {
    const input = { id, status: 'OPEN', rank: at, at: `2026-03-01T00:${id.slice(1)}:00Z` };
    await project.data('mutation ($input: OrderInput!) { addOrder(input: $input) { id } }', { input });
  }
  return project;
}

async function openOrders(project: Project): Promise<string[]> {
  const { open } = await project.data('{ open(status: "OPEN", first: 100) { id } }');
  return (open as { id: string }[]).map(({ id }) => id);
}

/** As it is once records are deployed. */
const sealed = ({ lock }: Written) => lock.replace('"sealed": false', '"sealed": true');

const moves = ({ warnings }: Written) => warnings.filter(({ code }) => code === 'key-moved');

const change = 'mutation ($id: ID!, $input: OrderPatch!) { changeOrder(id: $id, input: $input) { id } }';

test('more shards keep the key: what was stored is found, changed and deleted', async () => {
  const four = await written(yaml('sort: at, shards: 4'), schema);
  const before = await stored(four);
  const eight = await written(yaml('sort: at, shards: 8'), schema, four.lock);
  expect(moves(eight)).toEqual([]);
  const after = await before.reopened(eight.generated);
  expect(await openOrders(after)).toEqual(ids);
  await after.data('mutation { dropOrder(id: "o00") { id } }');
  for (const id of ids.slice(1, 8)) await after.data(change, { id, input: { note: 'seen' } });
  await after.data(change, { id: 'o08', input: { status: 'DONE' } });
  expect(await openOrders(after)).toEqual(ids.filter((id) => id !== 'o00' && id !== 'o08'));
});

test('more shards keep the key of an entry', async () => {
  const entry = (shards: number) => yaml(`sort: at, shards: ${shards}, entry: true, index: GSI1`);
  const four = await written(entry(4), schema);
  const before = await stored(four);
  const eight = await written(entry(8), schema, four.lock);
  expect(moves(eight)).toEqual([]);
  const after = await before.reopened(eight.generated);
  for (const id of ids.slice(0, 8)) await after.data(change, { id, input: { note: 'seen' } });
  await after.data(change, { id: 'o08', input: { status: 'DONE' } });
  await after.data('mutation { dropOrder(id: "o09") { id } }');
  expect(await openOrders(after)).toEqual(ids.filter((id) => id !== 'o08' && id !== 'o09'));
});

const revision = 'generate: { version: revision }';

test.each([
  ['fewer shards', yaml('sort: at, shards: 4'), yaml('sort: at, shards: 3')],
  ['shards taken away', yaml('sort: at, shards: 4'), yaml('sort: at')],
  ['another order', yaml('sort: at'), yaml('sort: -rank')],
  ['a time bucket', yaml('sort: at'), yaml('sort: at, bucket: month(at), across: 24')],
  ['a condition', yaml('sort: at'), yaml('sort: at, when: { status: [OPEN, HELD] }')],
  ['an encoding', yaml('sort: rank', `{ ${revision}, encode: { rank: pad(4) } }`), yaml('sort: rank')],
  [
    'pinned text',
    yaml('sort: at, index: GSI1, key: { GSI1PK: "A#{status}", GSI1SK: "{at}#{id}" }'),
    yaml('sort: at, index: GSI1, key: { GSI1PK: "B#{status}", GSI1SK: "{at}#{id}" }'),
  ],
  ['another index', yaml('sort: at, index: GSI1'), yaml('sort: at, index: GSI2')],
])('%s: it is said that stored records are not found, and an update moves them', async (_what, from, to) => {
  const first = await written(from, schema);
  const before = await stored(first);
  expect([...(await openOrders(before))].sort()).toEqual(ids);
  const second = await written(to, schema, sealed(first));
  const [move, ...more] = moves(second);
  expect(more).toEqual([]);
  expect(move?.message).toMatch(/^Pattern `open` read `Order` by /);
  expect(move?.notes?.[0]?.message).toContain('stored under the old key only');
  // Said until it is accepted, though the lock has the new key.
  expect(moves(await written(to, schema, second.lock))).toEqual([move]);
  const after = await before.reopened(second.generated);
  expect((await openOrders(after)).length).toBeLessThan(ids.length);
  for (const id of ids) await after.data(change, { id, input: { note: null } });
  expect([...(await openOrders(after))].sort()).toEqual(ids);
});
