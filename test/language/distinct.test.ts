/** Lists without duplicates: in order of the first occurrence, filled up to their limit, at the cost the budget says. */

import { buildSchema, parse } from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { costs } from '../fixtures/ok/distinct/generated/costs.js';
import { createLoaders } from '../fixtures/ok/distinct/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/distinct/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/distinct/generated/schema.js';
import { tables } from '../fixtures/ok/distinct/generated/tables.js';
import { openProject, type Project } from '../support/running.js';

const books = ['a', 'b', 'c', 'd'];
/** Which book is lent when: the last ones most often. */
const lent = ['a', 'b', 'a', 'b', 'c', 'd', 'd', 'c', 'd', 'd', 'gone', 'd', 'd', 'gone'];

async function opened(): Promise<Project> {
  const project = await openProject({ typeDefs, tables, resolvers: createResolvers({}), createLoaders });
  await project.data('mutation { addReader(input: { id: "r" }) { id } }');
  for (const id of books)
    await project.data(
      `mutation { addBook(input: { id: "${id}", title: "Title ${id < 'c' ? id : 'c'}" }) { id } }`,
    );
  for (const [at, bookId] of lent.entries()) {
    const input = {
      readerId: 'r',
      bookId,
      at: `2026-03-01T00:${at + 10}:00Z`,
      branch: at % 2 === 0 ? 'north' : null,
    };
    await project.data('mutation ($input: LoanInput!) { lend(input: $input) { at } }', { input });
  }
  return project;
}

test('each record is in the list once, at its first place, and the list is filled', async () => {
  const project = await opened();
  const { reader } = await project.data(
    '{ reader(id: "r") { booksRead { id } two: booksRead(limit: 2) { id } booksLent { id } titles branches } }',
  );
  const last = [...lent].reverse().filter((id) => books.includes(id));
  const ids = (list: readonly string[]) => list.map((id) => ({ id }));
  expect(reader).toEqual({
    booksRead: ids([...new Set(last)]),
    two: ids([...new Set(last)].slice(0, 2)),
    booksLent: ids(last),
    titles: ['Title a', 'Title b', 'Title c'],
    branches: ['north', null],
  });
});

test('what duplicates cost is within the budget', async () => {
  const project = await opened();
  const question = '{ reader(id: "r") { booksRead(limit: 3) { id } } }';
  const { requests } = await project.ask(question);
  const budget = budgetOf(costs, buildSchema(typeDefs), parse(question));
  expect(requests.length).toBeGreaterThanOrEqual(budget?.usual.requests ?? 0);
  expect(requests.length).toBeLessThanOrEqual(budget?.most.requests ?? 0);
});
