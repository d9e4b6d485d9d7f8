/** The documents below operations/, and a server that answers each: with pages that are full, and records for each to change. */

import { readdirSync, readFileSync } from 'node:fs';
import { type DocumentNode, parse } from 'graphql';
import { hashPassword, worthlessCost } from '../../../src/server/auth/passwords.js';
import { hashSecret } from '../../../src/server/auth/tokens.js';
import type { Sample } from '../../../src/server/seed/sample.js';
import { type ServerOptions, startServer, type TestServer } from '../../server/support/server.js';
import { fullPages } from './full-pages.js';

const folder = 'operations';
export const documents = readdirSync(folder)
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => {
    const source = readFileSync(`${folder}/${file}`, 'utf8');
    return { source, document: parse(source) };
  });
export const operations = documents.flatMap(({ source, document }) =>
  namesIn(document).map((name) => ({ name, source, document })),
);

const password = 'correct-horse-battery';
/** Tokens of contractors, by their number. */
const contractorToken = (index: number) => `token-${index}`;

export async function startFullServer(options: ServerOptions): Promise<TestServer> {
  const hash = await hashPassword(password, worthlessCost);
  const sample = fullPages(hash, (contractor) => hashSecret(contractorToken(contractor)));
  return startServer({ sample, ...options });
}

/** What an operation is asked with. */
export async function askedWith(server: TestServer, name: string) {
  const token = await tokenOf(server, 0);
  // These end the sessions of whoever asks.
  const caller = endsSessions.indexOf(name);
  return {
    operationName: name,
    variables: await (variablesOf[name]?.(server, token) ?? {}),
    token: caller === -1 ? token : await tokenOf(server, 10 + caller),
  };
}

function namesIn(document: DocumentNode): string[] {
  return document.definitions.flatMap((one) =>
    // Subscriptions are not asked: test/budget/subscriptions.test.ts.
    one.kind === 'OperationDefinition' && one.operation !== 'subscription' && one.name
      ? [one.name.value]
      : [],
  );
}

async function tokenOf(server: TestServer, at: number): Promise<string> {
  const user = server.sample.users[at];
  if (user === undefined) throw new Error(`there is no user ${at}`);
  return server.tokenOf(user);
}

const endsSessions = ['SignOutEverywhere', 'ChangePassword'];

type Variables = Readonly<Record<string, unknown>>;

const userAt = ({ users }: Sample, at: number) => users[at]?.id ?? '';
const contractorAt = ({ contractors }: Sample, at: number) => contractors.at(at)?.id ?? '';

async function session(server: TestServer): Promise<string> {
  const input = { email: 'user9@example.com', password };
  const { signIn } = await server.get<{ signIn: { refreshToken: string } }>(
    'mutation ($input: SignInInput!) { signIn(input: $input) { refreshToken } }',
    { variables: { input } },
  );
  return signIn.refreshToken;
}

/** So that there are events of today, as many as a page has. */
async function changedConfig(server: TestServer, token: string): Promise<Variables> {
  const set = (value: number) => `setConfig(input: { key: "short-lived", value: ${value} }) { key }`;
  for (const change of [set(1), 'deleteConfig(key: "short-lived") { key }', set(2), set(3)])
    await server.get(`mutation { ${change} }`, { token });
  return { type: 'CONFIG_SET' };
}

/** The records an operation changes are no other's. */
const variablesOf: Readonly<
  Record<string, (server: TestServer, token: string) => Variables | Promise<Variables>>
> = {
  User: ({ sample }) => ({ id: userAt(sample, 1) }),
  UserProfile: ({ sample }) => ({ id: userAt(sample, 1) }),
  UserWithAuditLogs: ({ sample }) => ({ id: userAt(sample, 1) }),
  UserActivity: ({ sample }) => ({ id: userAt(sample, 1) }),
  UserAuditLogsAfter: async (server, token) => {
    const { sample } = server;
    const id = userAt(sample, 1);
    const { user } = await server.get<{ user: { auditLogs: { pageInfo: { endCursor: string } } } }>(
      'query ($id: ID!) { user(id: $id) { auditLogs(first: 1) { pageInfo { endCursor } } } }',
      { variables: { id }, token },
    );
    return { id, after: user.auditLogs.pageInfo.endCursor };
  },
  UserByEmail: () => ({ email: 'user1@example.com' }),
  UsersByStatus: () => ({ status: 'ACTIVE' }),
  UsersByRole: () => ({ role: 'MEMBER' }),
  CreateUser: () => ({ input: { email: 'new@example.com', name: 'New', password } }),
  UpdateUser: ({ sample }) => ({ id: userAt(sample, 3), input: { name: 'Renamed' } }),
  DeactivateUser: ({ sample }) => ({ id: userAt(sample, 4) }),
  DeleteUser: ({ sample }) => ({ id: userAt(sample, 5) }),
  Contractor: ({ sample }) => ({ id: contractorAt(sample, 40) }),
  ContractorByToken: () => ({ token: contractorToken(10) }),
  ContractorsByStatus: () => ({ status: 'ACTIVE' }),
  ContractorsExpiring: () => ({ before: '2026-12-01T00:00:00.000Z' }),
  ContractorsExpiringBefore: async (server, token) => {
    const { contractorsExpiring } = await server.get<{
      contractorsExpiring: { pageInfo: { endCursor: string } };
    }>(
      '{ contractorsExpiring(expiresBefore: "2026-12-01T00:00:00.000Z", first: 20) { pageInfo { endCursor } } }',
      { token },
    );
    return { before: '2026-12-01T00:00:00.000Z', cursor: contractorsExpiring.pageInfo.endCursor };
  },
  InviteContractor: () => ({ input: { name: 'Invited', expiresAt: '2026-06-01T00:00:00.000Z' } }),
  ExtendContractor: ({ sample }) => ({
    input: { id: contractorAt(sample, -1), expiresAt: '2026-06-01T00:00:00.000Z' },
  }),
  RevokeContractor: ({ sample }) => ({ id: contractorAt(sample, -2) }),
  RevokeTwo: ({ sample }) => ({ first: contractorAt(sample, -3), second: contractorAt(sample, -4) }),
  SignInContractor: () => ({ token: contractorToken(11) }),
  AuditLogsOfMonth: () => ({ month: '2026-01' }),
  AuditLogsOfTarget: ({ sample }) => ({ type: 'USER', id: userAt(sample, 1) }),
  Node: ({ sample }) => ({ id: userAt(sample, 1) }),
  SignIn: () => ({ input: { email: 'user8@example.com', password } }),
  RefreshSession: async (server) => ({ token: await session(server) }),
  SignOut: async (server) => ({ token: await session(server) }),
  ChangePassword: () => ({ input: { currentPassword: password, newPassword: `${password}-new` } }),
  Config: () => ({ key: 'key-03' }),
  ConfigByCategory: () => ({ category: 'general' }),
  SetConfig: () => ({ input: { key: 'key-05', value: 1 } }),
  DeleteConfig: () => ({ key: 'key-06' }),
  Events: changedConfig,
  RecentEvents: changedConfig,
};
