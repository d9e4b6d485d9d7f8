import { hash } from '@node-rs/argon2';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  hashPassword,
  longestPassword,
  PasswordTooLongError,
  passwordCost,
  verifyPassword,
  worthlessCost,
} from '../../../src/server/auth/passwords.js';

const cheap = (plain: string): Promise<string> => hashPassword(plain, worthlessCost);

test('a password is hashed with Argon2id at the cost OWASP asks for', async () => {
  expect(await hashPassword('correct horse')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test('a hash knows its password and no other', async () => {
  const stored = await cheap('correct horse');
  expect(await verifyPassword(stored, 'correct horse')).toBe(true);
  expect(await verifyPassword(stored, 'correct horsf')).toBe(false);
  expect(await verifyPassword(stored, '')).toBe(false);
});

test('the same password never gives the same hash', async () => {
  expect(await cheap('correct horse')).not.toBe(await cheap('correct horse'));
});

test('how a keyboard composes a character makes no difference', async () => {
  const stored = await cheap('caf\u00e9 \ufb01n');
  expect(await verifyPassword(stored, 'cafe\u0301 fin')).toBe(true);
});

test('every byte of the longest password counts, and a longer one is refused', async () => {
  const longest = 'x'.repeat(longestPassword);
  const stored = await cheap(longest);
  expect(await verifyPassword(stored, longest)).toBe(true);
  expect(await verifyPassword(stored, `${longest.slice(0, -1)}y`)).toBe(false);
  expect(await verifyPassword(stored, `${longest}x`)).toBe(false);
  await expect(cheap(`${longest}x`)).rejects.toThrow(PasswordTooLongError);
  await expect(cheap('é'.repeat(longestPassword / 2 + 1))).rejects.toThrow(PasswordTooLongError);
});

test('a longer one is not even looked at when a user signs in', async () => {
  const tooLong = 'x'.repeat(longestPassword + 1);
  expect(await verifyPassword(await hash(tooLong, worthlessCost), tooLong)).toBe(false);
});

test('a password that composing makes too long is refused', async () => {
  await expect(cheap('\ufdfa'.repeat(100))).rejects.toThrow(PasswordTooLongError);
});

test.each(['', 'secret', '$2b$10$abcdefghijklmnopqrstuv', '$argon2id$v=19$m=19456'])(
  'a stored %j matches nothing, and nothing is thrown',
  async (stored) => {
    expect(await verifyPassword(stored, 'secret')).toBe(false);
    expect(await verifyPassword(stored, '')).toBe(false);
  },
);

test('an unknown user costs as much as a wrong password', async () => {
  const work: object[] = [];
  const { hashPassword, verifyPassword, verifyAgainstNothing } = await withArgon2((argon2) => ({
    hash(plain, cost) {
      work.push({ plain, ...cost });
      return argon2.hash(plain, cost);
    },
    verify(stored, plain) {
      const { memoryCost, timeCost, parallelism } = argon2.parseOptions(String(stored));
      work.push({ plain, memoryCost, timeCost, parallelism });
      return argon2.verify(stored, plain);
    },
  }));
  const stored = await hashPassword('correct horse');
  work.length = 0;
  expect(await verifyPassword(stored, 'wrong')).toBe(false);
  expect(await verifyAgainstNothing('wrong')).toBe(false);
  expect(work).toEqual([
    { plain: 'wrong', ...passwordCost },
    { plain: 'wrong', ...passwordCost },
  ]);
});

type Argon2 = typeof import('@node-rs/argon2');

/** What is tested here, with some functions of Argon2 in the place of its own. */
async function withArgon2(replaced: (argon2: Argon2) => Partial<Argon2>) {
  vi.resetModules();
  vi.doMock('@node-rs/argon2', async (original) => {
    const argon2 = await original<Argon2>();
    return { ...argon2, ...replaced(argon2) };
  });
  onTestFinished(() => {
    vi.doUnmock('@node-rs/argon2');
    vi.resetModules();
  });
  return import('../../../src/server/auth/passwords.js');
}
