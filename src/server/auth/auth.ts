import { tokenExpired } from 'tableloom/runtime';
import { AccessTokenError, createAccessTokens } from './access-tokens.js';
import { Hashing } from './hashing.js';
import {
  hashPassword,
  type PasswordCost,
  passwordCost,
  verifyAgainstNothing,
  verifyPassword,
} from './passwords.js';
import { type Attempt, Throttle } from './throttle.js';
import * as tokens from './tokens.js';
import type { Viewer } from './viewer.js';

/** What rules need to know who somebody is. They get it with the context, so that tests can make it predictable. */
export interface Auth {
  /**
   * The result of checking a password; null: it is wrong. Limits how many wrong ones there are of an account and from an
   * address. Throws THROTTLED and OVERLOADED.
   */
  attempt<Result>(attempt: Attempt, check: () => Promise<Result | null>): Promise<Result | null>;
  /** This and the next two throw OVERLOADED where too many hashes wait. */
  hashPassword(plain: string): Promise<string>;
  verifyPassword(stored: string, plain: string): Promise<boolean>;
  /** Takes as long as verifyPassword, and says no. */
  verifyAgainstNothing(plain: string): Promise<false>;
  /** 43 characters of base64url. */
  newSecret(): string;
  hashSecret(secret: string): string;
  secretMatches(secret: string, hash: string): boolean;
  formatRefreshToken(parts: tokens.RefreshTokenParts): string;
  parseRefreshToken(token: string): tokens.RefreshTokenParts | undefined;
  newAccessToken(viewer: Viewer): { readonly accessToken: string; readonly expiresIn: number };
  /** Who the token speaks for; null if it is altered or not ours. Throws TOKEN_EXPIRED for one that was. */
  readAccessToken(token: string): Viewer | null;
}

export interface AuthOptions {
  readonly jwtSecret: string;
  /** Secrets that `jwtSecret` replaces: tokens signed with them are read until they expire. */
  readonly formerJwtSecrets?: readonly string[];
  readonly now?: (() => Date) | undefined;
  readonly newSecret?: (() => string) | undefined;
  readonly passwordCost?: PasswordCost | undefined;
}

/** Sign-ins that read who somebody is, or have their passwords checked, at a time; a few for each hash that is computed. */
const attemptsAtOnce = 8;

export function createAuth(options: AuthOptions): Auth {
  const { jwtSecret, now, newSecret = tokens.newSecret, passwordCost: cost = passwordCost } = options;
  const tokensOf = (secret: string) => createAccessTokens({ secret, ...(now && { now }) });
  const accessTokens = tokensOf(jwtSecret);
  const readable = [accessTokens, ...(options.formerJwtSecrets ?? []).map(tokensOf)];
  const hashing = new Hashing();
  // What would wait for a hash waits before it reads: strangers who all sign in at once take no connection to storage.
  const attempts = new Hashing(attemptsAtOnce);
  const throttle = new Throttle(now && (() => now().getTime()));
  return {
    attempt: (attempt, check) => throttle.attempt(attempt, () => attempts.run(check)),
    hashPassword: (plain) => hashing.run(() => hashPassword(plain, cost)),
    verifyPassword: (stored, plain) => hashing.run(() => verifyPassword(stored, plain)),
    verifyAgainstNothing: (plain) => hashing.run(() => verifyAgainstNothing(plain, cost)),
    newSecret,
    hashSecret: tokens.hashSecret,
    secretMatches: tokens.secretMatches,
    formatRefreshToken: tokens.formatRefreshToken,
    parseRefreshToken: tokens.parseRefreshToken,
    newAccessToken(viewer) {
      const { token, expiresIn } = accessTokens.sign(
        viewer.kind === 'USER'
          ? { kind: 'user', sub: viewer.id, epoch: viewer.sessionEpoch, sid: viewer.sessionId }
          : { kind: 'contractor', sub: viewer.id, epoch: 0 },
      );
      return { accessToken: token, expiresIn };
    },
    readAccessToken(token) {
      let hasExpired = false;
      for (const signed of readable) {
        try {
          const { kind, sub, epoch, sid } = signed.verify(token);
          return kind === 'user' && sid !== undefined
            ? { kind: 'USER', id: sub, sessionEpoch: epoch, sessionId: sid }
            : { kind: 'CONTRACTOR', id: sub };
        } catch (error) {
          if (!(error instanceof AccessTokenError)) throw error;
          hasExpired ||= error.reason === 'expired';
        }
      }
      if (hasExpired) throw tokenExpired();
      return null;
    },
  };
}
