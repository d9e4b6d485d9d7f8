/** What the generator knows of one encoding. */

import type { Expression } from './expression.js';

export interface EncodingRow {
  /** The function that a hole or `encode` names, and what it takes, in words; null for what a type has by itself. */
  readonly transform: { readonly name: string; readonly takes: string } | null;
  /** The types of attributes whose values it takes. */
  readonly of: readonly [PlainType, ...PlainType[]];
  /** The runtime's function. */
  readonly runtime: string;
  /** The runtime's function for the beginning of a value. */
  readonly prefix: string;
  /** The runtime's function for a bound that a range ends with or begins after, where it is another one. */
  readonly end?: string;
  /** What is left out: two values that differ in no more give one text, and neither can be read back. */
  readonly loses: 'nothing' | 'case' | 'part of the moment';
  /** How the texts sort, by their values; `from the end` compares the last character first. */
  readonly order: 'ascending' | 'descending' | 'from the end' | 'none';
  /** Every text it gives. `values` are those of an enum; `isEmpty` allows the empty text. */
  readonly form: (values: readonly string[], isEmpty: boolean) => Expression;
  /** The text of a value, from the text that its type has by itself; undefined where it takes no such value. */
  readonly encode: (own: string) => string | undefined;
  /** The type's own text of a value that gives this one. */
  readonly decode: (text: string) => string;
}

/** How a value of a type is stored: `integer` has 32 bits, `safeInteger` 53. `document` cannot be part of a key. */
export type Encoding = PlainType | 'document';
export type PlainType = 'text' | 'enum' | 'integer' | 'safeInteger' | 'decimal' | 'boolean' | 'time';
