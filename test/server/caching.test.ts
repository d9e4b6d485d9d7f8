/** What the reference application caches: who is answered with it, and that nobody gets what another may see. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adminOf, memberOf, smallSample } from './support/sample.js';
import { type Json, startServer, type TestServer } from './support/server.js';

const second = 1000;
const minute = 60 * second;

let server: TestServer;
let other: FastifyInstance;
const sent: string[] = [];

beforeAll(async () => {
  server = await startServer({
    sample: smallSample(),
    database: { cache: {} },
    onRequest: ({ operation }) => sent.push(operation),
  });
  other = await server.another();
});
afterAll(async () => {
  await other.close();
  await server.close();
});

const admin = () => server.tokenOf(adminOf(server.sample));
const member = () => server.tokenOf(memberOf(server.sample));

async function requests(work: () => Promise<unknown>): Promise<readonly string[]> {
  sent.length = 0;
  await work();
  return [...sent];
}

async function askOf(app: FastifyInstance, query: string, token: string, headers: Json = {}) {
  const response = await app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${token}`, ...headers } as Record<string, string>,
    payload: { query },
  });
  const { data, errors } = response.json<{ data: Json; errors?: readonly Json[] }>();
  return { data, errors, status: response.statusCode, written: response.headers['x-tableloom-written'] };
}

test('a signed-in viewer who reads what others have read sends no request', async () => {
  const token = await member();
  const query = `{ user(id: "${adminOf(server.sample).id}") { name createdBy { name } } }`;
  server.pass(minute);
  await server.get(query, { token });
  expect(await requests(() => server.get(query, { token }))).toEqual([]);
  server.pass(6 * second);
  // Who they are is read again; the record that is shown is not.
  expect(await requests(() => server.get(query, { token }))).toEqual(['BatchGetItem']);
});

test('rules decide what each viewer gets of what is cached', async () => {
  const tokens = { admin: await admin(), member: await member() };
  server.pass(minute);
  const list =
    '{ usersByRole(role: ADMIN, first: 5) { nodes { name auditLogs(first: 1) { nodes { action } } } } }';
  const asAdmin = await server.ask(list, { token: tokens.admin });
  const asMember = await server.ask(list, { token: tokens.member });
  const asNobody = await server.ask(list);
  expect(asAdmin.errors).toEqual([]);
  expect(asMember.errors.map(({ extensions }) => extensions?.code)).toContain('FORBIDDEN');
  expect(asNobody.errors.map(({ extensions }) => extensions?.code)).toEqual(['UNAUTHENTICATED']);
  expect(asMember.text).not.toContain('"action"');
});

test('a list is answered from the cache, and its writer has what they wrote', async () => {
  const token = await admin();
  const list = '{ users(first: 50) { nodes { name } } }';
  server.pass(minute);
  await server.get(list, { token });
  expect(await requests(() => server.get(list, { token: token }))).toEqual([]);
  const name = 'Changed Name';
  const change = `mutation { updateUser(id: "${memberOf(server.sample).id}", input: { name: "${name}" }) { name } }`;
  const { written } = await askOf(server.app, change, token);
  expect(written).toMatch(/^[0-9a-z]+$/);
  expect(JSON.stringify(await server.get(list, { token }))).toContain(name);
});

test('another process reads what its client wrote, as soon as the client says when', async () => {
  const token = await admin();
  const id = memberOf(server.sample).id;
  const query = `{ user(id: "${id}") { name } }`;
  server.pass(minute);
  const before = await askOf(other, query, token);
  const change = `mutation { updateUser(id: "${id}", input: { name: "Elsewhere" }) { name } }`;
  const { written } = await askOf(server.app, change, token);
  expect((await askOf(other, query, token)).data).toEqual(before.data);
  const fresh = await askOf(other, query, token, { 'x-tableloom-written': written });
  expect(fresh.data).toEqual({ user: { name: 'Elsewhere' } });
  expect(fresh.written).toBeUndefined();
  const wrong = await askOf(other, query, token, { 'x-tableloom-written': 'yesterday!' });
  expect([wrong.status, wrong.errors?.[0]?.extensions]).toEqual([400, { code: 'BAD_REQUEST' }]);
});

test('who is shut out is out at once where that was done, and elsewhere within 5 seconds', async () => {
  const admins = await admin();
  const input = '{ email: "gone@example.com", name: "Gone", password: "a long enough password" }';
  const { createUser } = await server.get<{ createUser: { id: string } }>(
    `mutation { createUser(input: ${input}) { id } }`,
    { token: admins },
  );
  const token = await server.tokenOf({ id: createUser.id, sessionEpoch: 0 });
  server.pass(minute);
  const list = '{ users(first: 1) { nodes { id } } }';
  expect((await askOf(other, list, token)).errors).toBeUndefined();
  await server.get(`mutation { deactivateUser(id: "${createUser.id}") { status } }`, { token: admins });
  expect((await server.ask(list, { token })).errors.map(({ extensions }) => extensions?.code)).toEqual([
    'UNAUTHENTICATED',
  ]);
  server.pass(5 * second + 1);
  expect((await askOf(other, list, token)).errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' });
});

test('what a shut out user writes is refused, whatever the cache says', async () => {
  const admins = await admin();
  const input = '{ email: "late@example.com", name: "Late", password: "a long enough password" }';
  const { createUser } = await server.get<{ createUser: { id: string } }>(
    `mutation { createUser(input: ${input}) { id } }`,
    { token: admins },
  );
  const token = await server.tokenOf({ id: createUser.id, sessionEpoch: 0 });
  server.pass(minute);
  await askOf(other, '{ me { id } }', token);
  await server.get(`mutation { deactivateUser(id: "${createUser.id}") { status } }`, { token: admins });
  const change = `mutation { updateUser(id: "${createUser.id}", input: { name: "Still here" }) { name } }`;
  expect((await askOf(other, change, token)).errors?.[0]?.extensions).toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});
