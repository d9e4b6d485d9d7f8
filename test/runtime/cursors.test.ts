import fc from 'fast-check';
import { Database, type IndexQuery, type Key } from 'tableloom/runtime';
import type { IndexRef } from 'tableloom/runtime/generated';
import { expect, test } from 'vitest';
import { decodeFields, encodeFields } from '../../src/runtime/read/cursor/bytes.js';
import { Cursors, identityOf } from '../../src/runtime/read/cursor/cursors.js';
import { bucketsIn, type Position } from '../../src/runtime/read/cursor/positions.js';
import { CursorSealer } from '../../src/runtime/read/cursor/sealing.js';
import { runs } from '../support/runs.js';
import { gsi1, lsi1, type Member, members, own } from './support/domain.js';
import { openDatabase, secret } from './support/engine.js';

const query = (values: Partial<IndexQuery<Member>> = {}): IndexQuery<Member> => ({
  pattern: 'members',
  entity: members,
  index: gsi1,
  partitions: { kind: 'one', key: 'P' },
  descending: false,
  covering: { kind: 'all' },
  page: { default: 10, max: 100 },
  ...values,
});

const cursors = (query: IndexQuery<Member>, ...secrets: string[]) =>
  new Cursors(new CursorSealer(secrets.length > 0 ? secrets : [secret]), query, identityOf(query));

const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const partitions = fc.constantFrom<IndexQuery<Member>['partitions']>(
  { kind: 'one', key: 'P' },
  { kind: 'merge', keys: ['P#0', 'P#1', 'P#2'] },
  {
    kind: 'sequence',
    keys: [
      ['B2#0', 'B2#1'],
      ['B1#0', 'B1#1'],
    ],
  },
);
const index = fc.constantFrom<IndexRef>(gsi1, lsi1, own);

const place = fc
  .tuple(partitions, index, key, key, key, fc.nat(5), fc.nat(5))
  .map(([partitions, index, sort, pk, sk, b, s]) => {
    const buckets = bucketsIn(partitions);
    const bucket = b % buckets.length;
    const shard = s % (buckets[bucket]?.length ?? 1);
    const base: Key = {
      PK: index === gsi1 ? pk : (buckets[bucket]?.[shard]?.key ?? ''),
      SK: index === own ? sort : sk,
    };
    const position: Position = { bucket, shard, sort, base };
    return { query: query({ partitions, index }), position };
  });

test('a cursor gives back its position, is always the same, and is nothing but letters, digits, - and _', () => {
  fc.assert(
    fc.property(place, ({ query, position }) => {
      const cursor = cursors(query).cursor(position);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(cursors(query).cursor(position)).toBe(cursor);
      expect(cursors(query).position(cursor, 'after')).toEqual(position);
    }),
    { numRuns: runs(500) },
  );
});

test('a cursor tells nothing: it holds no part of a key, and a similar position looks different', () => {
  const at = (sort: string): Position => ({
    bucket: 0,
    shard: 0,
    sort,
    base: { PK: 'USER#secret', SK: 'METADATA' },
  });
  const [one, two] = [cursors(query()).cursor(at('1')), cursors(query()).cursor(at('2'))];
  expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('secret');
  expect(one.slice(0, 8)).not.toBe(two.slice(0, 8));
  expect(one.length).toBeLessThan(70);
});

function bad(query: IndexQuery<Member>, cursor: string, ...secrets: string[]): void {
  expect(() => cursors(query, ...secrets).position(cursor, 'before'), cursor.slice(0, 40)).toThrow(
    expect.objectContaining({
      code: 'BAD_CURSOR',
      extensions: { code: 'BAD_CURSOR', argument: 'before' },
    }) as Error,
  );
}

test('texts that end alike are told once, and no text is lost', () => {
  const texts = fc.array(
    fc.oneof(
      fc
        .tuple(fc.string({ unit: 'binary' }), fc.constantFrom('#0198f2a4', '😀😀😀', '', '日本語#'))
        .map(([a, b]) => a + b),
      fc.double({ noNaN: true }).map((value) => value + 0),
    ),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(texts, (fields) => {
      expect(decodeFields(encodeFields(fields))).toEqual(fields);
    }),
    { numRuns: runs(500) },
  );
  expect(encodeFields(['a#0198f2a4', 'USER#0198f2a4']).length).toBeLessThan(20);
});

test('an altered, truncated, extended or invented cursor is refused', () => {
  fc.assert(
    fc.property(place, fc.nat(), fc.nat(63), ({ query, position }, at, by) => {
      const cursor = cursors(query).cursor(position);
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      const where = at % cursor.length;
      const other = alphabet[by] as string;
      if (cursor[where] !== other) bad(query, cursor.slice(0, where) + other + cursor.slice(where + 1));
      bad(query, cursor.slice(0, where));
      bad(query, cursor + other);
      bad(query, `${cursor}=`);
    }),
    { numRuns: runs(300) },
  );
  fc.assert(
    fc.property(fc.string(), (junk) => bad(query(), junk)),
    { numRuns: runs(300) },
  );
  for (const junk of [
    '',
    'null',
    'A'.repeat(100_000),
    '%%%%',
    Buffer.alloc(16).toString('base64url'),
    Buffer.alloc(40).toString('base64url'),
  ]) {
    bad(query(), junk);
  }
});

test('a cursor is good only for the field and the arguments it was issued for', () => {
  const filter = (value: string) => ({
    expression: '#a = :a',
    names: { '#a': 'a' },
    values: { ':a': value },
  });
  const issued = query({ sort: { kind: 'prefix', prefix: 'x' }, filter: filter('1') });
  const position: Position = { bucket: 0, shard: 0, sort: 'x1', base: { PK: 'a', SK: 'b' } };
  const cursor = cursors(issued).cursor(position);
  const others: Partial<IndexQuery<Member>>[] = [
    { pattern: 'others' },
    { layout: '0a1b2c3d' },
    { index: { ...gsi1, name: 'GSI9' } },
    { partitions: { kind: 'one', key: 'Q' } },
    { partitions: { kind: 'merge', keys: ['P'] } },
    { sort: { kind: 'prefix', prefix: 'x1' } },
    { sort: { kind: 'between' } },
    { descending: true },
    { filter: filter('2') },
  ];
  for (const other of others) bad({ ...issued, ...other }, cursor);
  const { filter: _, ...unfiltered } = issued;
  bad(unfiltered, cursor);
  bad(issued, cursor, 'another secret, long enough too');
  expect(cursors(issued).position(cursor, 'after')).toEqual(position);
});

test('a bound of 0 is not the absence of one', () => {
  const position: Position = { bucket: 0, shard: 0, sort: 1, base: { PK: 'a', SK: 'b' } };
  const from = query({ sort: { kind: 'between', from: 0 } });
  const cursor = cursors(from).cursor(position);
  bad(query({ sort: { kind: 'between' } }), cursor);
  bad(query({ sort: { kind: 'between', to: 0 } }), cursor);
  expect(cursors(from).position(cursor, 'after')).toEqual(position);
});

test('a secret can be replaced while cursors sealed with it are in use', () => {
  const position: Position = { bucket: 0, shard: 0, sort: 's', base: { PK: 'a', SK: 'b' } };
  const [old, next] = ['the old secret of this test', 'the new secret of this test'];
  const cursor = cursors(query(), old).cursor(position);
  expect(cursors(query(), next, old).position(cursor, 'after')).toEqual(position);
  expect(cursors(query(), next, old).cursor(position)).toBe(cursors(query(), next).cursor(position));
  bad(query(), cursor, next);
});

test('a secret that can be guessed is refused', async () => {
  const { client } = await openDatabase();
  for (const cursorSecrets of [[], ['short'], ['long enough, this one is', '']]) {
    expect(() => new Database({ client, tables: {}, cursorSecrets })).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION' }) as Error,
    );
  }
});

test('a cursor of a bucketed query stays good while the clock moves its window, and for no other owner', () => {
  const windowOf = (owner: string, ...months: string[]): IndexQuery<Member> =>
    query({
      partitions: {
        kind: 'sequence',
        keys: months.map((month) => [`${owner}#${month}#0`, `${owner}#${month}#1`]),
      },
      binding: owner,
    });
  const issued = windowOf('A', '2026-02', '2026-01');
  const position: Position = { bucket: 1, shard: 1, sort: 's', base: { PK: 'a', SK: 'b' } };
  const cursor = cursors(issued).cursor(position);
  expect(cursors(windowOf('A', '2026-03', '2026-02', '2026-01')).position(cursor, 'after')).toEqual({
    ...position,
    bucket: 2,
  });
  bad(windowOf('A', '2026-03', '2026-02'), cursor);
  bad(windowOf('B', '2026-02', '2026-01'), cursor);
  bad({ ...windowOf('B', '2026-02', '2026-01'), binding: 'A' }, cursor);
});
