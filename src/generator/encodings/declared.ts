/** Values of an enum by their places among the declared ones: `001`, `002`, … Each order of values has a row of its own. */

import { either, word } from './expression.js';
import type { EncodingRow } from './row.js';

/** `declared(OPEN HELD DONE)`. */
export type Declared = `declared(${string})`;

export function declaredAs(values: readonly string[]): Declared {
  return `declared(${values.join(' ')})`;
}

/** The values in their order; undefined where it is another encoding. */
export function declaredValues(encode: string): readonly string[] | undefined {
  return /^declared\(([\w ]*)\)$/.exec(encode)?.[1]?.split(' ');
}

/** Values that are added at the end move none of the others. */
export function isContinued(before: string, now: string | undefined): boolean {
  const [was, is] = [declaredValues(before), declaredValues(now ?? '')];
  return was?.every((value, at) => is?.[at] === value) ?? false;
}

const rows = new Map<string, EncodingRow>();

export function declaredRow(encode: string): EncodingRow | undefined {
  const values = declaredValues(encode);
  const known = rows.get(encode);
  if (known || !values) return known;
  const texts = values.map((_, at) => String(at + 1).padStart(3, '0'));
  const row: EncodingRow = {
    transform: { name: 'declared', takes: 'an enum' },
    of: ['enum'],
    runtime: encode,
    prefix: 'text',
    loses: 'nothing',
    order: 'ascending',
    form: () => either(...texts.map(word)),
    encode: (value) => texts[values.indexOf(value)],
    decode: (text) => values[texts.indexOf(text)] ?? '',
  };
  rows.set(encode, row);
  return row;
}
