import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatRefreshToken,
  hashSecret,
  newSecret,
  parseRefreshToken,
  secretMatches,
} from '../../../src/server/auth/tokens.js';

const tokenId = '019a1b2c-3d4e-7f50-8a6b-123456789abc';

test('a secret has 256 bits and is new each time', () => {
  const secrets = new Set(Array.from({ length: 1000 }, newSecret));
  expect(secrets.size).toBe(1000);
  for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
});

test('a secret is stored as its SHA-256', () => {
  expect(hashSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('a secret matches its own hash alone', () => {
  const secret = newSecret();
  expect(secretMatches(secret, hashSecret(secret))).toBe(true);
  expect(secretMatches(newSecret(), hashSecret(secret))).toBe(false);
  expect(secretMatches(secret, secret)).toBe(false);
  expect(secretMatches(secret, '')).toBe(false);
  expect(secretMatches('', hashSecret(secret))).toBe(false);
  expect(secretMatches(secret, 'é'.repeat(32))).toBe(false);
});

test('a refresh token is read back into its parts', () => {
  const parts = { tokenId, secret: newSecret() };
  const token = formatRefreshToken(parts);
  expect(token).toBe(`${tokenId}.${parts.secret}`);
  expect(parseRefreshToken(token)).toEqual(parts);
});

test('parts that could not be read back are not formatted', () => {
  const secret = newSecret();
  expect(() => formatRefreshToken({ tokenId: 'a.b', secret })).toThrow(TypeError);
  expect(() => formatRefreshToken({ tokenId: '', secret })).toThrow(TypeError);
  expect(() => formatRefreshToken({ tokenId, secret: 'short' })).toThrow(TypeError);
});

test.each([
  ['nothing', ''],
  ['no secret', tokenId],
  ['an empty secret', `${tokenId}.`],
  ['no id', `.${'s'.repeat(43)}`],
  ['a short secret', `${tokenId}.${'s'.repeat(42)}`],
  ['a long secret', `${tokenId}.${'s'.repeat(44)}`],
  ['base64 instead of base64url', `${tokenId}.${'s'.repeat(42)}+`],
  ['three parts', `${tokenId}.${'s'.repeat(43)}.x`],
  ['a line end', `${tokenId}.${'s'.repeat(43)}\n`],
  ['a key separator in the id', `USER#1.${'s'.repeat(43)}`],
  ['a very long id', `${'i'.repeat(1_000_000)}.${'s'.repeat(43)}`],
  ['null', null],
  ['a symbol', Symbol('token')],
  ['an object', { toString: () => `${tokenId}.${'s'.repeat(43)}` }],
])('%s is no refresh token', (_name, token) => {
  expect(parseRefreshToken(token)).toBeUndefined();
});

test('whatever is parsed is what would be formatted', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[\w-]{1,5}\.[\w-]{42,44}$/),
  );
  fc.assert(
    fc.property(text, (token) => {
      const parts = parseRefreshToken(token);
      expect(parts === undefined || formatRefreshToken(parts) === token).toBe(true);
    }),
  );
});
