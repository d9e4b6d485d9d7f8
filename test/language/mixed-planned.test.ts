/** Several entities whose keys the planner chose. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/mixed-planned/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/mixed-planned/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/mixed-planned/generated/schema.js';
import { tables } from '../fixtures/ok/mixed-planned/generated/tables.js';
import {
  houseWrites,
  leaseWrites,
  refundWrites,
  roomWrites,
  saleWrites,
  shopWrites,
  visitWrites,
} from '../fixtures/ok/mixed-planned/generated/writes.js';
import { openProject, walk } from '../support/running.js';

interface Item {
  readonly __typename: string;
  readonly at?: string;
  readonly amount?: number;
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);
const day = (n: number) => new Date(Date.UTC(2024, 0, 1 + n)).toISOString();
const shops = ['s', 's1', 's#1'];
const fields = `__typename ... on Shop { id } ... on Sale { id shopId amount at: soldAt }
  ... on Refund { id shopId amount at: refundedAt } ... on Visit { shopId visitor }`;

test('members share an index; in one collection, or merged by time', async () => {
  const project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) });
  const sales = shops.flatMap((shopId) =>
    upTo(7).map((n) => ({ id: `${shopId}-${n}`, shopId, soldAt: day((n * 5) % 7), amount: n })),
  );
  const refunds = shops.flatMap((shopId) =>
    upTo(4).map((n) => ({ id: `${shopId}-${n}`, shopId, refundedAt: day(n * 2), amount: n + 3 })),
  );
  const visits = upTo(3).map((n) => ({ shopId: 's1', visitor: `v${n}` }));
  const db = project.database.session();
  await db.putAll([
    ...shops.slice(1).map((id) => shopWrites.create({ id })),
    ...sales.map((one) => saleWrites.create(one)),
    ...refunds.map((one) => refundWrites.create(one)),
    ...visits.map((one) => visitWrites.create(one)),
  ]);
  const asSale = ({ soldAt, ...one }: (typeof sales)[number]) => ({ __typename: 'Sale', ...one, at: soldAt });
  const asRefund = ({ refundedAt, ...one }: (typeof refunds)[number]) => ({
    __typename: 'Refund',
    ...one,
    at: refundedAt,
  });
  const byTime = (a: { at: string; id: string }, b: { at: string; id: string }) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1;
  for (const id of shops) {
    const own = sales.filter(({ shopId }) => shopId === id).map(asSale);
    const given = refunds.filter(({ shopId }) => shopId === id).map(asRefund);
    const ordered = [...own.sort(byTime)];
    const refunded = given.sort((a, b) => (a.id < b.id ? -1 : 1));
    const shop = id === 's' ? [] : [{ __typename: 'Shop', id }];
    const visited = visits
      .filter(({ shopId }) => shopId === id)
      .map((one) => ({ __typename: 'Visit', ...one }));
    for (const [field, right] of [
      ['shopItems', [...refunded, ...ordered, ...shop]],
      ['shopView', [...shop, ...[...refunded, ...ordered, ...visited].reverse()]],
    ] as const) {
      const page = (cursor: string, size: string) => `query ($id: ID!, $${cursor}: String) {
        ${field}(id: $id, ${size}, ${cursor}: $${cursor}) { edges { node { ${fields} } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
      expect(await walk<Item>(project, page('after', 'first: 4'), { id }), field).toEqual(right);
      expect(await walk<Item>(project, page('before', 'last: 3'), { id }, true), field).toEqual(right);
    }
  }
  for (const [since, amount] of [
    [null, null],
    [day(3), null],
    [day(1), 4],
  ] as const) {
    const page = (
      cursor: string,
      size: string,
    ) => `query ($since: DateTime, $amount: Int, $${cursor}: String) {
      shopEvents(ids: ["s1", "s"], since: $since, amount: $amount, ${size}, ${cursor}: $${cursor}) {
        edges { node { ${fields} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
    const right = [...sales.map(asSale), ...refunds.map(asRefund)]
      .filter(({ shopId, at }) => shopId !== 's#1' && (since === null || at >= since))
      .filter((one) => amount === null || one.amount >= amount);
    const forwards = await walk<Item>(project, page('after', 'first: 5'), { since, amount });
    const text = (one: object) => JSON.stringify(Object.entries(one).sort());
    expect(forwards.map(text).sort()).toEqual(right.map(text).sort());
    expect(forwards.map(({ at }) => at)).toEqual(
      right
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
    expect(await walk<Item>(project, page('before', 'last: 4'), { since, amount }, true)).toEqual(forwards);
  }
});

test('a parent and its children in one partition, in both directions', async () => {
  const project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) });
  const houses = ['h', 'h1', 'h#1'];
  const rooms = houses.flatMap((house) => ['attic', 'b', '#'].map((name) => ({ house, name })));
  const leases = houses.flatMap((house) => upTo(3).map((n) => ({ house, since: day(n) })));
  await project.database
    .session()
    .putAll([
      ...houses.slice(1).map((id) => houseWrites.create({ id })),
      ...rooms.map((one) => roomWrites.create(one)),
      ...leases.map((one) => leaseWrites.create(one)),
    ]);
  const all = '__typename ... on House { id } ... on Room { house name } ... on Lease { house since }';
  for (const id of houses) {
    const children = [
      ...leases.filter(({ house }) => house === id).map((one) => ({ __typename: 'Lease', ...one })),
      ...['#', 'attic', 'b'].map((name) => ({ __typename: 'Room', house: id, name })),
    ];
    const house = id === 'h' ? [] : [{ __typename: 'House', id }];
    for (const [field, right, requests] of [
      ['houseView', [...house, ...children], ['Query']],
      ['houseDown', [...house, ...children.reverse()], ['Query', 'Query']],
    ] as const) {
      const page = (cursor: string, size: string) => `query ($id: ID!, $${cursor}: String) {
        ${field}(id: $id, ${size}, ${cursor}: $${cursor}) { edges { node { ${all} } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
      for (const size of [1, 2, 5, 20]) {
        expect(await walk<Item>(project, page('after', `first: ${size}`), { id }), field).toEqual(right);
        expect(await walk<Item>(project, page('before', `last: ${size}`), { id }, true), field).toEqual(
          right,
        );
      }
      const { requests: sent } = await project.ask(`{ ${field}(id: "${id}") { edges { node { ${all} } } } }`);
      expect([...sent].sort(), field).toEqual(requests);
    }
  }
});
