/** Records found by their unique values: by the guard of the value, with strong consistency. */

import { buildSchema, parse } from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { costs } from '../fixtures/ok/unique-lookups/generated/costs.js';
import { createLoaders } from '../fixtures/ok/unique-lookups/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/unique-lookups/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/unique-lookups/generated/schema.js';
import { tables } from '../fixtures/ok/unique-lookups/generated/tables.js';
import { openProject, type Project } from '../support/running.js';

const generated = { typeDefs, tables, resolvers: createResolvers({}), createLoaders };
const addUser = 'mutation ($input: UserInput!) { addUser(input: $input) { id } }';

async function opened(now?: () => Date): Promise<Project> {
  const project = await openProject(generated, undefined, { capacity: true, ...(now ? { now } : {}) });
  const ada = { id: 'ada', email: ' Ada@Example.org', phone: '1', site: 'north', number: 1 };
  await project.data(addUser, { input: ada });
  await project.data(addUser, { input: { id: 'bob', email: 'bob@example.org', site: 'north', number: 2 } });
  await project.data('mutation ($input: RobotInput!) { addRobot(input: $input) { id } }', {
    input: { id: 'r', login: 'cleaner@example.org', phone: '1' },
  });
  return project;
}

test('a value leads to its owner, whatever form it is given in, and to nobody else', async () => {
  const project = await opened();
  const answer = await project.data(`{
    ada: userByEmail(email: "ADA@example.org ") { id email }
    bob: userByEmail(email: "bob@example.org") { id }
    robot: userByEmail(email: "cleaner@example.org") { id }
    nobody: userByEmail(email: "nobody@example.org") { id }
    one: userByPhone(phone: "1") { id }
    north: caretaker(site: "north") { id }
    south: caretaker(site: "south") { id }
  }`);
  expect(answer).toEqual({
    ada: { id: 'ada', email: 'ada@example.org' },
    bob: { id: 'bob' },
    robot: null,
    nobody: null,
    one: { id: 'ada' },
    north: { id: 'ada' },
    south: null,
  });
  expect(await project.data('{ robot(id: "r") { owner { id } } }')).toEqual({
    robot: { owner: { id: 'ada' } },
  });
});

test('a change or deletion shows at once', async () => {
  const project = await opened();
  await project.data(
    'mutation { changeUser(id: "ada", input: { email: "new@example.org", phone: null }) { id } }',
  );
  const asked =
    '{ old: userByEmail(email: "ada@example.org") { id } now: userByEmail(email: "new@example.org") { id } phone: userByPhone(phone: "1") { id } }';
  expect(await project.data(asked)).toEqual({ old: null, now: { id: 'ada' }, phone: null });
  await project.data('mutation { dropUser(id: "ada") { id } }');
  expect(await project.data(asked)).toEqual({ old: null, now: null, phone: null });
});

test('an owner that has expired is not found, before DynamoDB removes it', async () => {
  let now = new Date('2026-03-01T00:00:00Z');
  const project = await opened(() => now);
  await project.data(addUser, {
    input: { id: 'eve', email: 'eve@example.org', until: '2026-03-02T00:00:00Z' },
  });
  const asked = '{ userByEmail(email: "eve@example.org") { id } }';
  expect(await project.data(asked)).toEqual({ userByEmail: { id: 'eve' } });
  now = new Date('2026-03-03T00:00:00Z');
  expect(await project.data(asked)).toEqual({ userByEmail: null });
});

test('it costs two consistent reads of one item, as the budget says', async () => {
  const project = await opened();
  const question = '{ userByEmail(email: "bob@example.org") { id email } }';
  const { sent, steps, readUnits } = await project.ask(question);
  expect(
    sent.map(({ operation, input }) => [operation, 'ConsistentRead' in input && input.ConsistentRead]),
  ).toEqual([
    ['GetItem', true],
    ['GetItem', true],
  ]);
  const budget = budgetOf(costs, buildSchema(typeDefs), parse(question))?.usual;
  expect([budget?.requests, budget?.steps, budget?.readUnits]).toEqual([2, steps, readUnits]);
  expect(readUnits).toBe(2);
});
