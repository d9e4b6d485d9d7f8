/** Ids in order across buckets of time: pages either way, also while the window of buckets moves. */

import { buildSchema, parse } from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { costs } from '../fixtures/ok/time-ordered-ids/generated/costs.js';
import { createLoaders } from '../fixtures/ok/time-ordered-ids/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/time-ordered-ids/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/time-ordered-ids/generated/schema.js';
import { tables } from '../fixtures/ok/time-ordered-ids/generated/tables.js';
import { openProject, type Project, walk } from '../support/running.js';

const ids = Array.from({ length: 30 }, (_, at) => `id${String(at).padStart(2, '0')}`);
const page = (size: string) =>
  `query (${size.includes('after') ? '$after' : '$before'}: String) { posts(topic: "t", ${size}) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

/** The order of ids is not that of the moments, so that buckets interleave. */
async function opened(clock: { now: Date }): Promise<Project> {
  const project = await openProject(
    { typeDefs, tables, resolvers: createResolvers({}), createLoaders },
    undefined,
    { now: () => clock.now },
  );
  for (const [at, id] of ids.entries()) {
    const input = { id, topic: 't', at: `2026-0${1 + ((at * 7) % 5)}-11T00:00:00Z` };
    await project.data('mutation ($input: PostInput!) { addPost(input: $input) { id } }', { input });
  }
  return project;
}

test('pages are in order of ids, forward and backward', async () => {
  const project = await opened({ now: new Date('2026-05-20T00:00:00Z') });
  const found = async (size: string, backward: boolean) =>
    (await walk<{ id: string }>(project, page(size), {}, backward)).map(({ id }) => id);
  expect(await found('first: 4, after: $after', false)).toEqual([...ids].reverse());
  expect(await found('last: 7, before: $before', true)).toEqual([...ids].reverse());
});

test('a page is resumed after the window has moved', async () => {
  const clock = { now: new Date('2026-05-20T00:00:00Z') };
  const project = await opened(clock);
  const ask = async (after: string | null) => {
    const { posts } = await project.data(page('first: 10, after: $after'), { after });
    return posts as { edges: { node: { id: string } }[]; pageInfo: { endCursor: string } };
  };
  const first = await ask(null);
  clock.now = new Date('2026-06-02T00:00:00Z');
  const second = await ask(first.pageInfo.endCursor);
  const third = await ask(second.pageInfo.endCursor);
  const all = [first, second, third].flatMap(({ edges }) => edges.map(({ node }) => node.id));
  expect(all).toEqual([...ids].reverse());
});

test('it takes a query for each bucket, as the budget says', async () => {
  const project = await opened({ now: new Date('2026-05-20T00:00:00Z') });
  const question = '{ posts(topic: "t", first: 3) { edges { node { id } } } }';
  const { requests } = await project.ask(question);
  expect(budgetOf(costs, buildSchema(typeDefs), parse(question))?.usual.requests).toBe(requests.length);
  expect(requests.length).toBe(6);
});
