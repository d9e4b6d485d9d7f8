/** Where values come from, as it was written. */

import type { Span } from './diagnostics/diagnostic.js';

/** A name or text with its place. */
export interface Word {
  readonly text: string;
  readonly at: Span;
}

/** Where a value comes from: `$arg.path`, `$parent.path`, `$through.attribute`, `$current.attribute`, or itself. */
export type Source =
  | { readonly kind: 'argument'; readonly path: readonly string[]; readonly at: Span }
  | { readonly kind: 'parent'; readonly path: readonly string[]; readonly at: Span }
  | { readonly kind: 'through'; readonly path: readonly string[]; readonly at: Span }
  /** What an earlier step of the transaction gives an attribute: `$order.id`. */
  | { readonly kind: 'step'; readonly step: string; readonly path: readonly string[]; readonly at: Span }
  /** Of a mutation: an attribute of the record as it is. */
  | { readonly kind: 'current'; readonly path: readonly string[]; readonly at: Span }
  /** An element of the list of a mutation's `each`, or what is below it. */
  | { readonly kind: 'each'; readonly list: Source; readonly path: readonly string[]; readonly at: Span }
  | { readonly kind: 'literal'; readonly value: string | number | boolean; readonly at: Span };

/** Whether a value is this field of what `from` names. */
export function isFieldOf(from: Source | undefined, field: string, value: Source | undefined): boolean {
  if (!from || from.kind === 'literal' || value?.kind !== from.kind) return false;
  return value.path.join('.') === [...from.path, field].join('.');
}

/** What an attribute gets: a value, none, or a document or a list made of values. */
export type ValueModel =
  | Source
  | { readonly kind: 'null'; readonly at: Span }
  | { readonly kind: 'list'; readonly of: readonly ValueModel[]; readonly at: Span }
  | { readonly kind: 'document'; readonly fields: readonly ValueBinding[]; readonly at: Span };

/** The values that it is made of. */
export function sourcesIn(value: ValueModel): readonly Source[] {
  if (value.kind === 'null') return [];
  if (value.kind === 'list') return value.of.flatMap(sourcesIn);
  return value.kind === 'document' ? value.fields.flatMap((one) => sourcesIn(one.value)) : [value];
}

export interface ValueBinding {
  readonly field: Word;
  readonly value: ValueModel;
}

/** A step from a value to a part of it. */
export type PathStep = { readonly at: Span } /** `.city` */ & (
  | { readonly kind: 'field'; readonly name: string }
  /** `[$key]`: the entry of a map with this name. */
  | { readonly kind: 'entry'; readonly source: Source }
  /** `[sku=$sku]`: the elements of a list whose field has this value. */
  | { readonly kind: 'elements'; readonly field: Word; readonly source: Source }
);

/** The values that a path takes. */
export function sourcesAlong(path: readonly PathStep[]): readonly Source[] {
  return path.flatMap((step) => (step.kind === 'field' ? [] : step.source));
}

export const elementUpdates = ['set', 'add', 'subtract', 'append', 'remove'] as const;

/** A value computed from the one there is. `set` has a path. */
export interface ElementUpdate {
  readonly how: (typeof elementUpdates)[number];
  /** The attribute. */
  readonly field: Word;
  /** From the attribute to the part of it that changes. */
  readonly path: readonly PathStep[];
  readonly value: ValueModel;
}

export interface Binding {
  readonly field: Word;
  readonly source: Source;
  /** `{ in: … }`: equality with any value of the list that the source is, or with any of these constants. */
  readonly each?: 'list' | readonly LiteralSource[];
}

export type LiteralSource = Extract<Source, { readonly kind: 'literal' }>;

/** A condition on attributes that are in no key; a comparison whose argument is absent vanishes. */
export type FilterModel =
  | { readonly kind: 'all' | 'any'; readonly of: readonly FilterModel[] }
  | { readonly kind: 'not'; readonly of: FilterModel }
  | {
      readonly kind: 'compare';
      readonly field: Word;
      readonly operator: FilterOperator;
      /** One; two for `between`, any number for `in` with a list of its own. */
      readonly values: readonly Source[];
      readonly isList: boolean;
    };

export const comparisons = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte'] as const;
export const filterOperators = [...comparisons, 'between', 'in', 'exists', 'contains', 'begins'] as const;
export type Comparison = (typeof comparisons)[number];
export type FilterOperator = (typeof filterOperators)[number] | `size ${Comparison}`;

/** `Type.field`. */
export interface FieldPath {
  readonly type: string;
  readonly field: string;
  readonly at: Span;
}
