/** The log of a server: every line of a request has its id, and none has what clients or rules hold. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as ourRules from '../../src/rules/index.js';
import { until } from '../support/until.js';
import { adminOf, smallSample } from './support/sample.js';
import { startServer, type TestServer } from './support/server.js';

/** What must not be in the log: each is sent on some way below. */
const canary = {
  email: 'canary.person@leak.example',
  password: 'canary-password',
  variable: 'canary-variable',
  literal: 'canary-literal',
  cookie: 'canary-cookie',
  header: 'canary-header',
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOjF9.canarysignature',
  body: 'canary-body',
};

let server: TestServer;
let token: string;
const lines: string[] = [];

beforeAll(async () => {
  server = await startServer({
    // It can be stopped.
    engine: 'embedded',
    sample: smallSample(),
    database: { limits: { attemptMs: 200, deadlineMs: 400 } },
    app: {
      production: true,
      logLevel: 'trace',
      logStream: { write: (line) => void lines.push(line) },
      slow: { ms: 0 },
      rules: {
        ...ourRules,
        configValue: () => {
          const cause = Object.assign(new Error(`Bearer ${canary.token}`), { Item: { email: canary.email } });
          throw Object.assign(new Error(`the record of ${canary.email} is odd`, { cause }), {
            input: canary.variable,
            extensions: { where: { email: canary.email } },
          });
        },
        me: () => JSON.parse(`{"password": "${canary.password}`),
      },
    },
  });
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  token = await server.tokenOf(adminOf(server.sample));
});
afterAll(() => server.close());

const headers = { cookie: `session=${canary.cookie}`, 'x-api-key': canary.header };

const post = (payload: object | string, more: Record<string, string> = {}) =>
  server.app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { ...headers, 'content-type': 'application/json', ...more },
    payload,
  });

const signIn = `mutation ($p: String!) { signIn(input: { email: "${canary.email}", password: $p }) { accessToken } }`;

/** Each way to an error, and a status or code that shows it was gone. */
const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  'a wrong password': () => post({ query: signIn, variables: { p: canary.password } }),
  'a token that is not valid': () =>
    post({ query: '{ me { id } }' }, { authorization: `Bearer ${canary.token}` }),
  'a body that is no JSON': () => post(`{"query": "${canary.body}`),
  'a body that is too large': () => post({ query: `# ${canary.body} ${'x'.repeat(600 * 1024)}` }),
  'a document that does not parse': () => post({ query: `{ user(id: "${canary.literal}"` }),
  'a document that is not valid': () =>
    post({ query: `{ user(id: "${canary.literal}", x: 1) { nothing } }` }),
  'a variable of another type': () =>
    post({ query: signIn, variables: { p: [canary.variable, { email: canary.email }] } }),
  'a query string': () =>
    server.app.inject({
      url: `/graphql?${new URLSearchParams({ query: `{ user(id: "${canary.literal}") { id } }`, variables: `{"a":"${canary.variable}"}` })}`,
      headers,
    }),
  'another method': () =>
    server.app.inject({ method: 'PUT', url: `/graphql?token=${canary.token}`, headers }),
  'no route': () => server.app.inject({ url: `/nothing?email=${canary.email}`, headers }),
  'a rule that fails': () =>
    post(
      { query: `{ configByCategory(category: "general") { nodes { value } } }` },
      { authorization: `Bearer ${token}` },
    ),
  'a rule that cannot parse': () => post({ query: '{ me { id } }' }, { authorization: `Bearer ${token}` }),
  'a unique value that is taken': () =>
    post(
      {
        query:
          'mutation ($input: CreateUserInput!) { a: createUser(input: $input) { id } b: createUser(input: $input) { id } }',
        variables: { input: { email: canary.email, name: canary.variable, password: canary.password } },
      },
      { authorization: `Bearer ${token}` },
    ),
  'a missing record': () =>
    post(
      {
        query: 'mutation ($id: ID!) { deleteUser(id: $id) { id } }',
        variables: { id: canary.variable },
      },
      { authorization: `Bearer ${token}` },
    ),
  'a subscription over HTTP': () =>
    post({ query: 'subscription { userChanged { cursor } }' }, { authorization: `Bearer ${token}` }),
  'a stream with a bad token': () =>
    server.app.inject({
      url: `/graphql/stream?${new URLSearchParams({ query: `subscription { userChanged(since: "${canary.literal}") { cursor } }` })}`,
      headers: { ...headers, authorization: `Bearer ${canary.token}`, accept: 'text/event-stream' },
    }),
  'a socket with a bad token, and one with a bad document': async () => {
    for (const [authorization, query] of [
      [`Bearer ${canary.token}`, ''],
      [`Bearer ${token}`, `subscription { userChanged(since: "${canary.literal}") { cursor } }`],
      [`Bearer ${token}`, `subscription { ${canary.literal}`],
    ] as const) {
      const { port } = server.app.server.address() as AddressInfo;
      const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', { headers });
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
      if (query === '') await once(socket, 'close');
      else {
        await once(socket, 'message');
        socket.send(JSON.stringify({ type: 'subscribe', id: 'a', payload: { query, variables: canary } }));
        await once(socket, 'message');
        socket.send(canary.body);
        await once(socket, 'close');
      }
    }
  },
};

test.each(Object.keys(ways))('%s', async (way) => {
  lines.length = 0;
  await ways[way]?.();
  await until(() => lines.length > 0);
  expectDiscreet();
});

test('storage that is away', async () => {
  lines.length = 0;
  await server.stopStorage();
  await ways['a unique value that is taken']?.();
  await post(
    { query: `{ userByEmail(email: "${canary.email}") { id } }` },
    { authorization: `Bearer ${token}` },
  );
  await server.app.inject({ url: '/health', headers });
  expect(lines.some((line) => line.includes('"level":50'))).toBe(true);
  expectDiscreet();
});

function expectDiscreet(): void {
  const text = lines.join('');
  for (const [what, value] of Object.entries(canary)) expect(text, what).not.toContain(value);
  expect(text).not.toMatch(/canary|correct-horse/);
  expect(text).not.toContain(token);
  for (const line of lines) expect(JSON.parse(line), line).toHaveProperty('reqId');
}
