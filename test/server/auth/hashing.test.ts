import { expect, test } from 'vitest';
import { Hashing } from '../../../src/server/auth/hashing.js';

test('so many hashes run at once and no more, in the order they came', async () => {
  const hashing = new Hashing(2);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const hash = (name: number) => async () => {
    begun.push(name);
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running -= 1;
    return name;
  };
  const names = Array.from({ length: 20 }, (_, name) => name);
  expect(await Promise.all(names.map((name) => hashing.run(hash(name))))).toEqual(names);
  expect(begun).toEqual(names);
  expect(most).toBe(2);
});

test('a hash that fails lets the next one through', async () => {
  const hashing = new Hashing(1);
  const failing = hashing.run(() => Promise.reject(new Error('no')));
  const next = hashing.run(async () => 'done');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('done');
});

test('where too many wait further ones are refused at once', async () => {
  const hashing = new Hashing(1);
  let end = () => {};
  const held = new Promise<void>((done) => {
    end = done;
  });
  const all = Array.from({ length: 257 }, () => hashing.run(() => held));
  await expect(hashing.run(() => held)).rejects.toMatchObject({ extensions: { code: 'OVERLOADED' } });
  end();
  await Promise.all(all);
});
