/**
 * Promise P3 at size: among adversarial tuples no two share a key, under templates as the generator writes them. A
 * Set over n distinct tuples compares n·(n-1)/2 pairs; the smallest n here gives more than a million.
 */

import { KeyError } from 'tableloom/runtime';
import {
  type AnyEncoding,
  day,
  decimal,
  enumValue,
  flag,
  hour,
  integer,
  invertedDecimal,
  invertedFlag,
  invertedInteger,
  invertedTime,
  month,
  pad,
  text,
  time,
  unpack,
  year,
} from 'tableloom/runtime/generated';
import { expect, test } from 'vitest';
import { safeInteger } from '../../src/runtime/keys/encodings.js';
import { Dice } from '../support/dice.js';
import { runs } from '../support/runs.js';

const tuples = 2000 * Math.max(1, Math.floor(Math.sqrt(runs(1))));
const pairs = (tuples * (tuples - 1)) / 2;

const byBytes = (a: string, b: string) => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));

function randomFrom(number: number): (below: number) => number {
  const dice = new Dice(number);
  return (below) => dice.below(below);
}

const pick = <T>(random: (below: number) => number, values: readonly T[]): T =>
  values[random(values.length)] as T;

/** What delimiters, escapes and other keys are made of. */
const fragments = [
  ...['#', '$', '{', '}', '$S', '$T', '$$', '##', '$0', '%', '"', ' ', '!', '&', '~', '-', ':', '|', '+'],
  ...['\u0000', '\u0001', '\n', '\u001f', '\u0022', '\u0023', '\u0024', '\u0025', '\u007f', '\u0080'],
  ...[
    '\ud7ff',
    '\ue000',
    '\ufffd',
    '\uffff',
    '\u{10000}',
    '\u{10ffff}',
    '😀',
    'é',
    'e\u0301',
    'İ',
    'ß',
    'Σ',
    'ς',
  ],
  ...['USER#', '#METADATA', 'METADATA', 'ORDER#', 'true', 'false', 'null', '0', '00', '-', '1501:125', '9'],
  ...['2026-02-28', '2026-02-28T23:59:59.999Z', 'a', 'A', 'aa', 'ab'],
];
const texts = (random: (below: number) => number): string =>
  Array.from({ length: random(5) }, () => pick(random, fragments)).join('');

const integers = [
  ...[0, -0, 1, -1, 9, 10, 11, 99, 100, -9, -10, -11, -99, -100, 999_999_999, 1_000_000_000],
  ...[2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 2, 1 - 2 ** 31],
];
const decimals = [
  ...[0, -0, 0.1, -0.1, 0.3, 0.1 + 0.2, 1e21, 1e-7, 123456789012345680000, 9.999999999999998, 10, 100, -10],
  ...[
    5e-324,
    -5e-324,
    2.2250738585072014e-308,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.EPSILON,
    1 + 2 ** -52,
  ],
  ...[1.25, 12.5, 125, -1.25, -12.5, -125, 1.2, 1.21, 1.211, -1.2, -1.21, -1.211],
];
const moments = ['0000', '1900', '1999', '2000', '2024', '2026', '2100', '9999'].flatMap((at) =>
  [
    ...['01-01', '01-31', '02-28', '03-01', '04-30', '05-01', '06-30', '10-31', '11-30', '12-31'],
    ...(at === '2024' || at === '2000' || at === '0000' ? ['02-29'] : []),
  ].flatMap((date) =>
    ['00:00:00.000', '00:00:00.001', '09:59:59.999', '10:00:00.000', '23:59:59.999'].map(
      (clock) => `${at}-${date}T${clock}Z`,
    ),
  ),
);
const small = (random: (below: number) => number) =>
  pick(random, [0, 1, 9, 10, 99, 100, 999, 1000, 99_999, 100_000, 999_999, random(1_000_000)]);

interface Hole {
  readonly encode: AnyEncoding;
  readonly value: (random: (below: number) => number) => unknown;
}

const textHole: Hole = { encode: text, value: texts };
const enumHole: Hole = { encode: enumValue, value: (random) => pick(random, ['A', 'AB', 'ABC', 'A_B', 'B']) };
const integerHole: Hole = {
  encode: integer,
  value: (random) => pick(random, [...integers, random(2 ** 31), -random(2 ** 31)]),
};
const safeHole: Hole = {
  encode: safeInteger,
  value: (random) =>
    pick(random, [...integers, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 53 - 2, 1 - 2 ** 52]),
};
const decimalHole: Hole = {
  encode: decimal,
  value: (random) => pick(random, [...decimals, random(2000) / 100 - 10, 10 ** (random(600) - 300)]),
};
const flagHole: Hole = { encode: flag, value: (random) => random(2) === 0 };
const timeHole: Hole = { encode: time, value: (random) => pick(random, moments) };
const padHole: Hole = { encode: pad(6), value: small };

/** As the generator writes them: literals and holes, `#` after each hole. */
const templates: readonly (readonly (string | Hole)[])[] = [
  ['USER#', textHole],
  [textHole, '#', textHole],
  ['USER#', textHole, '#', textHole, '#', textHole],
  ['ORDER#', textHole, '#METADATA#', textHole],
  [textHole, '#', integerHole, '#', textHole],
  [integerHole, '#', decimalHole, '#', textHole],
  [textHole, '#', decimalHole, '#', decimalHole],
  [enumHole, '#', flagHole, '#', timeHole, '#', textHole],
  [timeHole, '#', textHole, '#', integerHole],
  [padHole, '#', textHole, '#', flagHole],
  [{ ...integerHole, encode: invertedInteger }, '#', textHole],
  [{ ...decimalHole, encode: invertedDecimal }, '#', { ...timeHole, encode: invertedTime }, '#', textHole],
  [{ ...flagHole, encode: invertedFlag }, '#', textHole, '#', safeHole],
];

const plainZero = (value: unknown) => (value === 0 ? 0 : value);

test.each(
  templates.map(
    (template, at) =>
      [template.map((part) => (typeof part === 'string' ? part : '{}')).join(''), template, at] as const,
  ),
)('no two tuples share the key %s, and each is read back', (_, template, at) => {
  const random = randomFrom(at + 1);
  const holes = template.filter((part) => typeof part !== 'string');
  const unpacked = template.map((part) => (typeof part === 'string' ? part : part.encode));
  const known = new Set<string>();
  const keys = new Set<string>();
  // Some templates hold few tuples of short values: longer ones are made then.
  for (let round = 0; keys.size < tuples; round++) {
    const values = holes.map(({ value }) => plainZero(value(random)));
    if (round > tuples) {
      const text = values.findIndex((value, index) => holes[index] === textHole && typeof value === 'string');
      values[text] = `${String(values[text])}${texts(random)}`;
    }
    const tuple = JSON.stringify(values);
    if (known.has(tuple)) continue;
    known.add(tuple);
    let next = 0;
    const key = template
      .map((part) => (typeof part === 'string' ? part : part.encode(values[next++] as never)))
      .join('');
    if (keys.has(key)) expect.fail(`${tuple} has the key of another tuple: ${key}`);
    keys.add(key);
    expect(unpack(key, unpacked)).toEqual(values);
  }
  expect(keys.size).toBe(tuples);
  expect(pairs).toBeGreaterThan(1_000_000);
});

test('tuples that are one another’s beginnings or differ in where they are divided have keys of their own', () => {
  const values = [
    ...[
      '',
      '#',
      '$',
      '$S',
      '##',
      'a',
      'a#',
      '#a',
      'a#b',
      'a$Sb',
      'a$',
      'b',
      'ab',
      '\u0000',
      'a\u0000',
      'METADATA',
    ],
    ...fragments.slice(0, 22),
  ];
  const keys = new Set<string>();
  let count = 0;
  for (const a of values) {
    for (const b of values) {
      for (const c of values.slice(0, 12)) {
        keys.add(`X#${text(a)}#${text(b)}#Y#${text(c)}`);
        count += 1;
      }
    }
  }
  // Two of the fragments are in the first list as well.
  const distinct = new Set(values).size;
  expect(keys.size).toBe(distinct * distinct * 12);
  expect(count).toBeGreaterThan(1500);
});

test('half a surrogate pair is refused wherever it stands: every one of them is the same text to DynamoDB', () => {
  for (const half of ['\ud800', '\udbff', '\udc00', '\udfff']) {
    for (const value of [half, `a${half}`, `${half}#`, `😀${half}`, `${half}😀`])
      expect(() => text(value)).toThrow(KeyError);
  }
});

const byCodePoint = (a: string, b: string) => {
  const [x, y] = [Array.from(a), Array.from(b)];
  for (const [at, character] of x.entries()) {
    const other = y[at];
    if (other === undefined) return 1;
    const difference = (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(x.length - y.length) || 0;
};
const byNumber = (a: unknown, b: unknown) => Math.sign(Number(a) - Number(b)) || 0;
const byText = (a: unknown, b: unknown) => byCodePoint(String(a), String(b));
const backwards = (compare: typeof byNumber) => (a: unknown, b: unknown) => compare(b, a);

const orders: readonly (readonly [string, Hole, (a: unknown, b: unknown) => number])[] = [
  ['text', textHole, byText],
  ['an enum, by its names', enumHole, byText],
  ['integers', integerHole, byNumber],
  ['safe integers', safeHole, byNumber],
  ['decimals', decimalHole, byNumber],
  ['booleans', flagHole, byNumber],
  ['moments', timeHole, byText],
  ['padded integers', padHole, byNumber],
  ['inverted integers', { ...integerHole, encode: invertedInteger }, backwards(byNumber)],
  ['inverted decimals', { ...decimalHole, encode: invertedDecimal }, backwards(byNumber)],
  ['inverted booleans', { ...flagHole, encode: invertedFlag }, backwards(byNumber)],
  ['inverted moments', { ...timeHole, encode: invertedTime }, backwards(byText)],
];

test.each(orders)('keys of %s, sorted by bytes, lie in the order of their values', (_, hole, compare) => {
  const random = randomFrom(77);
  const values = Array.from({ length: tuples }, () => plainZero(hole.value(random)));
  const sorted = values
    .map((value) => ({ value, key: `X#${hole.encode(value as never)}#${text(texts(random))}` }))
    .sort((a, b) => byBytes(a.key, b.key));
  // Where neighbours are in order, all pairs are.
  for (const [at, { value }] of sorted.entries()) {
    const before = sorted[at - 1];
    if (before && compare(before.value, value) > 0)
      expect.fail(`${String(before.value)} sorts before ${String(value)}`);
  }
  for (const value of values) expect(hole.encode.decode(hole.encode(value as never))).toEqual(value);
});

test('buckets of moments lie in their order, and never further apart than the moments', () => {
  const sorted = [...moments].sort();
  for (const bucket of [year, month, day, hour]) {
    const keys = sorted.map((moment) => bucket(moment));
    expect(keys.toSorted(byBytes)).toEqual(keys);
    expect(new Set(keys).size).toBe(new Set(sorted.map((moment) => moment.slice(0, keys[0]?.length))).size);
  }
});

test('a padded number is its digits, and what does not fit is refused', () => {
  expect([pad(1)(7), pad(6)(42), pad(6)(999_999), pad(6)(-0)]).toEqual(['7', '000042', '999999', '000000']);
  expect(pad(16)(Number.MAX_SAFE_INTEGER)).toBe('9007199254740991');
  for (const value of [-1, 1_000_000, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])
    expect(() => pad(6)(value), String(value)).toThrow(KeyError);
  for (const value of [null, undefined, '1', new Date(0)])
    expect(() => pad(6)(value as never), String(value)).toThrow(KeyError);
  for (const encoded of ['', '42', '0000042', '-00042', '00004x'])
    expect(() => pad(6).decode(encoded), encoded).toThrow(KeyError);
  expect(() => pad(16).decode('9999999999999999')).toThrow(KeyError);
  for (const digits of [0, 17, 1.5, Number.NaN]) expect(() => pad(digits)).toThrow(RangeError);
});

test('inverted values read well, and what has no place in a key is refused', () => {
  expect([invertedInteger(42), invertedInteger(0), invertedInteger(-42)]).toEqual([
    '-9999999957',
    '0000000000',
    '0000000042',
  ]);
  expect(invertedTime('2026-01-31T09:30:00.000Z')).toBe('7973-98-68T90:69:99.999Z');
  expect([invertedFlag(true), invertedFlag(false)]).toEqual(['false', 'true']);
  const refused: [AnyEncoding, unknown[]][] = [
    [invertedInteger, [null, undefined, '1', 0.5, 2 ** 40]],
    [invertedDecimal, [null, undefined, '1', Number.NaN, Number.NEGATIVE_INFINITY]],
    [invertedFlag, [null, undefined, 0]],
    [invertedTime, [null, undefined, 'today', 0, new Date(Number.NaN)]],
  ];
  for (const [encode, values] of refused) {
    for (const value of values) expect(() => encode(value as never), String(value)).toThrow(KeyError);
  }
  expect(() => invertedTime.decode('2026-01-31T09:30:00.000Z')).toThrow(KeyError);
});
