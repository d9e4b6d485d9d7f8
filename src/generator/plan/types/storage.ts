/** How records are stored: tables, indexes, items and the templates of their keys. */

import type { Encoding, HoleEncoding } from '../../encodings.js';

export interface TablePlan {
  readonly name: string;
  /** With `${VARIABLES}`. */
  readonly physicalName: string;
  readonly partition: string;
  readonly sort: string | null;
  readonly indexes: readonly IndexPlan[];
  /** The declaration lists no indexes: these are the ones that were needed. */
  readonly isMade?: true;
  readonly ttl: string | null;
  /** It stores answers that processes share, and no entity. */
  readonly cache?: true;
  /** The key of idempotency tokens, if mutations take some. */
  readonly tokens?: { readonly partition: KeyTemplate; readonly sort: KeyTemplate | null };
}

/** In seconds. */
export interface CachePlan {
  readonly seconds: number;
  /** How much longer while it is read again. */
  readonly stale: number;
  /** Processes share it, in the table of the cache. */
  readonly shared?: true;
}

export interface IndexPlan {
  readonly name: string;
  readonly kind: 'global' | 'local';
  readonly partition: string;
  readonly sort: string | null;
  readonly project:
    | { readonly kind: 'all' }
    | { readonly kind: 'keys' }
    | { readonly kind: 'include'; readonly attributes: readonly string[] };
  /** Keys of raw attributes, each with DynamoDB's type of it. */
  readonly multiAttribute?: {
    readonly partition: readonly MultiAttributeKey[];
    readonly sort: readonly MultiAttributeKey[];
  };
}

export interface MultiAttributeKey {
  readonly name: string;
  readonly type: 'S' | 'N';
}

export interface EntityPlan {
  readonly name: string;
  readonly names: EntityNames;
  readonly table: string;
  readonly attributes: readonly AttributePlan[];
  /** The main item first, then entries in the order of their patterns, then the copies that histories keep. */
  readonly items: readonly ItemPlan[];
  readonly guards: readonly GuardPlan[];
  /** Counts, sums and sequences, if it has any. */
  readonly aggregates?: readonly AggregatePlan[];
  /** The records that its own records name, if they do. */
  readonly references?: readonly ReferencePlan[];
  /** The attribute that counts writes; null for append-only entities. */
  readonly revision: string | null;
  /** Fields on which nothing depends, if there are any: changed without reading the record. */
  readonly direct?: readonly string[];
  readonly ttl: { readonly attribute: string; readonly field: string } | null;
  /** The fields of the primary key, in their order in the key. */
  readonly keyFields: readonly string[];
  readonly historyOf: string | null;
  /** Of a history whose versions expire, the table's attribute for it. */
  readonly expires?: string;
  /** For how long a record that was read by its key may be answered again. */
  readonly cache?: CachePlan;
  /** Its plain fields: a page that selects no others does not fetch documents, lists and sets. */
  readonly projection?: readonly string[];
}

export interface EntityNames {
  /** `User`: the record as read. */
  readonly record: string;
  readonly create: string;
  readonly changes: string;
  readonly key: string;
  readonly keyBuilder: string;
  readonly keyParser: string;
  readonly codec: string;
  readonly writes: string;
  readonly loader: string;
}

/** JSON. */
export type Constant =
  | string
  | number
  | boolean
  | null
  | readonly Constant[]
  | { readonly [name: string]: Constant };

export interface AttributePlan {
  readonly name: string;
  /** SDL syntax, `[String!]!`. */
  readonly type: string;
  /** The innermost type's name. */
  readonly of: string;
  readonly list: boolean;
  /** Of a list, the type of its elements. */
  readonly elements?: TypeShape;
  readonly nullable: boolean;
  readonly encoding: Encoding;
  /** Of the innermost type. */
  readonly element: Encoding;
  /** Any JSON: a scalar whose values have no type. */
  readonly any?: true;
  /** Of an event: some of the fields of the record that changed. */
  readonly isPart?: true;
  /** Stored, but in no SDL type. */
  readonly hidden: boolean;
  readonly secret: boolean;
  readonly generated: 'uuidv7' | 'now' | 'touch' | 'revision' | 'sequence' | null;
  /** Of a DateTime, `now + 30d` as well. */
  readonly default: Constant;
  /** Names under which stored records may still have it. */
  readonly formerly?: readonly string[];
  /** Its default is read where a stored record has none. */
  readonly readsDefault?: true;
  readonly normalize: readonly string[];
  /** A list that is stored as a set: each value once, in ascending order. */
  readonly set?: true;
  readonly immutable: boolean;
  /** Of the key, and a change may alter it. */
  readonly movable?: true;
  /** What may follow on each value of an enum. */
  readonly transitions?: Readonly<Record<string, readonly string[]>>;
  /** What a value has to be like. */
  readonly validation?: ValidationPlan;
  /** What a value is checked for, and the form it is stored in; absent where GraphQL's own types say all. */
  readonly form?: ValueForm;
  /** How a plain `{field}` is encoded in the entity's keys, where `encode` says. */
  readonly encode?: HoleEncoding;
  /** The rule that computes it from the rest of the record at every write. */
  readonly computed?: string;
}

/** A type of the SDL. */
export type TypeShape =
  | { readonly kind: 'named'; readonly name: string; readonly nonNull: boolean }
  | { readonly kind: 'list'; readonly of: TypeShape; readonly nonNull: boolean };

/** The form of a value, at any depth: a scalar's, that of each element of a list, or that of an embedded type. */
export type ValueForm =
  | { readonly kind: 'scalar'; readonly encoding: Exclude<Encoding, 'enum' | 'document'> }
  | { readonly kind: 'each'; readonly of: ValueForm; readonly nullable: boolean }
  | { readonly kind: 'embedded'; readonly type: string };

/** A type that is stored within records, and its fields that have a form. */
export interface EmbeddedPlan {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly form: ValueForm }[];
}

/** `pattern` is what the whole text matches. */
export type ValidationPlan =
  | {
      readonly kind: 'bounds';
      readonly min?: number;
      readonly max?: number;
      readonly pattern?: string;
      readonly message?: string;
    }
  | { readonly kind: 'rule'; readonly rule: string };

export interface ItemPlan {
  readonly role: 'main' | 'entry' | 'version';
  /** The pattern an entry exists for; the entity a version is read as; null for the main item. */
  readonly for: string | null;
  /** The attributes it has besides its keys: all, or these. */
  readonly covering:
    | { readonly kind: 'all' }
    | { readonly kind: 'some'; readonly attributes: readonly string[] };
  /** The table's own key first. */
  readonly slots: readonly SlotPlan[];
  /** For versions: how many are kept, or for how many seconds each. */
  readonly keep?: { readonly versions: number } | { readonly seconds: number };
}

export interface SlotPlan {
  /** An index's name; null is the table's own key. */
  readonly index: string | null;
  readonly partition: KeyTemplate;
  readonly sort: KeyTemplate | null;
  readonly shards: number | null;
  /** Nullable fields in the templates: without a value for each the item is not in the index (sparse). */
  readonly present: readonly string[];
  /** Further conditions of being in the index: the field has one of the values, or none where that is null. */
  readonly when: readonly {
    readonly field: string;
    readonly values: readonly (string | number | boolean | null)[];
  }[];
  /** The pattern whose key it is, where the item has another one on this index under other conditions. */
  readonly for?: string;
}

/** `OPEN or HELD`; `absent` where a record has no value. */
export function printValues(values: SlotPlan['when'][number]['values']): string {
  return values.map((value) => value ?? 'absent').join(' or ');
}

/** The same of conditions that say the same, in whatever order they say it. */
export function whenId(when: SlotPlan['when']): string {
  return JSON.stringify(
    when.map(({ field, values }) => JSON.stringify([field, ...values.map(String).sort()])).sort(),
  );
}

export interface KeyTemplate {
  readonly attribute: string;
  /** As pinned or built: `USER#{id}`. */
  readonly text: string;
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'hole';
      readonly field: string;
      readonly encode: HoleEncoding;
      readonly enum: string | null;
    }
  | { readonly kind: 'shard' };

export interface GuardPlan {
  readonly fields: readonly string[];
  readonly partition: KeyTemplate;
  readonly sort: KeyTemplate | null;
  /** Nullable fields: no guard where one of them has no value. */
  readonly present: readonly string[];
  /** No guard of other records. */
  readonly when: SlotPlan['when'];
  /** The message of the error of a value that is taken. */
  readonly message?: string;
  /** The constraint, where several entities share it; `expires` where some of their records do. */
  readonly shared?: { readonly name: string; readonly expires: string | null };
}

/** A count, sum or sequence of records, in items of its own: each write updates it in its transaction. */
export interface AggregatePlan {
  readonly kind: 'count' | 'sum' | 'sequence';
  /** The pattern's name; of a sequence its field's. */
  readonly name: string;
  /** Other patterns that read the same number, if there are any. */
  readonly also?: readonly string[];
  /** Of a sum, the whole numbers that the fields can hold that give it. */
  readonly range?: 'Int' | 'integer';
  /** The field that is summed or numbered; null for counts. */
  readonly field: string | null;
  /** The name of a sequence that entities share. */
  readonly shared?: string;
  readonly partition: KeyTemplate;
  readonly sort: KeyTemplate | null;
  /** Over how many items it is spread, by the record's key; null for one. */
  readonly shards: number | null;
  /** Nullable fields: a record counts if each of them has a value. */
  readonly present: readonly string[];
  /** Further conditions of counting: the field has one of the values. */
  readonly when: SlotPlan['when'];
  /** The most it may be. */
  readonly cap: number | null;
}

/** A record that another names: it has to exist. */
export interface ReferencePlan {
  /** As declared: `customerId`. */
  readonly name: string;
  readonly to: string;
  /** The fields of the other's key, each with the field here. */
  readonly fields: readonly { readonly key: string; readonly field: string }[];
  /** Nullable fields: it names none where one of them has no value. */
  readonly present: readonly string[];
  readonly onDelete: 'leave' | 'restrict' | 'cascade';
  /** The item that counts how many records name one; null where nothing needs the count. */
  readonly counter: { readonly partition: KeyTemplate; readonly sort: KeyTemplate | null } | null;
  /** The pattern by which the records are found that go with one; null where none do. */
  readonly foundBy: string | null;
}
