import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminOf, memberOf, readerOf, smallSample, userWhere } from './support/sample.js';
import { type Answer, startServer, type TestServer } from './support/server.js';

let server: TestServer;
let tokens: Record<Who, string | undefined>;

type Who = 'stranger' | 'reader' | 'member' | 'admin' | 'contractor';

beforeAll(async () => {
  server = await startServer({ sample: smallSample() });
  const { sample } = server;
  const invite = `mutation { inviteContractor(input: { name: "Visitor", expiresAt: "2026-03-01T00:00:00Z" }) { token } }`;
  const member = await server.tokenOf(memberOf(sample));
  const { inviteContractor } = await server.get<{ inviteContractor: { token: string } }>(invite, {
    token: member,
  });
  const { token } = inviteContractor;
  const { signInContractor } = await server.get<{ signInContractor: { accessToken: string } }>(
    `mutation { signInContractor(token: "${token}") { accessToken } }`,
  );
  tokens = {
    stranger: undefined,
    reader: await server.tokenOf(readerOf(sample)),
    member,
    admin: await server.tokenOf(adminOf(sample)),
    contractor: signInContractor.accessToken,
  };
});
afterAll(() => server.close());

/** What a caller gets: `yes`, or the code of the refusal. */
async function outcome(query: string, who: Who): Promise<string> {
  const answer: Answer = await server.ask(query, { token: tokens[who] });
  const [error] = answer.errors;
  return error === undefined ? 'yes' : String(error.extensions?.code);
}

const yes = 'yes';
const no = 'FORBIDDEN';
const signInFirst = 'UNAUTHENTICATED';
const staffOnly = { stranger: signInFirst, contractor: no, reader: yes, member: yes, admin: yes };
const adminsOnly = { stranger: signInFirst, contractor: no, reader: no, member: no, admin: yes };
const writersOnly = { stranger: signInFirst, contractor: no, reader: no, member: yes, admin: yes };

/** Mutations that would succeed stand last in their tables: those before them leave no trace. */
const table: readonly (readonly [string, string, Record<Who, string>])[] = [
  ['user', '{ user(id: "x") { id } }', staffOnly],
  ['userByEmail', '{ userByEmail(email: "x@tyler-setup.example") { id } }', staffOnly],
  ['users', '{ users(first: 1) { nodes { id } } }', staffOnly],
  ['usersByStatus', '{ usersByStatus(status: ACTIVE, first: 1) { nodes { id } } }', staffOnly],
  ['usersByRole', '{ usersByRole(role: ADMIN, first: 1) { nodes { id } } }', staffOnly],
  ['contractor', '{ contractor(id: "x") { id } }', staffOnly],
  ['contractorsByStatus', '{ contractorsByStatus(status: ACTIVE, first: 1) { nodes { id } } }', staffOnly],
  [
    'contractorsExpiring',
    '{ contractorsExpiring(expiresBefore: "2027-01-01T00:00:00Z") { nodes { id } } }',
    staffOnly,
  ],
  ['config', '{ config(key: "branding.name") { key } }', staffOnly],
  ['configByCategory', '{ configByCategory(category: "branding") { nodes { key } } }', staffOnly],
  ['auditLogs', '{ auditLogs(month: "2025-11", first: 1) { nodes { id } } }', adminsOnly],
  ['activityFeed', '{ activityFeed(first: 1) { nodes { id } } }', adminsOnly],
  [
    'auditLogsOfTarget',
    '{ auditLogsOfTarget(targetType: USER, targetId: "x") { nodes { id } } }',
    adminsOnly,
  ],
  ['events', '{ events(type: USER_CREATED, first: 1) { nodes { id } } }', adminsOnly],
  ['recentEvents', '{ recentEvents(first: 1) { nodes { id } } }', adminsOnly],
  [
    'createUser',
    'mutation { createUser(input: { email: "new@tyler-setup.example", name: "New", password: "long enough to do" }) { id } }',
    adminsOnly,
  ],
  ['setConfig', 'mutation { setConfig(input: { key: "k", value: 1 }) { key } }', adminsOnly],
  ['deleteConfig', 'mutation { deleteConfig(key: "k") { key } }', adminsOnly],
  [
    'inviteContractor',
    'mutation { inviteContractor(input: { name: "V", expiresAt: "2026-03-01T00:00:00Z" }) { token } }',
    writersOnly,
  ],
  ['deactivateUser', 'mutation { deactivateUser(id: "x") { id } }', { ...adminsOnly, admin: 'NOT_FOUND' }],
  ['deleteUser', 'mutation { deleteUser(id: "x") { id } }', { ...adminsOnly, admin: 'NOT_FOUND' }],
  ['eraseUser', 'mutation { eraseUser(id: "x") }', adminsOnly],
  ['eraseContractor', 'mutation { eraseContractor(id: "x") }', adminsOnly],
  [
    'updateUser',
    'mutation { updateUser(id: "x", input: { name: "N" }) { id } }',
    { ...staffOnly, reader: 'NOT_FOUND', member: 'NOT_FOUND', admin: 'NOT_FOUND' },
  ],
  [
    'extendContractor',
    'mutation { extendContractor(input: { id: "x", expiresAt: "2026-03-01T00:00:00Z" }) { id } }',
    { ...writersOnly, member: 'NOT_FOUND', admin: 'NOT_FOUND' },
  ],
  [
    'revokeContractor',
    'mutation { revokeContractor(id: "x") { id } }',
    { ...writersOnly, member: 'NOT_FOUND', admin: 'NOT_FOUND' },
  ],
  [
    'signOutEverywhere',
    'mutation { signOutEverywhere }',
    { stranger: signInFirst, contractor: no, reader: yes, member: yes, admin: yes },
  ],
];

describe('who may do what', () => {
  test.each(table.filter(([name]) => name !== 'signOutEverywhere'))('%s', async (_, query, expected) => {
    const actual = {} as Record<Who, string>;
    for (const who of ['stranger', 'contractor', 'reader', 'member', 'admin'] as const) {
      actual[who] = await outcome(query, who);
    }
    expect(actual).toEqual(expected);
  });

  test('every field of Query and Mutation is in the table, or open to all', async () => {
    const { __schema } = await server.get<{ __schema: Record<string, { fields: { name: string }[] }> }>(
      '{ __schema { queryType { fields { name } } mutationType { fields { name } } } }',
    );
    const { queryType, mutationType } = __schema;
    const fields = [...(queryType?.fields ?? []), ...(mutationType?.fields ?? [])].map(({ name }) => name);
    const open = [
      'me',
      'viewer',
      'node',
      'contractorByToken',
      'signIn',
      'signInContractor',
      'refreshSession',
      'signOut',
      'changePassword',
    ];
    expect([...table.map(([name]) => name), ...open].sort()).toEqual(fields.sort());
  });

  test('a user’s own records are for the user and administrators', async () => {
    const { id } = readerOf(server.sample);
    const query = (field: string) =>
      `{ user(id: "${id}") { ${field}(first: 1) { pageInfo { hasNextPage } } } }`;
    for (const field of ['auditLogs', 'sessions', 'history']) {
      expect(await outcome(query(field), 'member')).toBe(no);
      expect(await outcome(query(field), 'reader')).toBe(yes);
      expect(await outcome(query(field), 'admin')).toBe(yes);
    }
  });

  test('what one may not see of a user does not take the user away', async () => {
    const { id, name } = readerOf(server.sample);
    const { data, errors } = await server.ask(
      `{ user(id: "${id}") { name history { nodes { version } } } }`,
      {
        token: tokens.member,
      },
    );
    expect(data).toEqual({ user: { name, history: null } });
    expect(errors).toMatchObject([{ path: ['user', 'history'], extensions: { code: no } }]);
  });

  test('node shows no session and no audit log of somebody else', async () => {
    const { sample } = server;
    const admin = adminOf(sample);
    const session = sample.refreshTokens.find((token) => token.userId === admin.id)?.id;
    const log = sample.auditLogs.find((one) => one.actorId === admin.id)?.id;
    for (const id of [session, log]) {
      const query = `{ node(id: "${id}") { id } }`;
      expect((await server.get(query, { token: tokens.admin })).node).toEqual({ id });
      expect((await server.get(query, { token: tokens.member })).node).toBeNull();
    }
    expect(await outcome(`{ node(id: "${admin.id}") { id } }`, 'stranger')).toBe(signInFirst);
  });

  test('a contractor sees the own record and log, and no user beyond the inviter', async () => {
    const query =
      '{ viewer { ... on Contractor { id status auditLogs { nodes { action } } invitedBy { name } } } }';
    const { viewer } = await server.get(query, { token: tokens.contractor });
    expect(viewer).toMatchObject({
      status: 'ACTIVE',
      auditLogs: { nodes: [{ action: 'CONTRACTOR_SIGNED_IN' }] },
      invitedBy: { name: memberOf(server.sample).name },
    });
    const further = '{ viewer { ... on Contractor { invitedBy { contractors { nodes { id } } } } } }';
    expect(await outcome(further, 'contractor')).toBe(no);
  });
});

describe('nobody cuts off the branch they sit on', () => {
  test('an administrator neither deactivates nor deletes nor demotes themself', async () => {
    const { id } = adminOf(server.sample);
    for (const mutation of [
      `deactivateUser(id: "${id}")`,
      `deleteUser(id: "${id}")`,
      `updateUser(id: "${id}", input: { role: MEMBER })`,
      `updateUser(id: "${id}", input: { status: INACTIVE })`,
    ]) {
      expect(await outcome(`mutation { ${mutation} { id } }`, 'admin')).toBe(no);
    }
  });

  test('members change their own name and nothing else, readers nothing', async () => {
    const update = (id: string, input: string) =>
      `mutation { updateUser(id: "${id}", input: { ${input} }) { name } }`;
    const member = memberOf(server.sample);
    expect(await outcome(update(member.id, 'name: "Renamed"'), 'member')).toBe(yes);
    expect(await outcome(update(member.id, 'name: "Renamed", role: ADMIN'), 'member')).toBe(no);
    expect(await outcome(update(member.id, 'email: "other@tyler-setup.example"'), 'member')).toBe(no);
    expect(await outcome(update(adminOf(server.sample).id, 'name: "Renamed"'), 'member')).toBe(no);
    expect(await outcome(update(readerOf(server.sample).id, 'name: "Renamed"'), 'reader')).toBe(no);
  });

  test('a contractor is extended and revoked by the inviter and administrators only', async () => {
    const { sample } = server;
    const other = sample.contractors.find(
      (one) => one.invitedById !== memberOf(sample).id && one.status === 'ACTIVE',
    );
    const query = `mutation { revokeContractor(id: "${other?.id}") { status } }`;
    expect(await outcome(query, 'member')).toBe(no);
    expect(await outcome(query, 'admin')).toBe(yes);
    const extend = `mutation { extendContractor(input: { id: "${other?.id}", expiresAt: "2026-03-01T00:00:00Z" }) { id } }`;
    expect(await outcome(extend, 'admin')).toBe('GUARD_FAILED');
  });

  test('a change based on an old version is refused', async () => {
    const user = userWhere(
      server.sample,
      (one) => one.status === 'ACTIVE' && one.id !== adminOf(server.sample).id,
    );
    const update = (version: number) =>
      `mutation { updateUser(id: "${user.id}", input: { name: "V", version: ${version} }) { version } }`;
    expect(await outcome(update(99), 'admin')).toBe('VERSION_CONFLICT');
  });
});
