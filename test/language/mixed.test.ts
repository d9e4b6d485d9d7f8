/** Several entities by one query. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/mixed/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/mixed/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/mixed/generated/schema.js';
import { tables } from '../fixtures/ok/mixed/generated/tables.js';
import { openProject, type Project, walk } from '../support/running.js';

const day = (n: number) => new Date(Date.UTC(2024, 0, 1 + n)).toISOString();

async function add(project: Project, kind: string, type: string, input: object) {
  await project.data(`mutation ($input: ${type}!) { add${kind}(input: $input) { id } }`, { input });
}

async function opened() {
  const project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) });
  for (const customerId of ['c', 'c#1', 'D']) {
    if (customerId !== 'D') await add(project, 'Customer', 'CustomerInput', { id: customerId, name: 'x' });
    for (let n = 0; n < 9; n++) {
      await add(project, 'Order', 'OrderInput', { id: `o${n}`, customerId, placedAt: day(8 - n), total: n });
      if (n % 3 === 0)
        await add(project, 'Note', 'NoteInput', { id: `n${n}`, customerId, writtenAt: day(n), total: n });
      await add(project, 'Secret', 'SecretInput', { id: `s${n}`, customerId });
      // Every third moment is shared.
      await add(project, 'Invoice', 'DocumentInput', { id: `${customerId}i${n}`, customerId, at: day(n) });
      await add(project, 'Payment', 'DocumentInput', {
        id: `${customerId}p${n}`,
        customerId,
        at: day(n * 3),
      });
    }
  }
  await add(project, 'Note', 'NoteInput', {
    id: 'old',
    customerId: 'c',
    writtenAt: day(1),
    until: day(2),
    total: 9,
  });
  return project;
}

interface Item {
  readonly __typename: string;
  readonly id: string;
}

const items = '{ __typename ... on Customer { id } ... on Order { id } ... on Note { id } }';

function named(list: unknown): string[] {
  return (list as Item[]).map(({ __typename, id }) => `${__typename} ${id}`);
}

const orders = [8, 7, 6, 5, 4, 3, 2, 1, 0].map((n) => `Order o${n}`);

test('the parent comes first wherever it sorts, and what belongs to others stays out', async () => {
  const project = await opened();
  const document = `query ($id: ID!, $min: Int) { customerView(customerId: $id, minTotal: $min) ${items} }`;
  const all = await project.ask(document, { id: 'c' });
  expect(named(all.data?.customerView)).toEqual(['Customer c', 'Note n0', 'Note n3', 'Note n6', ...orders]);
  expect(all.requests).toEqual(['Query', 'Query']);
  const { customerView } = await project.data(document, { id: 'c#1', min: 6 });
  expect(named(customerView)).toEqual(['Customer c#1', 'Note n6', ...orders.slice(0, 3)]);
  const orphans = await project.data(document, { id: 'D', min: 8 });
  expect(named(orphans.customerView)).toEqual(['Order o8']);
  expect(await project.data(document, { id: 'nobody' })).toEqual({ customerView: [] });
});

test('a parent that sorts first comes with its children in one query, whatever the filter drops', async () => {
  const project = await opened();
  const page = (cursor: string, size: string) => `query ($id: ID!, $min: Int, $${cursor}: String) {
    customerOrders(customerId: $id, minTotal: $min, ${size}, ${cursor}: $${cursor}) {
      edges { node { __typename ... on Customer { id } ... on Order { id } } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const whole = await project.ask(page('after', 'first: 20'), { id: 'c' });
  expect(whole.requests).toEqual(['Query']);
  for (const [min, right] of [
    [null, ['Customer c', ...orders]],
    [5, ['Customer c', ...orders.slice(0, 4)]],
    [100, ['Customer c']],
  ] as const) {
    const forwards = await walk<Item>(project, page('after', 'first: 3'), { id: 'c', min });
    const backwards = await walk<Item>(project, page('before', 'last: 2'), { id: 'c', min }, true);
    expect(named(forwards)).toEqual(right);
    expect(named(backwards)).toEqual(right);
  }
});

test('two entities of one index are merged in order, page by page and both ways', async () => {
  const project = await opened();
  const page = (cursor: string, size: string) => `query ($id: ID!, $since: DateTime, $${cursor}: String) {
    customerView(customerId: $id) { ... on Customer { documents(since: $since, ${size}, ${cursor}: $${cursor}) {
      edges { node { __typename ... on Invoice { id at } ... on Payment { id at } } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }`;
  const all = Array.from({ length: 9 }, (_, n) => [
    { __typename: 'Invoice', id: `ci${n}`, at: day(n) },
    { __typename: 'Payment', id: `cp${n}`, at: day(n * 3) },
  ]).flat();
  for (const since of [null, day(6)]) {
    const right = all.filter(({ at }) => since === null || at >= since);
    const of = async (cursor: string, size: string, backward: boolean) => {
      const inner: Project = {
        ...project,
        data: async (document, variables) => {
          const { customerView } = await project.data(document, variables);
          const [customer] = customerView as { documents: unknown }[];
          return { documents: customer?.documents };
        },
      };
      return walk<(typeof all)[number]>(inner, page(cursor, size), { id: 'c', since }, backward);
    };
    const forwards = await of('after', 'first: 4', false);
    expect(forwards.map(({ id }) => id).sort()).toEqual(right.map(({ id }) => id).sort());
    expect(forwards.map(({ at }) => at)).toEqual(
      right
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
    expect(await of('before', 'last: 5', true)).toEqual(forwards);
  }
});
