import { Buffer } from 'node:buffer';
import { createSecretKey } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';

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
}

/** A signed token and for how many seconds from now it is good. */
export interface SignedAccessToken {
  readonly token: string;
  readonly expiresIn: number;
}

export interface AccessTokens {
  sign(claims: AccessClaims): Promise<SignedAccessToken>;
  /** Rejects with {@link AccessTokenError}. */
  verify(token: string): Promise<AccessClaims>;
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

  constructor(reason: 'expired' | 'invalid', cause?: unknown) {
    super(reason === 'expired' ? 'The access token has expired.' : 'The access token is not valid.', {
      cause,
    });
    this.reason = reason;
  }
}

const algorithm = 'HS256';
// Says what the token is for, so that another JWT signed with the same key is not taken for one (RFC 9068).
const type = 'at+jwt';
const issuer = 'tableloom';
const audience = 'tableloom';
const shortestSecret = 32;
/** Seconds that the clocks of two servers may differ by. */
const clockTolerance = 5;

/**
 * Signs and verifies access tokens: JWTs that are read without asking the database, so they live for a short time only.
 * Throws RangeError on a secret that is too short, or a lifetime that is not a whole number of seconds above zero.
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

  return {
    async sign({ sub, kind, epoch }) {
      const issuedAt = Math.floor(now().getTime() / 1000);
      const token = await new SignJWT({ kind, epoch })
        .setProtectedHeader({ alg: algorithm, typ: type })
        .setSubject(sub)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ttlSeconds)
        .sign(key);
      return { token, expiresIn: ttlSeconds };
    },

    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm],
          typ: type,
          issuer,
          audience,
          clockTolerance,
          currentDate: now(),
          requiredClaims: ['exp', 'iat'],
        });
        return readClaims(payload);
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error;
        throw new AccessTokenError(error instanceof errors.JWTExpired ? 'expired' : 'invalid', error);
      }
    },
  };
}

function readClaims({ sub, kind, epoch }: JWTPayload): AccessClaims {
  if (typeof sub !== 'string' || sub === '') throw new AccessTokenError('invalid');
  if (kind !== 'user' && kind !== 'contractor') throw new AccessTokenError('invalid');
  if (typeof epoch !== 'number' || !Number.isSafeInteger(epoch)) throw new AccessTokenError('invalid');
  return { sub, kind, epoch };
}
