import { Buffer } from 'node:buffer';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits as 43 characters of base64url: nobody guesses it, so whoever has it may use it. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * What is stored of a secret: its SHA-256, in hexadecimal. Meant for secrets of {@link newSecret} alone. They have too
 * many bits to be searched, so neither salt nor slow hash is needed, and a record can be found by its hash.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether `hash` was made from `secret`, in a time that does not tell how much of it is right. */
export function secretMatches(secret: string, hash: string): boolean {
  const actual = Buffer.from(hashSecret(secret));
  const expected = Buffer.from(hash);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/** A refresh token's two parts. The id finds the record; the secret, of which that keeps a hash, proves the right to it. */
export interface RefreshTokenParts {
  readonly tokenId: string;
  readonly secret: string;
}

const refreshToken = /^([\w-]{1,64})\.([\w-]{43})$/;

/** `<tokenId>.<secret>`, as the client gets it. Throws TypeError on parts that {@link parseRefreshToken} would refuse. */
export function formatRefreshToken({ tokenId, secret }: RefreshTokenParts): string {
  const token = `${tokenId}.${secret}`;
  if (!refreshToken.test(token)) throw new TypeError('These are not the parts of a refresh token.');
  return token;
}

/** The parts of what a client sent; undefined, and never an exception, if it cannot be a refresh token. */
export function parseRefreshToken(token: unknown): RefreshTokenParts | undefined {
  if (typeof token !== 'string') return undefined;
  const [, tokenId, secret] = refreshToken.exec(token) ?? [];
  return tokenId === undefined || secret === undefined ? undefined : { tokenId, secret };
}
