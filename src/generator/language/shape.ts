/** The terms in which the language is described: JSON Schema (draft-07), and words for people. */

import type { Code } from '../diagnostics/codes.js';

export type Kind = 'string' | 'integer' | 'number' | 'boolean' | 'null' | 'array' | 'object';

/** The part of JSON Schema that the language uses, and words for people that the published file leaves out. */
export interface Shape {
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: Kind | readonly Kind[];
  /** Alternatives of different types, so that the kind of a value selects one. */
  readonly anyOf?: readonly Shape[];
  readonly const?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Shape;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Key>>;
  readonly required?: readonly string[];
  /** Of a mapping with any keys. */
  readonly minProperties?: number;
  readonly propertyNames?: Shape;
  readonly additionalProperties?: false | Shape;
  /** A shape of `definitions`. */
  readonly $ref?: string;

  /** What messages call the mapping, before its name. */
  readonly noun?: string;
  /** Exactly one of these keys is required; published as `oneOf`. */
  readonly kinds?: { readonly keys: readonly string[]; readonly code: Code; readonly hint: string };
  /** Reported when `pattern`, `const`, `minItems` or `maxItems` fails or a value is missing. */
  readonly refusal?: Refusal;
  /** Reported for a key that is not among `properties`; `{}` is the key. */
  readonly unknown?: string;
}

export interface Refusal {
  /** `{}` is the value, or the length of a list. */
  readonly message: string;
  readonly hint?: string;
}

/** A key of a mapping: its shape, its reference text, an example. */
export interface Key extends Shape {
  readonly title: string;
  readonly description: string;
  /** The whole mapping that contains the key. Its value differs from the default. */
  readonly example: Readonly<Record<string, unknown>>;
  /** What the example needs around it, if that differs from its section. */
  readonly around?: Readonly<Record<string, unknown>>;
  readonly isRequired?: true;
  /** One of the keys of which a mapping has exactly one. */
  readonly isKind?: true;
}

export type Keys = Readonly<Record<string, Key>>;

/** A section of the reference page: a mapping and where it is found in a document. */
export interface Section<K extends Keys = Keys> {
  readonly heading: string;
  readonly intro: string;
  readonly keys: K;
  /** Where an example belongs in a document. */
  readonly path: readonly string[];
  /** How many words of the path are shown around it. */
  readonly shown: number;
  /** What else the table, pattern … at the head of the path needs. */
  readonly around?: Readonly<Record<string, unknown>>;
}

/** A mapping with any keys. */
export function each(value: Shape, more: Shape = {}): Shape {
  return { type: ['object', 'null'], additionalProperties: value, ...more };
}

/** A mapping with these keys and no others. */
export function mapping(
  properties: Keys,
  { oneKind, ...more }: Shape & { readonly oneKind?: { readonly code: Code; readonly hint: string } } = {},
): Shape {
  const required = Object.keys(properties).filter((key) => properties[key]?.isRequired);
  const mayBeBlank = required.length === 0 && oneKind === undefined;
  return {
    type: mayBeBlank ? ['object', 'null'] : 'object',
    properties,
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
    ...more,
    ...(oneKind && { kinds: { keys: kindsOf(properties), ...oneKind } }),
  };
}

/** The keys of which exactly one is required. */
export function kindsOf(properties: Keys): string[] {
  return Object.keys(properties).filter((key) => properties[key]?.isKind);
}
