import fc from 'fast-check';
import { KeyError } from 'tableloom/runtime';
import {
  type AnyEncoding,
  day,
  decimal,
  declared,
  type Encoding,
  enumValue,
  flag,
  fold,
  hour,
  integer,
  invertedSafeInteger,
  invertedTime,
  invertedTimeEnd,
  invertedTimePrefix,
  month,
  reverse,
  safeInteger,
  text,
  time,
  timeEnd,
  timePrefix,
  unpack,
  year,
} from 'tableloom/runtime/generated';
import { expect, test } from 'vitest';

import { checkKey } from '../../src/runtime/keys/limits.js';
import type { Key } from '../../src/runtime/types.js';
import { runs } from '../support/runs.js';
import { table } from './support/domain.js';

const numRuns = runs(2000);

/** As DynamoDB compares keys. */
const byBytes = (a: string, b: string) => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** Text of what is likely to be mistaken for something else. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '#',
        '$',
        ' ',
        '"',
        '!',
        '%',
        '&',
        '\u0000',
        '\u001f',
        '$S',
        '$$',
        '##',
        '\ufffd',
        '\uffff',
        '\u{10ffff}',
        '😀',
        '𝒳',
        'é',
        'ß',
        'İ',
        'ς',
        'Σ',
        'a',
        'A',
        'z',
        '~',
        '\u007f',
        '\ud7ff',
        '\ue000',
      ),
      fc.string({ unit: 'binary', maxLength: 2 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))
  .filter((value) => !/[\ud800-\udfff]/u.test(value));

const moment = fc.date({
  min: new Date('0000-01-01T00:00:00.000Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});
const double = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    10,
    9.999999999999998,
    0.1,
    5e-324,
    Number.MIN_VALUE,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    1e21,
    123456789012345680000,
  ),
  fc.integer().map((n) => n / 100),
);

/** How the order of two values is to be. */
const byCodePoint = (a: string, b: string) => {
  const [x, y] = [Array.from(a, (c) => c.codePointAt(0) ?? 0), Array.from(b, (c) => c.codePointAt(0) ?? 0)];
  const at = x.findIndex((point, index) => point !== y[index]);
  if (at === -1) return x.length < y.length ? -1 : 0;
  return (x[at] ?? 0) < (y[at] ?? -1) ? -1 : 1;
};
const backwards = (value: string) => Array.from(value).reverse().join('');
const byValue = (a: number | boolean, b: number | boolean) => Math.sign(Number(a) - Number(b)) || 0;
const byTime = (a: Date, b: Date) => Math.sign(a.getTime() - b.getTime());

function keepsItsPromises<T>(
  name: string,
  encode: Encoding<T, unknown>,
  values: fc.Arbitrary<T>,
  compare: (a: T, b: T) => number,
) {
  test(`${name}: different values have different keys, in the order of the values, also with more text after them`, () => {
    fc.assert(
      fc.property(values, values, hostile, hostile, (a, b, restOfA, restOfB) => {
        const [x, y] = [encode(a), encode(b)];
        expect(byBytes(x, y)).toBe(compare(a, b));
        if (compare(a, b) !== 0)
          expect(byBytes(`${x}#${text(restOfA)}`, `${y}#${text(restOfB)}`)).toBe(compare(a, b));
      }),
      { numRuns },
    );
  });

  test(`${name}: an encoded value holds no delimiter and no blank, and is read back`, () => {
    fc.assert(
      fc.property(values, (value) => {
        const encoded = encode(value);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(encoded).not.toMatch(/[\u0000-\u0023]/);
        expect(encode.decode(encoded)).toEqual(
          value instanceof Date ? value.toISOString() : value === 0 ? 0 : value,
        );
      }),
      { numRuns },
    );
  });
}

keepsItsPromises('text', text, hostile, byCodePoint);
keepsItsPromises('reverse', reverse, hostile, (a, b) => byCodePoint(backwards(a), backwards(b)));
keepsItsPromises('enumValue', enumValue, hostile, byCodePoint);
keepsItsPromises(
  'integer',
  integer,
  fc.oneof(fc.integer(), fc.constantFrom(0, -1, 1, 2 ** 31 - 1, -(2 ** 31))),
  byValue,
);
keepsItsPromises(
  'safeInteger',
  safeInteger,
  fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -3, max: 3 })),
  byValue,
);
keepsItsPromises('decimal', decimal, double, byValue);
keepsItsPromises('invertedSafeInteger', invertedSafeInteger, fc.maxSafeInteger(), (a, b) => byValue(b, a));
const states = ['OPEN', 'HELD', 'DONE', 'A'];
keepsItsPromises('declared', declared(states), fc.constantFrom(...states), (a, b) =>
  byValue(states.indexOf(a), states.indexOf(b)),
);
keepsItsPromises('flag', flag, fc.boolean(), byValue);
keepsItsPromises('time', time as Encoding<Date, string>, moment, byTime);

test('keys read well where nothing needs escaping', () => {
  expect(text('ada@example.com')).toBe('ada@example.com');
  expect(text('a#b $c')).toBe('a$Sb$P$Tc');
  expect([integer(42), integer(-1), integer(-2)]).toEqual(['0000000042', '-9999999998', '-9999999997']);
  expect([decimal(12.5), decimal(-12.5), decimal(0), decimal(0.001)]).toEqual([
    '1501:125',
    '-498:874~',
    '0',
    '1497:1',
  ]);
  expect(time(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
});

test('folded text is the same for any case, is folded once, and keeps its order', () => {
  fc.assert(
    fc.property(hostile, hostile, (a, b) => {
      const folded = fold.decode(fold(a));
      expect(fold(folded)).toBe(fold(a));
      expect(byBytes(fold(a), fold(b))).toBe(byCodePoint(folded, fold.decode(fold(b))));
      expect(fold(a)).toBe(fold(a.normalize('NFD')));
    }),
    { numRuns },
  );
  expect(new Set(['ΟΔΟΣ', 'οδος', 'οδοσ'].map((word) => fold(word))).size).toBe(1);
  expect(fold('ΟΔΟΣΑ').startsWith(fold('ΟΔΟΣ'))).toBe(true);
  expect(fold('Ada@Example.COM')).toBe('ada@example.com');
  expect(fold('straße')).not.toBe(fold('STRASSE'));
});

test('texts with one ending begin alike when reversed, and half a surrogate pair stays refused', () => {
  fc.assert(
    fc.property(hostile, hostile, (value, ending) => {
      expect(reverse(value + ending).startsWith(reverse(ending))).toBe(true);
      expect(reverse(value).startsWith(reverse(ending))).toBe(value.endsWith(ending));
    }),
    { numRuns },
  );
  expect(reverse('api.example.org')).toBe('gro.elpmaxe.ipa');
  expect(() => reverse('a\udc00\ud800')).toThrow(KeyError);
});

test('a beginning of a text encodes to a beginning of its key', () => {
  fc.assert(
    fc.property(hostile, fc.nat(6), (value, length) => {
      const prefix = Array.from(value).slice(0, length).join('');
      expect(text(value).startsWith(text(prefix))).toBe(true);
    }),
    { numRuns },
  );
});

test('buckets of time are the beginnings of moments, in UTC, and take themselves', () => {
  fc.assert(
    fc.property(moment, (at) => {
      const iso = at.toISOString();
      for (const [bucket, length] of [
        [year, 4],
        [month, 7],
        [day, 10],
        [hour, 13],
      ] as const) {
        expect(bucket(at)).toBe(iso.slice(0, length));
        expect(bucket(bucket(iso))).toBe(bucket(at));
        expect(bucket.decode(bucket(at))).toBe(bucket(at));
      }
    }),
    { numRuns },
  );
  expect(month('2026-01-31T23:30:00-05:00')).toBe('2026-02');
});

test('the beginning of a moment is the beginning of its key', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date(Date.UTC(9999, 0)), noInvalidDate: true }),
      fc.nat(24),
      (at, length) => {
        const iso = at.toISOString();
        expect(time(at).startsWith(timePrefix(iso.slice(0, length)))).toBe(true);
        expect(invertedTime(at).startsWith(invertedTimePrefix(iso.slice(0, length)))).toBe(true);
      },
    ),
    { numRuns },
  );
  for (const wrong of [
    'today',
    '2026-1-31',
    '2026-01-31 ',
    '2026-01-31T09:30:00.000Z#',
    '2026-13',
    '2026-02-3',
    '2026-02-29',
    '2026-01-31T24',
  ])
    expect(() => timePrefix(wrong), wrong).toThrow(KeyError);
  expect(timePrefix('2026-04-3')).toBe('2026-04-3');
  expect(timePrefix('2026-01-31T09:30+01:00')).toBe('2026-01-31T08:30');
});

test('a day is an end with all of it before, a moment is one by itself', () => {
  expect(timeEnd('2026-01-31')).toBe('2026-01-31T23:59:59.999Z');
  expect(timeEnd('2026-01-31T10:00+01:00')).toBe('2026-01-31T09:00:00.000Z');
  expect(timeEnd(new Date('2026-01-31'))).toBe('2026-01-31T00:00:00.000Z');
  expect(invertedTimeEnd('2026-01-31')).toBe(invertedTime('2026-01-31T23:59:59.999Z'));
  for (const wrong of ['2026-02-30', '2026-01', 'today'])
    expect(() => timeEnd(wrong), wrong).toThrow(KeyError);
});

test('moments are taken in any ISO form with a zone, to the millisecond', () => {
  const same = [
    '2026-01-31T09:30:00Z',
    '2026-01-31T09:30:00.000Z',
    '2026-01-31T10:30+01:00',
    '2026-01-31t09:30:00.0001z',
    '2026-01-31T09:30:00,000Z',
  ];
  expect(new Set(same.map((form) => time(form)))).toEqual(new Set(['2026-01-31T09:30:00.000Z']));
  expect(time('2024-02-29')).toBe('2024-02-29T00:00:00.000Z');
});

test('what has no place in a key is refused', () => {
  const refused: [AnyEncoding, unknown[]][] = [
    [text, [null, undefined, 1, 'a\ud800', '\udc00b', '\udc00\ud800', new Date(0)]],
    [fold, [null, undefined, '\ud800']],
    [enumValue, [null, undefined]],
    [integer, [null, undefined, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31 + 1, -(2 ** 40), '1']],
    [safeInteger, [null, 2 ** 53, -(2 ** 53), 0.5, '1']],
    [decimal, [null, undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '1']],
    [flag, [null, undefined, 0, 'true']],
    [
      time,
      [
        null,
        undefined,
        '',
        'today',
        '2026-02-29',
        '2026-13-01',
        '2026-01-31T09:30:00',
        '2026-01-31T24:00:00Z',
        '2026-04-31T00:00:00.000Z',
        '2026-00-10T00:00:00.000Z',
        '2026-01-00T00:00:00.000Z',
        '2026-01-31T09:60:00.000Z',
        '2026-01-31 09:30:00Z',
        new Date(Number.NaN),
        new Date(8.64e15),
        '+010000-01-01T00:00:00.000Z',
        '0000-01-01T00:00:00+01:00',
        '9999-12-31T23:59:59-01:00',
        0,
        '20x6-01-01T00:00:00.000Z',
      ],
    ],
    [month, [null, '2026-13', '2026-1', '2026', 'abcdefg']],
    [hour, ['2026-01-31T24', '2026-01-31Tab']],
  ];
  for (const [encode, values] of refused) {
    for (const value of values) expect(() => encode(value as never), String(value)).toThrow(KeyError);
  }
});

test('text an encoding never gives is not decoded', () => {
  const refused: [AnyEncoding, string[]][] = [
    [text, ['a#b', 'a b', '$', '$U', 'a$', '$s']],
    [integer, ['1', '00000000001', '-0000000000x', '-9999999999', '9999999999', 'abcdefghij', '']],
    [safeInteger, ['0', '9999999999999999', '-9999999999999999']],
    [decimal, ['1', '-0', '1501:1250', '1501:', '1999:1', '-498:874', '1501:125~', '']],
    [flag, ['TRUE', '', '1']],
    [time, ['2026-01-31', '2026-01-31T09:30:00Z']],
    [month, ['2026-13', '2026-01-31', '']],
  ];
  for (const [encode, values] of refused) {
    for (const encoded of values) expect(() => encode.decode(encoded), encoded).toThrow(KeyError);
  }
});

const hole = fc.oneof(
  hostile.map((value) => ({ value, encode: text as AnyEncoding })),
  fc.integer().map((value) => ({ value, encode: integer as AnyEncoding })),
  moment.map((at) => ({ value: at.toISOString(), encode: time as AnyEncoding })),
);

test('a key is read back by its template, and by no other of the same form', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('A', 'B#C', 'USER'), hole), { minLength: 1, maxLength: 4 }),
      (parts) => {
        const template = parts.flatMap(([literal, { encode }], at) => [
          `${at === 0 ? '' : '#'}${literal}#`,
          encode,
        ]);
        const key = parts
          .map(
            ([literal, { encode, value }], at) =>
              `${at === 0 ? '' : '#'}${literal}#${encode(value as never)}`,
          )
          .join('');
        expect(unpack(key, template)).toEqual(parts.map(([, { value }]) => value));
        expect(unpack(`${key}#`, template)).toBeUndefined();
        expect(unpack(`X${key}`, template)).toBeUndefined();
        expect(unpack(key, [...template, '#Z'])).toBeUndefined();
      },
    ),
    { numRuns: runs(500) },
  );
  const [id, at, version] =
    unpack('USER#a$Sb#2026-01-31T09:30:00.000Z#V0000000007', ['USER#', text, '#', time, '#V', integer]) ?? [];
  const typed: readonly [string | undefined, string | undefined, number | undefined] = [id, at, version];
  expect(typed).toEqual(['a#b', '2026-01-31T09:30:00.000Z', 7]);
  expect(unpack('METADATA', ['METADATA'])).toEqual([]);
  expect(unpack('USER#1', ['USER#', integer])).toBeUndefined();
  expect(() => unpack('a-b', [text, '-', text])).toThrow(TypeError);
});

test('a key DynamoDB would refuse for its size is refused with the sizes', () => {
  const key = (PK: string, SK: string) => ({ PK, SK });
  expect(checkKey(key('x'.repeat(2048), 'y'.repeat(1024)), table)).toEqual(
    key('x'.repeat(2048), 'y'.repeat(1024)),
  );
  // Clients know fields only; the cause tells developers of the server the attribute.
  const refused = (given: Key, message: string, cause: string) =>
    expect(() => checkKey(given, table)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(message),
        cause: new Error(`the key attribute ${cause}`),
      }),
    );
  refused(key('é'.repeat(1025), 'y'), '2050 bytes of at most 2048', 'PK has 2050 bytes');
  refused(key('x', 'y'.repeat(1025)), '1025 bytes of at most 1024', 'SK has 1025 bytes');
  refused(key('', 'y'), 'is empty', 'PK is empty');
  refused({ PK: 'x' }, 'is missing', 'SK is missing');
});

test('a part of time that there is not is refused by its own name', () => {
  const refused = (encode: (value: string) => string, value: string, message: string) =>
    expect(() => encode(value), value).toThrow(new KeyError(message));
  for (const value of ['2024-13', '2024-00', '0000000', '', 'January', '2024-1', '2024-02-30T00:00:00Z'])
    refused(month, value, 'A month is needed, such as 2026-01, or a moment.');
  for (const value of ['2024-02-30', '2023-02-29', '2024-2-1'])
    refused(day, value, 'A day is needed, such as 2026-01-31, or a moment.');
  for (const value of ['2024-01-01T25', '2024-01-01T', '2024-01-01 09'])
    refused(hour, value, 'An hour is needed, such as 2026-01-31T09, or a moment.');
  for (const value of ['twelve', '20266', '-001'])
    refused(year, value, 'A year is needed, such as 2026, or a moment.');
  expect(() => month(new Date(Number.NaN))).toThrow(KeyError);
});
