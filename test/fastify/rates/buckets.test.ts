import { expect, test } from 'vitest';
import { Buckets, draftOf, waitOf } from '../../../src/fastify/rates/buckets.js';

const rate = { points: 10, perSeconds: 5 };

function bucket() {
  let now = 1_000_000;
  const buckets = new Buckets(2, () => now);
  return {
    buckets,
    pass(milliseconds: number) {
      now += milliseconds;
    },
    /** How long until they are there, in milliseconds; 0 where they were taken. */
    take(points: number, key = 'a') {
      const draft = draftOf(points, rate);
      return waitOf(draft, buckets.take(key, draft));
    },
  };
}

test('has so many points at once, and as many again in so many seconds', () => {
  const { take, pass } = bucket();
  expect([take(6), take(4), take(1), take(3)]).toEqual([0, 0, 500, 1500]);
  pass(499);
  expect(take(1)).toBe(1);
  pass(1);
  expect([take(1), take(1)]).toEqual([0, 500]);
  pass(60_000);
  expect([take(10), take(1)]).toEqual([0, 500]);
});

test('is taken whole by what costs more than there is, and only when it is full', () => {
  const { take, pass } = bucket();
  expect([take(1), take(1000)]).toEqual([0, 500]);
  pass(500);
  expect([take(1000), take(1)]).toEqual([0, 500]);
});

test('counts what others took of it, and forgets what was not used for longest', () => {
  const { buckets, take } = bucket();
  buckets.raise('a', 5000);
  buckets.raise('a', 100);
  expect(take(1, 'a')).toBe(500);
  take(10, 'b');
  take(10, 'c');
  expect([take(1, 'a'), take(1, 'c')]).toEqual([0, 500]);
});
