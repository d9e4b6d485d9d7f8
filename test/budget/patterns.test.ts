/** Patterns of every kind send as many requests as the budget says, where their pages are full. */

import { buildSchema, parse } from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import type { Costs } from 'tableloom/runtime/generated';
import { describe, expect, test } from 'vitest';
import * as team from '../fixtures/ok/aggregates/generated/costs.js';
import * as teamLoaders from '../fixtures/ok/aggregates/generated/loaders.js';
import * as teamResolvers from '../fixtures/ok/aggregates/generated/resolvers.js';
import * as teamSchema from '../fixtures/ok/aggregates/generated/schema.js';
import * as teamTables from '../fixtures/ok/aggregates/generated/tables.js';
import { issueWrites, memberWrites, teamWrites } from '../fixtures/ok/aggregates/generated/writes.js';
import * as counts from '../fixtures/ok/counts/generated/costs.js';
import * as countLoaders from '../fixtures/ok/counts/generated/loaders.js';
import * as countResolvers from '../fixtures/ok/counts/generated/resolvers.js';
import * as countSchema from '../fixtures/ok/counts/generated/schema.js';
import * as countTables from '../fixtures/ok/counts/generated/tables.js';
import { agentWrites, ticketWrites as deskTicketWrites } from '../fixtures/ok/counts/generated/writes.js';
import * as existence from '../fixtures/ok/existence/generated/costs.js';
import * as existenceLoaders from '../fixtures/ok/existence/generated/loaders.js';
import * as existenceResolvers from '../fixtures/ok/existence/generated/resolvers.js';
import * as existenceSchema from '../fixtures/ok/existence/generated/schema.js';
import * as existenceTables from '../fixtures/ok/existence/generated/tables.js';
import { bookWrites } from '../fixtures/ok/existence/generated/writes.js';
import * as lists from '../fixtures/ok/lists-of-values/generated/costs.js';
import * as listLoaders from '../fixtures/ok/lists-of-values/generated/loaders.js';
import * as listResolvers from '../fixtures/ok/lists-of-values/generated/resolvers.js';
import * as listSchema from '../fixtures/ok/lists-of-values/generated/schema.js';
import * as listTables from '../fixtures/ok/lists-of-values/generated/tables.js';
import { ticketWrites } from '../fixtures/ok/lists-of-values/generated/writes.js';
import * as school from '../fixtures/ok/many-to-many/generated/costs.js';
import * as schoolLoaders from '../fixtures/ok/many-to-many/generated/loaders.js';
import * as schoolResolvers from '../fixtures/ok/many-to-many/generated/resolvers.js';
import * as schoolSchema from '../fixtures/ok/many-to-many/generated/schema.js';
import * as schoolTables from '../fixtures/ok/many-to-many/generated/tables.js';
import {
  courseWrites,
  enrolmentWrites,
  studentWrites,
} from '../fixtures/ok/many-to-many/generated/writes.js';
import * as shop from '../fixtures/ok/references/generated/costs.js';
import * as shopLoaders from '../fixtures/ok/references/generated/loaders.js';
import * as shopResolvers from '../fixtures/ok/references/generated/resolvers.js';
import * as shopSchema from '../fixtures/ok/references/generated/schema.js';
import * as shopTables from '../fixtures/ok/references/generated/tables.js';
import { customerWrites, lineWrites, productWrites } from '../fixtures/ok/references/generated/writes.js';
import * as club from '../fixtures/ok/through/generated/costs.js';
import * as clubLoaders from '../fixtures/ok/through/generated/loaders.js';
import * as clubResolvers from '../fixtures/ok/through/generated/resolvers.js';
import * as clubSchema from '../fixtures/ok/through/generated/schema.js';
import * as clubTables from '../fixtures/ok/through/generated/tables.js';
import {
  aliasWrites,
  gameWrites,
  participationWrites,
  playerWrites,
} from '../fixtures/ok/through/generated/writes.js';
import { type Generated, openProject, type Project } from '../support/running.js';
import { type Lockstep, lockstep } from './support/lockstep.js';

const aggregates = (count: number) => Array.from({ length: count }, (_, at) => at);
const moment = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

let steps: Lockstep | undefined;

type Case = readonly [query: string, requests: number, steps: number];

/**
 * Each query sends just so many requests, in so many steps, which its budget says, too.
 *
 * @param again the like of each query, where asking it once more would not do the same
 */
async function expectCounted(
  project: Project,
  { costs, typeDefs }: { costs: Costs; typeDefs: string },
  cases: readonly Case[],
  again: readonly string[] = cases.map(([query]) => query),
) {
  const schema = buildSchema(typeDefs);
  // All tests of a file have the same client.
  steps ??= lockstep(project.documents);
  for (const [at, [query, requests, waits]] of cases.entries()) {
    const { result, ...sent } = await steps.count(() => project.ask(query));
    expect(result.errors, query).toBeUndefined();
    const { usual, most } = budgetOf(costs, schema, parse(query)) ?? {};
    expect({ query, ...sent, budget: [usual?.requests, usual?.steps] }).toEqual({
      query,
      requests,
      steps: waits,
      budget: [requests, waits],
    });
    expect(requests).toBeLessThanOrEqual(most?.requests ?? 0);
    // Of answers that come when they come.
    const { requests: others } = await project.ask(again[at] ?? query);
    expect(others.length, query).toBeLessThanOrEqual(most?.requests ?? 0);
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
        ...aggregates(3).map((at) => agentWrites.create({ id: `a${at}` })),
        ...aggregates(60).map((at) =>
          deskTicketWrites.create({ agentId: `a${at % 3}`, openedAt: moment(at), urgent: at % 2 === 0 }),
        ),
      ]);
    await expectCounted(project, { ...counts, ...countSchema }, [
      ['{ ticketCount }', 3, 1],
      ['{ agent(id: "a1") { ticketCount } }', 2, 1],
      [
        '{ agent(id: "a1") { ticketCount again: ticketCount tickets(first: 5) { edges { node { id } } } } }',
        3,
        1,
      ],
      ['{ tickets(first: 5) { edges { node { id } } pageInfo { hasNextPage } } }', 3, 1],
      ['{ tickets(first: 5) { __typename } }', 0, 0],
      ['{ urgentSince(agentId: "a0") }', 1, 1],
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
        aggregates(20).map((at) =>
          bookWrites.create({ shelf: 's', isbn: `${at}`, author: 'Ada', lent: false, sequel: `${at + 1}` }),
        ),
      );
    const isbns = aggregates(120).map(String);
    await expectCounted(project, { ...existence, ...existenceSchema }, [
      ['{ bookExists(shelf: "s", isbn: "1") }', 1, 1],
      ['{ bookExists(shelf: "s", isbn: "1") book(shelf: "s", isbn: "2") { author } }', 1, 1],
      [`{ booksExist(shelf: "s", isbns: ${JSON.stringify(isbns)}) }`, 2, 1],
      ['{ hasBookOf(author: "Ada") }', 1, 1],
      ['{ book(shelf: "s", isbn: "2") { hasSequel } }', 2, 2],
    ]);
  });

  test('lists of values, and buckets', async () => {
    const project = await open(listSchema, listTables, listLoaders, listResolvers.createResolvers({}));
    const statuses = ['OPEN', 'HELD', 'DONE'] as const;
    await project.database.session().putAll(
      aggregates(30).map((at) =>
        ticketWrites.create({
          id: `t${at}`,
          team: 'a',
          status: statuses[at % 3] ?? 'OPEN',
          openedAt: moment(at * 100),
        }),
      ),
    );
    await expectCounted(project, { ...lists, ...listSchema }, [
      ['{ ticketsById(ids: ["t1", "t2", "t3"]) { status } }', 1, 1],
      ['{ ticketsByStatus(team: "a", statuses: [OPEN, HELD], first: 3) { edges { node { id } } } }', 4, 1],
      ['{ ticketsByStatus(team: "a", statuses: [OPEN], first: 3) { edges { node { id } } } }', 2, 1],
      ['{ ticketsByStatus(team: "a", statuses: [], first: 3) { edges { node { id } } } }', 0, 0],
      ['{ unfinished(team: "a", limit: 2) { id } }', 4, 1],
      ['{ ticketsOfDays(days: ["2026-01-01", "2026-01-02"], first: 3) { edges { node { id } } } }', 1, 1],
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
      ...aggregates(10).map((at) => studentWrites.create({ id: `s${at}`, name: `Student ${at}` })),
      ...aggregates(10).map((at) => courseWrites.create({ id: `c${at}`, title: `Course ${at}` })),
      ...aggregates(10).flatMap((student) =>
        aggregates(10).map((course) =>
          enrolmentWrites.create({
            studentId: `s${student}`,
            courseId: `c${course}`,
            since: moment(student * 10 + course),
          }),
        ),
      ),
    ]);
    await expectCounted(project, { ...school, ...schoolSchema }, [
      ['{ student(id: "s1") { courses(first: 3) { edges { node { title } } } } }', 3, 2],
      ['{ course(id: "c1") { isTaken studentCount students(first: 3) { edges { node { name } } } } }', 5, 2],
    ]);
  });

  test('through', async () => {
    const project = await open(clubSchema, clubTables, clubLoaders, clubResolvers.createResolvers({}));
    await project.database.session().putAll([
      ...aggregates(5).map((at) => playerWrites.create({ id: `p${at}`, club: 'c', name: `Player ${at}` })),
      ...aggregates(5).map((at) => aliasWrites.create({ alias: `alias${at}`, playerId: `p${at}` })),
      ...aggregates(5).map((at) => gameWrites.create({ id: `g${at}`, club: 'c', title: `Game ${at}` })),
      ...aggregates(5).flatMap((player) =>
        aggregates(5).map((game) =>
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
      ['{ playerByAlias(alias: "alias1") { name } }', 2, 2],
      ['{ player(id: "p1") { lastGame { title } } }', 3, 3],
      ['{ player(id: "p1") { games(first: 3) { edges { score node { title } } } } }', 3, 3],
      ['{ player(id: "p1") { games(first: 3) { edges { node { bestPlayer { name } } } } } }', 7, 5],
    ]);
  });

  test('prefetched fields, and aggregates', async () => {
    const project = await open(teamSchema, teamTables, teamLoaders, teamResolvers.createResolvers({}));
    const session = project.database.session();
    const [{ id }] = await session.write(teamWrites.create({}));
    for (const at of aggregates(5))
      await session.write(
        issueWrites.create({ teamId: id, title: `Issue ${at}` }),
        memberWrites.create({ teamId: id, name: `Member ${at}`, city: 'Rome', status: 'ACTIVE' }),
      );
    const { cursor } = (
      (await project.data(`{ team(id: "${id}") { issues(first: 2) { edges { cursor } } } }`)) as {
        team: { issues: { edges: [{ cursor: string }] } };
      }
    ).team.issues.edges[0];
    const issues = (args: string) => `issues(${args}) { edges { node { title } } }`;
    await expectCounted(project, { ...team, ...teamSchema }, [
      [`{ team(id: "${id}") { version ${issues('first: 3')} } }`, 1, 1],
      [`{ team(id: "${id}") { ${issues('first: 3')} more: ${issues('first: 4')} } }`, 2, 1],
      [`{ team(id: "${id}") { version ${issues(`first: 3, after: "${cursor}"`)} } }`, 2, 1],
      [`{ team(id: "${id}") { version ${issues('first: 0')} } }`, 1, 1],
      [`{ team(id: "${id}") { version } again: team(id: "${id}") { ${issues('first: 3')} } }`, 2, 1],
      [`{ team(id: "${id}") { activeMembers spent ${issues('first: 3')} } }`, 2, 1],
      [`{ team(id: "${id}") { members(first: 2) { totalCount edges { node { name } } } } }`, 2, 1],
      [`mutation { openIssue(input: { teamId: "${id}", title: "New" }) { number } }`, 2, 2],
      [`mutation { renameIssue(teamId: "${id}", number: 1, input: { title: "Old" }) { title } }`, 1, 1],
      ['mutation { createTeam { id } }', 1, 1],
    ]);
  });

  test('records that name others', async () => {
    const goodbye = () => [];
    const project = await open(
      shopSchema,
      shopTables,
      shopLoaders,
      shopResolvers.createResolvers({ goodbye }),
    );
    await project.database
      .session()
      .write(
        customerWrites.create({ id: 'c', name: 'Customer' }),
        productWrites.create({ id: 'p', name: 'Product' }),
      );
    const input = (number: number) => `{ id: "o${number}", number: ${number}, customerId: "c" }`;
    const place = (number: number) => `mutation { placeOrder(input: ${input(number)}) { id } }`;
    await expectCounted(project, { ...shop, ...shopSchema }, [[place(1), 1, 1]], [place(2)]);
    await expectCounted(
      project,
      { ...shop, ...shopSchema },
      [['mutation { deleteOrder(id: "o1") { id } }', 3, 3]],
      ['mutation { deleteOrder(id: "o2") { id } }'],
    );
    // The requests of the cascade are not counted, but named.
    const document = 'mutation { deleteOrder(id: "o3") { id } }';
    expect(budgetOf(shop.costs, buildSchema(shopSchema.typeDefs), parse(document))?.unknown).toEqual([
      'deleteOrder (cascade from Order)',
    ]);
    await project.data(place(3));
    await project.database.session().write(lineWrites.create({ orderId: 'o3', productId: 'p', pieces: 1 }));
    expect((await project.ask(document)).requests).toHaveLength(4);
  });
});
