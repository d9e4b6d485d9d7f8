import { hash } from '@node-rs/argon2';
import { expect, test } from 'vitest';
import {
  hashPassword,
  longestPassword,
  PasswordTooLongError,
  verifyAgainstNothing,
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
  const stored = await hashPassword('correct horse');
  const fastest = async (attempt: () => Promise<boolean>): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < 7; round++) {
      // Of the processor: what else the machine does is none of it.
      const start = process.cpuUsage();
      expect(await attempt()).toBe(false);
      times.push(process.cpuUsage(start).user);
    }
    return Math.min(...times);
  };
  const wrongPassword = await fastest(() => verifyPassword(stored, 'wrong'));
  const unknownUser = await fastest(() => verifyAgainstNothing('wrong'));
  expect(unknownUser / wrongPassword).toBeGreaterThan(0.5);
  expect(unknownUser / wrongPassword).toBeLessThan(2);
});
