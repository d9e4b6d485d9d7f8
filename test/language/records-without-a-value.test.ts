/** `when: { field: absent }`: an index of the records that have no value of the field. */

import { beforeAll, expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/records-without-a-value/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/records-without-a-value/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/records-without-a-value/generated/schema.js';
import { tables } from '../fixtures/ok/records-without-a-value/generated/tables.js';
import { type Served, serve } from './serve.js';

let served: Served;
let now = new Date('2026-03-01T00:00:00.000Z');
beforeAll(async () => {
  const generated = { typeDefs, tables, resolvers: createResolvers({}), loaders: createLoaders };
  served = await serve(generated, { now: () => now });
});

const lists = async () => {
  const data = await served.ask(
    '{ pending(owner: "ada") { id } done(owner: "ada") { id } pendingCount(owner: "ada") }',
  );
  const ids = (list: unknown) => (list as { id: string }[]).map(({ id }) => id);
  return { pending: ids(data.pending), done: ids(data.done), pendingCount: data.pendingCount };
};

test('a record is in the one list until it has a value, then in the other, and back', async () => {
  const add = (id: string, doneAt = '') =>
    served.ask(`mutation { addTask(input: { id: "${id}", owner: "ada", title: "${id}"${doneAt} }) { id } }`);
  await add('b');
  await add('a', ', doneAt: null');
  await add('c', ', doneAt: "2026-02-01T00:00:00Z"');
  expect(await lists()).toEqual({ pending: ['a', 'b'], done: ['c'], pendingCount: 2 });
  await served.ask('mutation { finish(id: "a") { doneAt } }');
  expect(await lists()).toEqual({ pending: ['b'], done: ['c', 'a'], pendingCount: 1 });
  now = new Date('2026-03-02T00:00:00.000Z');
  await served.ask('mutation { finish(id: "a") { doneAt } }');
  await served.ask('mutation { reopen(id: "c") { doneAt } }');
  expect(await lists()).toEqual({ pending: ['b', 'c'], done: ['a'], pendingCount: 2 });
});
