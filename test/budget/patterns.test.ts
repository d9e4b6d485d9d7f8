/** Patterns of every kind send as many requests as the budget says, where their pages are full. */

import { buildSchema, parse } from 'graphql';
import { budgetOf, type Costs } from 'tableloom/runtime';
import { describe, expect, test } from 'vitest';
import * as counts from '../fixtures/ok/counts/expected/costs.js';
import * as countLoaders from '../fixtures/ok/counts/expected/loaders.js';
import * as countResolvers from '../fixtures/ok/counts/expected/resolvers.js';
import * as countSchema from '../fixtures/ok/counts/expected/schema.js';
import * as countTables from '../fixtures/ok/counts/expected/tables.js';
import { agentWrites, ticketWrites as deskTicketWrites } from '../fixtures/ok/counts/expected/writes.js';
import * as existence from '../fixtures/ok/existence/expected/costs.js';
import * as existenceLoaders from '../fixtures/ok/existence/expected/loaders.js';
import * as existenceResolvers from '../fixtures/ok/existence/expected/resolvers.js';
import * as existenceSchema from '../fixtures/ok/existence/expected/schema.js';
import * as existenceTables from '../fixtures/ok/existence/expected/tables.js';
import { bookWrites } from '../fixtures/ok/existence/expected/writes.js';
import * as lists from '../fixtures/ok/lists-of-values/expected/costs.js';
import * as listLoaders from '../fixtures/ok/lists-of-values/expected/loaders.js';
import * as listResolvers from '../fixtures/ok/lists-of-values/expected/resolvers.js';
import * as listSchema from '../fixtures/ok/lists-of-values/expected/schema.js';
import * as listTables from '../fixtures/ok/lists-of-values/expected/tables.js';
import { ticketWrites } from '../fixtures/ok/lists-of-values/expected/writes.js';
import * as school from '../fixtures/ok/many-to-many/expected/costs.js';
import * as schoolLoaders from '../fixtures/ok/many-to-many/expected/loaders.js';
import * as schoolResolvers from '../fixtures/ok/many-to-many/expected/resolvers.js';
import * as schoolSchema from '../fixtures/ok/many-to-many/expected/schema.js';
import * as schoolTables from '../fixtures/ok/many-to-many/expected/tables.js';
import { courseWrites, enrolmentWrites, studentWrites } from '../fixtures/ok/many-to-many/expected/writes.js';
import * as club from '../fixtures/ok/through/expected/costs.js';
import * as clubLoaders from '../fixtures/ok/through/expected/loaders.js';
import * as clubResolvers from '../fixtures/ok/through/expected/resolvers.js';
import * as clubSchema from '../fixtures/ok/through/expected/schema.js';
import * as clubTables from '../fixtures/ok/through/expected/tables.js';
import {
  aliasWrites,
  gameWrites,
  participationWrites,
  playerWrites,
} from '../fixtures/ok/through/expected/writes.js';
import { type Generated, openProject, type Project } from '../support/running.js';

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);
const moment = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

type Case = readonly [query: string, requests: number];

/** Each query sends just so many requests, which its budget says, too. */
async function expectCounted(
  project: Project,
  { costs, typeDefs }: { costs: Costs; typeDefs: string },
  cases: readonly Case[],
) {
  const schema = buildSchema(typeDefs);
  for (const [query, requests] of cases) {
    const answer = await project.ask(query);
    expect(answer.errors, query).toBeUndefined();
    const budget = budgetOf(costs, schema, parse(query));
    expect({ query, sent: answer.requests.length, usual: budget?.usual.requests }).toEqual({
      query,
      sent: requests,
      usual: requests,
    });
    expect(answer.requests.length).toBeLessThanOrEqual(budget?.most.requests ?? 0);
    expect(answer.steps).toBeLessThanOrEqual(budget?.usual.steps ?? 0);
  }
}

function open(
  schema: { readonly typeDefs: string },
  { tables }: Pick<Generated, 'tables'>,
  { createLoaders }: Pick<Generated, 'createLoaders'>,
  resolvers: object,
): Promise<Project> {
  return openProject({ typeDefs: schema.typeDefs, tables, createLoaders, resolvers });
}

describe('requests are those of the budget', () => {
  test('counts', async () => {
    const project = await open(countSchema, countTables, countLoaders, countResolvers.createResolvers({}));
    await project.database
      .session()
      .putAll([
        ...numbers(3).map((at) => agentWrites.create({ id: `a${at}` })),
        ...numbers(60).map((at) =>
          deskTicketWrites.create({ agentId: `a${at % 3}`, openedAt: moment(at), urgent: at % 2 === 0 }),
        ),
      ]);
    await expectCounted(project, { ...counts, ...countSchema }, [
      ['{ ticketCount }', 3],
      ['{ agent(id: "a1") { ticketCount } }', 2],
      [
        '{ agent(id: "a1") { ticketCount again: ticketCount tickets(first: 5) { edges { node { id } } } } }',
        3,
      ],
      ['{ tickets(first: 5) { edges { node { id } } pageInfo { hasNextPage } } }', 3],
      ['{ tickets(first: 5) { __typename } }', 0],
      ['{ urgentSince(agentId: "a0") }', 1],
    ]);
  });

  test('existence', async () => {
    const project = await open(
      existenceSchema,
      existenceTables,
      existenceLoaders,
      existenceResolvers.createResolvers({}),
    );
    await project.database
      .session()
      .putAll(
        numbers(20).map((at) =>
          bookWrites.create({ shelf: 's', isbn: `${at}`, author: 'Ada', lent: false, sequel: `${at + 1}` }),
        ),
      );
    const isbns = numbers(120).map(String);
    await expectCounted(project, { ...existence, ...existenceSchema }, [
      ['{ bookExists(shelf: "s", isbn: "1") }', 1],
      ['{ bookExists(shelf: "s", isbn: "1") book(shelf: "s", isbn: "2") { author } }', 1],
      [`{ booksExist(shelf: "s", isbns: ${JSON.stringify(isbns)}) }`, 2],
      ['{ hasBookOf(author: "Ada") }', 1],
      ['{ book(shelf: "s", isbn: "2") { hasSequel } }', 2],
    ]);
  });

  test('lists of values, and buckets', async () => {
    const project = await open(listSchema, listTables, listLoaders, listResolvers.createResolvers({}));
    const statuses = ['OPEN', 'HELD', 'DONE'] as const;
    await project.database.session().putAll(
      numbers(30).map((at) =>
        ticketWrites.create({
          id: `t${at}`,
          team: 'a',
          status: statuses[at % 3] ?? 'OPEN',
          openedAt: moment(at * 100),
        }),
      ),
    );
    await expectCounted(project, { ...lists, ...listSchema }, [
      ['{ ticketsById(ids: ["t1", "t2", "t3"]) { status } }', 1],
      ['{ ticketsByStatus(team: "a", statuses: [OPEN, HELD], first: 3) { edges { node { id } } } }', 4],
      ['{ ticketsByStatus(team: "a", statuses: [OPEN], first: 3) { edges { node { id } } } }', 2],
      ['{ ticketsByStatus(team: "a", statuses: [], first: 3) { edges { node { id } } } }', 0],
      ['{ unfinished(team: "a", limit: 2) { id } }', 4],
      ['{ ticketsOfDays(days: ["2026-01-01", "2026-01-02"], first: 3) { edges { node { id } } } }', 1],
    ]);
  });

  test('many to many', async () => {
    const project = await open(
      schoolSchema,
      schoolTables,
      schoolLoaders,
      schoolResolvers.createResolvers({}),
    );
    await project.database.session().putAll([
      ...numbers(10).map((at) => studentWrites.create({ id: `s${at}`, name: `Student ${at}` })),
      ...numbers(10).map((at) => courseWrites.create({ id: `c${at}`, title: `Course ${at}` })),
      ...numbers(10).flatMap((student) =>
        numbers(10).map((course) =>
          enrolmentWrites.create({
            studentId: `s${student}`,
            courseId: `c${course}`,
            since: moment(student * 10 + course),
          }),
        ),
      ),
    ]);
    await expectCounted(project, { ...school, ...schoolSchema }, [
      ['{ student(id: "s1") { courses(first: 3) { edges { node { title } } } } }', 3],
      ['{ course(id: "c1") { isTaken studentCount students(first: 3) { edges { node { name } } } } }', 5],
    ]);
  });

  test('through', async () => {
    const project = await open(clubSchema, clubTables, clubLoaders, clubResolvers.createResolvers({}));
    await project.database.session().putAll([
      ...numbers(5).map((at) => playerWrites.create({ id: `p${at}`, club: 'c', name: `Player ${at}` })),
      ...numbers(5).map((at) => aliasWrites.create({ alias: `alias${at}`, playerId: `p${at}` })),
      ...numbers(5).map((at) => gameWrites.create({ id: `g${at}`, club: 'c', title: `Game ${at}` })),
      ...numbers(5).flatMap((player) =>
        numbers(5).map((game) =>
          participationWrites.create({
            playerId: `p${player}`,
            gameId: `g${game}`,
            score: game,
            joinedAt: moment(game),
          }),
        ),
      ),
    ]);
    await expectCounted(project, { ...club, ...clubSchema }, [
      ['{ playerByAlias(alias: "alias1") { name } }', 2],
      ['{ player(id: "p1") { lastGame { title } } }', 3],
      ['{ player(id: "p1") { games(first: 3) { edges { score node { title } } } } }', 3],
      ['{ player(id: "p1") { games(first: 3) { edges { node { bestPlayer { name } } } } } }', 7],
    ]);
  });
});
