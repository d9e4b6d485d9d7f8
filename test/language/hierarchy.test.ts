/** An answer narrowed from the left: what is given of a hierarchy, as deep as it goes. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/hierarchy/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/hierarchy/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/hierarchy/generated/schema.js';
import { tables } from '../fixtures/ok/hierarchy/generated/tables.js';
import { openProject, walk } from '../support/running.js';

interface Store {
  readonly id: string;
  readonly country: string;
  readonly state: string;
  readonly city: string;
  readonly kind: 'SHOP' | 'STOCK';
  readonly openedAt: string;
}

const names = ['', 'A', 'A#B', 'AB', 'B', 'é', '😀', '#', '$'];
const stores: Store[] = ['X', 'X#A', 'Y'].flatMap((country) =>
  names.flatMap((state, i) =>
    names.map((city, j) => ({
      id: `${country}/${i}/${j}`,
      country,
      state,
      city: city.toLowerCase(),
      kind: (i + j) % 2 === 0 ? ('SHOP' as const) : ('STOCK' as const),
      openedAt: new Date(Date.UTC(2024, (i * 9 + j) % 12, 1 + ((i + j) % 28))).toISOString(),
    })),
  ),
);

async function opened() {
  const project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) });
  for (const input of stores)
    await project.data('mutation ($input: AddStoreInput!) { addStore(input: $input) { id } }', { input });
  return project;
}

test('a hierarchy is narrowed from the left, whatever its values hold', async () => {
  const project = await opened();
  const storesIn = `query ($country: String!, $state: String, $city: String, $after: String) {
    storesIn(country: $country, state: $state, city: $city, first: 7, after: $after) {
      edges { node { id state city } } pageInfo { hasNextPage endCursor } } }`;
  for (const country of ['X', 'X#A', 'nowhere']) {
    for (const state of [null, ...names]) {
      for (const city of state === null ? [null] : [null, 'A', 'a#b', '']) {
        const nodes = await walk<Store>(project, storesIn, { country, state, city });
        const right = stores.filter(
          (one) =>
            one.country === country &&
            (state === null || one.state === state) &&
            (city === null || one.city === city.toLowerCase()),
        );
        expect(nodes.map(({ id }) => id).sort()).toEqual(right.map(({ id }) => id).sort());
      }
    }
  }

  const storesNear = `query ($country: String!, $state: String, $city: String, $limit: Int) {
    storesNear(country: $country, state: $state, city: $city, limit: $limit) { id } }`;
  for (const [state, city] of [
    [null, null],
    ['A', null],
    ['A', 'a'],
    ['', ''],
    ['A#', null],
  ] as const) {
    const { storesNear: near } = await project.data(storesNear, { country: 'X', state, city, limit: 500 });
    const right = stores.filter(
      (one) =>
        one.country === 'X' &&
        (city === null
          ? state === null || one.state.startsWith(state)
          : one.state === state && one.city.startsWith(city)),
    );
    expect((near as Store[]).map(({ id }) => id).sort()).toEqual(right.map(({ id }) => id).sort());
  }
  const { storesNear: three } = await project.data(storesNear, { country: 'X', limit: 3 });
  expect(three).toHaveLength(3);
});

test('a part is not asked without those before it', async () => {
  const project = await opened();
  const gap = await project.ask('{ storesIn(country: "X", city: "A", first: 1) { edges { cursor } } }');
  expect(gap.errors?.[0]).toMatchObject({
    message: 'city requires state: pass state, too.',
    extensions: { code: 'BAD_INPUT', field: 'city', missing: 'state' },
  });
  const bound = await project.ask('{ storesByKind(country: "X", from: "2024-01-01T00:00:00Z") { id } }');
  expect(bound.errors?.[0]).toMatchObject({ message: 'from requires kind: pass kind, too.' });
  const many = await project.ask('{ storesNear(country: "X", limit: 501) { id } }');
  expect(many.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_PAGE', argument: 'limit', max: 500 } });
});

test('behind a narrowing part stands a range', async () => {
  const project = await opened();
  const document = `query ($kind: Kind, $from: DateTime, $before: DateTime) {
    storesByKind(country: "X", kind: $kind, from: $from, before: $before) { id kind openedAt } }`;
  const [from, before] = ['2024-03-01T00:00:00.000Z', '2024-08-01T00:00:00.000Z'];
  for (const [kind, low, high] of [
    ['SHOP', from, before],
    ['STOCK', from, null],
    ['STOCK', null, before],
    ['SHOP', null, null],
    [null, null, null],
  ] as const) {
    const { storesByKind } = await project.data(document, { kind, from: low, before: high });
    const right = stores
      .filter(
        (one) =>
          one.country === 'X' &&
          (kind === null || one.kind === kind) &&
          (low === null || one.openedAt >= low) &&
          (high === null || one.openedAt < high),
      )
      .sort((a, b) => (`${a.kind}${a.openedAt}` < `${b.kind}${b.openedAt}` ? -1 : 1));
    const found = storesByKind as Store[];
    expect(found.map(({ kind: k, openedAt }) => `${k} ${openedAt}`)).toEqual(
      right.map(({ kind: k, openedAt }) => `${k} ${openedAt}`),
    );
  }
});
