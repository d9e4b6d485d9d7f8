/** The model: what was written in access-patterns.yaml and the SDL, with places. Nothing is decided here. */

import type { CacheModel } from './cache-model.js';
import type { Span } from './diagnostics/diagnostic.js';
import type { EventLogModel, EventTypeModel, SubscriptionModel } from './event-model.js';
import type { RateModel, ReviewModel, SizeModel } from './review-model.js';
import type { AccessModel, Sdl, TypeRef } from './sdl-model.js';
import type {
  Binding,
  ElementUpdate,
  FieldPath,
  FilterModel,
  LiteralSource,
  Source,
  ValueBinding,
  Word,
} from './sources.js';

export {
  fieldNamed,
  namedType,
  printType,
  type Sdl,
  type SdlField,
  type SdlType,
  type TypeRef,
} from './sdl-model.js';
export { type Comparison, comparisons, type FilterOperator, filterOperators } from './sources.js';
export type { Binding, ElementUpdate, FieldPath, FilterModel, LiteralSource, Source, ValueBinding, Word };

export interface Model {
  /** The place of the YAML document, for findings about something that is not there. */
  readonly at: Span;
  readonly tables: readonly TableModel[];
  readonly entities: readonly EntityModel[];
  readonly patterns: readonly PatternModel[];
  /** The steps of transactions are among them. */
  readonly mutations: readonly MutationModel[];
  readonly transactions: readonly TransactionModel[];
  readonly rules: readonly RuleModel[];
  /** Roles, and who asks. */
  readonly access?: AccessModel;
  readonly events: readonly EventTypeModel[];
  readonly subscriptions: readonly SubscriptionModel[];
  /** Where events are stored, if an entity is declared to be them. */
  readonly eventLog?: EventLogModel;
  /** Fields that other resolvers of the server answer; the field `*` is all of a type that nothing here answers. */
  readonly external: readonly FieldPath[];
  /** What values of custom scalars are, as words. */
  readonly scalars: readonly { readonly name: Word; readonly values: Word }[];
  /** What reviews take into account. Nothing is generated from it. */
  readonly sizes: readonly SizeModel[];
  readonly rates: readonly RateModel[];
  readonly review: ReviewModel;
  readonly sdl: Sdl;
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
  readonly physicalName: Word;
  readonly partition: Word;
  readonly sort?: Word;
  readonly ttl?: Word;
  /** It stores answers that processes share. */
  readonly cache?: { readonly at: Span };
  readonly indexes: readonly IndexModel[];
  /** It lists no indexes: those that are needed are made. */
  readonly isOpen: boolean;
}

export interface IndexModel {
  readonly name: Word;
  /** `multi-attribute`: a global index whose keys are attributes themselves, up to several of them. */
  readonly kind: 'global' | 'local' | 'multi-attribute';
  /** For a local index the table's own; for a multi-attribute one the first. */
  readonly partition: Word;
  readonly sort?: Word;
  readonly multiAttribute?: { readonly partition: readonly Word[]; readonly sort: readonly Word[] };
  readonly project:
    | { readonly kind: 'all' }
    | { readonly kind: 'keys' }
    | { readonly kind: 'include'; readonly fields: readonly Word[] };
}

export interface EntityModel {
  readonly name: Word;
  readonly table?: Word;
  readonly key: readonly TemplateModel[];
  /** Its keys on indexes that no pattern has to pin. */
  readonly keys: readonly { readonly index: Word; readonly key: readonly TemplateModel[] }[];
  /** The fields that tell its records apart, where its key is left to the planner. */
  readonly identity?: readonly Word[];
  readonly stored: readonly { readonly name: Word; readonly type: TypeRef }[];
  readonly secret: readonly Word[];
  readonly generate: readonly GeneratedModel[];
  readonly default: readonly ValueBinding[];
  /** Attributes whose `default` is read where a stored record has none. */
  readonly readDefault: readonly Word[];
  /** What attributes were called when records were stored. */
  readonly renamed: readonly { readonly from: Word; readonly to: Word }[];
  readonly normalize: readonly { readonly field: Word; readonly steps: readonly Word[] }[];
  /** How a field is encoded in every key: `pad(6)`, `fold`, `day`, `invert`. */
  readonly encode: readonly { readonly field: Word; readonly how: Word }[];
  /** Attributes a rule computes from the rest of the record. */
  readonly compute: readonly { readonly field: Word; readonly rule: Word }[];
  readonly unique: readonly UniqueModel[];
  readonly immutable: true | readonly Word[];
  readonly ttl?: Word;
  readonly historyOf?: Word;
  /** Of a history, how many versions are kept, or for how many seconds each; of events, for how many seconds. */
  readonly keep?: { readonly at: Span; readonly versions?: number; readonly seconds?: number };
  readonly cache?: CacheModel;
  /** Its records are the project's events. */
  readonly events?: { readonly at: Span; readonly types: readonly EventTypeModel[] };
  /** There is one record: the key has no holes. */
  readonly singleton: boolean;
  /** Lists that are stored as DynamoDB sets. */
  readonly sets: readonly Word[];
  /** Records that its own name, and which have to be there. */
  readonly references: readonly ReferenceModel[];
  /** Fields of the key that a change may alter: the record moves. */
  readonly movable: readonly Word[];
  /** By enum field, what may follow on each value. */
  readonly transitions: readonly {
    readonly field: Word;
    readonly moves: readonly { readonly from: Word; readonly to: readonly Word[] }[];
  }[];
  /** What a value has to be like: bounds, or a rule that says what is wrong. */
  readonly validate: readonly { readonly field: Word; readonly validation: ValidationModel }[];
}

export interface ReferenceModel {
  readonly name: Word;
  readonly to: Word;
  /** By field of the other's key, the field here. Absent: it is called as its only field. */
  readonly fields?: readonly { readonly key: Word; readonly field: Word }[];
  /** `leave` where it is not said. */
  readonly onDelete?: Word;
}

export type ValidationModel =
  | { readonly kind: 'rule'; readonly rule: Word }
  | {
      readonly kind: 'bounds';
      readonly at: Span;
      readonly min?: { readonly value: number; readonly at: Span };
      readonly max?: { readonly value: number; readonly at: Span };
      readonly pattern?: Word;
      readonly message?: Word;
    };

/** The fields here that name the other. */
export function fieldsOfReference({ name, fields }: ReferenceModel): readonly Word[] {
  return fields?.map((one) => one.field) ?? [name];
}

/** An attribute the write path fills in. */
export interface GeneratedModel {
  readonly field: Word;
  readonly how: Word;
  /** Of a `sequence`: the fields of which each combination of values has numbers of its own. */
  readonly within?: readonly Word[];
  /** Of a `sequence` that entities share, its name. */
  readonly shared?: Word;
}

/** Attributes whose values together one record holds: of this entity, or of all that declare the name. */
export interface UniqueModel {
  readonly name?: Word;
  readonly fields: readonly Word[];
  /** Only among records for which all of these hold. */
  readonly when: PatternModel['when'];
  readonly message?: Word;
}

/** A key attribute and its template's text. */
export interface TemplateModel {
  readonly attribute: Word;
  readonly template: Word;
}

export interface PatternModel {
  readonly name: Word;
  readonly cardinality: 'one' | 'many' | 'mixed' | 'count' | 'sum' | 'exists';
  /** What is looked up. With `leadsTo` (`through` in the YAML) it is the join, and where, sort and the rest are its. */
  readonly target: Word;
  readonly leadsTo?: LeadsTo;
  /** Where counting stops. */
  readonly upTo?: { readonly count: number; readonly at: Span };
  /** The write path maintains the aggregate: nothing is counted when read: `maintained: true` of a count, and every sum. */
  readonly maintained?: { readonly at: Span; readonly isImplied?: true };
  /** Of a sum, the attribute that is added up. */
  readonly of?: Word;
  /** The attribute that the answer has of each record, in the place of the record. */
  readonly select?: Word;
  /** Each record, or each value that `select` gives, once. */
  readonly distinct?: { readonly at: Span };
  /** What a maintained count may not pass. */
  readonly cap?: { readonly count: number; readonly at: Span };
  /** Of a connection: `totalCount` is maintained by the write path. */
  readonly total?: { readonly at: Span };
  /** Of a union or interface, the entities that are read, and what each calls the fields; left out: all members. */
  readonly members: readonly {
    readonly entity: Word;
    readonly renames: readonly { readonly field: Word; readonly as: Word }[];
  }[];
  /** Of a mixed pattern, those whose records come first. */
  readonly parents: readonly Word[];
  readonly for?: FieldPath;
  readonly where: readonly Binding[];
  /** Further equalities, each asked only where it and those before it are given. */
  readonly narrow: readonly Binding[];
  /** The last of them that is given is matched by prefix. */
  readonly last?: Word;
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
  readonly cache?: CacheModel;
  readonly page?: { readonly default?: number; readonly max?: number; readonly at: Span };
  /** How many results a list gives, at most. */
  readonly limit?: Source;
  readonly allow?: Word;
  readonly visible?: Word;
}

/** The entity that is returned where another leads to it, and its primary key. */
export interface LeadsTo {
  readonly target: Word;
  readonly where: readonly Binding[];
}

/** Whether the answer is a number that the write path keeps, so that nothing is queried. */
export function isMaintained(pattern: PatternModel): boolean {
  return pattern.maintained !== undefined;
}

/** What a pattern returns, counts or looks for. */
export function returned(pattern: PatternModel): Word {
  return pattern.leadsTo?.target ?? pattern.target;
}

export const mutationKinds = ['create', 'update', 'upsert', 'put', 'touch', 'delete'] as const;
export type MutationKind = (typeof mutationKinds)[number];

export interface MutationModel {
  readonly name: Word;
  readonly kind: MutationKind;
  readonly entity: Word;
  readonly for?: FieldPath;
  /** Of a delete, the pattern whose records are deleted. */
  readonly all?: Word;
  /** The list for each of whose elements a record is written. */
  readonly each?: Source;
  readonly where: readonly Binding[];
  readonly from?: Source;
  readonly set: readonly ValueBinding[];
  /** Values computed from those there are, in the order written. */
  readonly elements: readonly ElementUpdate[];
  /** What has to hold of the record as it is, in the order written. */
  readonly require: readonly { readonly name: Word; readonly condition: FilterModel }[];
  /** The message of the error where one of them does not hold. */
  readonly messages: readonly { readonly name: Word; readonly message: Word }[];
  /** Of `touch`: the moment the record expires at, or how long from now. */
  readonly to?: Source;
  readonly extend?: Word;
  readonly expect?: Source;
  /** The time of the last change stays. */
  readonly untouched?: { readonly at: Span };
  /** The event type that reports the change. */
  readonly publish?: Word;
  readonly prepare?: Word;
  readonly alongside?: Word;
  readonly allow?: Word;
  readonly idempotent?: IdempotentModel;
  /** Of a step, its name within the transaction, and the transaction's; `name` is both, `placeOrder.stock`. */
  readonly step?: { readonly name: Word; readonly transaction: Word };
}

/** Several writes, all or none. */
export interface TransactionModel {
  readonly name: Word;
  readonly for?: FieldPath;
  /** The mutations it consists of. */
  readonly steps: readonly MutationModel[];
  /** The step whose record the field gives. */
  readonly returns?: Word;
  readonly allow?: Word;
  readonly idempotent?: IdempotentModel;
}

export interface IdempotentModel {
  readonly token: Source;
  /** How long the token is remembered, where that is said. */
  readonly seconds?: number;
}

export interface RuleModel {
  readonly name: Word;
  readonly for?: FieldPath;
  readonly in?: Word;
  /** What one call asks of DynamoDB. */
  readonly gets?: number;
  readonly once?: Word;
  readonly requests?: number;
  /** What it writes in one answer, at most. */
  readonly writes: readonly { readonly kind: WriteKind; readonly entity: Word }[];
  /** The types of the events that it publishes. */
  readonly publishes: readonly Word[];
  readonly dependsOn: readonly Word[];
}

export const writeKinds = ['create', 'update', 'upsert', 'delete'] as const;
export type WriteKind = (typeof writeKinds)[number];
