import { Buffer } from 'node:buffer';
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

/**
 * Who an access token speaks for. What they may do is not in it: a role read from the record behind `sub` is never out
 * of date.
 */
export interface AccessClaims {
  /** Id of the user or contractor. */
  readonly sub: string;
  readonly kind: 'user' | 'contractor';
  /** A whole number. Once the one in the record is another, the token is good for nothing, however long it has to live. */
  readonly epoch: number;
  /** Of a user: the session the token was given in. Once that has ended, the token is good for nothing either. */
  readonly sid?: string;
}

/** A signed token and for how many seconds from now it is good. */
export interface SignedAccessToken {
  readonly token: string;
  readonly expiresIn: number;
}

export interface AccessTokens {
  sign(claims: AccessClaims): SignedAccessToken;
  /** Throws {@link AccessTokenError}. */
  verify(token: string): AccessClaims;
}

export interface AccessTokenOptions {
  /** The key, at least 32 bytes: as long as the hash it keys (RFC 7518, section 3.2). Text counts as UTF-8. */
  readonly secret: Uint8Array | string;
  readonly ttlSeconds?: number;
  readonly now?: () => Date;
}

/** `expired`: it was good once; get a new one. `invalid`: it never was, or not here. Which way it is wrong is not told. */
export class AccessTokenError extends Error {
  override readonly name = 'AccessTokenError';
  readonly reason: 'expired' | 'invalid';

  constructor(reason: 'expired' | 'invalid') {
    super(reason === 'expired' ? 'The access token has expired.' : 'The access token is not valid.');
    this.reason = reason;
  }
}

/**
 * The one header there is, so that no token chooses how it is verified. `typ` says what the token is for: another JWT
 * signed with the same key is not taken for one (RFC 9068).
 */
const header = encoded({ alg: 'HS256', typ: 'at+jwt' });
const issuer = 'tableloom';
const audience = 'tableloom';
const shortestSecret = 32;
/** Seconds that the clocks of two servers may differ by. */
const clockTolerance = 5;

/**
 * Signs and verifies access tokens: JWTs that are read without asking the database, so they live for a short time only.
 * Both are computed at once, in microseconds: work handed to Node's thread pool would wait behind the hashing of
 * passwords. Throws RangeError on a secret that is too short, or a lifetime that is not a whole number of seconds above
 * zero.
 */
export function createAccessTokens({
  secret,
  ttlSeconds = 15 * 60,
  now = () => new Date(),
}: AccessTokenOptions): AccessTokens {
  const bytes = typeof secret === 'string' ? Buffer.from(secret) : secret;
  if (bytes.byteLength < shortestSecret) {
    throw new RangeError(`The secret of access tokens must have at least ${shortestSecret} bytes.`);
  }
  if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds <= 0) {
    throw new RangeError('The lifetime of access tokens must be a whole number of seconds above zero.');
  }
  const key = createSecretKey(bytes);
  const signed = (content: string) =>
    `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
  const seconds = () => Math.floor(now().getTime() / 1000);

  return {
    sign(claims) {
      const iat = seconds();
      const payload = { ...claims, iss: issuer, aud: audience, iat, exp: iat + ttlSeconds };
      return { token: signed(`${header}.${encoded(payload)}`), expiresIn: ttlSeconds };
    },

    verify(token) {
      const [first, payload = ''] = token.split('.', 2);
      if (first !== header || !isSame(token, signed(`${header}.${payload}`)))
        throw new AccessTokenError('invalid');
      return readClaims(payload, seconds());
    },
  };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** In a time that does not tell where they differ. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Of a token that is authentic. */
function readClaims(payload: string, now: number): AccessClaims {
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const { iss, aud, iat, exp, nbf = 0, sub, kind, epoch, sid } = claims;
  const isOurs = iss === issuer && aud === audience;
  const isDated = typeof iat === 'number' && typeof exp === 'number' && typeof nbf === 'number';
  if (!isOurs || !isDated || nbf > now + clockTolerance) throw new AccessTokenError('invalid');
  if (exp <= now - clockTolerance) throw new AccessTokenError('expired');
  if (typeof sub !== 'string' || sub === '') throw new AccessTokenError('invalid');
  if (typeof epoch !== 'number' || !Number.isSafeInteger(epoch)) throw new AccessTokenError('invalid');
  if (kind === 'contractor') return { sub, kind, epoch };
  if (kind !== 'user' || typeof sid !== 'string' || sid === '') throw new AccessTokenError('invalid');
  return { sub, kind, epoch, sid };
}
