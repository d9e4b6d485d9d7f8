/**
 * What records are stored as, as data: how servers of two versions of a project tell each other their keys, whichever was
 * deployed first. JSON; generated from the plan by `storedForms`.
 */
import type { Counted, Keep, TableRef } from '../types.js';

/** How records of one entity are stored. */
export interface StoredForm {
  readonly name: string;
  readonly table: TableRef;
  /** The key of the main item. */
  readonly key: KeyForm;
  /** The fields of the primary key, in their order. */
  readonly keyFields: readonly string[];
  /** The keys of the main item in indexes. */
  readonly indexes: readonly KeyForm[];
  /** Attributes that are read otherwise than they are stored. */
  readonly reads: Readonly<Record<string, AttributeForm>>;
  /** Attributes without which a record cannot be read. */
  readonly required: readonly string[];
  readonly entries: readonly EntryForm[];
  /** Copies for histories. */
  readonly versions: readonly VersionForm[];
  readonly guards: readonly GuardForm[];
  readonly counters: readonly CounterForm[];
  readonly references: readonly ReferenceForm[];
  readonly referencedBy: readonly ReferencedByForm[];
  readonly cascades?: true;
  readonly revision?: string;
  /** The attribute that DynamoDB expires items by, and the field it is made of. */
  readonly ttl?: { readonly attribute: string; readonly field: string };
  /** Attributes that rules compute of the others. */
  readonly computed?: readonly string[];
}

/** A key: by attribute, the parts of its text. */
export interface KeyForm extends Existence {
  /** The index it is of; absent for the table's own. */
  readonly index?: string;
  readonly attributes: Readonly<Record<string, readonly PartForm[]>>;
}

/** When there is one. */
export interface Existence {
  /** Each of these fields has a value. */
  readonly present?: readonly string[];
  /** The field has one of the values, or none where that is null. */
  readonly when?: readonly {
    readonly field: string;
    readonly values: readonly (string | number | boolean | null)[];
  }[];
}

/** Literal text, a value, or the number of a shard among so many. */
export type PartForm =
  | string
  | { readonly field: string; readonly encode: EncodeForm }
  | { readonly shards: number };

/** A function of keys/encodings.ts, and what makes it: `pad` takes digits, `declared` the values of an enum. */
export type EncodeForm = readonly [name: string, ...of: readonly (string | number)[]];

export interface AttributeForm {
  /** Names under which it may be stored. */
  readonly formerly?: readonly string[];
  /** What is read where there is no value. */
  readonly default?: unknown;
  readonly normalize?: readonly ('trim' | 'lowercase')[];
}

/** An index entry or relationship record; it has all keys or none. */
export interface EntryForm {
  /** `User.usersByRole` */
  readonly type: string;
  readonly attributes: readonly string[];
  readonly keys: readonly KeyForm[];
}

export interface VersionForm {
  readonly entity: string;
  readonly attributes: readonly string[];
  readonly keys: readonly KeyForm[];
  readonly keep?: Keep;
}

export interface GuardForm {
  readonly field: string;
  readonly constraint?: string;
  readonly message?: string;
  readonly expires?: string;
  readonly key: KeyForm;
}

/** A count, a sum, or the count of records that name another. */
export interface CounterForm {
  readonly name: string;
  /** The field that is summed. */
  readonly field?: string;
  readonly max?: number;
  readonly range?: Counted['range'];
  readonly key: KeyForm;
}

export interface ReferenceForm {
  readonly name: string;
  readonly to: {
    readonly name: string;
    readonly table: TableRef;
    readonly ttl?: string;
    readonly cascades?: true;
  };
  readonly key: KeyForm;
}

export interface ReferencedByForm {
  readonly by: string;
  readonly onDelete: 'restrict' | 'cascade';
  readonly table: TableRef;
  readonly key: KeyForm;
}
