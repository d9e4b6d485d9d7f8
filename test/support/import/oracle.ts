/** What the rows of the legacy tables have to become, by code that shares nothing with the import. */
import { createHash } from 'node:crypto';
import type { LegacyRow, LegacySource } from './legacy.js';

export type Expected =
  | { readonly kind: 'record'; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly kind: 'merged'; readonly into: string }
  | { readonly kind: 'rejected'; readonly code: string };

export type LegacyTables = Readonly<Record<LegacySource, readonly LegacyRow[]>>;

/** What may be either, as it depends on when somebody left: the value itself, or what stands for it. */
export class Either {
  readonly values: readonly unknown[];
  constructor(...values: readonly unknown[]) {
    this.values = values;
  }
}

const roles: Readonly<Record<string, string>> = {
  admin: 'ADMIN',
  administrator: 'ADMIN',
  superuser: 'ADMIN',
  employee: 'MEMBER',
  member: 'MEMBER',
  user: 'MEMBER',
  staff: 'MEMBER',
  readonly: 'READONLY',
  'read-only': 'READONLY',
  viewer: 'READONLY',
  auditor: 'READONLY',
};

const iso = (value: unknown): string | undefined =>
  value === undefined ? undefined : new Date(value as string | number).toISOString();
const sha = (value: unknown) => createHash('sha256').update(String(value)).digest('hex');

/** @returns for each source, by the key of the row: of tokens, by their hash */
export function expectedOf(
  tables: LegacyTables,
  importedAt: string,
): Readonly<Record<LegacySource, Map<string, Expected>>> {
  const users = expectedUsers(tables.users, importedAt);
  const resolve = (id: unknown): string | undefined => {
    const one = users.get(String(id));
    if (one?.kind === 'record') return String(id);
    return one?.kind === 'merged' ? one.into : undefined;
  };
  for (const row of tables.users) {
    const one = users.get(String(row['id']));
    if (one?.kind !== 'record') continue;
    const by = row['createdBy'];
    const createdById = by === undefined ? null : (resolve(by) ?? new Either(null, by));
    users.set(String(row['id']), { kind: 'record', fields: { ...one.fields, createdById } });
  }
  return {
    users,
    contractors: keyed(tables.contractors, 'id', (row) => contractor(row, importedAt, resolve)),
    'refresh-tokens': new Map(
      tables['refresh-tokens'].map((row) => [sha(row['token']), token(row, importedAt, resolve)]),
    ),
    audit: keyed(tables.audit, 'id', (row) => auditLog(row, resolve)),
    config: keyed(tables.config, 'key', (row) => config(row, importedAt)),
  };
}

function keyed(
  rows: readonly LegacyRow[],
  key: string,
  of: (row: LegacyRow) => Expected,
): Map<string, Expected> {
  return new Map(rows.map((row) => [String(row[key]), of(row)]));
}

function expectedUsers(rows: readonly LegacyRow[], importedAt: string): Map<string, Expected> {
  const all = new Map<string, Expected>();
  const best = new Map<string, { id: string; at: string }>();
  const email = (row: LegacyRow) => String(row['email']).trim().toLowerCase();
  for (const row of rows) {
    const id = String(row['id']);
    const role = roles[String(row['role']).toLowerCase()];
    if (role === undefined) {
      all.set(id, { kind: 'rejected', code: 'value-unmapped' });
      continue;
    }
    const createdAt = iso(row['createdAt'] ?? row['updatedAt']) ?? importedAt;
    const updatedAt = iso(row['updatedAt']) ?? createdAt;
    const fields = {
      id,
      email: email(row),
      name: String(row['name']).trim(),
      role,
      status: row['isActive'] === true ? 'ACTIVE' : 'INACTIVE',
      passwordHash: row['passwordHash'],
      createdAt,
      updatedAt,
      lastLogin: iso(row['lastLogin']) ?? null,
      sessionEpoch: 0,
    };
    all.set(id, { kind: 'record', fields });
    const other = best.get(email(row));
    const wins = other === undefined || updatedAt > other.at || (updatedAt === other.at && id < other.id);
    if (wins) best.set(email(row), { id, at: updatedAt });
  }
  for (const row of rows) {
    const id = String(row['id']);
    const winner = best.get(email(row));
    if (all.get(id)?.kind === 'record' && winner && winner.id !== id)
      all.set(id, { kind: 'merged', into: winner.id });
  }
  return all;
}

type Resolve = (id: unknown) => string | undefined;

function contractor(row: LegacyRow, importedAt: string, resolve: Resolve): Expected {
  const createdAt = iso(row['createdAt'] ?? row['updatedAt']) ?? importedAt;
  const permissions = [...((row['permissions'] as Iterable<string> | undefined) ?? [])];
  return {
    kind: 'record',
    fields: {
      id: row['id'],
      email: typeof row['email'] === 'string' ? row['email'].trim().toLowerCase() : null,
      name: row['name'],
      company: row['company'] ?? null,
      status: (row['expiresAt'] as number) < Date.parse(importedAt) ? 'EXPIRED' : 'ACTIVE',
      invitedById: resolve(row['invitedBy']) ?? row['invitedBy'],
      permissions,
      accessLevel: String(row['accessLevel'] ?? 'standard').toLowerCase(),
      reason: row['reason'] ?? null,
      expiresAt: iso(row['expiresAt']),
      tokenHash: sha(row['token']),
      createdAt,
      updatedAt: iso(row['updatedAt']) ?? createdAt,
    },
  };
}

function token(row: LegacyRow, importedAt: string, resolve: Resolve): Expected {
  const userId = resolve(row['userId']);
  if (userId === undefined) return { kind: 'rejected', code: 'reference-missing' };
  if ((row['expiresAt'] as number) < Date.parse(importedAt)) return { kind: 'rejected', code: 'expired' };
  const createdAt = iso(row['createdAt']) ?? importedAt;
  return {
    kind: 'record',
    fields: {
      userId,
      tokenHash: sha(row['token']),
      expiresAt: iso(row['expiresAt']),
      createdAt,
      sessionEpoch: 0,
    },
  };
}

function auditLog(row: LegacyRow, resolve: Resolve): Expected {
  const actorId = resolve(row['userId']) ?? new Either('former-user', row['userId']);
  const target = row['targetUserId'];
  const { details } = row;
  return {
    kind: 'record',
    fields: {
      id: row['id'],
      timestamp: iso(row['timestamp']),
      action: String(row['action']).trim(),
      actorType: 'USER',
      actorId,
      targetType: 'USER',
      targetId: target === undefined ? actorId : (resolve(target) ?? target),
      details: plain(details),
      ip: row['ipAddress'] ?? null,
      userAgent: row['userAgent'] ?? null,
    },
  };
}

function config(row: LegacyRow, importedAt: string): Expected {
  const createdAt = iso(row['createdAt'] ?? row['updatedAt']) ?? importedAt;
  return {
    kind: 'record',
    fields: {
      key: row['key'],
      value: plain(row['value']),
      description: row['description'] ?? null,
      category: String(row['category'] ?? 'general')
        .trim()
        .toLowerCase(),
      isSecret: row['isSecret'] ?? false,
      createdAt,
      updatedAt: iso(row['updatedAt']) ?? createdAt,
    },
  };
}

/** Text of a document is the document. */
function plain(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? null;
  return /^[{[]/.test(value) ? (JSON.parse(value) as unknown) : value;
}
