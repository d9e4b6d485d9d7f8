import type { User } from '../../../generated/entities.js';
import { type Sample, sampleFor } from '../../../src/server/seed/sample.js';
import { testTime } from './server.js';

const whole = sampleFor(testTime);

/** A few of everything, so that recorded answers can be read. The references among them hold. */
export function smallSample(): Sample {
  const users = whole.users.filter(
    (user, index) =>
      index < 6 ||
      user === readerOf(whole) ||
      user === memberOf(whole) ||
      user === whole.users.find(isShutOut),
  );
  const ids = new Set(users.map((user) => user.id));
  const contractors = whole.contractors.slice(0, 5).map((contractor, index) => ({
    ...contractor,
    invitedById: (index % 2 ? memberOf(whole) : adminOf(whole)).id,
  }));
  const visitors = new Set(contractors.map((contractor) => contractor.id));
  const auditLogs = whole.auditLogs.filter((log) => ids.has(log.actorId) || visitors.has(log.actorId));
  return {
    users,
    contractors,
    refreshTokens: whole.refreshTokens.filter((token) => ids.has(token.userId)),
    auditLogs: auditLogs.filter((_, index) => index % 12 === 0),
    configs: whole.configs,
  };
}

function isShutOut(user: User): boolean {
  return user.status === 'SUSPENDED';
}

/** The first user of the sample for whom `condition` holds. */
export function userWhere({ users }: Sample, condition: (user: User) => boolean): User {
  const user = users.find(condition);
  if (user === undefined) throw new Error('The sample has no such user.');
  return user;
}

/** The sample's administrator. */
export function adminOf(sample: Sample): User {
  return userWhere(sample, (user) => user.role === 'ADMIN' && user.status === 'ACTIVE');
}

/** An active user who is not an administrator. */
export function memberOf(sample: Sample): User {
  return userWhere(sample, (user) => user.role === 'MEMBER' && user.status === 'ACTIVE');
}

export function readerOf(sample: Sample): User {
  return userWhere(sample, (user) => user.role === 'READONLY' && user.status === 'ACTIVE');
}
