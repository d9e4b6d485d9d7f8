import type { Write } from 'tableloom/runtime';
import type { RefreshToken, User } from '../../../generated/entities.js';
import { events } from '../../../generated/events.js';
import type { Context } from '../../../generated/loaders.js';
import { refreshTokenWrites } from '../../../generated/writes.js';

/** How long a session lasts, however often it is refreshed. In milliseconds. */
const sessionLifetime = 30 * 24 * 60 * 60 * 1000;

/** A refresh token to be written, and what its holder receives. */
export interface NewToken {
  readonly id: string;
  /** The id of the session's first token. */
  readonly familyId: string;
  readonly write: Write<RefreshToken>;
  /** In clear; only its hash is kept. */
  readonly refreshToken: string;
}

/** The first refresh token of a new session. The family is called by its id. */
export function firstToken(context: Context, userId: string, sessionEpoch: number): NewToken {
  const expiresAt = new Date(context.db.now().getTime() + sessionLifetime).toISOString();
  const id = context.db.newId();
  return tokenWith(context, { id, userId, sessionEpoch, familyId: id, expiresAt });
}

/** The token given for a used one. It ends when the session does: refreshing does not prolong a session. */
export function nextToken(context: Context, used: RefreshToken): NewToken {
  const { userId, sessionEpoch, familyId, expiresAt } = used;
  return tokenWith(context, { id: context.db.newId(), userId, sessionEpoch, familyId, expiresAt });
}

function tokenWith(
  context: Context,
  values: Pick<RefreshToken, 'id' | 'userId' | 'sessionEpoch' | 'familyId' | 'expiresAt'>,
): NewToken {
  const { auth, client } = context;
  const secret = auth.newSecret();
  return {
    id: values.id,
    familyId: values.familyId,
    refreshToken: auth.formatRefreshToken({ tokenId: values.id, secret }),
    write: refreshTokenWrites.create(
      { ...values, tokenHash: auth.hashSecret(secret), userAgent: client.userAgent },
      { publish: events.SESSION_CREATED },
    ),
  };
}

/** What a client gets that has signed in or refreshed. */
export function sessionOf(context: Context, user: User, { refreshToken, familyId }: NewToken) {
  const { id, sessionEpoch } = user;
  const access = context.auth.newAccessToken({ kind: 'USER', id, sessionEpoch, sessionId: familyId });
  return { ...access, refreshToken, user };
}
