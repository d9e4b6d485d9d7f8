/** The records, the page and the span of time that parameters are measured with. */

import type { User } from '../../generated/entities.js';

export const table = 'bench-entities';

const id = '0198f3c2-6a51-7cc1-8a2b-3d5e7f901234';

/** Several, so that no call is given the very values of the one before. */
export const users: readonly User[] = Array.from({ length: 16 }, (_, at) => ({
  __typename: 'User',
  id: `${id.slice(0, -2)}${at + 10}`,
  email: `someone${at}@example.com`,
  name: `Someone ${at}`,
  role: 'MEMBER',
  status: 'ACTIVE',
  lastLogin: '2026-02-01T08:00:00.000Z',
  createdAt: '2026-01-31T09:30:00.000Z',
  updatedAt: '2026-01-31T09:30:00.000Z',
  version: 1,
  passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$Yci45Kw/AVYbf75Kt3nV6w$6DutzAAHEJ+HAQKwCWBR6EZmFwfjWQPeiKv',
  sessionEpoch: 0,
  createdById: '0198f3c2-6a51-7cc1-8a2b-3d5e7f905678',
}));

/** The same records as the peers take them: a field without a value is left out, and nothing names their type. */
export const plainUsers = users.map(({ __typename, lastLogin, createdById, ...rest }) => ({
  ...rest,
  lastLogin: lastLogin ?? '',
  createdById: createdById ?? '',
}));

/** The one of a call. */
export function turn<T>(all: readonly T[], at: number): T {
  return all[at & 15] as T;
}

export const pageSize = 20;

/** The last contractor of the page before. */
export const start = {
  PK: 'CONTRACTOR#0198f3c2-6a51-7cc1-8a2b-3d5e7f900001',
  SK: 'METADATA',
  GSI3PK: `USER_CONTRACTORS#${users[0]?.id}`,
  GSI3SK: '2026-02-03T10:00:00.000Z#0198f3c2-6a51-7cc1-8a2b-3d5e7f900001',
};

export const since = '2026-01-01T00:00:00.000Z';
export const until = '2026-01-31T23:59:59.999Z';
