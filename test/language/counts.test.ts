import { beforeAll, expect, test } from 'vitest';
import type { NewTicket } from '../fixtures/ok/counts/generated/entities.js';
import { createLoaders } from '../fixtures/ok/counts/generated/loaders.js';
import { urgentSince } from '../fixtures/ok/counts/generated/queries.js';
import { createResolvers } from '../fixtures/ok/counts/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/counts/generated/schema.js';
import { tables } from '../fixtures/ok/counts/generated/tables.js';
import { agentWrites, ticketWrites } from '../fixtures/ok/counts/generated/writes.js';
import { type Served, serve } from './serve.js';

let served: Served;
const agents = ['a', 'b#c', 'nobody'];
const tickets: (NewTicket & { readonly id: string; readonly openedAt: string })[] = Array.from(
  { length: 120 },
  (_, at) => ({
    id: `t${at}`,
    agentId: at % 3 === 0 ? 'b#c' : 'a',
    openedAt: new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString(),
    urgent: at % 7 === 0,
  }),
);
const of = (agentId: string) => tickets.filter((one) => one.agentId === agentId);

beforeAll(async () => {
  served = await serve({ typeDefs, tables, resolvers: createResolvers({}), loaders: createLoaders });
  const { unwritten } = await served.database
    .session()
    .putAll([
      ...agents.map((id) => agentWrites.create({ id })),
      ...tickets.map((one) => ticketWrites.create(one)),
    ]);
  expect(unwritten).toEqual([]);
});

test('a count is the number of records, in one request of one partition', async () => {
  for (const id of agents) {
    const { agent } = await served.ask('query ($id: ID!) { agent(id: $id) { ticketCount } }', { id });
    expect(agent).toEqual({ ticketCount: of(id).length });
    expect(served.operations).toEqual(['Query', 'GetItem']);
  }
});

test('a count stops at its bound, over shards too', async () => {
  expect(await served.ask('{ ticketCount }')).toEqual({ ticketCount: 50 });
  expect(served.operations).toEqual(['Query', 'Query', 'Query']);
});

test('a filter and an open range are counted by', async () => {
  for (const since of [undefined, tickets[30]?.openedAt, '2027-01-01T00:00:00.000Z']) {
    const { urgentSince } = await served.ask(
      'query ($since: DateTime) { urgentSince(agentId: "a", since: $since) }',
      { since },
    );
    const matching = of('a').filter((one) => one.urgent && (since === undefined || one.openedAt >= since));
    expect(urgentSince).toBe(matching.length);
  }
});

test('every cap up to the whole gives that many', async () => {
  const query = urgentSince({ agentId: 'a' });
  const all = of('a').filter((one) => one.urgent).length;
  for (let cap = 0; cap <= all + 2; cap++)
    expect(await served.database.session().count(query, cap)).toBe(Math.min(cap, all));
});
