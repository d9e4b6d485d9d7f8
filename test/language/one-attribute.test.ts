/** Patterns that give one attribute: its values, in the records' order, by the reads that the attribute needs and the budget has. */

import { buildSchema, parse } from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { costs } from '../fixtures/ok/one-attribute/generated/costs.js';
import { createLoaders } from '../fixtures/ok/one-attribute/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/one-attribute/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/one-attribute/generated/schema.js';
import { tables } from '../fixtures/ok/one-attribute/generated/tables.js';
import { memberWrites, personWrites } from '../fixtures/ok/one-attribute/generated/writes.js';
import { serve } from './serve.js';

const people = ['Cleo', 'Ada', 'Bo', 'Al'].map((name, at) => ({
  id: String(at),
  name,
  phone: name === 'Bo' ? null : `+49 ${at}`,
  city: 'Bremen',
  bornAt: `200${at}-01-01T00:00:00.000Z`,
  tags: [`tag ${at}`],
}));

async function filled() {
  const project = await serve({
    typeDefs,
    tables,
    loaders: createLoaders,
    resolvers: createResolvers({ isOwn: ({ node }) => node.name !== 'Bo' }),
  });
  const db = project.database.session();
  for (const person of people) {
    await db.write(personWrites.create(person));
    await db.write(memberWrites.create({ team: 't', personId: person.id }));
  }
  return project;
}

test.each([
  ['{ phone(id: "0") }', '+49 0', ['GetItem']],
  ['{ phone(id: "2") }', null, ['GetItem']],
  ['{ phone(id: "none") }', null, ['GetItem']],
  ['{ tagsOf(id: "2") }', ['tag 2'], ['GetItem']],
  ['{ tagsOf(id: "none") }', null, ['GetItem']],
  ['{ tagsOfFirst(city: "Bremen") }', ['tag 0'], ['Query', 'GetItem']],
  ['{ birthday(id: "0") }', '2000-01-01T00:00:00.000Z', ['GetItem']],
  ['{ birthday(id: "2") }', null, ['GetItem']],
  ['{ namesById(ids: ["3", "none", "0"]) }', ['Al', null, 'Cleo'], ['BatchGetItem']],
  ['{ names(city: "Bremen") }', ['Ada', 'Al', 'Bo', 'Cleo'], ['Query']],
  ['{ names(city: "Bremen", begin: "A", n: 1) }', ['Ada'], ['Query']],
  ['{ names(city: "Jena") }', [], ['Query']],
  ['{ phones(city: "Bremen") }', ['+49 1', '+49 3', null, '+49 0'], ['Query', 'BatchGetItem']],
  ['{ firstBorn(city: "Bremen") }', '2000-01-01T00:00:00.000Z', ['Query']],
  ['{ firstBorn(city: "Jena") }', null, ['Query']],
  ['{ members(team: "t") }', people.map(({ tags }) => tags), ['Query', 'BatchGetItem']],
  ['{ memberships(team: "t") { name } }', people.map(({ name }) => ({ name })), ['Query', 'BatchGetItem']],
  ['{ captain(team: "t") }', '+49 3', ['Query', 'GetItem']],
  ['{ reachable(city: "Bremen") }', ['Ada', 'Al', 'Bo', 'Cleo'], ['Query']],
  ['{ reachable(city: "Bremen", hasPhone: true) }', ['Ada', 'Al', 'Cleo'], ['Query']],
  [
    '{ reachable(city: "Bremen", hasPhone: true, bornBy: "2001-01-01T00:00:00Z", n: 2) }',
    ['Ada', 'Cleo'],
    ['Query'],
  ],
  ['{ firstReachable(city: "Bremen") }', '+49 1', ['Query']],
  ['{ everybody }', ['Ada', 'Al', 'Bo', 'Cleo'], ['Query', 'Query', 'Query']],
  ['{ inCities(cities: ["Bremen", "Jena"]) }', ['+49 1', '+49 3', null, '+49 0'], ['Query', 'Query']],
])('%s', async (question, expected, requests) => {
  const project = await filled();
  const answer = await project.ask(question);
  expect(Object.values(answer)[0]).toEqual(expected);
  expect(project.operations).toEqual(requests);
  expect(budgetOf(costs, buildSchema(typeDefs), parse(question))?.usual.requests).toBe(requests.length);
});

// What there is decides how many requests these take.
test.each([
  ['{ captain(team: "none") }', null, ['Query']],
  ['{ reachable(city: "Bremen", hasPhone: false, n: 1) }', ['Bo'], ['Query', 'Query']],
  ['{ youngest(to: "2002-06-01T00:00:00Z", n: 2) }', ['Bo', 'Ada'], ['Query', 'Query']],
])('%s', async (question, expected, requests) => {
  const project = await filled();
  const answer = await project.ask(question);
  expect(Object.values(answer)[0]).toEqual(expected);
  expect(project.operations).toEqual(requests);
  const most = budgetOf(costs, buildSchema(typeDefs), parse(question))?.most.requests;
  expect(most).toBeGreaterThanOrEqual(requests.length);
});
