/**
 * Whether two key templates can give one key. Exact except for fields that are in a key more than once: there the
 * forms may share a text that no one value gives. Then values are tried; where none fit, the answer is `unknown`.
 */

import { type Expression, either, repeat, word } from '../../encodings/expression.js';
import {
  finiteValues,
  formOf,
  type HoleEncoding,
  printValue,
  textInHole,
  valueOfText,
} from '../../encodings.js';
import { type Automaton, automaton, shared } from './automaton.js';

export type Piece =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'hole';
      readonly field: string;
      readonly encode: HoleEncoding;
      readonly values: readonly string[];
    }
  | { readonly kind: 'shard'; readonly count: number }
  /** Any text: how the keys of a range continue. */
  | { readonly kind: 'rest' };

/** The pieces of a partition key and of a sort key. */
export interface KeyShape {
  readonly partition: readonly Piece[];
  readonly sort: readonly Piece[] | null;
}

/** Values of one side's fields, each in its own encoding. */
export type Values = ReadonlyMap<string, string>;

export type Overlap =
  | { readonly kind: 'apart' }
  | {
      readonly kind: 'overlap';
      readonly partition: string;
      readonly sort: string | null;
      readonly a: Values;
      readonly b: Values;
    }
  | { readonly kind: 'unknown' };

/** Where one side has no sort key, only the partitions are compared. */
export function overlapOf(a: KeyShape, b: KeyShape): Overlap {
  if (beginApart(a.partition, b.partition) || (a.sort && b.sort && beginApart(a.sort, b.sort)))
    return { kind: 'apart' };
  const some = attempt(a, b, false, 0);
  if (some.kind === 'overlap') return some;
  const any = attempt(a, b, true, 0);
  return any.kind === 'apart' ? some : any;
}

/** The values a reader sees, by field, as `id "a"`. */
export function printValues(values: Values, shape: KeyShape): string[] {
  const holes = [...shape.partition, ...(shape.sort ?? [])].filter((piece) => piece.kind === 'hole');
  return [...values].map(([field, value]) => {
    const hole = holes.find((piece) => piece.field === field);
    return `${field} ${printValue(hole?.encode ?? 'text', value)}`;
  });
}

/** How many fields that are in a key twice are tried before giving up. */
const patience = 3;

function attempt(a: KeyShape, b: KeyShape, isEmpty: boolean, depth: number): Overlap {
  const partition = shared(compile(a.partition, isEmpty), compile(b.partition, isEmpty));
  if (!partition) return { kind: 'apart' };
  const sort = a.sort && b.sort ? shared(compile(a.sort, isEmpty), compile(b.sort, isEmpty)) : null;
  if (sort === undefined) return { kind: 'apart' };
  const valuesA = valuesOf(a, partition.a, sort?.a ?? []);
  const valuesB = valuesOf(b, partition.b, sort?.b ?? []);
  if (valuesA.kind === 'values' && valuesB.kind === 'values') {
    return {
      kind: 'overlap',
      partition: partition.text,
      sort: sort?.text ?? null,
      a: valuesA.values,
      b: valuesB.values,
    };
  }
  if (depth === patience) return { kind: 'unknown' };
  if (valuesA.kind === 'torn')
    return tryEach(valuesA, 'a', (value) => attempt(fixed(a, valuesA.field, value), b, isEmpty, depth + 1));
  if (valuesB.kind === 'torn')
    return tryEach(valuesB, 'b', (value) => attempt(a, fixed(b, valuesB.field, value), isEmpty, depth + 1));
  return { kind: 'unknown' };
}

interface Torn {
  readonly kind: 'torn';
  readonly field: string;
  /** What each place asks the field to be. */
  readonly candidates: readonly string[];
  /** The candidates are all the values there are. */
  readonly isExhaustive: boolean;
}

/** The values that the holes' texts stand for, or the first field whose places ask for different ones. */
function valuesOf(
  shape: KeyShape,
  partition: readonly string[],
  sort: readonly string[],
): { readonly kind: 'values'; readonly values: Values } | Torn {
  const places = new Map<
    string,
    { finite: readonly string[] | undefined; texts: { encode: HoleEncoding; text: string }[] }
  >();
  const collect = (pieces: readonly Piece[], texts: readonly string[]) => {
    for (const [index, piece] of pieces.entries()) {
      if (piece.kind !== 'hole') continue;
      const place = places.get(piece.field) ?? {
        finite: finiteValues(piece.encode, piece.values),
        texts: [],
      };
      place.texts.push({ encode: piece.encode, text: texts[index] ?? '' });
      places.set(piece.field, place);
    }
  };
  collect(shape.partition, partition);
  collect(shape.sort ?? [], sort);
  const values = new Map<string, string>();
  for (const [field, { finite, texts }] of places) {
    const candidates = [...new Set(texts.map(({ encode, text }) => valueOfText(encode, text)))];
    const value = candidates.find((candidate) =>
      texts.every(({ encode, text }) => textInHole(encode, candidate) === text),
    );
    if (value === undefined)
      return { kind: 'torn', field, candidates: finite ?? candidates, isExhaustive: finite !== undefined };
    values.set(field, value);
  }
  return { kind: 'values', values };
}

function tryEach(
  { field, candidates, isExhaustive }: Torn,
  side: 'a' | 'b',
  attempt: (value: string) => Overlap,
): Overlap {
  let isApart = isExhaustive;
  for (const value of candidates) {
    const overlap = attempt(value);
    if (overlap.kind === 'overlap')
      return { ...overlap, [side]: new Map([...overlap[side], [field, value]]) };
    isApart &&= overlap.kind === 'apart';
  }
  return { kind: isApart ? 'apart' : 'unknown' };
}

/** The shape with one field's value put in. */
function fixed(shape: KeyShape, field: string, value: string): KeyShape {
  const fix = (piece: Piece): Piece => {
    if (piece.kind !== 'hole' || piece.field !== field) return piece;
    const text = textInHole(piece.encode, value);
    // A hole that does not take the value gives no text at all.
    return text === undefined ? { ...piece, encode: 'enum', values: [] } : { kind: 'literal', text };
  };
  return { partition: shape.partition.map(fix), sort: shape.sort?.map(fix) ?? null };
}

const anything = { has: () => true };
const compiled = new WeakMap<readonly Piece[], Map<boolean, Automaton>>();

function compile(pieces: readonly Piece[], isEmpty: boolean): Automaton {
  const known = compiled.get(pieces) ?? new Map<boolean, Automaton>();
  compiled.set(pieces, known);
  const earlier = known.get(isEmpty);
  if (earlier) return earlier;
  const made = automaton(pieces.map((piece) => expressionOf(piece, isEmpty)));
  known.set(isEmpty, made);
  return made;
}

function expressionOf(piece: Piece, isEmpty: boolean): Expression {
  switch (piece.kind) {
    case 'literal':
      return word(piece.text);
    case 'hole':
      return formOf(piece.encode, piece.values, isEmpty);
    case 'shard':
      return either(...Array.from({ length: piece.count }, (_, shard) => word(String(shard))));
    case 'rest':
      return repeat(anything);
  }
}

/** Most templates begin with a word of their own: seen without any search. */
function beginApart(a: readonly Piece[], b: readonly Piece[]): boolean {
  const [x, y] = [a[0], b[0]];
  if (x?.kind !== 'literal' || y?.kind !== 'literal') return false;
  const length = Math.min(x.text.length, y.text.length);
  return x.text.slice(0, length) !== y.text.slice(0, length);
}
