/** Tables whose key attributes are fields of the records, as another program made and filled them. */

import { GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/key-fields/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/key-fields/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/key-fields/generated/schema.js';
import { tables } from '../fixtures/ok/key-fields/generated/tables.js';
import { openProject, walk } from '../support/running.js';

/** Text that keys would escape, were it a part of them. */
const tokens = ['a#b', 'a b', '$S', '#', 'UNIQUE#x', '\u{10ffff}', 'plain'];

test('records of another program are read, changed and deleted, and new ones look like them', async () => {
  const project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) });
  const TableName = project.tableName('sessions');
  for (const token of tokens.slice(0, 4))
    await project.documents.send(new PutCommand({ TableName, Item: { token, userId: 'u', other: 1 } }));
  for (const token of tokens.slice(4)) {
    const input = { token, userId: 'u' };
    await project.data('mutation ($input: SessionInput!) { signIn(input: $input) { token } }', { input });
  }
  for (const token of tokens) {
    const session = { token, userId: 'u', device: null, uses: null };
    const query = 'query ($token: String!) { session(token: $token) { token userId device uses } }';
    expect(await project.data(query, { token })).toEqual({ session });
    const keep = `mutation ($token: String!) { keep(token: $token, device: "d") { token device uses } }`;
    expect(await project.data(keep, { token })).toEqual({ keep: { token, device: 'd', uses: 1 } });
    const { Item } = await project.documents.send(new GetCommand({ TableName, Key: { token } }));
    expect(Item).toMatchObject({ token, userId: 'u', device: 'd', uses: 1 });
  }
  const { sessions } = await project.data(
    'query ($tokens: [String!]!) { sessions(tokens: $tokens) { token } }',
    {
      tokens: ['none', ...tokens],
    },
  );
  expect(sessions).toEqual(tokens.map((token) => ({ token })));
  for (const token of tokens)
    await project.data('mutation ($token: String!) { signOut(token: $token) { token } }', { token });
  const { Items } = await project.documents.send(new ScanCommand({ TableName }));
  expect(Items).toEqual([]);
  const empty = await project.ask('mutation { signIn(input: { token: "", userId: "u" }) { token } }');
  expect(empty.errors?.[0]?.extensions?.code).toBe('KEY_INVALID');
});

test('a sort key that is a moment orders and bounds, page by page; an index has the fields of the key', async () => {
  const project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) });
  const TableName = project.tableName('visits');
  const at = (n: number) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString();
  await project.documents.send(new PutCommand({ TableName, Item: { page: 'p#1', at: at(9), by: 'x' } }));
  for (let n = 0; n < 9; n++) {
    const input = { page: n < 5 ? 'p#1' : 'p', at: at(n), by: n % 2 ? 'x' : 'y' };
    await project.data('mutation ($input: VisitInput!) { visitPage(input: $input) { page } }', { input });
  }
  const page = `query ($page: String!, $to: DateTime, $not: ID, $after: String) {
    visits(page: $page, to: $to, not: $not, first: 2, after: $after) {
      edges { node { page at by } } pageInfo { hasNextPage endCursor } } }`;
  const moments = async (variables: Record<string, unknown>) =>
    (await walk<{ at: string }>(project, page, variables)).map((one) => one.at);
  expect(await moments({ page: 'p#1' })).toEqual([9, 4, 3, 2, 1, 0].map(at));
  expect(await moments({ page: 'p#1', to: '2026-01-03' })).toEqual([2, 1, 0].map(at));
  expect(await moments({ page: 'p#1', not: 'x' })).toEqual([4, 2, 0].map(at));
  const one = `{ visit(page: "p#1", at: "${at(9)}") { by } }`;
  expect(await project.data(one)).toEqual({ visit: { by: 'x' } });
  // Only what we wrote has a key of the index.
  const { pagesOf } = await project.data('{ pagesOf(by: "x") }');
  expect((pagesOf as string[]).toSorted()).toEqual(['p', 'p', 'p#1', 'p#1']);
  expect((await project.ask('{ pagesOf(by: "x") }')).requests).toEqual(['Query']);
});
