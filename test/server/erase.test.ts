/** Erasure: nothing that tells who somebody was is left in any item. */

import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HeldWrites, holdingWrites } from './support/held-writes.js';
import { adminOf, memberOf, smallSample } from './support/sample.js';
import { startServer, type TestServer } from './support/server.js';

let client: DynamoDBClient | undefined;
let tables: ReadonlySet<string>;
let server: TestServer;
let held: HeldWrites;
let admin: string;
/** So many writes succeed; then nothing can be written. */
let left = Number.POSITIVE_INFINITY;
beforeEach(async () => {
  const seen = new Set<string>();
  tables = seen;
  left = Number.POSITIVE_INFINITY;
  server = await startServer({
    sample: smallSample(),
    onClient: (one) => {
      client = one;
      held = holdingWrites(one);
    },
    onRequest: ({ operation, input }) => {
      if ('TableName' in input && input.TableName) seen.add(input.TableName);
      if (!/Get|Query/.test(operation) && left-- <= 0) throw new Error('Nothing can be written.');
    },
  });
  admin = await server.tokenOf(adminOf(server.sample));
});
afterEach(() => server.close());

/** Every item as text. */
async function stored(): Promise<string> {
  const found: string[] = [];
  for (const TableName of tables) {
    for (let start: object | undefined; ; ) {
      const page = await client?.send(
        new ScanCommand({ TableName, ...(start && { ExclusiveStartKey: start as never }) }),
      );
      found.push(...(page?.Items ?? []).map((item) => JSON.stringify(item)));
      start = page?.LastEvaluatedKey;
      if (start === undefined) break;
    }
  }
  return found.join('\n');
}

/** @param token null: without one */
async function as(
  token: string | null,
  query: string,
  ip = '10.20.30.40',
  userAgent = 'Browser of Ada',
): Promise<void> {
  const response = await server.app.inject({
    method: 'POST',
    url: '/graphql',
    remoteAddress: ip,
    headers: { ...(token !== null && { authorization: `Bearer ${token}` }), 'user-agent': userAgent },
    payload: { query },
  });
  expect(response.json()).not.toHaveProperty('errors');
}

const nothingHeld = { sent: Promise.resolve(), release: () => {} };

const traces = ['Ada', 'Lovelace', 'Byron', 'ada@', 'byron@', '10.20.30.40', 'Browser of Ada'];

/** A user who was called otherwise before, has signed in and done things. */
async function aPerson(): Promise<{ readonly id: string; readonly refreshToken: string }> {
  const password = 'a long enough password';
  const { createUser } = await server.get<{ createUser: { id: string } }>(
    `mutation { createUser(input: { email: "byron@example.com", name: "Ada Byron", password: "${password}" }) { id } }`,
    { token: admin },
  );
  const { id } = createUser;
  const update = `updateUser(id: "${id}", input: { name: "Ada Lovelace", email: "ada@example.com" }) { id }`;
  await server.get(`mutation { ${update} }`, { token: admin });
  const signIn = `mutation { signIn(input: { email: "ada@example.com", password: "${password}" }) { accessToken refreshToken } }`;
  const signedIn = await server.app.inject({
    method: 'POST',
    url: '/graphql',
    remoteAddress: '10.20.30.40',
    headers: { 'user-agent': 'Browser of Ada' },
    payload: { query: signIn },
  });
  const { accessToken: token, refreshToken } = signedIn.json<{
    data: { signIn: { accessToken: string; refreshToken: string } };
  }>().data.signIn;
  await as(token, `mutation { updateUser(id: "${id}", input: { name: "Countess Lovelace" }) { id } }`);
  await as(
    token,
    'mutation { inviteContractor(input: { name: "Charles", expiresAt: "2026-02-01T00:00:00Z" }) { token } }',
  );
  return { id, refreshToken };
}

function found(text: string): string[] {
  return traces.filter((trace) => text.includes(trace));
}

const erase = (id: string) =>
  server.ask<{ eraseUser: boolean }>(`mutation { eraseUser(id: "${id}") }`, { token: admin });

test('a user is erased with versions, sessions and audit logs; what others did stays', async () => {
  const before = (await stored()).split('\n').length;
  const { id } = await aPerson();
  expect(found(await stored())).toEqual(traces);
  expect((await erase(id)).data).toEqual({ eraseUser: true });
  const after = await stored();
  expect(found(after)).toEqual([]);
  expect(after).toContain('Charles');
  expect(after).toContain('USER_ERASED');
  expect(after.split('\n').length).toBeGreaterThan(before);
  expect((await erase(id)).data).toEqual({ eraseUser: false });
});

test('a user who was deleted before is erased, too', async () => {
  const { id } = await aPerson();
  await server.get(`mutation { deleteUser(id: "${id}") { id } }`, { token: admin });
  expect(found(await stored())).toEqual(expect.arrayContaining(['Ada', 'Byron', 'byron@', '10.20.30.40']));
  expect((await erase(id)).data).toEqual({ eraseUser: true });
  expect(found(await stored())).toEqual([]);
  expect(await stored()).toContain('USER_ERASED');
});

test('the same call resumes what was interrupted, wherever that was', async () => {
  const { id } = await aPerson();
  for (let writes = 0; (await stored().then(found)).length > 0; writes++) {
    left = 1 + (writes % 4);
    await erase(id);
    left = Number.POSITIVE_INFINITY;
  }
  expect((await erase(id)).data).toEqual({ eraseUser: false });
});

test('a contractor is erased with audit logs', async () => {
  const { inviteContractor } = await server.get<{
    inviteContractor: { token: string; contractor: { id: string } };
  }>(
    'mutation { inviteContractor(input: { name: "Ada Byron", email: "ada@example.com", expiresAt: "2026-02-01T00:00:00Z" }) { token contractor { id } } }',
    { token: admin },
  );
  const { token, contractor } = inviteContractor;
  await as(null, `mutation { signInContractor(token: "${token}") { expiresIn } }`);
  expect(found(await stored())).toEqual(['Ada', 'Byron', 'ada@', '10.20.30.40', 'Browser of Ada']);
  const eraseContractor = () =>
    server.get(`mutation { eraseContractor(id: "${contractor.id}") }`, { token: admin });
  expect(await eraseContractor()).toEqual({ eraseContractor: true });
  expect(found(await stored())).toEqual([]);
  expect(await eraseContractor()).toEqual({ eraseContractor: false });
});

test('is for administrators, and not for oneself', async () => {
  const { sample } = server;
  const member = await server.tokenOf(memberOf(sample));
  const code = async (id: string, token: string) =>
    (await server.ask(`mutation { eraseUser(id: "${id}") }`, { token })).errors[0]?.extensions?.code;
  expect(await code(adminOf(sample).id, member)).toBe('FORBIDDEN');
  expect(await code(adminOf(sample).id, admin)).toBe('FORBIDDEN');
});

test('what others were about to write of somebody is not written once they are erased', async () => {
  const { createUser } = await server.get<{ createUser: { id: string } }>(
    'mutation { createUser(input: { email: "o@example.com", name: "Other", role: ADMIN, password: "long enough, too" }) { id } }',
    { token: admin },
  );
  const other = await server.tokenOf({ ...createUser, sessionEpoch: 0 });
  for (const act of [
    'updateUser(id: $id, input: { name: "Ada again" }) { id }',
    'deactivateUser(id: $id) { id }',
    'deleteUser(id: $id) { id }',
  ]) {
    const { id } = await aPerson();
    const { sent, release } = held.next();
    const late = server.ask(`mutation ($id: ID!) { ${act} }`, { token: other, variables: { id } });
    await sent;
    await erase(id);
    release();
    expect((await late).errors[0]?.extensions?.code).toBe('NOT_FOUND');
    expect(found(await stored())).toEqual([]);
  }
});

test('sessions of somebody who is erased end without a trace', async () => {
  for (const isLate of [true, false]) {
    const { id, refreshToken } = await aPerson();
    const signOut = () => as(null, `mutation { signOut(refreshToken: "${refreshToken}") }`);
    const { sent, release } = isLate ? nothingHeld : held.next();
    const early = isLate ? undefined : signOut();
    await sent;
    await erase(id);
    release();
    await (early ?? signOut());
    expect(found(await stored())).toEqual([]);
  }
});
