import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type KeyShape,
  overlapOf,
  type Piece,
  printValues,
} from '../../src/generator/check/overlap/overlap.js';
import { declaredAs, declaredValues } from '../../src/generator/encodings/declared.js';
import { widened } from '../../src/generator/encodings/texts.js';
import { runtimeEncoding, valueOfText } from '../../src/generator/encodings.js';
import * as keys from '../../src/runtime/keys/encodings.js';
import { runs } from '../support/runs.js';

/** A piece of a template, built with the runtime's own encodings. */
interface Hole {
  readonly field: string;
  readonly encode: (Piece & { kind: 'hole' })['encode'];
}

const enumValues = ['A', 'B', 'AB'];

/** Values that often overlap: one another, or the literals below. */
const samples = {
  text: ['', 'A', 'B', 'AB', '#', 'A#B', '$', 'a', '0', '2026', '2026-01', 'true', '0000000001'],
  enum: enumValues,
  integer: [0, 1, -1, 2 ** 31 - 1],
  safeInteger: [0, 1, -1, 2 ** 31, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER],
  small: [0, 1, 9],
  large: [0, 1, 10 ** 11],
  decimal: [0, 1, -1, 12.5, -0.25],
  boolean: [true, false],
  time: ['2026-01-01T00:00:00.000Z', '2026-02-28T23:59:59.999Z', '0000-02-29T00:00:00.000Z'],
} as const;
type Kind = keyof typeof samples;

interface Encoding {
  (value: unknown): string;
  decode(text: string): unknown;
}

/** The functions that generated code calls. */
function encodingOf(encode: Hole['encode']): Encoding {
  const byName = new Map(Object.entries(keys));
  const [, digits] = /^pad\((\d+)\)$/.exec(encode) ?? [];
  if (digits !== undefined) return keys.pad(Number(digits)) as unknown as Encoding;
  const values = declaredValues(encode);
  if (values) return keys.declared(values) as unknown as Encoding;
  return byName.get(runtimeEncoding(encode)) as unknown as Encoding;
}

const kinds: Record<string, Kind> = {
  t: 'text',
  u: 'text',
  e: 'enum',
  i: 'integer',
  n: 'small',
  l: 'safeInteger',
  p: 'large',
  d: 'decimal',
  b: 'boolean',
  m: 'time',
};
const literals = ['A', 'B', '#', '', '2026', 'true', '0', '1', '-', 'a', 'A#B', '2026-01', '1500:1'];

/** A hole of every encoding. */
const holes: readonly Hole[] = [
  { field: 't', encode: 'text' },
  { field: 'u', encode: 'text' },
  { field: 't', encode: 'fold' },
  { field: 't', encode: 'reverse' },
  { field: 'e', encode: 'enum' },
  { field: 'e', encode: declaredAs(enumValues) },
  { field: 'i', encode: 'integer' },
  { field: 'd', encode: 'decimal' },
  { field: 'b', encode: 'boolean' },
  { field: 'm', encode: 'time' },
  { field: 'm', encode: 'year' },
  { field: 'm', encode: 'month' },
  { field: 'm', encode: 'day' },
  { field: 'm', encode: 'hour' },
  { field: 'n', encode: 'pad(1)' },
  { field: 'n', encode: 'pad(10)' },
  { field: 'n', encode: 'integer' },
  { field: 'l', encode: 'safeInteger' },
  { field: 'p', encode: 'safeInteger' },
  { field: 'p', encode: 'pad(12)' },
  { field: 'l', encode: 'invert(safeInteger)' },
  { field: 'i', encode: 'invert(integer)' },
  { field: 'd', encode: 'invert(decimal)' },
  { field: 'b', encode: 'invert(boolean)' },
  { field: 'm', encode: 'invert(time)' },
];
const hole = fc.constantFrom(...holes);

/** By the grammar: what follows a hole begins with `#`. */
const template: fc.Arbitrary<Piece[]> = fc
  .tuple(
    fc.constantFrom(...literals),
    fc.array(
      fc.tuple(
        fc.oneof({ weight: 8, arbitrary: hole }, fc.constant('shard' as const)),
        fc.constantFrom(...literals),
      ),
      { maxLength: 2 },
    ),
  )
  .map(([head, rest]) => {
    const pieces: Piece[] = head === '' ? [] : [{ kind: 'literal', text: head }];
    for (const [at, [each, literal]] of rest.entries()) {
      pieces.push(
        each === 'shard'
          ? { kind: 'shard', count: 2 }
          : { kind: 'hole', ...each, values: each.encode === 'enum' ? enumValues : [] },
      );
      const text = literal === '' && at === rest.length - 1 ? '' : `#${literal}`;
      if (text !== '') pieces.push({ kind: 'literal', text });
    }
    return pieces;
  });

/** Two templates with the same delimiters, where each place is a hole or a word on either side. */
const similar: fc.Arbitrary<[Piece[], Piece[]]> = fc
  .array(fc.tuple(fc.constantFrom('A', '2026', 'true', '1500:1', ''), fc.option(hole), fc.option(hole)), {
    minLength: 1,
    maxLength: 2,
  })
  .map((places) => {
    const side = (pick: 1 | 2): Piece[] =>
      places.flatMap((place, at): Piece[] => {
        const picked = place[pick];
        return [
          ...(at === 0 ? [] : [{ kind: 'literal', text: '#' } as const]),
          picked
            ? { kind: 'hole', ...picked, values: picked.encode === 'enum' ? enumValues : [] }
            : { kind: 'literal', text: place[0] },
        ];
      });
    return [side(1), side(2)];
  });

const shape: fc.Arbitrary<KeyShape> = fc.record({
  partition: template,
  sort: fc.option(template, { nil: null }),
});

type Values = ReadonlyMap<string, unknown>;

function built(pieces: readonly Piece[], values: Values, shard: number): string {
  return pieces
    .map((piece) => {
      if (piece.kind === 'literal') return piece.text;
      if (piece.kind === 'shard') return String(shard);
      if (piece.kind === 'rest') return '';
      return encodingOf(piece.encode)(values.get(piece.field));
    })
    .join('');
}

/** Every key the samples give, by every combination of the fields that stand in it. */
function* keysOf({ partition, sort }: KeyShape): Generator<string> {
  const fields = [
    ...new Set(
      [...partition, ...(sort ?? [])].flatMap((piece) => (piece.kind === 'hole' ? [piece.field] : [])),
    ),
  ];
  const combine = function* (at: number, values: Map<string, unknown>): Generator<Values> {
    const field = fields[at];
    if (field === undefined) yield values;
    else
      for (const value of samples[kinds[field] as Kind])
        yield* combine(at + 1, new Map([...values, [field, value]]));
  };
  for (const values of combine(0, new Map())) {
    for (const shard of [0, 1])
      yield [built(partition, values, shard), sort && built(sort, values, shard)].join('\0');
  }
}

/** The witness's value, back from its encoded form. */
function decoded(values: ReadonlyMap<string, string>): Values {
  return new Map(
    [...values].map(([field, value]) => {
      const kind = kinds[field] as Kind;
      if (kind === 'large') return [field, keys.safeInteger.decode(widened(value))];
      return [field, encodingOf(kind === 'small' ? 'integer' : kind).decode(value)];
    }),
  );
}

describe('two key templates', () => {
  test('said to be apart give no key in common', () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        fc.pre((a.sort === null) === (b.sort === null));
        fc.pre(overlapOf(a, b).kind === 'apart');
        const mine = new Set(keysOf(a));
        for (const key of keysOf(b)) expect(mine.has(key)).toBe(false);
      }),
      { numRuns: runs(600) },
    );
  });

  test('said to overlap give the key that is shown, with the values that are shown', () => {
    fc.assert(
      fc.property(similar, similar, (partitions, sorts) => {
        const a: KeyShape = { partition: partitions[0], sort: sorts[0] };
        const b: KeyShape = { partition: partitions[1], sort: sorts[1] };
        const overlap = overlapOf(a, b);
        fc.pre(overlap.kind === 'overlap');
        if (overlap.kind !== 'overlap') return;
        for (const [side, values] of [
          [a, overlap.a],
          [b, overlap.b],
        ] as const) {
          const record = decoded(values);
          const keysOfShards = [0, 1].flatMap((x) =>
            [0, 1].map((y) =>
              [built(side.partition, record, x), side.sort && built(side.sort, record, y)].join('\0'),
            ),
          );
          expect(keysOfShards).toContain([overlap.partition, overlap.sort].join('\0'));
          expect(printValues(values, side)).toHaveLength(values.size);
        }
      }),
      { numRuns: runs(200) },
    );
  });

  test('are rarely left undecided, and never where no field stands in a key twice', () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const holes = (side: KeyShape) =>
          [...side.partition, ...(side.sort ?? [])].flatMap((piece) =>
            piece.kind === 'hole' ? [piece.field] : [],
          );
        fc.pre([a, b].every((side) => new Set(holes(side)).size === holes(side).length));
        expect(overlapOf(a, b).kind).not.toBe('unknown');
      }),
      { numRuns: runs(200) },
    );
  });

  const text = (literal: string, field?: string): Piece[] => [
    { kind: 'literal', text: literal },
    ...(field ? [{ kind: 'hole', field, encode: 'text', values: [] } as const] : []),
  ];

  test('with the same word and a value overlap', () => {
    const overlap = overlapOf(
      { partition: text('X#', 'id'), sort: text('M') },
      { partition: text('X#', 'key'), sort: text('M') },
    );
    expect(overlap).toMatchObject({
      kind: 'overlap',
      partition: 'X#a',
      sort: 'M',
      a: new Map([['id', 'a']]),
      b: new Map([['key', 'a']]),
    });
  });

  test('a value cannot stand for a delimiter', () => {
    const one: KeyShape = { partition: text('X#', 'id'), sort: null };
    const two: KeyShape = { partition: [...text('X#', 'a'), ...text('#', 'b')], sort: null };
    expect(overlapOf(one, two).kind).toBe('apart');
  });

  test('a day that no year has is no key', () => {
    const day: KeyShape = {
      partition: [{ kind: 'hole', field: 'm', encode: 'day', values: [] }],
      sort: null,
    };
    const on = (date: string) => overlapOf(day, { partition: text(date), sort: null }).kind;
    expect(
      ['2024-02-29', '2023-02-29', '1900-02-29', '2000-02-29', '2026-13-01', '2026-04-31'].map(on),
    ).toEqual(['overlap', 'apart', 'apart', 'overlap', 'apart', 'apart']);
  });

  test('one value in two places of a key is one value', () => {
    const twice = (field: string, encode: 'enum' | 'text', values: string[]): KeyShape => ({
      partition: [{ kind: 'hole', field, encode, values }],
      sort: [{ kind: 'hole', field, encode, values }],
    });
    const other: KeyShape = { partition: text('A'), sort: text('B') };
    expect(overlapOf(twice('e', 'enum', enumValues), other).kind).toBe('apart');
    expect(overlapOf(twice('t', 'text', []), other).kind).toBe('unknown');
    expect(overlapOf(twice('t', 'text', []), { partition: text('A'), sort: text('A') }).kind).toBe('overlap');
  });
});

describe('the forms of encodings', () => {
  const values: Record<Kind, fc.Arbitrary<unknown>> = {
    text: fc.string({ unit: 'grapheme' }),
    enum: fc.constantFrom(...enumValues),
    small: fc.integer({ min: 0, max: 9 }),
    large: fc.integer({ min: 0, max: 10 ** 12 - 1 }),
    safeInteger: fc.maxSafeInteger(),
    integer: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    decimal: fc.double({ noNaN: true, noDefaultInfinity: true }),
    boolean: fc.boolean(),
    time: fc
      .date({ noInvalidDate: true, min: new Date('0000-01-01'), max: new Date('9999-12-31') })
      .map((date) => date.toISOString()),
  };

  for (const { field, encode } of [...holes, { field: 'n', encode: 'pad(16)' } as const]) {
    test(`${encode} of ${field} holds what the runtime writes`, () => {
      fc.assert(
        fc.property(values[kinds[field] as Kind], (value) => {
          const encoded = encodingOf(encode)(value);
          // Escapes are left out of the language of text, as no literal can hold one.
          fc.pre(!encoded.includes('$'));
          const side: KeyShape = {
            partition: [{ kind: 'hole', field, encode, values: enumValues }],
            sort: null,
          };
          const overlap = overlapOf(side, { partition: [{ kind: 'literal', text: encoded }], sort: null });
          expect(overlap.kind).toBe('overlap');
          if (overlap.kind === 'overlap') expect(overlap.a.get(field)).toBe(valueOfText(encode, encoded));
        }),
        { numRuns: runs(300) },
      );
    });
  }
});
