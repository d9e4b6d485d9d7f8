/** Who is being shut out: nothing they do goes through any more, however the two requests meet. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { User } from '../../generated/entities.js';
import { userCodec } from '../../generated/items.js';
import { userKey } from '../../generated/keys.js';
import { sampleSignIn } from '../../src/server/seed/sample.js';
import { openSocket, type Socket } from '../support/behind-socket.js';
import { engineKind } from '../support/engines.js';
import { adminOf, memberOf, smallSample } from './support/sample.js';
import { type Answer, startServer, type TestServer } from './support/server.js';

/** Each on the engine's other side of a socket, so that their requests overlap. */
const rounds = engineKind() === 'embedded' ? 20 : 100;

let socket: Socket;
let server: TestServer;
let held: HeldWrites;
beforeAll(async () => {
  socket = await openSocket();
  server = await startServer({
    sample: smallSample(),
    client: (config) => {
      const client = socket.client(config);
      held = holdingWrites(client);
      return client;
    },
  });
});
afterAll(async () => {
  await server.close();
  await socket.close();
});

interface HeldWrites {
  /** Holds the next write that is sent, until it is released. */
  next(): { readonly sent: Promise<void>; release(): void };
}

function holdingWrites(client: DynamoDBClient): HeldWrites {
  let waiting: { readonly sent: () => void; readonly released: Promise<void> } | undefined;
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const hold = /^(Put|Update|Delete|TransactWrite)/.test(commandName) ? waiting : undefined;
        if (hold !== undefined) {
          waiting = undefined;
          hold.sent();
          await hold.released;
        }
        return next(args);
      },
    { step: 'initialize' },
  );
  return {
    next() {
      let release = () => {};
      let sent = () => {};
      const released = new Promise<void>((done) => {
        release = done;
      });
      const isSent = new Promise<void>((done) => {
        sent = done;
      });
      waiting = { sent, released };
      return { sent: isSent, release };
    },
  };
}

function codes({ errors }: Answer) {
  return errors.map(({ extensions }) => extensions?.code);
}

async function stored(id: string): Promise<User> {
  const user = await server.database.session().get(userCodec, userKey({ id }), { consistent: true });
  if (user === null) throw new Error('The user is gone.');
  return user;
}

const deactivation = 'mutation ($id: ID!) { deactivateUser(id: $id) { status } }';
const setting =
  'mutation ($id: ID!, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) { status } }';

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

test('of two administrators who deactivate each other at once exactly one remains', async () => {
  const chief = adminOf(server.sample);
  const both = [await newUser('ADMIN'), await newUser('ADMIN')] as const;
  for (let round = 0; round < rounds; round++) {
    const [one, two] = await Promise.all([stored(both[0].id), stored(both[1].id)]);
    const tokens = await Promise.all([server.tokenOf(one), server.tokenOf(two)]);
    const answers = await Promise.all([
      server.ask(deactivation, { token: tokens[0], variables: { id: two.id } }),
      server.ask(deactivation, { token: tokens[1], variables: { id: one.id } }),
    ]);
    expect(answers.map(codes).sort()).toEqual([[], ['UNAUTHENTICATED']]);
    const after = await Promise.all([stored(one.id), stored(two.id)]);
    expect(after.map(({ status }) => status).sort()).toEqual(['ACTIVE', 'INACTIVE']);
    const loser = after.find(({ status }) => status === 'INACTIVE');
    const token = await server.tokenOf(await stored(chief.id));
    await server.get(setting, { token, variables: { id: loser?.id, input: { status: 'ACTIVE' } } });
  }
});

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
    ['signOutEverywhere', 'mutation { signOutEverywhere }'],
    [
      'changePassword',
      `mutation { changePassword(input: { currentPassword: "${sampleSignIn.password}", newPassword: "another long one" }) { expiresIn } }`,
    ],
  ];
  /** How they are shut out. */
  const ends: readonly [name: string, query: string, codes: readonly string[]][] = [
    ['deactivated', 'mutation ($id: ID!) { deactivateUser(id: $id) { id } }', ['UNAUTHENTICATED']],
    ['deleted', 'mutation ($id: ID!) { deleteUser(id: $id) { id } }', ['UNAUTHENTICATED']],
    [
      'made a reader',
      'mutation ($id: ID!) { updateUser(id: $id, input: { role: READONLY }) { id } }',
      ['CONFLICT'],
    ],
  ];

  test.each(ends)('is refused once they are %s', async (_, end, refusal) => {
    const { sample } = server;
    const variables = {
      member: memberOf(sample).id,
      contractor: sample.contractors.find(({ status }) => status !== 'REVOKED')?.id,
      config: sample.configs[0]?.key,
    };
    for (const [name, query] of acts) {
      const someone = await newUser('ADMIN');
      const token = await server.tokenOf(someone);
      const { sent, release } = held.next();
      const answer = server.ask(query, { token, variables: { ...variables, self: someone.id } });
      await sent;
      const chief = await server.tokenOf(await stored(adminOf(sample).id));
      await server.get(end, { token: chief, variables: { id: someone.id } });
      release();
      expect(codes(await answer), name).toEqual(refusal);
    }
  });
});
