import { AccessTokenError, createAccessTokens } from './access-tokens.js';
import {
  hashPassword,
  type PasswordCost,
  passwordCost,
  verifyAgainstNothing,
  verifyPassword,
} from './passwords.js';
import * as tokens from './tokens.js';
import type { Viewer } from './viewer.js';

/** What rules need to know who somebody is. They get it with the context, so that tests can make it predictable. */
export interface Auth {
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
  newAccessToken(viewer: Viewer): Promise<{ readonly accessToken: string; readonly expiresIn: number }>;
  /** Who the token speaks for; null if it is expired, altered or not ours. */
  readAccessToken(token: string): Promise<Viewer | null>;
}

export interface AuthOptions {
  readonly jwtSecret: string;
  /** Secrets that `jwtSecret` replaces: tokens signed with them are read until they expire. */
  readonly formerJwtSecrets?: readonly string[];
  readonly now?: (() => Date) | undefined;
  readonly newSecret?: (() => string) | undefined;
  readonly passwordCost?: PasswordCost | undefined;
}

export function createAuth(options: AuthOptions): Auth {
  const { jwtSecret, now, newSecret = tokens.newSecret, passwordCost: cost = passwordCost } = options;
  const accessTokens = createAccessTokens({ secret: jwtSecret, ...(now && { now }) });
  const readable = [
    accessTokens,
    ...(options.formerJwtSecrets ?? []).map((secret) => createAccessTokens({ secret, ...(now && { now }) })),
  ];
  return {
    hashPassword: (plain) => hashPassword(plain, cost),
    verifyPassword,
    verifyAgainstNothing: (plain) => verifyAgainstNothing(plain, cost),
    newSecret,
    hashSecret: tokens.hashSecret,
    secretMatches: tokens.secretMatches,
    formatRefreshToken: tokens.formatRefreshToken,
    parseRefreshToken: tokens.parseRefreshToken,
    async newAccessToken(viewer) {
      const { token, expiresIn } = await accessTokens.sign(
        viewer.kind === 'USER'
          ? { kind: 'user', sub: viewer.id, epoch: viewer.sessionEpoch }
          : { kind: 'contractor', sub: viewer.id, epoch: 0 },
      );
      return { accessToken: token, expiresIn };
    },
    async readAccessToken(token) {
      for (const signed of readable) {
        try {
          const { kind, sub, epoch } = await signed.verify(token);
          return kind === 'user'
            ? { kind: 'USER', id: sub, sessionEpoch: epoch }
            : { kind: 'CONTRACTOR', id: sub };
        } catch (error) {
          if (!(error instanceof AccessTokenError)) throw error;
        }
      }
      return null;
    },
  };
}
