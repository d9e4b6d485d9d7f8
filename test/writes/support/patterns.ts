/** Every declared pattern, asked of the database and of the state. */

import fc from 'fast-check';
import type { IndexQuery, Session } from 'tableloom/runtime';
import { expect } from 'vitest';
import {
  auditLogCodec,
  configCodec,
  contractorCodec,
  refreshTokenCodec,
  userCodec,
} from '../../../generated/items.js';
import { auditLogKey, configKey, contractorKey, refreshTokenKey, userKey } from '../../../generated/keys.js';
import {
  activityFeed,
  auditLogsOfContractor,
  auditLogsOfMonth,
  auditLogsOfTarget,
  auditLogsOfUser,
  configByCategory,
  contractorByTokenHash,
  contractorsByStatus,
  contractorsExpiring,
  contractorsOfUser,
  historyOfUser,
  sessionsOfUser,
  userByEmail,
  users,
  usersByRole,
  usersByStatus,
} from '../../../generated/queries.js';
import {
  addresses,
  categories,
  contractorStatuses,
  hashes,
  ids,
  moments,
  roles,
  targets,
  userStatuses,
} from './operations.js';
import { hasExpired, type State, same } from './oracle.js';

/** How answers are read: `size` a page, or all at once; `pick` chooses the arguments. */
export interface Look {
  readonly pick: number;
  readonly size: number;
  readonly backward: boolean;
}

export const look: fc.Arbitrary<Look> = fc.record({
  pick: fc.nat(),
  size: fc.constantFrom(1, 3, 100, 100),
  backward: fc.boolean(),
});

/** Each pattern with one choice of its arguments answers what the state says; and so does every record by its key. */
export async function expectAnswers(session: Session, state: State, now: Date, look: Look): Promise<void> {
  const { pick } = look;
  const one = <T>(values: readonly T[], spread = 1): T =>
    values[Math.floor(pick / spread) % values.length] as T;
  const ask = async <R extends object>(query: IndexQuery<R>, answer: readonly R[]): Promise<void> => {
    const found = await read(session, query, look);
    if (!same(found, answer))
      expect({ pattern: query.pattern, found }).toEqual({ pattern: query.pattern, found: answer });
  };
  const unordered = async <R extends object & { readonly id: string }>(
    query: IndexQuery<R>,
    answer: readonly R[],
  ): Promise<void> => {
    const found = await read(session, query, look);
    const sorted = (records: readonly R[]) => records.toSorted(by(({ id }) => [id]));
    expect({ pattern: query.pattern, found: sorted(found) }).toEqual({
      pattern: query.pattern,
      found: sorted(answer),
    });
  };
  const all = {
    users: [...state.users.values()],
    versions: [...state.versions.values()],
    contractors: [...state.contractors.values()],
    tokens: [...state.tokens.values()].filter((token) => !hasExpired(token, now)),
    logs: [...state.logs.values()],
    configs: [...state.configs.values()],
  };
  const id = one(ids);
  const other = one(ids, 7);
  const moment = new Date(one(moments)).toISOString();
  const later = new Date(one(moments, 5)).toISOString();
  const month = moment.slice(0, 7);
  const bound = pick % 3 === 0 ? null : moment;
  const [status, role, state4, hash, category, target, email] = [
    one(userStatuses),
    one(roles, 3),
    one(contractorStatuses),
    one(hashes),
    one(categories),
    one(targets),
    // A longer one cannot be asked for.
    one(addresses.filter((address) => address.length < 2000)),
  ];
  const address = email.trim().toLowerCase();
  const newest = by<{ readonly timestamp: string; readonly id: string }>(({ timestamp, id }) => [
    timestamp,
    id,
  ]);
  const logsOf = (type: 'USER' | 'CONTRACTOR') =>
    all.logs
      .filter(({ actorType, actorId }) => actorType === type && actorId === id)
      .filter(({ timestamp }) => timestamp >= moment && timestamp <= later)
      .sort(descending(newest));
  const range = { from: moment, to: later };
  const isRecent = ({ timestamp }: { readonly timestamp: string }) => {
    const age = monthsOf(now.toISOString()) - monthsOf(timestamp);
    return age >= 0 && age < 24;
  };
  const created = by<{ readonly createdAt: string; readonly id: string }>(({ createdAt, id }) => [
    createdAt,
    id,
  ]);
  const named = by<{ readonly name: string; readonly id: string }>(({ name, id }) => [name, id]);
  const expiring = by<{ readonly expiresAt: string; readonly id: string }>(({ expiresAt, id }) => [
    expiresAt,
    id,
  ]);
  await Promise.all([
    byKey(session, state, now),
    ask(
      userByEmail({ email }),
      all.users.filter((user) => user.email === address),
    ),
    pick % 2 === 0
      ? ask(users({ order: 'ASC' }), all.users.toSorted(created))
      : ask(users({ order: 'DESC' }), all.users.toSorted(descending(created))),
    ask(usersByStatus({ status }), all.users.filter((user) => user.status === status).sort(named)),
    ask(usersByRole({ role }), all.users.filter((user) => user.role === role).sort(named)),
    ask(
      historyOfUser({ id }),
      all.versions
        .filter((version) => version.id === id)
        .sort(descending(by(({ updatedAt, version }) => [updatedAt, String(version).padStart(10, '0')]))),
    ),
    // Records with one key are in no order.
    unordered(
      contractorByTokenHash({ tokenHash: hash }),
      all.contractors.filter(({ tokenHash }) => tokenHash === hash),
    ),
    ask(
      contractorsByStatus({ status: state4 }),
      all.contractors.filter((contractor) => contractor.status === state4).sort(expiring),
    ),
    ask(
      contractorsExpiring({ before: bound }),
      all.contractors.filter(({ expiresAt }) => bound === null || expiresAt < bound).sort(expiring),
    ),
    ask(
      contractorsOfUser({ invitedById: other }),
      all.contractors.filter(({ invitedById }) => invitedById === other).sort(descending(created)),
    ),
    ask(
      sessionsOfUser({ userId: other }),
      all.tokens.filter(({ userId }) => userId === other).sort(descending(created)),
    ),
    ask(auditLogsOfUser({ actorId: id, ...range }), logsOf('USER')),
    ask(auditLogsOfContractor({ actorId: id, ...range }), logsOf('CONTRACTOR')),
    ask(
      auditLogsOfMonth({ bucket: month }),
      all.logs.filter(({ timestamp }) => timestamp.startsWith(month)).sort(descending(newest)),
    ),
    // It reads 24 months, two shards each.
    ...(pick % 8 === 0
      ? [ask(activityFeed({ now }), all.logs.filter(isRecent).sort(descending(newest)))]
      : []),
    ask(
      auditLogsOfTarget({ targetType: target, targetId: other }),
      all.logs
        .filter(({ targetType, targetId }) => targetType === target && targetId === other)
        .sort(descending(newest)),
    ),
    ask(
      configByCategory({ category }),
      all.configs.filter((config) => config.category === category).sort(by(({ key }) => [key])),
    ),
  ]);
}

/** Every id there could be, of every entity, in one batch get. */
async function byKey(session: Session, state: State, now: Date): Promise<void> {
  const live = (id: string) => {
    const token = state.tokens.get(id);
    return token === undefined || hasExpired(token, now) ? null : token;
  };
  const found = await Promise.all(
    ids.flatMap((id): Promise<object | null>[] => [
      session.get(userCodec, userKey({ id })),
      session.get(contractorCodec, contractorKey({ id })),
      session.get(refreshTokenCodec, refreshTokenKey({ id })),
      session.get(auditLogCodec, auditLogKey({ id })),
      session.get(configCodec, configKey({ key: id })),
    ]),
  );
  const expected = ids.flatMap((id) => [
    state.users.get(id) ?? null,
    state.contractors.get(id) ?? null,
    live(id),
    state.logs.get(id) ?? null,
    state.configs.get(id) ?? null,
  ]);
  if (!same(found, expected)) expect(found).toEqual(expected);
}

/** All records of a query, page by page. */
async function read<R extends object>(
  session: Session,
  query: IndexQuery<R>,
  { size, backward }: Look,
): Promise<R[]> {
  const records: R[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: Awaited<ReturnType<typeof session.connection<R>>> = await session.connection(
      query,
      backward ? { last: size, before: cursor } : { first: size, after: cursor },
    );
    if (backward) records.unshift(...page.nodes);
    else records.push(...page.nodes);
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    if (!(backward ? hasPreviousPage : hasNextPage)) return records;
    cursor = backward ? startCursor : endCursor;
  }
}

const monthsOf = (moment: string): number => Number(moment.slice(0, 4)) * 12 + Number(moment.slice(5, 7));

type Order<R> = (a: R, b: R) => number;

/** By several texts, in the order of their characters' numbers. */
function by<R>(keys: (record: R) => readonly string[]): Order<R> {
  return (a, b) => {
    const others = keys(b);
    for (const [at, key] of keys(a).entries()) {
      const order = Buffer.compare(Buffer.from(key), Buffer.from(others[at] ?? ''));
      if (order !== 0) return order;
    }
    return 0;
  };
}

function descending<R>(order: Order<R>): Order<R> {
  return (a, b) => order(b, a);
}
