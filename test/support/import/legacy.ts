/** Rows of the five legacy tables as Tyler Setup's first version left them: seeded, with every unevenness of real ones. */
import {
  CreateTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  type ScalarAttributeType,
} from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { familyNames, givenNames } from '../../../src/server/seed/names.js';
import { Choices } from '../../../src/server/seed/random.js';

export type LegacyRow = Record<string, unknown>;
export type LegacySource = 'users' | 'contractors' | 'refresh-tokens' | 'audit' | 'config';

export const legacySources: readonly LegacySource[] = [
  'users',
  'contractors',
  'refresh-tokens',
  'audit',
  'config',
];

export const legacyKeys: Readonly<Record<LegacySource, string>> = {
  users: 'id',
  contractors: 'id',
  'refresh-tokens': 'token',
  audit: 'id',
  config: 'key',
};

/** The time that the rows were left at. */
export const legacyNow = Date.UTC(2026, 5, 1);
const day = 86_400_000;

const spellings = [
  'admin',
  'ADMIN',
  'Administrator',
  'employee',
  'Employee',
  'EMPLOYEE',
  'member',
  'user',
  'Staff',
  'readonly',
  'Read-Only',
  'viewer',
  'AUDITOR',
];

/** How many rows a source has, of so many in all. */
export function shareOf(total: number): Readonly<Record<LegacySource, number>> {
  const users = Math.round(total * 0.12);
  const contractors = Math.round(total * 0.02);
  const tokens = Math.round(total * 0.13);
  const config = Math.max(5, Math.round(total * 0.005));
  return {
    users,
    contractors,
    'refresh-tokens': tokens,
    config,
    audit: total - users - contractors - tokens - config,
  };
}

/** The rows of one source, made one after the other: a million of them need no memory. */
export function* legacyRows(source: LegacySource, total: number, seed = 16): Generator<LegacyRow> {
  const share = shareOf(total);
  const choices = new Choices(seed * 31 + legacySources.indexOf(source));
  for (let at = 0; at < share[source]; at++) {
    const row = makers[source](choices, at, share);
    yield Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
  }
}

type Maker = (choices: Choices, at: number, share: Readonly<Record<LegacySource, number>>) => LegacyRow;

const makers: Readonly<Record<LegacySource, Maker>> = {
  users: (choices, at, { users }) => {
    const created = choices.between(legacyNow - 900 * day, legacyNow - 30 * day);
    const name = `${choices.of(givenNames)} ${choices.of(familyNames)}`;
    // Every fortieth has the address of the one before, written otherwise.
    const isDouble = at % 40 === 39;
    const address = `${name.toLowerCase().replace(' ', '.')}.${isDouble ? at - 1 : at}@tyler-setup.example`;
    const owner = isDouble
      ? `person.${at - 1}@tyler-setup.example`
      : at % 40 === 38
        ? `person.${at}@tyler-setup.example`
        : address;
    return {
      id: userId(at),
      email: unevenly(choices, owner),
      name: choices.below(30) === 0 ? ` ${name} ` : name,
      role: choices.below(250) === 0 ? 'wizard' : choices.of(spellings),
      isActive: choices.of([true, true, true, false]),
      passwordHash: `$argon2id$v=19$m=19456,t=2,p=1$${choices.hex(20)}`,
      createdAt: moment(choices, created),
      updatedAt: choices.below(20) === 0 ? undefined : moment(choices, created + choices.below(20) * day),
      lastLogin: choices.below(3) === 0 ? undefined : moment(choices, created + 25 * day),
      createdBy: at === 0 || choices.below(4) === 0 ? undefined : anyUser(choices, users),
    };
  },
  contractors: (choices, at, { users }) => {
    const created = choices.between(legacyNow - 300 * day, legacyNow - 20 * day);
    return {
      id: `contractor-${at}`,
      email: choices.below(4) === 0 ? undefined : unevenly(choices, `contractor.${at}@partner.example`),
      name: `${choices.of(givenNames)} of ${choices.of(['Tinroof', 'Saltmarsh', 'Ninebark'])}`,
      company: choices.below(3) === 0 ? undefined : 'Tinroof Studios',
      token: clearToken(choices, 'invite'),
      expiresAt: choices.between(legacyNow - 100 * day, legacyNow + 20_000 * day),
      invitedBy: anyUser(choices, users),
      accessLevel: pick(choices, ['standard', 'Elevated', undefined]),
      permissions: pick(choices, [['tickets:read'], new Set(['wiki:read', 'wiki:write']), undefined]),
      reason: pick(choices, ['Network audit', undefined]),
      createdAt: moment(choices, created),
      updatedAt: choices.below(2) === 0 ? undefined : moment(choices, created + day),
    };
  },
  'refresh-tokens': (choices, _at, { users }) => ({
    token: clearToken(choices, 'refresh'),
    userId: anyUser(choices, users),
    expiresAt:
      choices.below(3) === 0
        ? legacyNow - choices.below(90) * day
        : legacyNow + (18_000 + choices.below(90)) * day,
    createdAt: choices.below(2) === 0 ? undefined : legacyNow - choices.below(60) * day,
  }),
  audit: (choices, at, { users }) => ({
    id: `audit-${at}`,
    timestamp: choices.between(legacyNow - 700 * day, legacyNow),
    action: choices.of(['user.created', 'user.updated', 'session.created', ' user.deleted']),
    userId: choices.below(50) === 0 ? `left-${choices.below(1000)}` : anyUser(choices, users),
    targetUserId: choices.below(2) === 0 ? undefined : anyUser(choices, users),
    details: pick(choices, [
      undefined,
      { from: 'EMPLOYEE', to: 'ADMIN' },
      '{"reason":"move"}',
      'by telephone',
    ]),
    ipAddress: pick(choices, ['192.0.2.7', undefined]),
    userAgent: pick(choices, ['Browser/1.0', undefined]),
  }),
  config: (choices, at) => ({
    key: `setting-${at}`,
    value: choices.of([true, 42, 'plain', '{"limit":10}', { limit: 10 }]),
    description: pick(choices, ['What it is for', undefined]),
    category: pick(choices, ['Mail', ' web', undefined]),
    isSecret: pick(choices, [true, false, undefined]),
    createdAt: choices.below(2) === 0 ? undefined : moment(choices, legacyNow - 400 * day),
    updatedAt: choices.below(2) === 0 ? undefined : moment(choices, legacyNow - 10 * day),
  }),
};

export function userId(at: number): string {
  return `user-${at}`;
}

function anyUser(choices: Choices, users: number): string {
  return userId(choices.below(users));
}

/** One of the values; undefined: the attribute is missing. */
function pick(choices: Choices, values: readonly unknown[]): unknown {
  return values[choices.below(values.length)];
}

/** Missing, ISO 8601 with and without milliseconds, or milliseconds. */
function moment(choices: Choices, at: number): unknown {
  const iso = new Date(at).toISOString();
  return pick(choices, [undefined, iso, iso.replace(/\.\d+Z$/, 'Z'), at, at, iso]);
}

function unevenly(choices: Choices, email: string): string {
  return choices.of([
    email,
    email,
    email.toUpperCase(),
    ` ${email}`,
    email.replace(/^./, (one) => one.toUpperCase()),
  ]);
}

/** What must be seen nowhere but in its table. */
export const clearMark = 'clear-token';

function clearToken(choices: Choices, kind: string): string {
  return `${clearMark}-${kind}-${choices.hex(32)}`;
}

/** The physical names of the legacy tables. */
export function legacyTable(prefix: string, source: LegacySource): string {
  return `${prefix}-${source}`;
}

export async function createLegacyTables(client: DynamoDBClient, prefix: string): Promise<void> {
  for (const source of legacySources) {
    const key: KeySchemaElement[] = [{ AttributeName: legacyKeys[source], KeyType: 'HASH' }];
    await client.send(
      new CreateTableCommand({
        TableName: legacyTable(prefix, source),
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: key,
        AttributeDefinitions: [
          { AttributeName: legacyKeys[source], AttributeType: 'S' as ScalarAttributeType },
        ],
      }),
    );
  }
}

/** Stores all rows, 25 to a request, several requests at a time. */
export async function writeLegacy(
  documents: DynamoDBDocumentClient,
  prefix: string,
  total: number,
  seed?: number,
): Promise<void> {
  for (const source of legacySources) {
    const running = new Set<Promise<unknown>>();
    let rows: LegacyRow[] = [];
    const flush = async () => {
      if (rows.length === 0) return;
      const requests = rows.map((Item) => ({ PutRequest: { Item } }));
      rows = [];
      const sent: Promise<unknown> = documents
        .send(new BatchWriteCommand({ RequestItems: { [legacyTable(prefix, source)]: requests } }))
        .finally(() => running.delete(sent));
      running.add(sent);
      if (running.size >= 8) await Promise.race(running);
    };
    for (const row of legacyRows(source, total, seed)) {
      rows.push(row);
      if (rows.length === 25) await flush();
    }
    await flush();
    await Promise.all(running);
  }
}
