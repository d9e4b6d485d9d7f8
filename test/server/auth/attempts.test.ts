import { expect, test } from 'vitest';
import { createAuth } from '../../../src/server/auth/auth.js';

test('eight sign-ins run at once, further ones wait, and of too many the rest is refused', async () => {
  const auth = createAuth({ jwtSecret: 'the secret of access tokens in tests' });
  let [running, most] = [0, 0];
  const release: (() => void)[] = [];
  const signIn = (at: number) =>
    auth.attempt({ account: `a${at}`, address: `192.0.2.${at % 250}` }, async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => release.push(resolve));
      running -= 1;
      return at;
    });
  const all = Promise.allSettled(Array.from({ length: 300 }, (_, at) => signIn(at)));
  let isOver = false;
  void all.then(() => {
    isOver = true;
  });
  while (!isOver) {
    for (const end of release.splice(0)) end();
    await new Promise(setImmediate);
  }
  const refused = (await all).filter(({ status }) => status === 'rejected');
  expect(most).toBe(8);
  expect(refused).toHaveLength(300 - 8 - 256);
  for (const { reason } of refused as PromiseRejectedResult[])
    expect(reason).toMatchObject({ extensions: { code: 'OVERLOADED' } });
});
