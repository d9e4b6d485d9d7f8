import { type EntityCodec, forbidden, type Key, unauthenticated } from 'tableloom/runtime';
import type { Contractor, User } from '../../../generated/entities.js';
import { contractorCodec, refreshTokenCodec, userCodec } from '../../../generated/items.js';
import { contractorKey, refreshTokenKey, userKey } from '../../../generated/keys.js';
import type { Context } from '../../../generated/loaders.js';
import { isPast } from './time.js';

/** How old what is known of the viewer may be where they only read, in milliseconds. What they write depends on it as it is. */
const withinMs = 5000;

const signInAgain = 'The session has ended; sign in again.';

/**
 * The user who is signed in, as stored, or as stored at most 5 seconds ago: whoever has been deactivated or has signed out is
 * out within that, and not when the access token expires, and at once in the process that they signed out of. What the request writes from here on is written only if that holds then, and their role is
 * the same. Throws UNAUTHENTICATED, or FORBIDDEN for a contractor.
 */
export async function currentUser(context: Caller): Promise<User> {
  const { principal } = context;
  if (principal === null) throw unauthenticated();
  if (principal.kind !== 'USER') throw forbidden('This is for members of staff.');
  return userOfSession(context, principal);
}

/** Of a request's context, who sends it. */
type Caller = Pick<Context, 'db' | 'principal'>;

/** A session of a user. */
export interface UserSession {
  readonly id: string;
  /** The user's when the session began. */
  readonly sessionEpoch: number;
  /** The id of its first refresh token. */
  readonly sessionId: string;
}

/** The user, unless they or the session are out. What the request writes depends on both. Throws UNAUTHENTICATED. */
export async function userOfSession(context: Pick<Context, 'db'>, session: UserSession): Promise<User> {
  const [user] = await Promise.all([
    depend(context, userCodec, userKey({ id: session.id }), {
      fields: ['status', 'role', 'sessionEpoch'],
      isGood: ({ status, sessionEpoch }) => status === 'ACTIVE' && sessionEpoch === session.sessionEpoch,
    }),
    // The session's first token, which says whether the session has ended. One request brings both.
    depend(context, refreshTokenCodec, refreshTokenKey({ id: session.sessionId }), {
      fields: ['revokedAt'],
      isGood: ({ revokedAt }) => revokedAt === null,
    }),
  ]);
  return user;
}

/** The contractor who is signed in, as stored now. Throws UNAUTHENTICATED. */
export async function currentContractor(context: Caller): Promise<Contractor> {
  const { principal } = context;
  if (principal?.kind !== 'CONTRACTOR') throw unauthenticated();
  return depend(context, contractorCodec, contractorKey({ id: principal.id }), {
    fields: ['status', 'expiresAt'],
    isGood: (contractor) => hasAccess(contractor, context),
  });
}

/** The record, which everything that the request writes depends on. Throws UNAUTHENTICATED. */
async function depend<R extends object>(
  { db }: Pick<Context, 'db'>,
  entity: EntityCodec<R>,
  key: Key,
  { fields, isGood }: { readonly fields: readonly (keyof R & string)[]; isGood(record: R): boolean },
): Promise<R> {
  const test = (record: R | null) => {
    if (record === null || !isGood(record)) throw unauthenticated(signInAgain);
  };
  const record = await db.dependOn(entity, key, { fields, test, withinMs });
  if (record === null) throw unauthenticated(signInAgain);
  return record;
}

/** Whether the contractor may come in. The stored status lags behind the clock: `expiresAt` decides. */
export function hasAccess(contractor: Contractor, context: Pick<Context, 'db'>): boolean {
  const { status, expiresAt } = contractor;
  return (status === 'PENDING' || status === 'ACTIVE') && !isPast(expiresAt, context);
}
