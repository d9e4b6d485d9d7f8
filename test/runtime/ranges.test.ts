import fc from 'fast-check';
import {
  type Bounds,
  bucketsOf,
  compareKeys,
  integer,
  rangeOf,
  type SortRange,
  shardOf,
  shards,
  text,
} from 'tableloom/runtime/generated';
import { expect, test } from 'vitest';
import { successor, within } from '../../src/runtime/keys/ranges.js';
import { runs } from '../support/runs.js';

const numRuns = runs(3000);
const value = fc
  .array(fc.constantFrom('a', 'b', '#', '$', ' ', '\u0000', '😀', '\uffff', '\u{10ffff}', '\ud7ff'), {
    maxLength: 3,
  })
  .map((parts) => parts.join(''));
const bound = fc.option(value, { nil: undefined, freq: 2 });
const bounds = fc.record({ from: bound, to: bound, after: bound, before: bound, prefix: bound });
const head = fc.constantFrom('', 'A#', 'v', 'A#B$S#', '\u{10ffff}');

const encodedBounds = (given: Bounds): Bounds =>
  Object.fromEntries(
    Object.entries(given).map(([name, bound]) => [name, bound == null ? bound : text(bound)]),
  );

/** The order of values, as text sorts them. */
const order = (a: string, b: string) => compareKeys(text(a), text(b));

const matches = (given: Bounds, at: string) =>
  (given.from == null || order(at, given.from) >= 0) &&
  (given.to == null || order(at, given.to) <= 0) &&
  (given.after == null || order(at, given.after) > 0) &&
  (given.before == null || order(at, given.before) < 0) &&
  (given.prefix == null || at.startsWith(given.prefix));

test('a range holds just the keys of its head whose value lies within all bounds', () => {
  fc.assert(
    fc.property(bounds, head, fc.boolean(), value, value, (given, head, terminated, at, rest) => {
      const key = `${head}${text(at)}${terminated ? `#${text(rest)}` : ''}`;
      // DynamoDB stores no empty key.
      fc.pre(key !== '');
      expect(within(rangeOf(encodedBounds(given), { head, terminated }), key)).toBe(matches(given, at));
    }),
    { numRuns },
  );
});

test('a range never reaches keys outside of its head', () => {
  const foreign = fc.constantFrom('@', 'A', 'A"', 'A$S', 'AA#', 'B', 'A#A', 'w', 'u', 'v', 'a', '\u{10ffff}');
  fc.assert(
    fc.property(bounds, head, fc.boolean(), foreign, (given, head, terminated, key) => {
      if (!key.startsWith(head))
        expect(within(rangeOf(encodedBounds(given), { head, terminated }), key)).toBe(false);
    }),
    { numRuns },
  );
});

test('a range is never inverted: nothing between its ends is empty', () => {
  fc.assert(
    fc.property(bounds, head, fc.boolean(), (given, head, terminated) => {
      const range = rangeOf(encodedBounds(given), { head, terminated });
      if (range.kind !== 'between') return;
      const end = range.below ?? range.to;
      if (range.from !== undefined && end !== undefined) expect(compareKeys(range.from, end)).toBeLessThan(0);
      expect(Object.values(range)).not.toContain('');
    }),
    { numRuns },
  );
});

test('the simplest range that will do is given', () => {
  const given = (bounds: Bounds, head = 'A#', terminated = true): SortRange =>
    rangeOf(bounds, { head, terminated });
  expect(given({})).toEqual({ kind: 'prefix', prefix: 'A#' });
  expect(given({ from: null, to: undefined }, '')).toEqual({ kind: 'between' });
  expect(given({ prefix: 'jo' })).toEqual({ kind: 'prefix', prefix: 'A#jo' });
  expect(given({ from: 'x', to: 'x' }, 'A#', false)).toEqual({ kind: 'equals', value: 'A#x' });
  expect(given({ from: 'x' })).toEqual({ kind: 'between', from: 'A#x', below: 'A$' });
  expect(given({ to: 'x' }, '')).toEqual({ kind: 'between', below: 'x$' });
  expect(given({ from: 'b', to: 'a' })).toEqual({ kind: 'empty' });
  expect(given({ after: 'a', before: 'a' })).toEqual({ kind: 'empty' });
  expect(given({ after: integer(1), to: integer(2) })).toEqual({
    kind: 'between',
    from: 'A#0000000001$',
    below: 'A#0000000002$',
  });
});

test('keys are compared as DynamoDB compares them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      fc.pre(!/[\ud800-\udfff]/u.test(a + b));
      expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }),
    { numRuns },
  );
  expect([compareKeys(2, 10), compareKeys('2', '10')].map(Math.sign)).toEqual([-1, 1]);
});

test('a successor lies above everything that begins alike, and nothing lies between', () => {
  expect([successor('A#'), successor('a\ud7ff'), successor('a\u{10ffff}'), successor('\u{10ffff}')]).toEqual([
    'A$',
    'a\ue000',
    'b',
    undefined,
  ]);
});

test('shards are those of the published hash, whatever the text', () => {
  // Test vectors of FNV-1a, 32 bits: "", "a", "foobar" (Fowler, Noll, Vo).
  expect(['', 'a', 'foobar'].map((text) => shardOf(text, 2 ** 32))).toEqual([
    0x811c9dc5, 0xe40c292c, 0xbf9cf968,
  ]);
  expect(shardOf('é😀', 2 ** 32)).toBe(shardOf(Buffer.from('é😀').toString('utf8'), 2 ** 32));
  const counts = [0, 0, 0, 0];
  for (let n = 0; n < 8000; n++) {
    const shard = shardOf(`user-${n}`, 4);
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  for (const count of counts) expect(count).toBeGreaterThan(1800);
  expect(shards(2, (shard) => `USER#${shard}`)).toEqual({ kind: 'merge', keys: ['USER#0', 'USER#1'] });
});

test('buckets cover the time asked for, in the order of the query', () => {
  const now = new Date('2026-03-15T10:30:00.000Z');
  expect(bucketsOf('month', { now, across: 4, descending: true })).toEqual([
    '2026-03',
    '2026-02',
    '2026-01',
    '2025-12',
  ]);
  expect(bucketsOf('month', { now, across: 4, descending: false, from: '2026-02-10' })).toEqual([
    '2026-02',
    '2026-03',
  ]);
  expect(
    bucketsOf('day', { now, across: 9, descending: true, from: '2024-02-28', to: '2024-03-01' }),
  ).toEqual(['2024-03-01', '2024-02-29', '2024-02-28']);
  expect(bucketsOf('hour', { now, across: 2, descending: false, to: '2026-01-01T00:30:00Z' })).toEqual([
    '2025-12-31T23',
    '2026-01-01T00',
  ]);
  expect(bucketsOf('year', { now, across: 3, descending: true, to: '0001-05-05' })).toEqual(['0001', '0000']);
  expect(bucketsOf('month', { now, across: 3, descending: true, from: '2026-05-01' })).toEqual([]);
  expect(() => bucketsOf('month', { now, across: 24, descending: true, from: '2010-01-01' })).toThrow(
    expect.objectContaining({
      code: 'RANGE_TOO_WIDE',
      message: 'The range spans 195 months; one query crosses at most 24.',
    }) as Error,
  );
});

test('each bucket of a window is the bucket of its moments', () => {
  const at = fc.date({ min: new Date('1600-01-01'), max: new Date('2400-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(
      at,
      fc.constantFrom('year' as const, 'month' as const, 'day' as const, 'hour' as const),
      (now, unit) => {
        const buckets = bucketsOf(unit, { now, across: 30, descending: false });
        expect(buckets).toEqual([...buckets].sort());
        expect(new Set(buckets).size).toBe(30);
        expect(now.toISOString().startsWith(buckets.at(-1) ?? '-')).toBe(true);
      },
    ),
    { numRuns: runs(500) },
  );
});
