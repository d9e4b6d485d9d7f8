import { afterAll, beforeAll, expect, test } from 'vitest';
import { adminOf } from './support/sample.js';
import { startServer, type TestServer } from './support/server.js';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startServer();
  token = await server.tokenOf(adminOf(server.sample));
});
afterAll(() => server.close());

interface Page<Node> {
  readonly edges: readonly { readonly node: Node; readonly cursor: string }[];
  readonly pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

const pageInfo = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

/** All nodes of a connection, page by page. */
async function walk<Node extends { readonly id: string }>(
  field: string,
  { by, node, size, backward = false }: { by?: string; node: string; size: number; backward?: boolean },
): Promise<Node[]> {
  const nodes: Node[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page: string = backward ? 'last: $size, before: $cursor' : 'first: $size, after: $cursor';
    const args = by ? `${by}, ${page}` : page;
    const query = `query ($size: Int!, $cursor: String) { page: ${field}(${args}) { edges { cursor node ${node} } ${pageInfo} } }`;
    const data: { page: Page<Node> } = await server.get(query, { token, variables: { size, cursor } });
    const found = data.page.edges.map((edge) => edge.node);
    if (backward) nodes.unshift(...found);
    else nodes.push(...found);
    const info = data.page.pageInfo;
    if (!(backward ? info.hasPreviousPage : info.hasNextPage)) return nodes;
    expect(found).toHaveLength(size);
    cursor = backward ? info.startCursor : info.endCursor;
  }
}

const ids = (nodes: readonly { readonly id: string }[]) => nodes.map((node) => node.id);

test('all users with their first audit logs, to the end, without duplicate or gap', async () => {
  const { users, auditLogs } = server.sample;
  type Node = { id: string; auditLogs: { edges: { node: { id: string } }[] } };
  const nodes = await walk<Node>('users', {
    size: 10,
    node: '{ id auditLogs(first: 3) { edges { node { id action timestamp } } } }',
  });
  expect(ids(nodes)).toEqual(ids(users));
  for (const node of nodes) {
    const theirs = auditLogs.filter((log) => log.actorId === node.id).reverse();
    expect(ids(node.auditLogs.edges.map((edge) => edge.node))).toEqual(ids(theirs.slice(0, 3)));
  }
});

test('backwards and newest first it is the same list', async () => {
  const expected = ids(server.sample.users);
  expect(ids(await walk('users', { size: 7, node: '{ id }', backward: true }))).toEqual(expected);
  expect(ids(await walk('users', { by: 'direction: DESC', size: 100, node: '{ id }' }))).toEqual(
    [...expected].reverse(),
  );
});

test('the activity feed crosses all months, newest first', async () => {
  const expected = ids(server.sample.auditLogs).reverse();
  expect(ids(await walk('activityFeed', { size: 100, node: '{ id }' }))).toEqual(expected);
  expect(ids(await walk('activityFeed', { size: 97, node: '{ id }', backward: true }))).toEqual(expected);
});

test('the months together are the feed', async () => {
  const months = [...new Set(server.sample.auditLogs.map((log) => log.timestamp.slice(0, 7)))].reverse();
  expect(months).toHaveLength(14);
  const logs = [];
  for (const month of months)
    logs.push(...(await walk('auditLogs', { by: `month: "${month}"`, size: 50, node: '{ id }' })));
  expect(ids(logs)).toEqual(ids(server.sample.auditLogs).reverse());
});

test('users by status and by role are all users, by name', async () => {
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  for (const [field, by, values] of [
    ['usersByStatus', 'status', ['ACTIVE', 'INACTIVE', 'SUSPENDED']],
    ['usersByRole', 'role', ['ADMIN', 'MEMBER', 'READONLY']],
  ] as const) {
    for (const value of values) {
      const expected = server.sample.users.filter((user) => user[by] === value).sort(byName);
      const nodes = await walk(field, { by: `${by}: ${value}`, size: 9, node: '{ id name lastLogin }' });
      expect(ids(nodes)).toEqual(ids(expected));
    }
  }
});

test('a cursor is good for its own list only', async () => {
  const query = `{ users(first: 1) { ${pageInfo} } }`;
  const { users } = await server.get<{ users: Page<never> }>(query, { token });
  const variables = { cursor: users.pageInfo.endCursor };
  const use = async (field: string) => {
    const { errors } = await server.ask(`query ($cursor: String) { ${field} { ${pageInfo} } }`, {
      token,
      variables,
    });
    return errors[0]?.extensions?.code;
  };
  expect(await use('users(after: $cursor)')).toBeUndefined();
  expect(await use('usersByRole(role: ADMIN, after: $cursor)')).toBe('BAD_CURSOR');
  expect(await use('activityFeed(after: $cursor)')).toBe('BAD_CURSOR');
});
