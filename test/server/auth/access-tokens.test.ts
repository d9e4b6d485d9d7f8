import { decodeJwt, decodeProtectedHeader, type JWTHeaderParameters, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { AccessTokenError, createAccessTokens } from '../../../src/server/auth/access-tokens.js';

const secret = 'a secret of at least thirty-two bytes';
const key = new TextEncoder().encode(secret);
const claims = { sub: 'user-1', kind: 'user', epoch: 3, sid: 'session-1' } as const;
const start = new Date('2026-01-01T00:00:00Z');
const at = (seconds: number) => (): Date => new Date(start.getTime() + seconds * 1000);
const tokens = createAccessTokens({ secret, now: at(0) });

/** Verifies `token` and gives the reason why it was refused. */
function refusal(token: string, verifier = tokens): string {
  try {
    verifier.verify(token);
    return 'accepted';
  } catch (error) {
    return error instanceof AccessTokenError ? error.reason : String(error);
  }
}

/** A token as ours would be, but for what is given. */
function forge(changes: {
  header?: Partial<JWTHeaderParameters>;
  payload?: Record<string, unknown>;
  key?: Uint8Array;
}): Promise<string> {
  const seconds = start.getTime() / 1000;
  const payload = {
    ...claims,
    iss: 'tableloom',
    aud: 'tableloom',
    iat: seconds,
    exp: seconds + 900,
    ...changes.payload,
  };
  const header = { alg: 'HS256', typ: 'at+jwt', ...changes.header };
  return new SignJWT(payload).setProtectedHeader(header).sign(changes.key ?? key);
}

test('a token gives back its claims and says how long it is good', () => {
  const { token, expiresIn } = tokens.sign(claims);
  expect(expiresIn).toBe(900);
  expect(tokens.verify(token)).toEqual(claims);
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'at+jwt' });
  expect(decodeJwt(token)).toEqual({
    ...claims,
    iss: 'tableloom',
    aud: 'tableloom',
    iat: start.getTime() / 1000,
    exp: start.getTime() / 1000 + 900,
  });
});

test('bytes and their text are the same secret', () => {
  const { token } = createAccessTokens({ secret: key, now: at(0) }).sign(claims);
  expect(tokens.verify(token)).toEqual(claims);
});

test('a token expires, with a few seconds for clocks that differ', () => {
  const { token } = createAccessTokens({ secret, ttlSeconds: 60, now: at(0) }).sign(claims);
  const verifyAt = (seconds: number) => refusal(token, createAccessTokens({ secret, now: at(seconds) }));
  expect(verifyAt(59)).toBe('accepted');
  expect(verifyAt(64)).toBe('accepted');
  expect(verifyAt(66)).toBe('expired');
});

test('only an authentic token is said to have expired', async () => {
  const stale = { exp: start.getTime() / 1000 - 100 };
  expect(refusal(await forge({ payload: stale }))).toBe('expired');
  expect(refusal(await forge({ payload: stale, key: new Uint8Array(32) }))).toBe('invalid');
});

test('the forger of these tests forges well', async () => {
  expect(refusal(await forge({}))).toBe('accepted');
});

describe('refused as invalid:', () => {
  test('a token whose claims were changed', () => {
    const { token } = tokens.sign({ ...claims, sub: 'user-2' });
    const [header, payload, signature] = token.split('.');
    const altered = Buffer.from(JSON.stringify({ ...decodeJwt(token), sub: 'user-1' })).toString('base64url');
    expect(refusal([header, altered, signature].join('.'))).toBe('invalid');
    expect(refusal([header, payload, `${signature?.slice(0, -2)}AA`].join('.'))).toBe('invalid');
    expect(refusal([header, payload, ''].join('.'))).toBe('invalid');
  });

  test('a token without a signature (alg none)', () => {
    const unsecured = new UnsecuredJWT({ ...claims })
      .setIssuer('tableloom')
      .setAudience('tableloom')
      .setIssuedAt(start)
      .setExpirationTime(at(900)())
      .encode();
    expect(refusal(unsecured)).toBe('invalid');
  });

  test.each([
    ['another key', { key: new Uint8Array(32) }],
    ['another algorithm with the same key', { header: { alg: 'HS512' }, key: new Uint8Array(64) }],
    ['another kind of JWT', { header: { typ: 'JWT' } }],
    ['another issuer', { payload: { iss: 'somebody' } }],
    ['another audience', { payload: { aud: 'somebody' } }],
    ['no end', { payload: { exp: undefined } }],
    ['no subject', { payload: { sub: undefined } }],
    ['an empty subject', { payload: { sub: '' } }],
    ['no epoch', { payload: { epoch: undefined } }],
    ['an epoch that is no whole number', { payload: { epoch: 0.5 } }],
    ['an epoch that is text', { payload: { epoch: '3' } }],
    ['an unknown kind', { payload: { kind: 'robot' } }],
    ['no session', { payload: { sid: undefined } }],
    ['a time to begin that has not come', { payload: { nbf: start.getTime() / 1000 + 60 } }],
  ])('a token with %s', async (_name, changes) => {
    expect(refusal(await forge(changes))).toBe('invalid');
  });

  test('HS512 with the very key', async () => {
    const long = 'x'.repeat(64);
    const forged = await forge({ header: { alg: 'HS512' }, key: new TextEncoder().encode(long) });
    expect(refusal(forged, createAccessTokens({ secret: long, now: at(0) }))).toBe('invalid');
  });

  test.each(['', '.', '..', 'a.b.c', 'Bearer x', '{}', 'é.é.é'])('%j', (token) => {
    expect(refusal(token)).toBe('invalid');
  });
});

test('the error does not tell which way a token is wrong', () => {
  expect(() => tokens.verify('a.b.c')).toThrow(new AccessTokenError('invalid'));
  expect(() => tokens.verify('a.b.c')).toThrow('The access token is not valid.');
});

test('a secret of less than 32 bytes is refused, and so is a lifetime that is none', () => {
  expect(() => createAccessTokens({ secret: 'x'.repeat(31) })).toThrow(RangeError);
  expect(() => createAccessTokens({ secret: new Uint8Array(31) })).toThrow(RangeError);
  expect(() => createAccessTokens({ secret: 'é'.repeat(16) })).not.toThrow();
  for (const ttlSeconds of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => createAccessTokens({ secret, ttlSeconds })).toThrow(RangeError);
  }
});
