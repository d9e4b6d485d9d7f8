/** What a selection makes of its requests: how many there are, and how many wait for one another. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { User } from '../../generated/entities.js';
import { engineKind } from '../support/engines.js';
import { inWaves, type Waves } from '../support/waves.js';
import { adminOf, memberOf, readerOf, userWhere } from './support/sample.js';
import { type AskOptions, type Json, startServer, type TestServer } from './support/server.js';

let server: TestServer;
let waves: Waves;
let admin: string;
let member: User;

beforeAll(async () => {
  server = await startServer({
    database: { limits: { concurrency: 500 } },
    app: { limits: { requests: 1_000_000 } },
    client: (config) => {
      waves = inWaves(config);
      return waves.client;
    },
  });
  admin = await server.tokenOf(adminOf(server.sample));
  member = memberOf(server.sample);
});
afterAll(() => server.close());

/** The answer, and the operations of each wave behind the first, which finds out who asks. */
async function ask(query: string, variables: Json = {}, token = admin) {
  waves.take();
  const { data, errors } = await server.ask(query, { token, variables } satisfies AskOptions);
  const [first, ...others] = waves.take();
  expect(first?.map(({ operation }) => operation)).toEqual(['BatchGetItem']);
  const bodies = [first ?? [], ...others].flat().map((request) => JSON.stringify(request));
  expect(new Set(bodies).size, 'requests that were sent twice').toBe(bodies.length);
  return {
    data,
    errors,
    steps: others.map((wave) => wave.map(({ operation }) => operation).sort()),
    sent: others.flat(),
  };
}

const times = (count: number, operation: string) => Array.from({ length: count }, () => operation);

test('a user with 10 audit logs and the contractors they invited: one step, the user in the Query of the logs', async () => {
  const { data, steps, sent } = await ask(
    `query ($id: ID!) { user(id: $id) { name
      auditLogs(first: 10) { nodes { action timestamp } pageInfo { hasNextPage } }
      contractors(first: 5) { nodes { name } } } }`,
    { id: member.id },
  );
  expect(steps).toEqual([['Query', 'Query']]);
  // The user, two entries of it, ten audit logs and the one that says whether there are more.
  expect(sent.map(({ body }) => body.Limit).sort()).toEqual([14, 5]);
  expect(data).toMatchObject({ user: { name: member.name, auditLogs: { pageInfo: { hasNextPage: true } } } });
  expect((data as { user: { auditLogs: { nodes: unknown[] } } }).user.auditLogs.nodes).toHaveLength(10);
});

test('of several reads that lie beside the user one brings them, and none is made twice', async () => {
  const { steps } = await ask(
    `query ($id: ID!) { user(id: $id) { name
      a: auditLogs(first: 2) { nodes { action } } b: auditLogs(first: 2) { nodes { id } } c: auditLogs(first: 3) { nodes { id } }
      d: auditLogs(last: 2) { nodes { id } } history(first: 1) { nodes { version } } } }`,
    { id: member.id },
  );
  expect(steps).toEqual([times(4, 'Query')]);
});

test('a user who is known already takes no further read', async () => {
  const { steps, sent } = await ask(
    'query ($id: ID!) { user(id: $id) { name auditLogs(first: 2) { nodes { id } } } }',
    {
      id: adminOf(server.sample).id,
    },
  );
  expect(steps).toEqual([['Query']]);
  expect(sent[0]?.body.Limit).toBe(2);
});

test('a user who is reached through another record starts with what belongs to them', async () => {
  const [contractor] = server.sample.contractors.filter(
    ({ invitedById }) => invitedById !== adminOf(server.sample).id,
  );
  const { steps } = await ask(
    'query ($id: ID!) { contractor(id: $id) { invitedBy { name auditLogs(first: 2) { nodes { action } } sessions(first: 1) { nodes { status } } } } }',
    { id: contractor?.id },
  );
  expect(steps).toEqual([['GetItem'], ['Query', 'Query']]);
});

test('50 users with 3 audit logs each: two steps', async () => {
  const { steps } = await ask(
    '{ users(first: 50) { nodes { name auditLogs(first: 3) { nodes { action timestamp } } } } }',
  );
  expect(steps).toEqual([times(4, 'Query'), times(50, 'Query')]);
});

test('three levels over 50 parents: three steps', async () => {
  const { steps } = await ask(
    '{ users(first: 50) { nodes { contractors(first: 3) { nodes { name auditLogs(first: 2) { nodes { action } } } } } } }',
  );
  expect(steps).toHaveLength(3);
  expect(steps.slice(0, 2)).toEqual([times(4, 'Query'), times(50, 'Query')]);
  const whole = await ask(
    `{ users(first: 50) { nodes { name auditLogs(first: 3) { nodes { details actor { ... on User { name } } } } } } }`,
  );
  expect(whole.steps.slice(0, 2)).toEqual([times(4, 'Query'), times(50, 'Query')]);
  expect(whole.steps).toHaveLength(3);
  // Where answers come one by one, so do the batches that follow them.
  if (engineKind() === 'embedded') expect(whole.steps[2]).toEqual(times(2, 'BatchGetItem'));
});

test('what a selection does not reach without its parent is read behind it', async () => {
  const { steps } = await ask(
    `query ($email: EmailAddress!) { userByEmail(email: $email) { contractors(first: 2) { nodes { invitedBy { name } } } } }`,
    { email: member.email },
  );
  expect(steps).toEqual([['Query'], ['Query']]);
});

test('a page that asks for no list is fetched without', async () => {
  const inviter = server.sample.contractors[0]?.invitedById;
  const contractors = async (fields: string) => {
    const { data, sent } = await ask(
      `query ($id: ID!) { user(id: $id) { contractors(first: 3) { nodes { ${fields} } pageInfo { endCursor } } } }`,
      { id: inviter },
    );
    const page = sent.find(({ body }) => body.IndexName === 'GSI3');
    return {
      data,
      names: Object.values(page?.body.ExpressionAttributeNames as Json),
      isCut: page?.body.ProjectionExpression !== undefined,
    };
  };
  const cut = await contractors('id name');
  expect([cut.isCut, cut.names.includes('permissions')]).toEqual([true, false]);
  const whole = await contractors('id name permissions');
  expect(whole.isCut).toBe(false);
  expect(whole.data).toMatchObject(cut.data ?? {});
});

/** Selections on a user, with their variables, that look-ahead could get wrong. */
const selections: readonly {
  readonly user: string;
  readonly declared?: string;
  readonly more?: string;
  readonly variables?: Json;
}[] = [
  {
    user: 'a: auditLogs(first: 2) { nodes { id } } b: auditLogs(first: 3) { nodes { details } pageInfo { hasNextPage } }',
  },
  {
    user: 'auditLogs(first: 3) { nodes { action } } auditLogs(first: 3) { pageInfo { hasNextPage endCursor } edges { cursor } }',
  },
  { user: 'auditLogs(last: 3) { nodes { action } pageInfo { hasPreviousPage startCursor } }' },
  { user: 'auditLogs(first: 0) { nodes { id } pageInfo { hasNextPage } }' },
  { user: 'auditLogs(first: 100) { nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } }' },
  { user: 'auditLogs { __typename } contractors { __typename }' },
  {
    user: 'auditLogs(since: "2025-06-01T02:00:00+02:00", first: 4) { nodes { timestamp } pageInfo { hasNextPage } }',
  },
  {
    user: 'auditLogs(until: "2025-06-01T00:00:00Z", first: 4) { nodes { timestamp } pageInfo { hasNextPage } }',
  },
  { user: 'auditLogs(since: "2030-01-01T00:00:00Z") { nodes { timestamp } }' },
  { user: 'auditLogs(since: "2025-06-01T00:00:00Z", until: "2024-06-01T00:00:00Z") { nodes { timestamp } }' },
  { user: 'auditLogs(first: -1) { nodes { id } }' },
  { user: 'auditLogs(first: 1, last: 1) { nodes { id } } name' },
  { user: 'auditLogs(after: "nonsense") { nodes { id } } contractors(before: "nonsense") { nodes { id } }' },
  {
    user: 'logs: auditLogs(first: $count, since: $since) { nodes { action } } contractors(first: $few) { nodes { name } }',
    declared: '$count: Int = 4, $since: DateTime, $few: Int',
    variables: { few: 2 },
  },
  {
    user: 'auditLogs(first: $count) { nodes { id } }',
    declared: '$count: Int = 4',
    variables: { count: null },
  },
  {
    user: 'auditLogs(first: 2) @include(if: $yes) { nodes { id } } contractors @skip(if: $yes) { nodes { id } } name',
    declared: '$yes: Boolean!',
    variables: { yes: true },
  },
  {
    user: 'auditLogs(first: 2) @include(if: $yes) { nodes { id } } contractors(first: 1) @skip(if: $yes) { nodes { id } } name',
    declared: '$yes: Boolean!',
    variables: { yes: false },
  },
  {
    user: 'createdBy { ...Deep } ...Deep ... on Node { id ... on Contractor { auditLogs(first: 3) { nodes { id } } } } ... @include(if: true) { name }',
    more: 'fragment Deep on User { auditLogs(first: 2) { nodes { actor { ... on User { name } } } } contractors(first: 2) { nodes { invitedBy { status } } } }',
  },
  {
    user: 'sessions(first: 2) { nodes { user { history(first: 1) { nodes { version } } } } } history { nodes { name } }',
  },
];

test.each(selections)(
  'a user by key and from a list have the same: $user',
  async ({ user, declared, more = '', variables }) => {
    for (const { id } of [member, adminOf(server.sample), server.sample.users.at(-1) as User]) {
      const byKey = await ask(
        `query ($id: ID!${declared ? `, ${declared}` : ''}) { user(id: $id) { ${user} } } ${more}`,
        { ...variables, id },
      );
      const listed = await ask(
        `query${declared ? `(${declared})` : ''} { usersByStatus(status: ${statusOf(id)}, first: 100) { nodes { id ${user} } } } ${more}`,
        variables,
      );
      const one = byKey.data?.user;
      const same = ((listed.data?.usersByStatus as { nodes: Json[] } | undefined)?.nodes ?? []).find(
        (other) => other.id === id,
      );
      expect({ ...same, ...(one as object) }).toEqual(same);
      expect(byKey.errors.map(({ message }) => message)).toEqual(
        listed.errors.filter(({ path }) => isAt(path, listed.data, id)).map(({ message }) => message),
      );
    }
  },
);

const statusOf = (id: string) => userWhere(server.sample, (user) => user.id === id).status;

/** Whether an error of the list is about the user. */
function isAt(path: unknown, data: Json | null, id: string): boolean {
  const [, , at] = path as readonly number[];
  const users = data?.usersByStatus as { readonly nodes: readonly Json[] } | null | undefined;
  return users?.nodes[at ?? 0]?.id === id;
}

test('a user who is not there has no children; reading ahead leaves no error behind', async () => {
  const { data, errors } = await ask(
    'query ($id: ID!) { user(id: $id) { auditLogs { nodes { id } } contractors(after: "nonsense") { nodes { id } } } }',
    { id: 'nobody' },
  );
  expect({ data, errors }).toEqual({ data: { user: null }, errors: [] });
});

test('what the rule of a field refuses is not given out', async () => {
  const reader = await server.tokenOf(readerOf(server.sample));
  const { data, errors } = await ask(
    'query ($id: ID!) { user(id: $id) { name auditLogs(first: 2) { nodes { id } } contractors(first: 1) { nodes { id } } } }',
    { id: member.id },
    reader,
  );
  expect(data).toMatchObject({ user: { name: member.name, auditLogs: null } });
  expect(errors.map(({ extensions }) => extensions?.code)).toEqual(['FORBIDDEN']);
});

test('a stranger has nothing read', async () => {
  waves.take();
  const { errors } = await server.ask('query ($id: ID!) { user(id: $id) { auditLogs { nodes { id } } } }', {
    variables: { id: member.id },
  });
  expect(errors.map(({ extensions }) => extensions?.code)).toEqual(['UNAUTHENTICATED']);
  expect(waves.take()).toEqual([]);
});
