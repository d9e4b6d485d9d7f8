/** What is drawn: tables, their keys and indexes, the item collections of each, and what patterns read of them. */

export type State = 'same' | 'new' | 'changed' | 'gone';

/** A table, key or index is changed where anything within it is not the same. */
export interface TableMap {
  readonly tables: readonly MapTable[];
  /** In the order of the declarations; those that are gone last. */
  readonly patterns: readonly MapPattern[];
}

export interface MapTable {
  readonly name: string;
  readonly physicalName: string;
  readonly state: State;
  /** The table's own key first, then its indexes. */
  readonly slots: readonly MapSlot[];
  readonly items: readonly MapItem[];
}

export interface MapSlot {
  /** Null is the table's own key. */
  readonly index: string | null;
  readonly kind: 'table' | 'global' | 'local';
  /** The names of key attributes; several of a multi-attribute index. */
  readonly partition: readonly string[];
  readonly sort: readonly string[];
  /** `all`, `keys`, or the attributes besides keys. */
  readonly projects: string;
  readonly state: State;
  readonly collections: readonly MapCollection[];
}

/** Items with one partition key. */
export interface MapCollection {
  /** Of the sample, which tells collections of one slot apart: `USER#user-1`. */
  readonly partition: string;
  /** As declared or built, of each entity that is in there: `USER#{id}`, `USER#{userId}`. */
  readonly templates: readonly string[];
  /** Over how many partitions it is spread; 1 for most. */
  readonly shards: number;
  readonly state: State;
  /** By sort key. */
  readonly entries: readonly MapEntry[];
}

export interface MapEntry {
  /** The id of an item of the table. */
  readonly item: string;
  readonly sort: { readonly template: string; readonly value: string } | null;
  readonly state: State;
}

export interface MapItem {
  /** Unique within the table: `User`, `User.usersByStatus`, `guard User.email`. */
  readonly id: string;
  /** The entity; null for idempotency keys. */
  readonly entity: string | null;
  readonly role: 'main' | 'entry' | 'version' | 'guard' | 'aggregate' | 'counter' | 'idempotency';
  readonly title: string;
  /** Keys first. */
  readonly attributes: Attributes;
  /** Of an item whose attributes change. */
  readonly before?: Attributes;
  readonly state: State;
}

type Attributes = Readonly<Record<string, unknown>>;

export interface MapPattern {
  readonly name: string;
  readonly field: string | null;
  readonly state: State;
  /** In words, with `code`: ``GSI1: `GSI1PK = USER#{shard}`, 4 shards merged, by createdAt ↑`` */
  readonly reads: string;
  /** Of a pattern that reads otherwise than before. */
  readonly before?: string;
  readonly places: readonly MapPlace[];
}

/** What is read of one item collection. */
export interface MapPlace {
  readonly table: string;
  readonly index: string | null;
  /** The collection, by the partition key of the sample. */
  readonly partition: string;
  /** Ids of items within the table. */
  readonly items: readonly string[];
}
