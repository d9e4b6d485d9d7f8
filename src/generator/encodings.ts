/**
 * The encodings of values in keys. A row has all that the generator knows of one; to add one, add a row, its
 * function to the runtime (src/runtime/keys/encodings.ts), and its sample values to the tests.
 */

import { type Declared, declaredAs, declaredRow, declaredValues } from './encodings/declared.js';
import { type Expression, either, word } from './encodings/expression.js';
import {
  anyCharacters,
  anyDay,
  anyDecimal,
  anyFolded,
  anyHour,
  anyInteger,
  anyInvertedTime,
  anyMonth,
  anySafeInteger,
  anyText,
  anyTime,
  anyYear,
} from './encodings/forms.js';
import { mostDigits, type Pad, type PadDigits, padRow } from './encodings/pad.js';
import type { Encoding, EncodingRow } from './encodings/row.js';
import { samples } from './encodings/samples.js';
import {
  decimalOf,
  foldText,
  integerOf,
  negatedDecimal,
  negatedInteger,
  nines,
  reversed,
  widened,
} from './encodings/texts.js';

export type { Encoding } from './encodings/row.js';

const same = (text: string) => text;

/** What a type has by itself. */
const own = {
  transform: null,
  prefix: 'text',
  loses: 'nothing',
  order: 'ascending',
  encode: same,
  decode: same,
} as const;

const inverted = {
  transform: { name: 'invert', takes: 'a number, a `DateTime` or a boolean' },
  prefix: 'text',
  loses: 'nothing',
  order: 'descending',
} as const;

function bucket<Unit extends string>(unit: Unit, length: number, all: Expression) {
  return {
    transform: { name: unit, takes: 'a `DateTime`' },
    of: ['time'],
    runtime: unit,
    prefix: unit,
    loses: 'part of the moment',
    order: 'none',
    form: () => all,
    encode: (text: string) => text.slice(0, length),
    decode: (text: string) => text + '0000-01-01T00:00:00.000Z'.slice(length),
  } as const;
}

const not = (text: string) => (text === 'true' ? 'false' : 'true');

const rows = {
  text: { ...own, of: ['text'], runtime: 'text', form: (_values, isEmpty) => anyText(isEmpty) },
  /** The only value of a key attribute that is a field itself: nothing is escaped. */
  whole: {
    ...own,
    of: ['text'],
    runtime: 'wholeText',
    prefix: 'wholeText',
    form: (_values, isEmpty) => anyCharacters(isEmpty),
  },
  enum: { ...own, of: ['enum'], runtime: 'enumValue', form: (values) => either(...values.map(word)) },
  integer: { ...own, of: ['integer'], runtime: 'integer', form: () => anyInteger },
  safeInteger: {
    ...own,
    of: ['safeInteger'],
    runtime: 'safeInteger',
    form: () => anySafeInteger,
    // Padded digits do not tell of how many the type has.
    encode: widened,
  },
  decimal: { ...own, of: ['decimal'], runtime: 'decimal', form: () => anyDecimal },
  boolean: {
    ...own,
    of: ['boolean'],
    runtime: 'flag',
    form: () => either(word('true'), word('false')),
  },
  time: { ...own, of: ['time'], runtime: 'time', prefix: 'timePrefix', end: 'timeEnd', form: () => anyTime },
  year: bucket('year', 4, anyYear),
  month: bucket('month', 7, anyMonth),
  day: bucket('day', 10, anyDay),
  hour: bucket('hour', 13, anyHour),
  fold: {
    transform: { name: 'fold', takes: 'text' },
    of: ['text'],
    runtime: 'fold',
    prefix: 'fold',
    loses: 'case',
    order: 'ascending',
    form: (_values, isEmpty) => anyFolded(isEmpty),
    encode: foldText,
    decode: same,
  },
  reverse: {
    transform: { name: 'reverse', takes: 'text' },
    of: ['text'],
    runtime: 'reverse',
    prefix: 'reverse',
    loses: 'nothing',
    order: 'from the end',
    form: (_values, isEmpty) => anyText(isEmpty),
    encode: reversed,
    decode: reversed,
  },
  'invert(integer)': {
    ...inverted,
    of: ['integer'],
    runtime: 'invertedInteger',
    form: () => anyInteger,
    encode: negatedInteger,
    decode: negatedInteger,
  },
  'invert(safeInteger)': {
    ...inverted,
    of: ['safeInteger'],
    runtime: 'invertedSafeInteger',
    form: () => anySafeInteger,
    encode: (text: string) => negatedInteger(widened(text)),
    decode: negatedInteger,
  },
  'invert(decimal)': {
    ...inverted,
    of: ['decimal'],
    runtime: 'invertedDecimal',
    form: () => anyDecimal,
    encode: negatedDecimal,
    decode: negatedDecimal,
  },
  'invert(boolean)': {
    ...inverted,
    of: ['boolean'],
    runtime: 'invertedFlag',
    form: () => either(word('false'), word('true')),
    encode: not,
    decode: not,
  },
  'invert(time)': {
    ...inverted,
    of: ['time'],
    runtime: 'invertedTime',
    prefix: 'invertedTimePrefix',
    end: 'invertedTimeEnd',
    form: () => anyInvertedTime,
    encode: nines,
    decode: nines,
  },
} as const satisfies Readonly<Record<string, EncodingRow>>;

/** How a value is encoded in a hole of a key template. */
export type HoleEncoding = keyof typeof rows | Pad | Declared;

/** What a hole names, as `{fold(name)}`, and `encode`. `plain` undoes what `encode` says. */
export type Transform = NamedTransform | Pad | 'declared' | 'plain';
type NamedTransform = NonNullable<(typeof rows)[keyof typeof rows]['transform']>['name'];

const encodings = new Map<string, EncodingRow>([
  ...Object.entries(rows),
  ...Array.from({ length: mostDigits }, (_, at): [string, EncodingRow] => [`pad(${at + 1})`, padRow(at + 1)]),
]);

export function isHoleEncoding(text: string): text is HoleEncoding {
  return encodings.has(text) || declaredValues(text) !== undefined;
}

function rowOf(encode: HoleEncoding): EncodingRow {
  const row = encodings.get(encode) ?? declaredRow(encode);
  if (!row) throw new Error(`there is no encoding ${encode}`);
  return row;
}

/** Stands for the enums that there are. */
const noneDeclared = declaredAs([]);

/** The rows that a function stands for: `invert` has one for each type. */
function rowsOf(transform: string): [HoleEncoding, EncodingRow][] {
  if (transform === 'declared') return [[noneDeclared, rowOf(noneDeclared)]];
  const name = isPad(transform) ? 'pad' : transform;
  return ([...encodings] as [HoleEncoding, EncodingRow][]).filter(
    ([encode, row]) => row.transform?.name === name && (name !== 'pad' || encode === transform),
  );
}

// --- what is written ---

/** The names of the functions, `pad` and `plain` included. */
export const transforms: readonly string[] = [
  ...new Set([...encodings.values()].flatMap(({ transform }) => transform?.name ?? [])),
  'plain',
];

/** What can be written under `encode`, and what for: `` `fold` for text; … ``. */
export const encodeChoices: string = declarableByUse();

function declarableByUse(): string {
  const byUse = new Map<string, Set<string>>();
  for (const { transform } of [...encodings.values(), rowOf(noneDeclared)]) {
    if (!transform) continue;
    const names = byUse.get(transform.takes) ?? new Set();
    byUse.set(transform.takes, names.add(transform.name === 'pad' ? '`pad(6)`' : `\`${transform.name}\``));
  }
  return [...byUse].map(([takes, names]) => `${[...names].join(', ')} for ${takes}`).join('; ');
}

/** A function of a hole, as `name(field, digits)`; undefined where there is none such. `digits` as written: 1 to 16. */
export function transformOf(name: string, digits: string | undefined): Transform | undefined {
  if (name === 'pad') {
    const count = Number(digits);
    const isRight = digits !== undefined && /^\d{1,2}$/.test(digits) && count >= 1 && count <= mostDigits;
    return isRight ? `pad(${count as PadDigits})` : undefined;
  }
  return digits === undefined && transforms.includes(name) ? (name as Transform) : undefined;
}

/** What a value of `encode` says; undefined where it is none. */
export function declaredTransform(text: string): Transform | undefined {
  // Only there: the lock has the order of the values with what `encode` says.
  if (text === 'declared') return text;
  const [, name = '', digits] = /^(\w+)(?:\(\s*(\d+)\s*\))?$/.exec(text) ?? [];
  return name === 'plain' ? undefined : transformOf(name, digits);
}

/** `pad` of `pad(6)`. */
export function transformName(transform: Transform): string {
  return isPad(transform) ? 'pad' : transform;
}

function isPad(transform: string): transform is Pad {
  return transform.startsWith('pad(');
}

/** What a transform is for, in words; undefined where it takes the encoding. */
export function wantedBy(transform: Transform, encoding: Encoding): string | undefined {
  const found = rowsOf(transform);
  if (found.some(([, { of }]) => of.some((one) => one === encoding))) return undefined;
  return found[0]?.[1].transform?.takes;
}

/** How an attribute is encoded in keys: by its type, or by `encode`. */
export interface Encoded {
  readonly encoding: Encoding;
  readonly encode?: HoleEncoding;
  /** The values of an enum. */
  readonly values?: readonly string[];
}

/** How a hole is written; undefined where the transform is not for such a value. */
export function holeEncoding(
  transform: Transform | null,
  { encoding, encode, values = [] }: Encoded,
): HoleEncoding | undefined {
  if (encoding === 'document') return undefined;
  if (transform === null) return encode ?? encoding;
  if (transform === 'plain') return encoding;
  if (transform === 'declared') return encoding === 'enum' ? declaredAs(values) : undefined;
  return rowsOf(transform).find(([, { of }]) => of.some((one) => one === encoding))?.[0];
}

/** What a hole holds, as it is written: `name`, `fold(name)`, `pad(rank, 6)`. */
export function writtenHole(field: string, encode: HoleEncoding): string {
  const { transform } = rowOf(encode);
  if (transform === null) return field;
  return transform.name === 'pad' ? encode.replace('(', `(${field}, `) : `${transform.name}(${field})`;
}

// --- what it means ---

/** Two values may give one text. */
export function isLossy(encode: HoleEncoding): boolean {
  return rowOf(encode).loses !== 'nothing';
}

/** What two values may differ in that a function gives one text. */
export function lossOf(transform: Transform): EncodingRow['loses'] {
  return rowsOf(transform)[0]?.[1].loses ?? 'nothing';
}

/** A part of a moment tells neither which moment it was nor its order within that part. */
export function isBucketUnit(transform: string): boolean {
  return rowsOf(transform).some(([, { loses }]) => loses === 'part of the moment');
}

export function isInverted(encode: HoleEncoding): boolean {
  return rowOf(encode).order === 'descending';
}

/** Whether the values within these bounds lie together: those with one ending, else those that follow one another. */
export function isBoundBy(encode: HoleEncoding, bounds: readonly string[]): boolean {
  const { order } = rowOf(encode);
  return bounds.includes('suffix')
    ? order === 'from the end'
    : order === 'ascending' || order === 'descending';
}

/** Whether every value has a text that is not empty. */
export function isNeverEmpty(encode: HoleEncoding): boolean {
  return !rowOf(encode).of.includes('text');
}

export function isWhole(encoding: Encoding): boolean {
  return encoding === 'integer' || encoding === 'safeInteger';
}

export function isNumber(encoding: Encoding): boolean {
  return isWhole(encoding) || encoding === 'decimal';
}

export function isInvertible(encoding: Encoding): boolean {
  return wantedBy('invert', encoding) === undefined;
}

// --- in generated code ---

/** The runtime's function, as it is written: `fold`, `pad(6)`. */
export function runtimeEncoding(encode: HoleEncoding): string {
  return rowOf(encode).runtime;
}

/** The runtime's function for the beginning of a value. */
export function runtimePrefix(encode: HoleEncoding): string {
  return rowOf(encode).prefix;
}

/** The runtime's function for a bound that a range ends with or begins after, where it is another one. */
export function runtimeEnd(encode: HoleEncoding): string | undefined {
  return rowOf(encode).end;
}

// --- texts ---

/** Every text that a hole can hold. `values` are those of its enum; `isEmpty` allows the empty text. */
export function formOf(encode: HoleEncoding, values: readonly string[], isEmpty: boolean): Expression {
  return rowOf(encode).form(values, isEmpty);
}

/** The text in a hole, of a field's value in its own encoding; undefined where the hole does not take it. */
export function textInHole(encode: HoleEncoding, value: string): string | undefined {
  return rowOf(encode).encode(value);
}

/** A value, in its own encoding, that gives this text in a hole. */
export function valueOfText(encode: HoleEncoding, text: string): string {
  return rowOf(encode).decode(text);
}

/** All values there are, each in its own encoding, where they are few. */
export function finiteValues(encode: HoleEncoding, values: readonly string[]): readonly string[] | undefined {
  const [type] = rowOf(encode).of;
  if (type === 'boolean') return ['true', 'false'];
  return type === 'enum' ? (declaredValues(encode) ?? values) : undefined;
}

/** A value in its own encoding, as a person would write it. */
export function printValue(encode: HoleEncoding, value: string): string {
  switch (rowOf(encode).of[0]) {
    case 'integer':
    case 'safeInteger':
      return String(integerOf(value));
    case 'decimal':
      return String(decimalOf(value));
    case 'enum':
    case 'boolean':
      return value;
    case 'text':
    case 'time':
      return JSON.stringify(value);
  }
}

/** The text in a hole of the sample value of its type: of text and enums `text`. */
export function sampleInHole(encode: HoleEncoding, text: string): string {
  const [type] = rowOf(encode).of;
  return rowOf(encode).encode(type === 'text' || type === 'enum' ? text : samples[type].text) ?? '';
}
