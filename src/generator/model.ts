/** The model: what was written in access-patterns.yaml and the SDL, with places. Nothing is decided here. */

import type { Span } from './diagnostics.js';

export interface Model {
  /** The place of the YAML document, for findings about something that is not there. */
  readonly at: Span;
  readonly tables: readonly TableModel[];
  readonly entities: readonly EntityModel[];
  readonly patterns: readonly PatternModel[];
  readonly mutations: readonly MutationModel[];
  readonly rules: readonly RuleModel[];
  readonly sdl: Sdl;
}

/** A name or text and where it stands. */
export interface Word {
  readonly text: string;
  readonly at: Span;
}

/** The place of a part of a word. A quoted word's place begins at its quote; one written with escapes is not divided. */
export function partOf({ text, at }: Word, start: number, end: number): Span {
  const extra = at.end - at.start - text.length;
  if (extra !== 0 && extra !== 2) return at;
  const from = at.start + extra / 2;
  return { file: at.file, start: from + start, end: from + Math.max(end, start + 1) };
}

/** A scalar of the YAML: text, number, boolean or null. */
export interface Literal {
  readonly value: string | number | boolean | null;
  readonly at: Span;
}

export interface TableModel {
  readonly name: Word;
  /** With `${VARIABLES}` for the environment. */
  readonly physicalName: string;
  readonly partition: Word;
  readonly sort?: Word;
  readonly ttl?: Word;
  readonly indexes: readonly IndexModel[];
  /** It lists no indexes: those that are needed are made. */
  readonly isOpen: boolean;
}

export interface IndexModel {
  readonly name: Word;
  readonly kind: 'global' | 'local';
  /** For a local index the table's own. */
  readonly partition: Word;
  readonly sort?: Word;
  readonly project:
    | { readonly kind: 'all' }
    | { readonly kind: 'keys' }
    | { readonly kind: 'include'; readonly fields: readonly Word[] };
}

export interface EntityModel {
  readonly name: Word;
  readonly table?: Word;
  readonly key: readonly TemplateModel[];
  /** The fields that tell its records apart, where its key is left to the planner. */
  readonly identity?: readonly Word[];
  readonly stored: readonly { readonly name: Word; readonly type: TypeRef }[];
  readonly secret: readonly Word[];
  readonly generate: readonly { readonly field: Word; readonly how: Word }[];
  readonly default: readonly { readonly field: Word; readonly value: Literal }[];
  readonly normalize: readonly { readonly field: Word; readonly steps: readonly Word[] }[];
  readonly unique: readonly (readonly Word[])[];
  readonly immutable: true | readonly Word[];
  readonly ttl?: Word;
  readonly historyOf?: Word;
}

/** A key attribute and its template's text. */
export interface TemplateModel {
  readonly attribute: Word;
  readonly template: Word;
}

/** Where a value comes from: `$arg.path`, `$parent.path`, or itself. */
export type Source =
  | { readonly kind: 'argument'; readonly path: readonly string[]; readonly at: Span }
  | { readonly kind: 'parent'; readonly path: readonly string[]; readonly at: Span }
  | { readonly kind: 'literal'; readonly value: string | number | boolean; readonly at: Span };

export interface Binding {
  readonly field: Word;
  readonly source: Source;
}

export interface PatternModel {
  readonly name: Word;
  readonly cardinality: 'one' | 'many';
  readonly target: Word;
  readonly for?: FieldPath;
  readonly where: readonly Binding[];
  readonly sort: readonly { readonly field: Word; readonly descending: boolean }[];
  readonly order?: Source;
  readonly range?: {
    readonly field: Word;
    readonly bounds: readonly { readonly operator: Word; readonly source: Source }[];
  };
  readonly bucket?: { readonly unit: Word; readonly field: Word; readonly at: Span };
  readonly in?: Source;
  readonly across?: { readonly count: number; readonly at: Span };
  readonly shards?: { readonly count: number; readonly at: Span };
  readonly index?: Word;
  readonly filter?: FilterModel;
  /** Only records for which all of these hold are in the index: a value there is, or one of the values. */
  readonly when: readonly { readonly field: Word; readonly values: 'present' | readonly Literal[] }[];
  readonly key: readonly TemplateModel[];
  readonly entry?: {
    readonly at: Span;
    readonly key: readonly TemplateModel[];
    readonly include: readonly Word[];
  };
  readonly type?: {
    readonly by: Source;
    readonly members: readonly { readonly value: Word; readonly entity: Word }[];
    readonly at: Span;
  };
  readonly consistent: boolean;
  readonly page?: { readonly default?: number; readonly max?: number; readonly at: Span };
  readonly allow?: Word;
  readonly visible?: Word;
}

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

export interface MutationModel {
  readonly name: Word;
  readonly kind: 'create' | 'update' | 'upsert' | 'delete';
  readonly entity: Word;
  readonly for?: FieldPath;
  readonly where: readonly Binding[];
  readonly from?: Source;
  readonly set: readonly { readonly field: Word; readonly value: Literal }[];
  readonly expect?: Source;
  readonly prepare?: Word;
  readonly alongside?: Word;
  readonly allow?: Word;
}

export interface RuleModel {
  readonly name: Word;
  readonly for?: FieldPath;
  readonly in?: Word;
}

/** `Type.field`. */
export interface FieldPath {
  readonly type: string;
  readonly field: string;
  readonly at: Span;
}

// --- SDL ---

export interface Sdl {
  readonly types: ReadonlyMap<string, SdlType>;
  readonly queryType: string;
  readonly mutationType?: string;
  readonly subscriptionType?: string;
}

export interface SdlType {
  readonly name: string;
  readonly kind: 'object' | 'interface' | 'union' | 'enum' | 'scalar' | 'input';
  readonly at: Span;
  readonly description?: string;
  readonly fields: readonly SdlField[];
  readonly interfaces: readonly string[];
  /** Members of a union; object types that implement an interface. */
  readonly members: readonly string[];
  readonly values: readonly string[];
}

export interface SdlField {
  readonly name: string;
  readonly at: Span;
  readonly type: TypeRef;
  readonly arguments: readonly {
    readonly name: string;
    readonly type: TypeRef;
    readonly hasDefault: boolean;
    readonly at: Span;
  }[];
  readonly hasDefault: boolean;
}

export type TypeRef =
  | { readonly kind: 'named'; readonly name: string; readonly nonNull: boolean }
  | { readonly kind: 'list'; readonly of: TypeRef; readonly nonNull: boolean };

/** The innermost name of a type reference. */
export function namedType(type: TypeRef): string {
  return type.kind === 'named' ? type.name : namedType(type.of);
}

/** SDL syntax. */
export function printType(type: TypeRef): string {
  const inner = type.kind === 'named' ? type.name : `[${printType(type.of)}]`;
  return type.nonNull ? `${inner}!` : inner;
}
