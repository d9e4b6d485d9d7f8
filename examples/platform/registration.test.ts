/** Part C of the design: a user and the lookup of the address are there together, or neither is. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { Dice } from '../../test/support/dice.js';
import { awkwardTexts, type ExampleServer } from '../../test/support/examples.js';
import { runs } from '../../test/support/runs.js';
import { now, openPlatform } from './test/server.js';

let server: ExampleServer;
beforeAll(async () => {
  server = await openPlatform();
});
afterAll(() => server.close());

const register = (email: string, userId?: string) =>
  server.codeOf('register', {
    input: { email, fullName: 'Somebody', ...(userId === undefined ? {} : { userId }) },
  });
const found = (userId: string, email: string) => server.ask('getUserAndEmail', { userId, email });

test('registered, found by id and by address, deleted; whatever the address holds', async () => {
  for (const text of awkwardTexts) {
    const [userId, email] = [`u${text}`, `${text}@example.com`.trim().toLowerCase()];
    const user = { userId, email, fullName: '#', createdAt: now, version: 1 };
    expect(
      await server.ask('register', { input: { userId, email: ` ${email.toUpperCase()} `, fullName: '#' } }),
    ).toEqual({
      ...user,
      email: ` ${email.toUpperCase()} `.trim().toLowerCase(),
    });
    const { email: kept } = (await server.ask('user', { userId })) as { readonly email: string };
    expect(await server.ask('emailLookup', { email: ` ${kept} ` })).toEqual({ email: kept, userId });
    expect(await server.ask('userByEmail', { email: kept })).toEqual({ ...user, email: kept });
    expect(await found(userId, kept)).toEqual({
      user: { ...user, email: kept },
      emailLookup: { email: kept, userId },
    });
    expect(server.operations).toEqual(['BatchGetItem', 'TransactWriteItems']);
    expect(await server.ask('deleteUserWithEmail', { userId, email: kept })).toEqual({
      ...user,
      email: kept,
    });
    expect(await found(userId, kept)).toEqual({ user: null, emailLookup: null });
  }
});

test('each condition holds: nothing is written where one does not', async () => {
  expect(await register('one@example.com', 'one')).toBeUndefined();
  expect(await register('two@example.com', 'two')).toBeUndefined();
  expect(await register('ONE@example.com', 'three')).toBe('EMAIL_TAKEN');
  expect(await found('three', 'one@example.com')).toMatchObject({
    user: null,
    emailLookup: { userId: 'one' },
  });
  expect(await register('three@example.com', 'one')).toBe('USER_EXISTS');
  expect(await server.ask('emailLookup', { email: 'three@example.com' })).toBeNull();

  const remove = (userId: string, email: string) => server.codeOf('deleteUserWithEmail', { userId, email });
  expect(await remove('one', 'nobody@example.com')).toBe('NOT_FOUND');
  expect(await remove('nobody', 'one@example.com')).toBe('NOT_FOUND');
  expect(await remove('one', 'two@example.com')).toBe('NOT_THEIRS');
  expect(await found('one', 'one@example.com')).toMatchObject({
    user: { userId: 'one' },
    emailLookup: { userId: 'one' },
  });
  expect(await remove('one', 'one@example.com')).toBeUndefined();
  expect(await register('one@example.com', 'three')).toBeUndefined();
});

test('of registrations that race for one address, one wins', async () => {
  for (let round = 0; round < runs(8); round++) {
    const email = `race-${round}@example.com`;
    const racers = Array.from({ length: 8 }, (_, at) => `racer ${round} ${at}`);
    const codes = await Promise.all(racers.map((userId) => register(email, userId)));
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(codes.filter((code) => code === 'EMAIL_TAKEN')).toHaveLength(7);
    const winner = racers[codes.indexOf(undefined)];
    expect(await server.ask('emailLookup', { email })).toEqual({ email, userId: winner });
    for (const userId of racers)
      expect(await server.ask('user', { userId }, ['userId'])).toEqual(userId === winner ? { userId } : null);
  }
});

test('while they are registered and deleted, both are seen or neither', async () => {
  const dice = new Dice(3);
  const pause = () => new Promise((resolve) => setTimeout(resolve, dice.below(8)));
  const [userId, email] = ['flicker', 'flicker@example.com'];
  const flickering = (async () => {
    for (let round = 0; round < runs(25); round++) {
      await register(email, userId);
      await pause();
      await server.codeOf('deleteUserWithEmail', { userId, email });
      await pause();
    }
  })();
  let isOver = false;
  void flickering.finally(() => {
    isOver = true;
  });
  const seen = new Set<string>();
  while (!isOver) {
    const { user, emailLookup } = (await found(userId, email)) as Record<'user' | 'emailLookup', unknown>;
    expect(user === null).toBe(emailLookup === null);
    seen.add(user === null ? 'neither' : 'both');
  }
  await flickering;
  expect(seen).toEqual(new Set(['both', 'neither']));
});
