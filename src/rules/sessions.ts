/**
 * Sessions.
 *
 * A session is a family of refresh tokens: signing in gives the first, whose id names the family, and each is good
 * for one refresh, which gives the next. A used token that comes back has been stolen, from the client or by it: the
 * family ends. That is recorded on the first token alone, which every request of the session reads by key and depends on
 * when it writes, so no list of the family is needed and nothing that happens at the same time can be missed. Access
 * tokens name the family and end with it. There is no period of grace:
 * of two refreshes with one token at the same time one succeeds and the other ends the session, because a thief's
 * second use looks just like a client's (RFC 9700, 4.14.2). Clients refresh one at a time.
 *
 * All sessions of a user end at once by raising the user's `sessionEpoch`, which every token repeats.
 */

import { type TableloomError, unauthenticated } from 'tableloom/runtime';
import type { RefreshToken, User } from '../../generated/entities.js';
import { events } from '../../generated/events.js';
import type { SignInInput } from '../../generated/graphql.js';
import { userCodec } from '../../generated/items.js';
import { userKey } from '../../generated/keys.js';
import type { Context } from '../../generated/loaders.js';
import { userByEmail } from '../../generated/queries.js';
import type {
  ChangePasswordRule,
  MeRule,
  RefreshSessionRule,
  SessionStatusRule,
  SignInRule,
  SignOutEverywhereRule,
  SignOutRule,
  ViewerRule,
} from '../../generated/rules.js';
import { refreshTokenWrites, userWrites } from '../../generated/writes.js';
import { auditEntry } from './shared/audit-entry.js';
import { badInput } from './shared/bad-input.js';
import { requirePassword } from './shared/passwords.js';
import { firstToken, nextToken, sessionOf } from './shared/session-start.js';
import { isPast } from './shared/time.js';
import { currentContractor, currentUser, userOfSession } from './shared/viewer.js';

/** One answer for an unknown address, a wrong password and a user who is shut out: which it is is nobody's business. */
const wrongCredentials = () => unauthenticated('The e-mail address or the password is wrong.');
const sessionEnded = () => unauthenticated('The session has ended; sign in again.');

export const me: MeRule = async ({ context }) =>
  context.principal?.kind === 'USER' ? orNull(currentUser(context)) : null;

export const viewer: ViewerRule = async ({ context }) =>
  context.principal?.kind === 'CONTRACTOR'
    ? orNull(currentContractor(context))
    : orNull(currentUser(context));

export const signIn: SignInRule = async ({ args: { input }, context }) => {
  const { auth, db } = context;
  const attempt = { account: input.email, address: context.client.ip };
  const found = await auth.attempt(attempt, () => userWith(input, context));
  if (!found) throw wrongCredentials();
  // The index by address may lag behind, or the user change meanwhile; the record itself decides.
  await db.dependOn(userCodec, userKey(found), {
    fields: ['status', 'passwordHash', 'sessionEpoch'],
    test: (current) => {
      const isAsFound =
        current?.passwordHash === found.passwordHash && current.sessionEpoch === found.sessionEpoch;
      if (!isAsFound || current.status !== 'ACTIVE') throw wrongCredentials();
    },
  });
  const token = firstToken(context, found.id, found.sessionEpoch);
  const [user] = await db.write(
    userWrites.update({ id: found.id }, { lastLogin: db.now() }, { publish: events.USER_UPDATED }),
    token.write,
    auditEntry(context, actor(found.id), {
      action: 'USER_SIGNED_IN',
      targetType: 'SESSION',
      targetId: token.id,
    }),
  );
  return sessionOf(context, user, token);
};

export const refreshSession: RefreshSessionRule = async ({ args, context }) => {
  const used = await tokenHeld(args.refreshToken, context);
  if (!used || isPast(used.expiresAt, context)) throw sessionEnded();
  if (used.replacedBy !== null) return refuseReuse(context, used);

  const { userId: id, sessionEpoch, familyId: sessionId } = used;
  const user = await userOfSession(context, { id, sessionEpoch, sessionId });
  const token = nextToken(context, used);
  try {
    await context.db.write(
      refreshTokenWrites.update(
        { id: used.id },
        { replacedBy: token.id },
        { expect: used.version, publish: events.SESSION_UPDATED },
      ),
      token.write,
      auditEntry(context, actor(user.id), {
        action: 'SESSION_REFRESHED',
        targetType: 'SESSION',
        targetId: used.familyId,
      }),
    );
  } catch (error) {
    if (!hasCode(error, 'VERSION_CONFLICT')) throw error;
    // Somebody was here between the read and the write: another use of the same token, or a sign-out.
    return refuseReuse(context, used);
  }
  return sessionOf(context, user, token);
};

export const signOut: SignOutRule = async ({ args, context }) => {
  const token = await tokenHeld(args.refreshToken, context);
  return token !== null && endFamily(context, token, 'USER_SIGNED_OUT');
};

export const signOutEverywhere: SignOutEverywhereRule = async ({ context }) => {
  const { id } = await currentUser(context);
  await context.db.write(
    userWrites.update({ id }, (current) => ({ sessionEpoch: current.sessionEpoch + 1 }), {
      publish: events.USER_UPDATED,
    }),
    auditEntry(context, actor(id), {
      action: 'USER_SIGNED_OUT_EVERYWHERE',
      targetType: 'USER',
      targetId: id,
    }),
  );
  return true;
};

export const changePassword: ChangePasswordRule = async ({ args: { input }, context }) => {
  const { auth, db, loaders } = context;
  const { id } = await currentUser(context);
  requirePassword('newPassword', input.newPassword);
  const before = await loaders.user.load({ id }, { consistent: true });
  if (!before) throw sessionEnded();
  const { passwordHash: stored, email } = before;
  const isRight = await auth.attempt(
    { account: email, address: context.client.ip },
    async () => (await auth.verifyPassword(stored, input.currentPassword)) || null,
  );
  if (!isRight) throw badInput('currentPassword', 'The current password is wrong.');
  const sessionEpoch = before.sessionEpoch + 1;
  const token = firstToken(context, id, sessionEpoch);
  const passwordHash = await auth.hashPassword(input.newPassword);
  const [user] = await db.write(
    userWrites.update(
      { id },
      { passwordHash, sessionEpoch },
      { expect: before.version, publish: events.USER_UPDATED },
    ),
    token.write,
    auditEntry(context, actor(id), { action: 'PASSWORD_CHANGED', targetType: 'USER', targetId: id }),
  );
  return sessionOf(context, user, token);
};

export const sessionStatus: SessionStatusRule = async ({ parent, context }) => {
  if (isPast(parent.expiresAt, context)) return 'EXPIRED';
  const [first, user] = await Promise.all([
    context.loaders.refreshToken.load({ id: parent.familyId }),
    context.loaders.user.load({ id: parent.userId }),
  ]);
  if (!first || first.revokedAt !== null || user?.sessionEpoch !== parent.sessionEpoch) return 'REVOKED';
  return parent.replacedBy === null ? 'ACTIVE' : 'REPLACED';
};

/** The active user with this address and password, or null; each takes as long. */
async function userWith(input: SignInInput, context: Context): Promise<User | null> {
  const { auth, db } = context;
  const found = await db.one(userByEmail({ email: input.email }));
  const isRight = found
    ? await auth.verifyPassword(found.passwordHash, input.password)
    : await auth.verifyAgainstNothing(input.password);
  if (found && isRight && found.status === 'ACTIVE') return found;
  context.note('sign-in refused', { userId: found?.id ?? null, ip: context.client.ip });
  return null;
}

/** The refresh token somebody holds; null if there is no such token, or only its id is right. */
async function tokenHeld(presented: string, context: Context): Promise<RefreshToken | null> {
  const parsed = context.auth.parseRefreshToken(presented);
  if (!parsed) return null;
  const token = await context.loaders.refreshToken.load({ id: parsed.tokenId }, { consistent: true });
  return token && context.auth.secretMatches(parsed.secret, token.tokenHash) ? token : null;
}

/** Ends the session of a token that was used before, and refuses. */
async function refuseReuse(context: Context, used: RefreshToken): Promise<never> {
  if (await endFamily(context, used, 'SESSION_REUSE_DETECTED')) {
    context.note('refresh token used twice', {
      userId: used.userId,
      familyId: used.familyId,
      ip: context.client.ip,
    });
  }
  throw sessionEnded();
}

/** Ends a session. False if it was over already: then nothing is written. */
async function endFamily(
  context: Context,
  token: RefreshToken,
  action: 'USER_SIGNED_OUT' | 'SESSION_REUSE_DETECTED',
): Promise<boolean> {
  const { familyId, userId } = token;
  try {
    await context.db.write(
      refreshTokenWrites.update(
        { id: familyId },
        (current) => {
          if (current.revokedAt !== null) throw new AlreadyEnded();
          return { revokedAt: context.db.now() };
        },
        { publish: events.SESSION_UPDATED },
      ),
      auditEntry(context, actor(userId), { action, targetType: 'SESSION', targetId: familyId }),
    );
    return true;
  } catch (error) {
    // Expired sessions are removed by and by.
    if (error instanceof AlreadyEnded || hasCode(error, 'NOT_FOUND')) return false;
    throw error;
  }
}

class AlreadyEnded extends Error {}

function actor(userId: string) {
  return { actorType: 'USER', actorId: userId } as const;
}

/** A question about oneself is no error for a stranger. */
async function orNull<T>(record: Promise<T>): Promise<T | null> {
  try {
    return await record;
  } catch (error) {
    if (hasCode(error, 'UNAUTHENTICATED')) return null;
    throw error;
  }
}

function hasCode(error: unknown, code: TableloomError['code']): boolean {
  return error instanceof Error && (error as Partial<TableloomError>).code === code;
}
