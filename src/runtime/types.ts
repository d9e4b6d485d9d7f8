/** The shapes that generated code and the runtime share. */

/** A value as lib-dynamodb's document client takes and gives it. */
export type AttributeValue =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | Set<string>
  | Set<number>
  | Set<Uint8Array>
  | readonly AttributeValue[]
  | { readonly [name: string]: AttributeValue };

/** One stored item: attribute name to value. An attribute whose value is `undefined` is not stored. */
export type Item = Record<string, AttributeValue | undefined>;

/** The values of key attributes, by attribute name (`PK`, `SK`, and an index's own for a start key). */
export type Key = Record<string, string | number>;

/** A table as generated code knows it: the logical name and its key attributes. */
export interface TableRef {
  /** Logical name, the key of `tables` in access-patterns.yaml. */
  readonly name: string;
  readonly partition: string;
  readonly sort?: string;
}

/** Where a query reads: the table's own key (no `name`) or one of its indexes. */
export interface IndexRef {
  readonly table: TableRef;
  /** The index's name; absent for the table itself. */
  readonly name?: string;
  readonly partition: string;
  readonly sort?: string;
  /** Further key attributes, where keys are attributes as they are (multi-attribute keys). */
  readonly more?: readonly string[];
}

/**
 * How one entity is stored. Generated, one per entity; everything in it is a plain function of the record.
 * `R` is the record: every attribute of the entity, `null` where there is no value.
 */
export interface EntityCodec<R extends object> {
  readonly name: string;
  readonly table: TableRef;
  /** The primary key of the record's main item. Throws KeyError where a value cannot be a key. */
  key(record: R): Key;
  /** The main item whole: attributes, key, index attributes. A null attribute is left out. */
  item(record: R): Item;
  /** The record of a main item, or of an index that projects every attribute. */
  read(item: Item): R;
  /**
   * Extra items that follow the record: index entries and relationship records. The result has one place
   * per declared entry, in a fixed order; undefined where the record does not belong in it.
   */
  entries?(record: R): readonly (Item | undefined)[];
  /** Copies kept for ever (version history): written with each new state, never removed by an update. */
  versions?(record: R): readonly Item[];
  /** How long versions are kept, in the order of `versions`. */
  readonly keep?: readonly Keep[];
  /** Guards of unique values, in a fixed order; `key` is undefined where the record has no value. */
  guards?(record: R): readonly Guard[];
  /** What the record adds to numbers that are kept beside records; `key` is undefined where it adds to none. */
  counters?(record: R): readonly Counted[];
  /** The records it names, which have to be there, in a fixed order; `key` is undefined where it names none. */
  references?(record: R): readonly Reference[];
  /** Where the numbers of records are kept that name this one: it goes only where they come to nothing. */
  referencedBy?(record: R): readonly ReferencedBy[];
  /** Records go with it, which may take several transactions: it is marked meanwhile. */
  readonly cascades?: true;
  /** The attribute that counts writes; it starts at 1. Absent: the entity is append-only, never updated. */
  readonly revision?: keyof R & string;
  /** The attribute that holds the time of expiry, in epoch seconds, once declared (`ttl`). */
  readonly ttl?: string;
  /** Attributes that are kept in the main item only. */
  readonly secret?: readonly (keyof R & string)[];
  /** What is demanded of every write of it. */
  readonly conditions?: Conditions<R>;
  /** Fields that can be read of an item fetched without its documents, lists and sets. */
  readonly projection?: readonly string[];
  /** The fields a primary key was built from, for messages to the client. */
  keyFields?(key: Key): object | undefined;
}

/** What becomes of old versions: nothing where it says nothing. */
export interface Keep {
  /** So many of the last are kept: the next write deletes the oldest. */
  readonly versions?: number;
  /** Each is kept for so long after it was written: `ttl` is the attribute DynamoDB expires items by. */
  readonly expires?: { readonly seconds: number; readonly ttl: string };
}

/** What an entity demands of its records' changes and values. */
export interface Conditions<R extends object> {
  /** By enum field: the values that may follow on each value. One that is not listed is final. */
  readonly transitions?: { readonly [F in keyof R]?: Readonly<Record<string, readonly string[]>> };
  /** What a value that is given has to be like. */
  readonly values?: { readonly [F in keyof R]?: Validation };
}

/** Bounds of a number, of the characters of a text or of the elements of a list; or a rule that says what is wrong. */
export type Validation =
  | { readonly min?: number; readonly max?: number; readonly pattern?: RegExp }
  | { readonly rule: string };

/** What reading an entity takes of its codec. */
export type EntityReader<R extends object> = Pick<
  EntityCodec<R>,
  'name' | 'table' | 'read' | 'ttl' | 'projection'
>;

/** A record that another one names. */
export interface Reference {
  /** As declared: `customerId`. */
  readonly name: string;
  readonly to: Pick<EntityReader<object>, 'name' | 'table' | 'ttl'> & { readonly cascades?: true };
  readonly key: Key | undefined;
}

/** Where it is counted how many records of an entity name one. */
export interface ReferencedBy {
  /** The entity and its reference: `Order.customerId`. */
  readonly by: string;
  /** `restrict`: it is not deleted while there are any. `cascade`: they go first, or with it. */
  readonly onDelete: 'restrict' | 'cascade';
  readonly table: TableRef;
  readonly key: Key | undefined;
}

/** What one record adds to a number that lies in an item of its own. */
export interface Counted {
  /** What the number is called, and GUARD_FAILED names where it would pass `max`. */
  readonly name: string;
  readonly key: Key | undefined;
  readonly by: number;
  readonly max?: number;
}

/** A number that writes keep beside the records of an entity. Generated functions return it. */
export interface Aggregate<R extends object> {
  /** As `Counted` calls it. */
  readonly name: string;
  readonly entity: Pick<EntityCodec<R>, 'name' | 'table' | 'counters'>;
  /** The items it is spread over; undefined where it is asked of no value. */
  readonly keys: readonly (Key | undefined)[];
  readonly consistent?: boolean;
}

/** Whole numbers from 1 on, none of which is left out or given twice. */
export interface SequenceRef {
  readonly entity: string;
  readonly name: string;
  readonly table: TableRef;
  /** Of the item that holds the last number given. */
  readonly key: Key;
}

/** The item that holds one unique value: only one record can own it. */
export interface Guard {
  /** The declared fields, for the error: `email`, or `tenantId+slug`. */
  readonly field: string;
  /** The name of the constraint, where records of several entities share it. */
  readonly constraint?: string;
  /** The attribute by which a holder of another entity may expire. */
  readonly expires?: string;
  readonly key: Key | undefined;
}

/**
 * What part of a partition a query reads, in encoded form. Made by `rangeOf`, so that its ends never cross and
 * stay within one template.
 */
export type SortRange =
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'equals'; readonly value: string | number }
  /** `from` and `to` are inclusive, `below` is exclusive (at most one of the two); absent: that end is open. */
  | {
      readonly kind: 'between';
      readonly from?: string | number;
      readonly to?: string | number;
      readonly below?: string | number;
    }
  /** Nothing can be in it: no request is made. */
  | { readonly kind: 'empty' };

/** The partitions a query reads. */
export type Partitions =
  | { readonly kind: 'one'; readonly key: string | number }
  /** Shards: all are read side by side and merged in sort-key order; equal sort keys in the order of the shards. */
  | { readonly kind: 'merge'; readonly keys: readonly string[] }
  /** Buckets: read one after the other, in the order given (already reversed for a descending query). */
  | { readonly kind: 'sequence'; readonly keys: readonly (readonly string[])[] };

/** A FilterExpression with its names and values. */
export interface Filter {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** One query of a declared pattern, its arguments already encoded. Generated functions return it. */
export interface IndexQuery<R extends object, E extends object = object> {
  /** The pattern's name: in cursors, logs and errors. */
  readonly pattern: string;
  readonly entity: EntityReader<R>;
  readonly index: IndexRef;
  readonly partitions: Partitions;
  /** Key attributes of `index.more` that are asked for by equality. */
  readonly equals?: Key;
  readonly sort?: SortRange | undefined;
  readonly descending: boolean;
  readonly filter?: Filter | undefined;
  readonly consistent?: boolean;
  /**
   * What the index's items hold. `all`: the record can be read from them. `keys`: they carry the main item's
   * key under the entity's own key fields, so the records are read by batch get.
   */
  readonly covering:
    | { readonly kind: 'all' }
    | {
        readonly kind: 'some';
        /** GraphQL fields that can be answered without the follow-up read. */
        readonly covers: readonly string[];
        /** The main item's key, from an index item. */
        readonly keyOf: (item: Item) => Key;
        /** What the items hold of the record. */
        readonly read: (item: Item) => Partial<R>;
      }
    /** They are items of another entity, the join, that lead to the records; those are read by batch get. */
    | {
        readonly kind: 'through';
        readonly join: { readonly ttl?: string };
        /** The record's key, from an item of the join; undefined where it leads nowhere. */
        readonly keyOf: (item: Item) => Key | undefined;
        /** What an edge carries of the join. */
        readonly edge?: (item: Item) => E;
      };
  /** Page sizes: what is given when the caller names none, and the most that may be asked. */
  readonly page: { readonly default: number; readonly max: number };
  /**
   * How many requests one page may take beyond the first of each partition, where a filter leaves pages short.
   * Default: the database's `readBudget`.
   */
  readonly budget?: number;
  /** Changes with the keys the query reads by: cursors of an older layout are refused. */
  readonly layout?: string;
  /** Where counting stops. Default: 10000. */
  readonly upTo?: number;
  /** How many records it has, where that is kept: the connection's `totalCount`. */
  readonly total?: Aggregate<R>;
  /**
   * What cursors are bound to instead of the partitions: buckets move on with time, and a cursor outlives them.
   */
  readonly binding?: string;
}

/** Relay's arguments. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

export interface Edge<R> {
  readonly node: R;
  readonly cursor: string;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** `E`: what the edges carry besides node and cursor. */
export interface Connection<R, E extends object = object> {
  readonly edges: readonly (Edge<R> & E)[];
  readonly nodes: readonly R[];
  readonly pageInfo: PageInfo;
  /** How many records there are in all, where that is kept and was asked. */
  readonly totalCount?: number;
}
