/**
 * Sample data: what Tyler Setup might hold after its first fourteen months. It depends on the month alone: every moment
 * is in the past as seen from the first of the month, except for the ends of sessions and invitations, which lie
 * late enough for them to be valid all month.
 */

import type { AuditLog, Config, Contractor, RefreshToken, User } from '../../../generated/entities.js';
import { companies, familyNames, givenNames } from './names.js';
import { Choices } from './random.js';

export interface Sample {
  /** The first is the administrator {@link sampleSignIn} is for. */
  readonly users: readonly User[];
  readonly contractors: readonly Contractor[];
  readonly refreshTokens: readonly RefreshToken[];
  readonly auditLogs: readonly AuditLog[];
  readonly configs: readonly Config[];
}

/** Signs in as the sample's administrator. All sample users have this password. */
export const sampleSignIn = {
  email: 'admin@tyler-setup.example',
  password: 'correct-horse-battery',
} as const;

/** Argon2id of the password, made once: hashing it 150 times would take longer than everything else. */
const passwordHash =
  '$argon2id$v=19$m=19456,t=2,p=1$Yci45Kw/AVYbf75Kt3nV6w$6DutzAAHEJ+HAQKwCWBR6EZmFwfjWQPeiKv/LBumD4s';

const minute = 60_000;
const day = 24 * 60 * minute;
const months = 14;

const iso = (moment: number): string => new Date(moment).toISOString();

/** The sample for the month of `now`. */
export function sampleFor(now: Date): Sample {
  const end = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  const start = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months);
  const choices = new Choices(20_260_101);
  const users = sampleUsers(choices, start, end);
  const contractors = sampleContractors(choices, users, end);
  const refreshTokens = sampleTokens(choices, users, end);
  const auditLogs = sampleAuditLogs(choices, { users, contractors, start, end });
  return {
    users: users.map((user) => ({ ...user, lastLogin: lastSignIn(user, auditLogs) })),
    contractors,
    refreshTokens,
    auditLogs,
    configs: sampleConfigs(users, start),
  };
}

/** 150, the first ones a little apart from the start, the rest all along the months. Each name occurs once. */
function sampleUsers(choices: Choices, start: number, end: number): User[] {
  const names = choices.shuffled(
    givenNames.flatMap((given) => familyNames.map((family) => ({ given, family }))),
  );
  const users: User[] = [];
  for (const [index, { given, family }] of names.entries()) {
    const created = start + Math.floor(((end - start - day) / names.length) * index) + choices.below(day);
    const isFirst = index === 0;
    const createdAt = iso(created);
    users.push({
      __typename: 'User',
      id: choices.id(created),
      email: isFirst ? sampleSignIn.email : `${given}.${family}@tyler-setup.example`.toLowerCase(),
      name: `${given} ${family}`,
      role: isFirst
        ? 'ADMIN'
        : choices.of(['ADMIN', 'MEMBER', 'MEMBER', 'MEMBER', 'MEMBER', 'MEMBER', 'READONLY', 'READONLY']),
      status: isFirst
        ? 'ACTIVE'
        : choices.of(['ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'INACTIVE', 'SUSPENDED']),
      lastLogin: null,
      createdAt,
      updatedAt: createdAt,
      version: 1,
      passwordHash,
      sessionEpoch: 0,
      createdById: users[0]?.id ?? null,
    });
  }
  return users;
}

/** 25, invited within the last three months: some used, some not, some over. */
function sampleContractors(choices: Choices, users: readonly User[], end: number): Contractor[] {
  const inviters = users.slice(0, 100).filter((user) => user.status === 'ACTIVE' && user.role !== 'READONLY');
  const statuses = ['ACTIVE', 'ACTIVE', 'PENDING', 'EXPIRED', 'REVOKED'] as const;
  return Array.from({ length: 25 }, (_, index) => {
    const status = statuses[index % statuses.length] ?? 'PENDING';
    const created = choices.between(end - 90 * day, end - 40 * day);
    const isOver = status === 'EXPIRED';
    const expires = isOver ? created + 30 * day : choices.between(end + 40 * day, end + 200 * day);
    const used = status === 'PENDING' ? null : choices.between(created + day, created + 25 * day);
    const name = `${givenNames[index % givenNames.length]} ${companies[index % companies.length]?.split(' ')[0]}`;
    return {
      __typename: 'Contractor',
      id: choices.id(created),
      email: index % 6 === 5 ? null : `contractor-${index + 1}@tyler-setup.example`,
      name,
      company: companies[index % companies.length] ?? null,
      status,
      permissions: ['tickets:read', 'wiki:read', 'wiki:write'].slice(0, 1 + (index % 3)),
      accessLevel: index % 4 === 0 ? 'elevated' : 'standard',
      reason: choices.of(['Network audit', 'New website', 'Warehouse move', null]),
      expiresAt: iso(expires),
      lastAccess: used === null ? null : iso(used),
      createdAt: iso(created),
      updatedAt: iso(used ?? created),
      version: 1,
      // Hashes of nothing: nobody knows a token for them.
      tokenHash: choices.hex(64),
      invitedById: choices.of(inviters).id,
    };
  });
}

/** 180: each user's session, and for thirty of them the used token before it. */
function sampleTokens(choices: Choices, users: readonly User[], end: number): RefreshToken[] {
  return users.flatMap((user, index) => {
    const began = choices.between(end - 5 * day, end - day);
    const first: RefreshToken = {
      __typename: 'RefreshToken',
      id: choices.id(began),
      familyId: '',
      replacedBy: null,
      userAgent: choices.of(['TylerSetup/2.1 (web)', 'TylerSetup/2.0 (desktop)', null]),
      createdAt: iso(began),
      expiresAt: iso(end + 40 * day),
      userId: user.id,
      tokenHash: choices.hex(64),
      sessionEpoch: 0,
      revokedAt: user.status === 'ACTIVE' ? null : iso(end - day / 2),
      updatedAt: iso(began),
      version: 1,
    };
    const root = { ...first, familyId: first.id };
    if (index % 5 !== 0) return [root];
    const refreshed = began + 20 * minute;
    const next = {
      ...root,
      id: choices.id(refreshed),
      createdAt: iso(refreshed),
      updatedAt: iso(refreshed),
      tokenHash: choices.hex(64),
      revokedAt: null,
    };
    return [{ ...root, replacedBy: next.id, updatedAt: iso(refreshed) }, next];
  });
}

interface Everybody {
  readonly users: readonly User[];
  readonly contractors: readonly Contractor[];
  readonly start: number;
  readonly end: number;
}

/** 1,250, in every month, by whoever was there at the time. */
function sampleAuditLogs(choices: Choices, { users, contractors, start, end }: Everybody): AuditLog[] {
  const span = (end - start) / 1250;
  return Array.from({ length: 1250 }, (_, index): AuditLog => {
    const moment = Math.floor(start + span * index + choices.below(span));
    const timestamp = iso(moment);
    const there = users.filter((user) => user.createdAt <= timestamp);
    const invited = contractors.filter(
      ({ lastAccess, createdAt }) => lastAccess !== null && createdAt <= timestamp,
    );
    const visitor = index % 4 === 3 ? invited[index % invited.length] : undefined;
    const act = visitor ? visit(visitor) : staffAct(choices, there, moment);
    const actorId = visitor?.id ?? there[index % there.length]?.id ?? users[0]?.id ?? '';
    return {
      __typename: 'AuditLog',
      id: choices.id(moment),
      actorType: visitor ? 'CONTRACTOR' : 'USER',
      actorId,
      ...act,
      // Addresses kept for documentation (RFC 5737).
      ip: `192.0.2.${1 + choices.below(254)}`,
      userAgent: 'TylerSetup/2.1 (web)',
      timestamp,
    };
  });
}

type Act = Pick<AuditLog, 'action' | 'targetType' | 'targetId' | 'details'>;

function visit({ id }: Contractor): Act {
  return { action: 'CONTRACTOR_SIGNED_IN', targetType: 'CONTRACTOR', targetId: id, details: null };
}

function staffAct(choices: Choices, users: readonly User[], moment: number): Act {
  const session = { targetType: 'SESSION', targetId: choices.id(moment), details: null } as const;
  const motto = { changed: ['value'], values: { value: 'Day one, done.' } };
  const acts: Act[] = [
    { action: 'USER_SIGNED_IN', ...session },
    { action: 'USER_SIGNED_IN', ...session },
    { action: 'USER_SIGNED_OUT', ...session },
    { action: 'CONFIG_SET', targetType: 'CONFIG', targetId: 'branding.motto', details: motto },
  ];
  const changed = users[choices.below(Math.max(users.length, 1))];
  if (changed) {
    const details = { changed: ['role'], values: { role: changed.role } };
    acts.push({ action: 'USER_UPDATED', targetType: 'USER', targetId: changed.id, details });
  }
  return choices.of(acts);
}

function lastSignIn(user: User, auditLogs: readonly AuditLog[]): string | null {
  return (
    auditLogs.findLast((log) => log.actorId === user.id && log.action === 'USER_SIGNED_IN')?.timestamp ?? null
  );
}

/** Twelve, in four categories; three are secrets. */
function sampleConfigs(users: readonly User[], start: number): Config[] {
  const secret = true;
  const entries: readonly (readonly [key: string, value: unknown, description: string, secret?: boolean])[] =
    [
      ['branding.motto', 'Day one, done.', 'Shown below the logo.'],
      ['branding.name', 'Tyler Setup', 'The name of the product.'],
      ['branding.colors', { primary: '#2f5d50', accent: '#e0a458' }, 'The colors of the web application.'],
      ['security.password-minimum', 12, 'Characters of a password.'],
      ['security.session-days', 30, 'How long a session lasts.'],
      ['security.signing-key', 'sample-signing-key', 'Signs outgoing links.', secret],
      ['notifications.from', 'noreply@tyler-setup.example', 'The sender of messages.'],
      ['notifications.digest', { enabled: true, weekday: 'MONDAY' }, 'The weekly digest.'],
      ['notifications.smtp-password', 'sample-smtp-password', 'For the mail server.', secret],
      [
        'integrations.chat-webhook',
        'https://chat.tyler-setup.example/hooks/1',
        'Where news are posted.',
        secret,
      ],
      [
        'integrations.directory',
        { url: 'ldaps://directory.tyler-setup.example', base: 'ou=staff' },
        'The directory.',
      ],
      ['integrations.enabled', ['chat', 'directory'], 'Integrations in use.'],
    ];
  return entries.map(([key, value, description, isSecret = false], index) => {
    const createdAt = iso(start + (index + 1) * day);
    return {
      __typename: 'Config',
      key,
      value,
      description,
      category: key.split('.')[0] ?? 'general',
      isSecret,
      createdAt,
      updatedAt: createdAt,
      version: 1,
      updatedById: users[0]?.id ?? null,
    };
  });
}
