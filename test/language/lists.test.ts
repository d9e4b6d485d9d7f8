/** Questions asked for several values at once. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/lists-of-values/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/lists-of-values/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/lists-of-values/generated/schema.js';
import { tables } from '../fixtures/ok/lists-of-values/generated/tables.js';
import { openProject, walk } from '../support/running.js';

const statuses = ['OPEN', 'HELD', 'DONE'] as const;
const tickets = Array.from({ length: 60 }, (_, at) => ({
  id: `ticket ${at}`,
  team: `team ${at % 2}`,
  status: statuses[at % 3] ?? 'OPEN',
  // Days apart, and some at one moment.
  openedAt: new Date(Date.UTC(2024, 1, 27 + Math.floor(at / 10), 0, 0, at % 5)).toISOString(),
}));

async function opened() {
  const project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) });
  for (const input of tickets)
    await project.data('mutation ($input: OpenTicketInput!) { openTicket(input: $input) { id } }', { input });
  return project;
}

test('records by a list of keys come in its order, in one batch', async () => {
  const project = await opened();
  const ids = ['ticket 7', 'nobody', 'ticket 2', 'ticket 7'];
  const answer = await project.ask('query ($ids: [ID!]!) { ticketsById(ids: $ids) { id } }', { ids });
  expect(answer.data).toEqual({
    ticketsById: [{ id: 'ticket 7' }, null, { id: 'ticket 2' }, { id: 'ticket 7' }],
  });
  expect(answer.requests).toEqual(['BatchGetItem']);
  const found = await project.data('query ($ids: [ID!]!) { ticketsFound(ids: $ids) { id } }', {
    ids: ids.slice(0, 3),
  });
  expect(found).toEqual({ ticketsFound: [{ id: 'ticket 7' }, { id: 'ticket 2' }] });
  const many = await project.ask('query ($ids: [ID!]!) { ticketsFound(ids: $ids) { id } }', { ids });
  expect(many.errors?.[0]).toMatchObject({
    message: 'id takes at most 3 values; 4 were passed.',
    extensions: { code: 'BAD_INPUT', field: 'id', limit: 3 },
  });
});

test('several values of a field are merged in order, page by page and both ways', async () => {
  const project = await opened();
  const document = (size: string, cursor: string) => `query ($statuses: [Status!]!, $${cursor}: String) {
    ticketsByStatus(team: "team 1", statuses: $statuses, ${size}, ${cursor}: $${cursor}) {
      edges { node { id openedAt status } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  for (const wanted of [['OPEN'], ['HELD', 'OPEN'], ['DONE', 'HELD', 'OPEN', 'HELD'], []] as const) {
    const right = tickets.filter(
      (one) => one.team === 'team 1' && (wanted as readonly string[]).includes(one.status),
    );
    const variables = { statuses: wanted };
    const forwards = await walk<(typeof tickets)[number]>(project, document('first: 4', 'after'), variables);
    const backwards = await walk<(typeof tickets)[number]>(
      project,
      document('last: 3', 'before'),
      variables,
      true,
    );
    expect(forwards.map(({ id }) => id).sort()).toEqual(right.map(({ id }) => id).sort());
    expect(forwards.map(({ openedAt }) => openedAt)).toEqual(
      right
        .map(({ openedAt }) => openedAt)
        .sort()
        .reverse(),
    );
    expect(backwards).toEqual(forwards);
  }
});

test('a cursor is good for the same values in any order, and for no others', async () => {
  const project = await opened();
  const page = (list: string, after: string) =>
    project.ask(`{ ticketsByStatus(team: "team 1", statuses: [${list}], first: 2${after}) {
      edges { cursor } } }`);
  const { data } = await page('OPEN, HELD', '');
  const found = data?.ticketsByStatus as { edges: { cursor: string }[] } | undefined;
  const after = `, after: "${found?.edges[1]?.cursor ?? ''}"`;
  expect((await page('HELD, OPEN', after)).errors).toBeUndefined();
  expect((await page('HELD, DONE', after)).errors?.[0]?.extensions?.code).toBe('BAD_CURSOR');
});

test('constants of a list are asked together, the newest first', async () => {
  const project = await opened();
  const { unfinished } = await project.data('{ unfinished(team: "team 0", limit: 4) { status openedAt } }');
  const right = tickets.filter((one) => one.team === 'team 0' && one.status !== 'DONE');
  expect((unfinished as (typeof tickets)[number][]).map(({ openedAt }) => openedAt)).toEqual(
    right
      .map(({ openedAt }) => openedAt)
      .sort()
      .reverse()
      .slice(0, 4),
  );
});

test('the days of a list are read one after the other, each once', async () => {
  const project = await opened();
  const document = `query ($days: [String!]!, $after: String) {
    ticketsOfDays(days: $days, first: 6, after: $after) {
      edges { node { openedAt } } pageInfo { hasNextPage endCursor } } }`;
  const days = ['2024-02-29', '2024-02-28', '2024-03-02', '2024-02-29', '2030-01-01'];
  const nodes = await walk<{ openedAt: string }>(project, document, { days });
  const right = tickets.filter(({ openedAt }) => days.includes(openedAt.slice(0, 10)));
  expect(nodes.map(({ openedAt }) => openedAt)).toEqual(
    right
      .map(({ openedAt }) => openedAt)
      .sort()
      .reverse(),
  );
  const many = await project.ask(document, {
    days: Array.from({ length: 101 }, (_, at) => new Date(at * 864e5).toISOString().slice(0, 10)),
  });
  expect(many.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_INPUT', limit: 100 } });
});
