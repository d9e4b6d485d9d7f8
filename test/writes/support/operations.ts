/** Random writes of the reference application: what is sent, and what it should do. */

import fc from 'fast-check';
import type { EntityCodec, Write } from 'tableloom/runtime';
import type { Changes, Upserts } from 'tableloom/runtime/generated';
import type {
  AuditLog,
  Config,
  ConfigChanges,
  Contractor,
  ContractorChanges,
  NewAuditLog,
  NewConfig,
  NewContractor,
  NewRefreshToken,
  NewUser,
  RefreshToken,
  RefreshTokenChanges,
  User,
  UserChanges,
  UserVersion,
} from '../../../generated/entities.js';
import {
  auditLogCodec,
  configCodec,
  contractorCodec,
  refreshTokenCodec,
  userCodec,
} from '../../../generated/items.js';
import {
  auditLogWrites,
  configWrites,
  contractorWrites,
  refreshTokenWrites,
  userWrites,
} from '../../../generated/writes.js';
import { type Change, hasExpired, itemErrors, type State, same } from './oracle.js';
import { itemsOf, stored } from './storage.js';

/** One random write. */
export interface Operation extends Change {
  /** Entity and id: a transaction writes no record twice. */
  readonly target: string;
  readonly entity: string;
  readonly kind: Kind;
  /** The same each time it is asked for. */
  write(): Write<unknown>;
  /** The operation, or where it is to be apt and is not, one that is: of what is missing a create, of what is there an update. */
  aimed(state: State, now: Date): Operation;
  /** The create of the same record. */
  creating(): Operation;
}

export type Kind = 'create' | 'update' | 'upsert' | 'remove';

interface Options<R> {
  readonly expect?: number | null;
  readonly alongside?: (change: { readonly before: R | null; readonly after: R | null }) => Write<unknown>[];
}

/** One entity: its generated writes, and by hand what they should do. */
interface Subject<R extends object, N extends object, C extends object> {
  readonly codec: EntityCodec<R>;
  records(state: State): Map<string, R>;
  create(values: N, options: Options<R>): Write<R>;
  update?(id: string, changes: Changes<R, C>, options: Options<R>): Write<R>;
  upsert?(id: string, values: Upserts<R, N>, options: Options<R>): Write<R>;
  remove(id: string, options: Options<R>): Write<R>;
  created(id: string, values: N, now: string): R;
  changed(current: R, changes: C, now: string): R;
  /** What else follows a write. */
  kept?(state: State, record: R): void;
  /** The last version that is kept of a record with this id; zero where there is none. */
  last?(state: State, id: string): number;
  isGone?(record: R, now: Date): boolean;
  /** The statuses that may follow on each. */
  readonly moves?: Readonly<Record<string, readonly string[]>>;
  readonly isGuarded: boolean;
}

function mayFollow(
  subject: Pick<Subject<object, object, object>, 'moves'>,
  before: object,
  after: object,
): boolean {
  const { status: from } = before as { readonly status?: string };
  const { status: to } = after as { readonly status?: string };
  if (!subject.moves || from === undefined || to === undefined || from === to) return true;
  return subject.moves[from]?.includes(to) ?? false;
}

const iso = (moment: Date | string): string => new Date(moment).toISOString();
const isoOrNull = (moment: Date | string | null | undefined): string | null =>
  moment === null || moment === undefined ? null : iso(moment);
const address = (email: string): string => email.trim().toLowerCase();
/** Undefined leaves a value alone, null clears it. */
const or = <T>(change: T | undefined, current: T): T => (change === undefined ? current : change);

const versionOf = ({ id, email, name, role, status, updatedAt, version }: User): UserVersion => ({
  __typename: 'UserVersion',
  id,
  email,
  name,
  role,
  status,
  updatedAt,
  version,
});

const users: Subject<User, NewUser, UserChanges> = {
  codec: userCodec,
  records: ({ users }) => users,
  create: (values, options) => userWrites.create(values, options),
  update: (id, changes, options) => userWrites.update({ id }, changes, options),
  upsert: (id, values, options) => userWrites.upsert({ id }, values, options),
  remove: (id, options) => userWrites.delete({ id }, options),
  created: (id, values, now) => ({
    __typename: 'User',
    id,
    createdAt: iso(values.createdAt ?? now),
    email: address(values.email),
    lastLogin: isoOrNull(values.lastLogin),
    name: values.name,
    role: values.role ?? 'MEMBER',
    status: values.status ?? 'ACTIVE',
    updatedAt: now,
    version: 1,
    passwordHash: values.passwordHash,
    sessionEpoch: values.sessionEpoch ?? 0,
    createdById: values.createdById ?? null,
  }),
  changed: (current, changes, now) => ({
    ...current,
    email: changes.email === undefined ? current.email : address(changes.email),
    lastLogin: changes.lastLogin === undefined ? current.lastLogin : isoOrNull(changes.lastLogin),
    name: or(changes.name, current.name),
    role: or(changes.role, current.role),
    status: or(changes.status, current.status),
    passwordHash: or(changes.passwordHash, current.passwordHash),
    sessionEpoch: or(changes.sessionEpoch, current.sessionEpoch),
    updatedAt: now,
  }),
  kept: ({ versions }, user) => versions.set(`${user.version} ${user.id}`, versionOf(user)),
  last: ({ versions }, id) =>
    Math.max(0, ...[...versions.values()].filter((one) => one.id === id).map(({ version }) => version)),
  moves: {
    ACTIVE: ['INACTIVE', 'SUSPENDED'],
    SUSPENDED: ['ACTIVE', 'INACTIVE'],
    INACTIVE: ['ACTIVE'],
  },
  isGuarded: true,
};

const contractors: Subject<Contractor, NewContractor, ContractorChanges> = {
  codec: contractorCodec,
  records: ({ contractors }) => contractors,
  create: (values, options) => contractorWrites.create(values, options),
  update: (id, changes, options) => contractorWrites.update({ id }, changes, options),
  upsert: (id, values, options) => contractorWrites.upsert({ id }, values, options),
  remove: (id, options) => contractorWrites.delete({ id }, options),
  created: (id, values, now) => ({
    __typename: 'Contractor',
    id,
    accessLevel: values.accessLevel ?? 'standard',
    company: values.company ?? null,
    createdAt: iso(values.createdAt ?? now),
    email: values.email == null ? null : address(values.email),
    expiresAt: iso(values.expiresAt),
    lastAccess: isoOrNull(values.lastAccess),
    name: values.name,
    permissions: values.permissions,
    reason: values.reason ?? null,
    status: values.status ?? 'PENDING',
    updatedAt: now,
    version: 1,
    tokenHash: values.tokenHash,
    invitedById: values.invitedById,
  }),
  changed: (current, changes, now) => ({
    ...current,
    accessLevel: or(changes.accessLevel, current.accessLevel),
    company: or(changes.company, current.company),
    email:
      changes.email === undefined ? current.email : changes.email === null ? null : address(changes.email),
    expiresAt: changes.expiresAt === undefined ? current.expiresAt : iso(changes.expiresAt),
    lastAccess: changes.lastAccess === undefined ? current.lastAccess : isoOrNull(changes.lastAccess),
    name: or(changes.name, current.name),
    permissions: or(changes.permissions, current.permissions),
    reason: or(changes.reason, current.reason),
    status: or(changes.status, current.status),
    tokenHash: or(changes.tokenHash, current.tokenHash),
    updatedAt: now,
  }),
  moves: {
    PENDING: ['ACTIVE', 'EXPIRED', 'REVOKED'],
    ACTIVE: ['EXPIRED', 'REVOKED'],
    EXPIRED: ['PENDING', 'ACTIVE', 'REVOKED'],
    REVOKED: [],
  },
  isGuarded: false,
};

const tokens: Subject<RefreshToken, NewRefreshToken, RefreshTokenChanges> = {
  codec: refreshTokenCodec,
  records: ({ tokens }) => tokens,
  create: (values, options) => refreshTokenWrites.create(values, options),
  update: (id, changes, options) => refreshTokenWrites.update({ id }, changes, options),
  upsert: (id, values, options) => refreshTokenWrites.upsert({ id }, values, options),
  remove: (id, options) => refreshTokenWrites.delete({ id }, options),
  created: (id, values, now) => ({
    __typename: 'RefreshToken',
    id,
    createdAt: iso(values.createdAt ?? now),
    expiresAt: iso(values.expiresAt),
    familyId: values.familyId,
    replacedBy: values.replacedBy ?? null,
    userAgent: values.userAgent ?? null,
    userId: values.userId,
    tokenHash: values.tokenHash,
    sessionEpoch: values.sessionEpoch,
    revokedAt: isoOrNull(values.revokedAt),
    updatedAt: now,
    version: 1,
  }),
  changed: (current, changes, now) => ({
    ...current,
    replacedBy: or(changes.replacedBy, current.replacedBy),
    userAgent: or(changes.userAgent, current.userAgent),
    revokedAt: changes.revokedAt === undefined ? current.revokedAt : isoOrNull(changes.revokedAt),
    updatedAt: now,
  }),
  isGone: hasExpired,
  isGuarded: false,
};

const logs: Subject<AuditLog, NewAuditLog, never> = {
  codec: auditLogCodec,
  records: ({ logs }) => logs,
  create: (values, options) => auditLogWrites.create(values, options),
  remove: (id, { expect: _, ...options }) => auditLogWrites.delete({ id }, options),
  created: (id, values, now) => ({
    __typename: 'AuditLog',
    id,
    action: values.action,
    actorId: values.actorId,
    actorType: values.actorType,
    details: values.details ?? null,
    ip: values.ip ?? null,
    targetId: values.targetId,
    targetType: values.targetType,
    timestamp: iso(values.timestamp ?? now),
    userAgent: values.userAgent ?? null,
  }),
  changed: (current) => current,
  isGuarded: false,
};

const configs: Subject<Config, NewConfig, ConfigChanges> = {
  codec: configCodec,
  records: ({ configs }) => configs,
  create: (values, options) => configWrites.create(values, options),
  update: (key, changes, options) => configWrites.update({ key }, changes, options),
  upsert: (key, values, options) => configWrites.upsert({ key }, values, options),
  remove: (key, options) => configWrites.delete({ key }, options),
  created: (key, values, now) => ({
    __typename: 'Config',
    key,
    category: values.category ?? 'general',
    createdAt: iso(values.createdAt ?? now),
    description: values.description ?? null,
    isSecret: values.isSecret ?? false,
    updatedAt: now,
    version: 1,
    value: values.value ?? null,
    updatedById: values.updatedById ?? null,
  }),
  changed: (current, changes, now) => ({
    ...current,
    category: or(changes.category, current.category),
    description: or(changes.description, current.description),
    isSecret: or(changes.isSecret, current.isSecret),
    value: or(changes.value, current.value),
    updatedById: or(changes.updatedById, current.updatedById),
    updatedAt: now,
  }),
  isGuarded: false,
};

/** A random write of one entity, as data. */
interface Plan<N, C> {
  readonly kind: Kind;
  readonly id: string;
  readonly values: N;
  readonly changes: C;
  readonly expect: number | null;
  /** Values and changes are given by a function of the record as it is. */
  readonly computed: boolean;
  /** An audit log in the same transaction. */
  readonly log: NewAuditLog | null;
  readonly apt: boolean;
}

function operation<R extends object & { readonly version?: number }, N extends object, C extends object>(
  subject: Subject<R, N, C>,
  plan: Plan<N, C>,
): Operation {
  const { kind, id, values, changes, expect, computed, log, apt } = plan;
  const { codec } = subject;
  const options: Options<R> = {
    expect: codec.revision === undefined ? null : expect,
    ...(log !== null && { alongside: () => [auditLogWrites.create(log)] }),
  };
  const live = (state: State, now: Date): R | undefined => {
    const found = subject.records(state).get(id);
    return found !== undefined && subject.isGone?.(found, now) ? undefined : found;
  };
  const invalid = (record: R) =>
    itemErrors(() => [...itemsOf(codec, record), ...(codec.versions?.(record) ?? []).map(stored)]);
  const shown = {
    entity: codec.name,
    kind,
    id,
    ...(kind !== 'remove' && { values, changes }),
    expect,
    computed,
    log,
    apt,
  };
  const one = (state: State, now: Date): { result: unknown } | { errors: string[] } => {
    const records = subject.records(state);
    const current = live(state, now);
    const keep = (record: R) => {
      const errors = invalid(record);
      if (errors.length > 0) return { errors };
      records.set(id, record);
      subject.kept?.(state, record);
      return { result: record };
    };
    const moment = now.toISOString();
    // A new record goes on from the versions of an earlier one with its id.
    const created = (): R => {
      const record = subject.created(id, values, moment);
      return subject.last ? { ...record, version: subject.last(state, id) + 1 } : record;
    };
    if (kind === 'create') {
      const record = created();
      if (current !== undefined) return { errors: ['ALREADY_EXISTS', ...invalid(record)] };
      return keep(record);
    }
    if (current === undefined) {
      if (kind !== 'upsert') return { errors: ['NOT_FOUND'] };
      if (options.expect !== null) return { errors: ['VERSION_CONFLICT'] };
      return keep(created());
    }
    if (options.expect !== null && options.expect !== current.version)
      return { errors: ['VERSION_CONFLICT'] };
    if (kind === 'remove') {
      records.delete(id);
      return { result: current };
    }
    const given = kind === 'update' ? changes : (values as N & C);
    const after = subject.changed(current, given, moment);
    if (same(after, current)) return { result: current };
    if (!mayFollow(subject, current, after)) return { errors: ['GUARD_FAILED', ...invalid(after)] };
    return keep({ ...after, version: (current.version ?? 0) + 1 });
  };
  const drawn: Operation = {
    entity: codec.name,
    kind,
    target: `${codec.name} ${id}`,
    isGuarded: subject.isGuarded,
    logId: log?.id ?? null,
    creating: () => operation(subject, { ...plan, kind: 'create' }),
    aimed: (state, now) => {
      if (!apt) return drawn;
      const isThere = live(state, now) !== undefined;
      if (isThere && kind === 'create')
        return operation(subject, { ...plan, kind: subject.update ? 'update' : 'remove' });
      if (!isThere && (kind === 'update' || kind === 'remove'))
        return operation(subject, { ...plan, kind: 'create' });
      return drawn;
    },
    write: () => {
      if (kind === 'update' && subject.update)
        return subject.update(id, computed ? () => changes : changes, options);
      if (kind === 'upsert' && subject.upsert)
        return subject.upsert(id, computed ? () => values : values, options);
      return kind === 'remove' ? subject.remove(id, options) : subject.create(values, options);
    },
    apply: (state, now) => {
      const outcome = one(state, now);
      if (log === null) return outcome;
      const further = operation(logs, logPlan(log)).apply(state, now);
      if ('result' in outcome && 'result' in further) return outcome;
      const errors = [outcome, further].flatMap((each) => ('errors' in each ? each.errors : []));
      return { errors };
    },
    ...{ [fc.toStringMethod]: () => fc.stringify(shown) },
  };
  return drawn;
}

const logPlan = (values: NewAuditLog): Plan<NewAuditLog, never> => ({
  kind: 'create',
  id: values.id ?? '',
  values,
  changes: undefined as never,
  expect: null,
  computed: false,
  log: null,
  apt: false,
});

/** With delimiters, escapes, nothing at all, beyond the basic plane, and so long that keys of two of them are too long. */
export const ids = ['a', 'a#', '#', '', 'é😀$S', 'x'.repeat(600)] as const;
export const addresses = [
  'x@example.com',
  ' X@Example.COM',
  'y@example.com',
  'y@example.com#',
  '',
  `${'z'.repeat(2100)}@example.com`,
] as const;
export const names = [
  'Ada',
  'Ada#a',
  '',
  '$',
  'ａ',
  '😀',
  'n'.repeat(500),
  '#'.repeat(600),
  '\ud800',
] as const;
export const hashes = ['h', 'h#', ''] as const;
export const categories = ['general', 'general#', ''] as const;
export const roles = ['ADMIN', 'MEMBER', 'READONLY'] as const;
export const userStatuses = ['ACTIVE', 'INACTIVE', 'SUSPENDED'] as const;
export const contractorStatuses = ['ACTIVE', 'EXPIRED', 'PENDING', 'REVOKED'] as const;
export const targets = ['CONFIG', 'CONTRACTOR', 'SESSION', 'USER'] as const;
/** When the sequences begin. */
export const start = new Date('2026-03-01T12:00:00.000Z');
export const moments = [
  '2026-03-01T12:00:00.999Z',
  '2026-03-01T13:00:00+01:00',
  '2026-03-01T12:00:01.000Z',
  '2026-02-28T23:59:59.999Z',
  '2026-03-20T00:00:00.000Z',
  '2024-04-01T00:00:00.000Z',
  '2024-03-31T23:59:59.999Z',
  '0000-01-01T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
] as const;

const id = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'a#', '') },
  { weight: 2, arbitrary: fc.constantFrom(...ids) },
);
const email = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom('x@example.com', ' X@Example.COM', 'y@example.com', 'y@example.com#', ''),
  },
  { weight: 1, arbitrary: fc.constantFrom(...addresses) },
  { weight: 3, arbitrary: fc.nat().map((n) => `${n}@example.com`) },
);
// Most names fit beside most ids.
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('Ada', 'Ada#a', '', 'ａ', '😀') },
  fc.constantFrom(...names),
);
const moment = fc.constantFrom(...moments, new Date('2026-03-02T00:00:00.000Z'));
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 3, nil: null });
const words = fc.constantFrom('', 'some words', '#', 'ﬀ\u0000\n', 'long '.repeat(300));
const json = fc.oneof(
  {
    weight: 60,
    arbitrary: fc.constantFrom(null, '', 0, -1.5e-7, false, [], {}, { a: { 'b#': [1, null, { c: '' }] } }, [
      [['😀']],
    ]),
  },
  // A name DynamoDB does not take.
  { weight: 1, arbitrary: fc.constant({ '': 1 }) },
);

const userChanges = {
  email,
  lastLogin: orNull(moment),
  name,
  role: fc.constantFrom(...roles),
  status: fc.constantFrom(...userStatuses),
  passwordHash: words,
  sessionEpoch: fc.constantFrom(0, 1, 2 ** 31 - 1),
};
const contractorChanges = {
  accessLevel: words,
  company: orNull(words),
  email: orNull(email),
  expiresAt: moment,
  lastAccess: orNull(moment),
  name,
  permissions: fc.constantFrom<readonly string[]>([], ['read', ''], ['read', 'read', '#']),
  reason: orNull(words),
  status: fc.constantFrom(...contractorStatuses),
  tokenHash: fc.constantFrom(...hashes),
};
const tokenChanges = {
  replacedBy: orNull(id),
  userAgent: orNull(words),
  revokedAt: orNull(moment),
};
const configChanges = {
  category: fc.constantFrom(...categories),
  description: orNull(words),
  isSecret: fc.boolean(),
  value: json,
  updatedById: orNull(id),
};
const logValues = {
  action: words,
  actorId: id,
  actorType: fc.constantFrom('USER' as const, 'CONTRACTOR' as const),
  details: json,
  ip: orNull(words),
  targetId: id,
  targetType: fc.constantFrom(...targets),
  timestamp: moment,
  userAgent: orNull(words),
};

/** An audit log with an id that is hardly ever given twice. */
const newLog = (id: fc.Arbitrary<string>): fc.Arbitrary<NewAuditLog & { readonly id: string }> =>
  fc.record(
    { ...logValues, id },
    { requiredKeys: ['id', 'action', 'actorId', 'actorType', 'targetId', 'targetType'] },
  );

const expected = fc.oneof(
  { weight: 9, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
);

const usually = fc.integer({ min: 0, max: 9 }).map((n) => n > 0);

function operations<R extends object, N extends object, C extends object>(
  subject: Subject<R, N, C>,
  kinds: readonly Kind[],
  values: (id: string) => fc.Arbitrary<N>,
  changes: fc.Arbitrary<C>,
): fc.Arbitrary<Operation> {
  return id.chain((id) =>
    fc
      .record({
        kind: fc.constantFrom(...kinds),
        id: fc.constant(id),
        values: values(id),
        changes,
        expect: expected,
        computed: fc.boolean(),
        apt: usually,
        log: fc.option(newLog(fc.nat().map((n) => `log#${n}`)), { freq: 4, nil: null }),
      })
      .map((plan) => operation(subject, plan)),
  );
}

const every = ['create', 'upsert', 'update', 'update', 'update', 'remove'] as const;

const userOperation = operations(
  users,
  every,
  (id) =>
    fc.record(
      {
        ...userChanges,
        id: fc.constant(id),
        createdAt: moment,
        createdById: orNull(fc.constantFrom(...ids)),
      },
      { requiredKeys: ['id', 'email', 'name', 'passwordHash'] },
    ),
  fc.record(userChanges, { requiredKeys: [] }),
);
const contractorOperation = operations(
  contractors,
  every,
  (id) =>
    fc.record(
      { ...contractorChanges, id: fc.constant(id), createdAt: moment, invitedById: fc.constantFrom(...ids) },
      { requiredKeys: ['id', 'expiresAt', 'name', 'permissions', 'tokenHash', 'invitedById'] },
    ),
  fc.record(contractorChanges, { requiredKeys: [] }),
);
const tokenOperation = operations(
  tokens,
  every,
  (id) =>
    fc.record(
      {
        ...tokenChanges,
        id: fc.constant(id),
        createdAt: moment,
        expiresAt: moment,
        familyId: words,
        userId: fc.constantFrom(...ids),
        tokenHash: words,
        sessionEpoch: fc.nat(),
      },
      { requiredKeys: ['id', 'expiresAt', 'familyId', 'userId', 'tokenHash', 'sessionEpoch'] },
    ),
  fc.record(tokenChanges, { requiredKeys: [] }),
);
const logOperation = id.chain((id) =>
  fc
    .tuple(fc.constantFrom('create' as const, 'remove' as const), newLog(fc.constant(id)), usually)
    .map(([kind, values, apt]) => operation(logs, { ...logPlan(values), kind, apt })),
);
const configOperation = operations(
  configs,
  every,
  (key) =>
    fc.record({ ...configChanges, key: fc.constant(key), createdAt: moment }, { requiredKeys: ['key'] }),
  fc.record(configChanges, { requiredKeys: [] }),
);

export const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: userOperation },
  { weight: 3, arbitrary: contractorOperation },
  { weight: 2, arbitrary: tokenOperation },
  { weight: 2, arbitrary: logOperation },
  { weight: 2, arbitrary: configOperation },
);

/** Writes that go together: one to three records, each once. */
export const transaction: fc.Arbitrary<readonly Operation[]> = fc.uniqueArray(anyOperation, {
  minLength: 1,
  maxLength: 3,
  selector: ({ target }) => target,
});

/** Of users only, with few ids and addresses: they get into one another's way. */
export const userTransaction: fc.Arbitrary<readonly Operation[]> = fc.uniqueArray(userOperation, {
  minLength: 1,
  maxLength: 2,
  selector: ({ target }) => target,
});
