/** How a job is held back where it slows storage down. */

import { expect, test } from 'vitest';
import { Pace } from '../../src/cli/migrate/pace.js';

function wrote(pace: Pace, ms: number, times = 40) {
  for (let at = 0; at < times; at++) pace.wrote(ms, false);
}

test('does not wait while writes take what they usually take', () => {
  const pace = new Pace();
  expect(pace.next()).toBe(0);
  wrote(pace, 8);
  expect(pace.next()).toBe(0);
  wrote(pace, 14);
  expect(pace.next()).toBe(0);
});

test('pauses twice as long while writes take much longer, up to a bound, and shrinks the pause by and by', () => {
  const pace = new Pace();
  wrote(pace, 5);
  wrote(pace, 80);
  expect([pace.next(), pace.next(), pace.next()]).toEqual([25, 50, 100]);
  for (let at = 0; at < 10; at++) pace.next();
  expect(pace.next()).toBe(2000);
  wrote(pace, 5, 60);
  expect([pace.next(), pace.next()]).toEqual([1990, 1980]);
});

test('one that is throttled is a sign, and its time is none', () => {
  const pace = new Pace();
  wrote(pace, 5);
  pace.wrote(5000, true);
  expect([pace.next(), pace.next(), pace.next()]).toEqual([25, 15, 5]);
});
