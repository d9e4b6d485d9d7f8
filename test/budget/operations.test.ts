/** Every operation below operations/ sends as many requests, in as many steps, as its budget says. */

import { readdirSync, readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { buildSchema, type DocumentNode, parse } from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { costs } from '../../generated/costs.js';
import { typeDefs } from '../../generated/schema.js';
import { hashPassword, worthlessCost } from '../../src/server/auth/passwords.js';
import { hashSecret } from '../../src/server/auth/tokens.js';
import type { Sample } from '../../src/server/seed/sample.js';
import { startServer, type TestServer } from '../server/support/server.js';
import { fullPages } from './support/full-pages.js';
import { type Lockstep, lockstep } from './support/lockstep.js';

const folder = 'operations';
const schema = buildSchema(typeDefs);
const documents = readdirSync(folder)
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => {
    const source = readFileSync(`${folder}/${file}`, 'utf8');
    return { source, document: parse(source) };
  });
const operations = documents.flatMap(({ source, document }) =>
  namesIn(document).map((name) => ({ name, source, document })),
);

const password = 'correct-horse-battery';
/** Tokens of contractors, by their number. */
const contractorToken = (index: number) => `token-${index}`;

let server: TestServer;
let steps: Lockstep;
let token: string;

beforeAll(async () => {
  const hash = await hashPassword(password, worthlessCost);
  const sample = fullPages(hash, (contractor) => hashSecret(contractorToken(contractor)));
  server = await startServer({
    sample,
    // What is asked at one moment is sent at one moment.
    database: { limits: { concurrency: 1000 } },
    client: (config) => {
      const client = new DynamoDBClient({ requestHandler: { httpAgent: { maxSockets: 1000 } }, ...config });
      steps = lockstep(client);
      return client;
    },
  });
  token = await tokenOf(0);
});

afterAll(() => server.close());

describe('requests and steps are those of the budget', () => {
  test.each(operations)('$name', async ({ name, source, document }) => {
    const budget = budgetOf(costs, schema, document, { operationName: name });
    const variables = await (variablesOf[name as keyof typeof variablesOf]?.(server.sample) ?? {});
    // These end the sessions of whoever asks.
    const caller = endsSessions.indexOf(name);
    const asked = caller === -1 ? token : await tokenOf(10 + caller);
    const {
      requests,
      steps: waited,
      result,
    } = await steps.count(() => server.ask(source, { operationName: name, variables, token: asked }));
    expect(result.errors).toEqual([]);
    expect(budget?.unknown).toEqual([]);
    expect({ requests, steps: waited }).toEqual({
      requests: budget?.usual.requests,
      steps: budget?.usual.steps,
    });
  });

  test('every field of Query and Mutation is asked by one of them', () => {
    const asked = new Set(
      documents.flatMap(({ document }) =>
        document.definitions.flatMap((one) =>
          one.kind === 'OperationDefinition'
            ? one.selectionSet.selections.flatMap((field) =>
                field.kind === 'Field' ? [field.name.value] : [],
              )
            : [],
        ),
      ),
    );
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}),
    );
    // What an erasure takes depends on all that is stored of somebody.
    expect(fields.filter((field) => !asked.has(field))).toEqual(['eraseContractor', 'eraseUser']);
  });
});

describe('what the budgets promise', () => {
  const figures = (name: string) => {
    const { document } = operations.find((one) => one.name === name) ?? { document: parse('{ me { id } }') };
    return budgetOf(costs, schema, document, { operationName: name })?.usual;
  };

  // The step before them, and its request, is the rule's: who asks.
  test('a user with 10 audit logs takes one request, and with contractors two side by side', () => {
    expect(figures('UserWithAuditLogs')).toMatchObject({ requests: 1 + 1, steps: 1 + 1 });
    expect(figures('UserActivity')).toMatchObject({ requests: 1 + 2, steps: 1 + 1 });
  });

  test('a user and audit logs from a cursor on are read side by side', () => {
    expect(figures('UserAuditLogsAfter')).toMatchObject({ requests: 1 + 2, steps: 1 + 1 });
  });

  test('50 users with 3 audit logs each take two steps', () => {
    expect(figures('UsersWithAuditLogs')).toMatchObject({ requests: 1 + 4 + 50, steps: 1 + 2 });
  });

  test('three levels over 50 users take three steps, and no request is sent twice', () => {
    expect(figures('UsersWithContractors')).toMatchObject({ requests: 1 + 4 + 50 + 100, steps: 1 + 3 });
  });
});

function namesIn(document: DocumentNode): string[] {
  return document.definitions.flatMap((one) =>
    one.kind === 'OperationDefinition' && one.name ? [one.name.value] : [],
  );
}

async function tokenOf(at: number): Promise<string> {
  const user = server.sample.users[at];
  if (user === undefined) throw new Error(`there is no user ${at}`);
  return server.tokenOf(user);
}

const endsSessions = ['SignOutEverywhere', 'ChangePassword'];

type Variables = Readonly<Record<string, unknown>>;

const userAt = ({ users }: Sample, at: number) => users[at]?.id ?? '';
const contractorAt = ({ contractors }: Sample, at: number) => contractors.at(at)?.id ?? '';

async function session(): Promise<string> {
  const input = { email: 'user9@example.com', password };
  const { signIn } = await server.get<{ signIn: { refreshToken: string } }>(
    'mutation ($input: SignInInput!) { signIn(input: $input) { refreshToken } }',
    { variables: { input } },
  );
  return signIn.refreshToken;
}

/** The records an operation changes are no other's. */
const variablesOf: Readonly<Record<string, (sample: Sample) => Variables | Promise<Variables>>> = {
  User: (sample) => ({ id: userAt(sample, 1) }),
  UserProfile: (sample) => ({ id: userAt(sample, 1) }),
  UserWithAuditLogs: (sample) => ({ id: userAt(sample, 1) }),
  UserActivity: (sample) => ({ id: userAt(sample, 1) }),
  UserAuditLogsAfter: async (sample) => {
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
  UpdateUser: (sample) => ({ id: userAt(sample, 3), input: { name: 'Renamed' } }),
  DeactivateUser: (sample) => ({ id: userAt(sample, 4) }),
  DeleteUser: (sample) => ({ id: userAt(sample, 5) }),
  Contractor: (sample) => ({ id: contractorAt(sample, 40) }),
  ContractorByToken: () => ({ token: contractorToken(10) }),
  ContractorsByStatus: () => ({ status: 'ACTIVE' }),
  ContractorsExpiring: () => ({ before: '2026-12-01T00:00:00.000Z' }),
  ContractorsExpiringBefore: async () => {
    const { contractorsExpiring } = await server.get<{
      contractorsExpiring: { pageInfo: { endCursor: string } };
    }>(
      '{ contractorsExpiring(expiresBefore: "2026-12-01T00:00:00.000Z", first: 20) { pageInfo { endCursor } } }',
      { token },
    );
    return { before: '2026-12-01T00:00:00.000Z', cursor: contractorsExpiring.pageInfo.endCursor };
  },
  InviteContractor: () => ({ input: { name: 'Invited', expiresAt: '2026-06-01T00:00:00.000Z' } }),
  ExtendContractor: (sample) => ({
    input: { id: contractorAt(sample, -1), expiresAt: '2026-06-01T00:00:00.000Z' },
  }),
  RevokeContractor: (sample) => ({ id: contractorAt(sample, -2) }),
  RevokeTwo: (sample) => ({ first: contractorAt(sample, -3), second: contractorAt(sample, -4) }),
  SignInContractor: () => ({ token: contractorToken(11) }),
  AuditLogsOfMonth: () => ({ month: '2026-01' }),
  AuditLogsOfTarget: (sample) => ({ type: 'USER', id: userAt(sample, 1) }),
  Node: (sample) => ({ id: userAt(sample, 1) }),
  SignIn: () => ({ input: { email: 'user8@example.com', password } }),
  RefreshSession: async () => ({ token: await session() }),
  SignOut: async () => ({ token: await session() }),
  ChangePassword: () => ({ input: { currentPassword: password, newPassword: `${password}-new` } }),
  Config: () => ({ key: 'key-03' }),
  ConfigByCategory: () => ({ category: 'general' }),
  SetConfig: () => ({ input: { key: 'key-05', value: 1 } }),
  DeleteConfig: () => ({ key: 'key-06' }),
};
