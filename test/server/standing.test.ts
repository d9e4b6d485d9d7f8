/** Who is being shut out: nothing they do goes through any more, however the two requests meet. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { User } from '../../generated/entities.js';
import { userCodec } from '../../generated/items.js';
import { userKey } from '../../generated/keys.js';
import { sampleSignIn } from '../../src/server/seed/sample.js';
import { type Endpoint, openEndpoint } from '../support/endpoint.js';
import { engineKind } from '../support/engines.js';
import { type HeldWrites, holdingWrites } from './support/held-writes.js';
import { adminOf, smallSample } from './support/sample.js';
import { type Answer, startServer, type TestServer } from './support/server.js';

/** Each on the engine's other side of a socket, so that their requests overlap. */
const rounds = engineKind() === 'embedded' ? 20 : 100;

let endpoint: Endpoint;
let server: TestServer;
let held: HeldWrites;
beforeAll(async () => {
  server = await startServer({
    sample: smallSample(),
    // Writes of one person take turns; how long that takes depends on the machine.
    database: { limits: { attemptMs: 30_000, deadlineMs: 60_000 } },
    client: async (config) => {
      endpoint = await openEndpoint(config);
      const client = new DynamoDBClient(endpoint.clientConfig);
      held = holdingWrites(client);
      return client;
    },
  });
});
afterAll(async () => {
  await server.close();
  await endpoint.close();
});

function codes({ errors }: Answer) {
  return errors.map(({ extensions }) => extensions?.code);
}

async function stored(id: string): Promise<User> {
  const user = await server.database.session().get(userCodec, userKey({ id }), { consistent: true });
  if (user === null) throw new Error('The user is gone.');
  return user;
}

const deactivation = 'mutation ($id: ID!) { deactivateUser(id: $id) { status } }';

async function newUser(role: User['role']): Promise<User> {
  const token = await server.tokenOf(await stored(adminOf(server.sample).id));
  const input = {
    email: `${server.database.session().newId()}@example.com`,
    name: 'Somebody',
    password: sampleSignIn.password,
    role,
  };
  const create = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }';
  const { createUser } = await server.get<{ createUser: { id: string } }>(create, {
    token,
    variables: { input },
  });
  return stored(createUser.id);
}

interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const tokens = '{ accessToken refreshToken }';

async function sessionOf({ email }: User): Promise<Session> {
  const query = `mutation ($input: SignInInput!) { signIn(input: $input) ${tokens} }`;
  const variables = { input: { email, password: sampleSignIn.password } };
  return (await server.get<{ signIn: Session }>(query, { variables })).signIn;
}

/** Something that the sample's administrator does to somebody. */
async function chiefDoes(query: string, id: string): Promise<void> {
  const token = await server.tokenOf(await stored(adminOf(server.sample).id));
  await server.get(query, { token, variables: { id } });
}

test('of two administrators who deactivate each other at once exactly one remains', async () => {
  const both = [await newUser('ADMIN'), await newUser('ADMIN')] as const;
  for (let round = 0; round < rounds; round++) {
    const [one, two] = await Promise.all([stored(both[0].id), stored(both[1].id)]);
    const answers = await bothAtOnce(deactivation, one, two);
    expect(answers.map(codes).sort()).toEqual([[], ['UNAUTHENTICATED']]);
    const after = await Promise.all([stored(one.id), stored(two.id)]);
    expect(after.map(({ status }) => status).sort()).toEqual(['ACTIVE', 'INACTIVE']);
    const loser = after.find(({ status }) => status === 'INACTIVE')?.id ?? '';
    await chiefDoes('mutation ($id: ID!) { updateUser(id: $id, input: { status: ACTIVE }) { id } }', loser);
  }
});

test.each([
  [
    'suspend',
    'mutation ($id: ID!) { updateUser(id: $id, input: { status: SUSPENDED }) { id } }',
    'UNAUTHENTICATED',
  ],
  [
    'demote',
    'mutation ($id: ID!) { updateUser(id: $id, input: { role: MEMBER }) { id } }',
    expect.stringMatching(/^(CONFLICT|FORBIDDEN)$/),
  ],
  ['delete', 'mutation ($id: ID!) { deleteUser(id: $id) { id } }', 'UNAUTHENTICATED'],
  ['erase', 'mutation ($id: ID!) { eraseUser(id: $id) }', 'UNAUTHENTICATED'],
])('exactly one of two who %s each other', async (_, query, refusal) => {
  for (let round = 0; round < 5; round++) {
    const answers = await bothAtOnce(query, await newUser('ADMIN'), await newUser('ADMIN'));
    expect(answers.map(codes).sort()).toEqual([[], [refusal]]);
  }
});

async function bothAtOnce(query: string, one: User, two: User): Promise<Answer[]> {
  const [first, second] = await Promise.all([server.tokenOf(one), server.tokenOf(two)]);
  return Promise.all([
    server.ask(query, { token: first, variables: { id: two.id } }),
    server.ask(query, { token: second, variables: { id: one.id } }),
  ]);
}

test('fifty things one administrator does at once are all done', async () => {
  const token = await server.tokenOf(await newUser('ADMIN'));
  const set = 'mutation ($key: String!) { setConfig(input: { key: $key, value: 1 }) { key } }';
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, at) => server.ask(set, { token, variables: { key: `at once ${at}` } })),
  );
  expect(answers.flatMap(codes)).toEqual([]);
});

describe('what somebody does while being shut out', () => {
  const acts: readonly [name: string, query: string][] = [
    [
      'createUser',
      'mutation { createUser(input: { email: "late@example.com", name: "Late", password: "long enough to do" }) { id } }',
    ],
    ['updateUser', 'mutation ($member: ID!) { updateUser(id: $member, input: { name: "Late" }) { id } }'],
    [
      'updateUser of oneself',
      'mutation ($self: ID!) { updateUser(id: $self, input: { name: "Late" }) { id } }',
    ],
    ['deactivateUser', 'mutation ($member: ID!) { deactivateUser(id: $member) { id } }'],
    ['deleteUser', 'mutation ($member: ID!) { deleteUser(id: $member) { id } }'],
    [
      'inviteContractor',
      'mutation { inviteContractor(input: { name: "Late", expiresAt: "2026-02-01T00:00:00.000Z" }) { token } }',
    ],
    [
      'extendContractor',
      'mutation ($contractor: ID!) { extendContractor(input: { id: $contractor, expiresAt: "2026-02-01T00:00:00.000Z" }) { id } }',
    ],
    ['revokeContractor', 'mutation ($contractor: ID!) { revokeContractor(id: $contractor) { id } }'],
    ['setConfig', 'mutation { setConfig(input: { key: "late", value: 1 }) { key } }'],
    ['deleteConfig', 'mutation ($config: String!) { deleteConfig(key: $config) { key } }'],
    ['eraseUser', 'mutation ($member: ID!) { eraseUser(id: $member) }'],
    ['eraseContractor', 'mutation ($contractor: ID!) { eraseContractor(id: $contractor) }'],
    ['signOutEverywhere', 'mutation { signOutEverywhere }'],
    [
      'changePassword',
      `mutation { changePassword(input: { currentPassword: "${sampleSignIn.password}", newPassword: "another long one" }) { expiresIn } }`,
    ],
  ];
  const unauthenticated = ['UNAUTHENTICATED'];
  /** How they are shut out. */
  const ends: readonly [
    name: string,
    end: (who: User, session: Session) => Promise<unknown>,
    codes: string[],
  ][] = [
    ['deactivated', ({ id }) => chiefDoes(deactivation, id), unauthenticated],
    [
      'deleted',
      ({ id }) => chiefDoes('mutation ($id: ID!) { deleteUser(id: $id) { id } }', id),
      unauthenticated,
    ],
    ['erased', ({ id }) => chiefDoes('mutation ($id: ID!) { eraseUser(id: $id) }', id), unauthenticated],
    [
      'made a reader',
      ({ id }) =>
        chiefDoes('mutation ($id: ID!) { updateUser(id: $id, input: { role: READONLY }) { id } }', id),
      ['CONFLICT'],
    ],
    ['signed out', (_, { refreshToken }) => signOut(refreshToken), unauthenticated],
    [
      'signed out everywhere',
      (_, { accessToken }) => server.get('mutation { signOutEverywhere }', { token: accessToken }),
      unauthenticated,
    ],
    ['robbed', (_, { refreshToken }) => refreshTwice(refreshToken), unauthenticated],
  ];

  test.each(ends)('is refused once they are %s', async (_, end, refusal) => {
    const { sample } = server;
    for (const [name, query] of acts) {
      const someone = await newUser('ADMIN');
      const session = await sessionOf(someone);
      const variables = {
        self: someone.id,
        member: (await newUser('MEMBER')).id,
        contractor: sample.contractors.find(({ status }) => status !== 'REVOKED')?.id,
        config: sample.configs[0]?.key,
      };
      const { sent, release } = held.next();
      const answer = server.ask(query, { token: session.accessToken, variables });
      await sent;
      await end(someone, session);
      release();
      expect(codes(await answer), name).toEqual(refusal);
      // And so is what they do afterwards.
      const again = await server.ask(query, { token: session.accessToken, variables });
      if (refusal === unauthenticated) expect(codes(again), name).toEqual(refusal);
    }
  });

  test.each(ends.filter(([name]) => name !== 'made a reader'))(
    'goes for the next tokens of the session of who is %s, too',
    async (_, end) => {
      const someone = await newUser('MEMBER');
      const session = await sessionOf(someone);
      const next = await refresh(session.refreshToken);
      const { sent, release } = held.next();
      const answer = server.ask<{ refreshSession: Session }>(refreshing, {
        variables: { token: next.refreshToken },
      });
      await sent;
      await end(someone, next);
      release();
      expect(codes(await answer)).toEqual(['UNAUTHENTICATED']);
    },
  );

  test.each(ends.slice(0, 3))('goes for signing in of who is %s, too', async (_, end) => {
    const someone = await newUser('MEMBER');
    const session = await sessionOf(someone);
    const { sent, release } = held.next();
    const input = { email: someone.email, password: sampleSignIn.password };
    const query = `mutation ($input: SignInInput!) { signIn(input: $input) ${tokens} }`;
    const answer = server.ask(query, { variables: { input } });
    await sent;
    await end(someone, session);
    release();
    expect(codes(await answer)).toEqual(['UNAUTHENTICATED']);
  });
});

const refreshing = `mutation ($token: String!) { refreshSession(refreshToken: $token) ${tokens} }`;

async function refresh(token: string): Promise<Session> {
  return (await server.get<{ refreshSession: Session }>(refreshing, { variables: { token } })).refreshSession;
}

async function signOut(token: string): Promise<void> {
  await server.get('mutation ($token: String!) { signOut(refreshToken: $token) }', { variables: { token } });
}

async function refreshTwice(token: string): Promise<void> {
  await refresh(token);
  expect(codes(await server.ask(refreshing, { variables: { token } }))).toEqual(['UNAUTHENTICATED']);
}

test('of two refreshes with one token at once one wins, and neither has a session', async () => {
  for (let round = 0; round < 5; round++) {
    const { refreshToken } = await sessionOf(await newUser('MEMBER'));
    const { sent, release } = held.next();
    const late = server.ask(refreshing, { variables: { token: refreshToken } });
    await sent;
    const early = await refresh(refreshToken);
    expect((await server.get('{ me { id } }', { token: early.accessToken })).me).not.toBeNull();
    release();
    expect(codes(await late)).toEqual(['UNAUTHENTICATED']);
    expect((await server.get('{ me { id } }', { token: early.accessToken })).me).toBeNull();
    expect(codes(await server.ask(refreshing, { variables: { token: early.refreshToken } }))).toEqual([
      'UNAUTHENTICATED',
    ]);
  }
});

test('a request that ends its own session does nothing more', async () => {
  const someone = await newUser('ADMIN');
  const ends = [() => 'signOutEverywhere', (token: string) => `signOut(refreshToken: "${token}")`];
  for (const end of ends) {
    const { accessToken: token, refreshToken } = await sessionOf(someone);
    const query = `mutation { ${end(refreshToken)} setConfig(input: { key: "late", value: 1 }) { key } }`;
    const answer = await server.ask(query, { token });
    expect(codes(answer)).toEqual(['UNAUTHENTICATED']);
  }
});
