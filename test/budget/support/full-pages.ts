/** Data of which every page that an operation asks is full, and no record is there twice. */

import type { AuditLog, Config, Contractor, RefreshToken, User } from '../../../generated/entities.js';
import type { Sample } from '../../../src/server/seed/sample.js';
import { countedId } from '../../server/support/server.js';

const users = 60;
const moment = (minute: number) => new Date(Date.UTC(2026, 0, 2, 0, minute)).toISOString();

/** What lies in the future all through the tests. */
const later = (minute: number) => new Date(Date.UTC(2026, 5, 2, 0, minute)).toISOString();

let made = 0;
const newId = () => countedId(1_000_000 + ++made);

/**
 * The first user is an administrator, whom the operations are asked as, and whom no operation comes upon by
 * following a relation: what is read for the administrator's rights would be known there.
 */
export function fullPages(passwordHash: string, tokenHash: (contractor: number) => string): Sample {
  made = 0;
  const people = Array.from({ length: users }, (_, at) => user(at, passwordHash));
  const [admin, ...others] = people as [User, ...User[]];
  const withCreators = [
    admin,
    ...others.map((one, at) => ({ ...one, createdById: others[(at + 1) % others.length]?.id ?? null })),
  ];
  const contractors = withCreators
    .flatMap((one) => [0, 1, 2].map(() => contractor(one)))
    .map((one, at) => ({ ...one, tokenHash: tokenHash(at) }));
  const actors = [
    ...withCreators.map(({ id }) => ({ actorType: 'USER' as const, actorId: id })),
    ...contractors.map(({ id }) => ({ actorType: 'CONTRACTOR' as const, actorId: id })),
  ];
  return {
    users: withCreators,
    contractors,
    refreshTokens: withCreators.flatMap(family),
    auditLogs: actors.flatMap((actor) =>
      [0, 1, 2, 3].map(() => auditLog(actor, others[made % others.length]?.id ?? '')),
    ),
    configs: others.slice(0, 12).map((one, at) => config(at, one.id)),
  };
}

function user(at: number, passwordHash: string): User {
  const createdAt = moment(at);
  return {
    __typename: 'User',
    id: newId(),
    email: `user${at}@example.com`,
    name: `User ${String(at).padStart(3, '0')}`,
    role: at === 0 ? 'ADMIN' : 'MEMBER',
    status: 'ACTIVE',
    lastLogin: null,
    createdAt,
    updatedAt: createdAt,
    version: 1,
    passwordHash,
    sessionEpoch: 0,
    createdById: null,
  };
}

function contractor({ id: invitedById }: User): Contractor {
  const id = newId();
  const createdAt = moment(made);
  return {
    __typename: 'Contractor',
    id,
    name: `Contractor ${made}`,
    email: null,
    company: 'Hired Hands',
    permissions: [],
    accessLevel: 'standard',
    reason: null,
    status: 'ACTIVE',
    lastAccess: null,
    expiresAt: later(made),
    createdAt,
    updatedAt: createdAt,
    version: 1,
    tokenHash: 'none',
    invitedById,
  };
}

/** The first token of a session, and two that were given for others of it. */
function family(user: User): RefreshToken[] {
  const first = token(user);
  return [first, { ...token(user), familyId: first.id }, { ...token(user), familyId: first.id }];
}

function token({ id: userId, sessionEpoch }: User): RefreshToken {
  const id = newId();
  const createdAt = moment(made);
  return {
    __typename: 'RefreshToken',
    id,
    familyId: id,
    replacedBy: null,
    userAgent: null,
    createdAt,
    updatedAt: createdAt,
    expiresAt: later(made),
    version: 1,
    userId,
    tokenHash: 'none',
    sessionEpoch,
    revokedAt: null,
  };
}

function auditLog(actor: Pick<AuditLog, 'actorType' | 'actorId'>, targetId: string): AuditLog {
  return {
    __typename: 'AuditLog',
    id: newId(),
    action: 'USER_UPDATED',
    ...actor,
    targetType: 'USER',
    targetId,
    details: null,
    ip: '192.0.2.1',
    userAgent: null,
    timestamp: moment(made),
  };
}

function config(at: number, updatedById: string): Config {
  return {
    __typename: 'Config',
    key: `key-${String(at).padStart(2, '0')}`,
    value: at,
    description: null,
    category: 'general',
    isSecret: false,
    updatedById,
    createdAt: moment(at),
    updatedAt: moment(at),
    version: 1,
  };
}
