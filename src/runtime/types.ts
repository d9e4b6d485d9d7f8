/** The shapes that generated code and the runtime share. */

/** An attribute's value in JavaScript, as lib-dynamodb's commands represent it. */
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

/** The attributes of a record in its item: any of them may be missing, and be anything. */
export type Attributes<R extends object> = { readonly [Name in keyof R]?: unknown };

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
  /** Further key attributes, in their order, of a multi-attribute key. */
  readonly more?: readonly string[];
}

/** For how long something that was read may be answered again. */
export interface CachePolicy {
  /** How old it may be, in milliseconds, counted from when reading it began. */
  readonly forMs: number;
  /** For how much longer it may be answered while it is read again, in milliseconds. */
  readonly staleMs?: number;
  /** Where processes share answers that took several requests. Default: each process has its own only. */
  readonly shared?: SharedCache;
}

/** The table that is declared with `cache: true`. */
export interface SharedCache {
  readonly table: TableRef;
  /** The attribute by which DynamoDB expires items. */
  readonly ttl: string;
  /** Changes with the shape of the records: a server of another version takes no answer of this one's. */
  readonly version: string;
}

/** A rule's name, and what brings its answer into the form it is stored in, if there is such a form. */
export type Computation = string | readonly [rule: string, form: (value: never, path: string) => unknown];

/**
 * How one entity is stored. Generated, one per entity; everything in it is a plain function of the record.
 * `R` is the record: every attribute of the entity, `null` where there is no value.
 */
export interface EntityCodec<R extends object> {
  readonly name: string;
  readonly table: TableRef;
  /** The primary key of the record's main item. Throws KeyError where a value cannot be a key. */
  key(record: R): Key;
  /** The whole main item: attributes, key, index keys. A null attribute is left out. */
  item(record: R): Item;
  /** The record of a main item, or of an index that projects every attribute. */
  read(item: Item): R;
  /**
   * Whether a record that was read has a value for every field that cannot be null. `isPart`: its documents and lists
   * were not fetched.
   */
  isWhole?(record: R, isPart?: true): boolean;
  /**
   * Extra items that follow the record: index entries and relationship records. The result has one place
   * per declared entry, in a fixed order; undefined where the record does not belong in it.
   */
  entries?(record: R): readonly (Item | undefined)[];
  /** Copies for a history: one is written with each new state; an update never removes one. */
  versions?(record: R): readonly Item[];
  /** How long versions stay, in the order of `versions`. */
  readonly keep?: readonly Keep[];
  /** @internal The same for one of `versions`, whose number differs from record to record: of two versions of the plan. */
  keepOf?(version: Item): Keep | undefined;
  /** @internal Copies that another version of the plan may have stored, of the histories in `versions`: deleted along with those. */
  leavingVersions?(record: R): readonly Item[];
  /** Guards of unique values, in a fixed order; `key` is undefined where the record has no value. */
  guards?(record: R): readonly Guard[];
  /** The keys by which a guard may name the record as its owner, first the one that is written. Default: its key. */
  owners?(record: R): readonly Key[];
  /** What the record adds to aggregates; `key` is undefined where it adds nothing. */
  counters?(record: R): readonly Counted[];
  /** @internal Which of these do not count it yet, as it is not marked: of two versions of the plan. */
  uncounted?(record: R): readonly Counted[];
  /** The records it refers to, which must exist, in a fixed order; `key` is undefined where there is no reference. */
  references?(record: R): readonly Reference[];
  /** The counts of records that refer to this one: it can be deleted only when they reach zero. */
  referencedBy?(record: R): readonly ReferencedBy[];
  /** Deleting it deletes other records, which may take several transactions: it is marked meanwhile. */
  readonly cascades?: true;
  /** The attribute that counts writes; it starts at 1. Absent: the entity is append-only, never updated. */
  readonly revision?: keyof R & string;
  /** The attribute with the time of expiry, in epoch seconds, where `ttl` is declared. */
  readonly ttl?: string;
  /** The attributes that rules compute of the others, each with its rule. */
  readonly computed?: { readonly [F in keyof R]?: Computation };
  /** Attributes that only the main item has. */
  readonly secret?: readonly (keyof R & string)[];
  /** What its numbers can be, and those in its lists. */
  readonly numbers?: { readonly [F in keyof R]?: NumberKind };
  /** What makes values that were stored earlier what they would be stored as today. */
  readonly normalize?: { readonly [F in keyof R]?: readonly ((value: string) => string)[] };
  /** What every write of it must fulfil. */
  readonly conditions?: Conditions<R>;
  /** Fields that can be read from an item fetched without its documents, lists and sets. */
  readonly projection?: readonly string[];
  /** The fields a primary key was built from, for messages to the client. */
  keyFields?(key: Key): object | undefined;
  /** For how long a record read by its key may be answered again. */
  readonly cache?: CachePolicy;
}

/** When old versions are deleted; without either option, never. */
export interface Keep {
  /** How many versions stay: the next write deletes the oldest. */
  readonly versions?: number;
  /** How long each stays after it was written; `ttl` is the attribute that DynamoDB expires items by. */
  readonly expires?: { readonly seconds: number; readonly ttl: string };
}

/** Conditions on the changes and values of an entity's records. */
export interface Conditions<R extends object> {
  /** By enum field: the values that may follow on each value. One that is not listed is final. */
  readonly transitions?: { readonly [F in keyof R]?: Readonly<Record<string, readonly string[]>> };
  /** Conditions on a field's value, where it has one. */
  readonly values?: { readonly [F in keyof R]?: Validation };
}

/** Bounds of a number, of the characters of a text or of the elements of a list; or a rule that returns what is wrong. */
export type Validation =
  | { readonly min?: number; readonly max?: number; readonly pattern?: RegExp; readonly message?: string }
  | { readonly rule: string };

/** The part of a codec that reads records. */
export type EntityReader<R extends object> = Pick<
  EntityCodec<R>,
  'name' | 'table' | 'read' | 'isWhole' | 'ttl' | 'projection' | 'keyFields' | 'cache'
> & {
  /** The names of the entities, where it reads several. */
  readonly several?: readonly string[];
};

/** A record that another one refers to. */
export interface Reference {
  /** As declared: `customerId`. */
  readonly name: string;
  readonly to: Pick<EntityReader<object>, 'name' | 'table' | 'ttl'> & { readonly cascades?: true };
  readonly key: Key | undefined;
}

/** Where the records of an entity that refer to one record are counted. */
export interface ReferencedBy {
  /** The entity and its reference: `Order.customerId`. */
  readonly by: string;
  /** `restrict`: it is not deleted while there are any. `cascade`: they are deleted before it, or with it. */
  readonly onDelete: 'restrict' | 'cascade';
  readonly table: TableRef;
  readonly key: Key | undefined;
}

/** What one record adds to an aggregate. */
export interface Counted {
  /** The aggregate's name, and the `guard` of GUARD_FAILED where it would exceed `max`. */
  readonly name: string;
  readonly key: Key | undefined;
  readonly by: number;
  readonly max?: number;
  /** Of a sum: what it can be. In several items, each has its part of the range. */
  readonly range?: SumRange | { readonly kind: SumRange; readonly shards: number };
}

/**
 * What a number can be. `Int`: GraphQL's, of 32 bits. `integer`: whole numbers of other scalars, up to 2^53 - 1, beyond
 * which doubles are not exact. `decimal`: what DynamoDB stores.
 */
export type NumberKind = 'Int' | 'integer' | 'decimal';

/** What a sum can be. */
export type SumRange = Exclude<NumberKind, 'decimal'>;

/** A number that the writes of an entity maintain in items of its own. Generated functions return it. */
export interface Aggregate<R extends object> {
  /** As `Counted` calls it. */
  readonly name: string;
  readonly entity: Pick<EntityCodec<R>, 'name' | 'table' | 'counters'>;
  /** The keys of its items, one for each shard; undefined where it is requested for no value. */
  readonly keys: readonly (Key | undefined)[];
  readonly consistent?: boolean;
  /** Of a sum: what it can be. */
  readonly range?: SumRange;
}

/** Whole numbers from 1, without gaps or duplicates. */
export interface SequenceRef {
  readonly entity: string;
  readonly name: string;
  readonly table: TableRef;
  /** The key of the item with the last number taken. */
  readonly key: Key;
}

/** The item of one unique value: only one record can own it. */
export interface Guard {
  /** The declared fields, for the error: `email`, or `tenantId+slug`. */
  readonly field: string;
  /** The name of the constraint, where records of several entities share it. */
  readonly constraint?: string;
  /** The message of the error where the value is taken. */
  readonly message?: string;
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
  /** Buckets: read one after the other, in this order (already reversed for a descending query). */
  | { readonly kind: 'sequence'; readonly keys: readonly (readonly string[])[] }
  /** Parts of partitions: those of one list are merged as shards are, the lists are read one after the other. */
  | { readonly kind: 'parts'; readonly lists: readonly (readonly Part[])[] };

/** What one request after the other reads: a partition, or the part of it with these sort keys. */
export interface Part {
  readonly key: string | number;
  readonly sort?: SortRange | undefined;
  /** Where it is read. Default: the query's index. */
  readonly index?: IndexRef;
  /** The entities whose items are wanted, where others lie among them. Default: all. */
  readonly only?: readonly string[];
}

/** A FilterExpression with its names and values. */
export interface Filter {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** Bounds of a range, each of which may be open: `RangeBounds<'from' | 'to', string>`. */
export type RangeBounds<Names extends string, Value> = {
  readonly [Name in Names]?: Value | null | undefined;
};

/** One query of a declared pattern, its arguments already encoded. Generated functions return it. */
export interface IndexQuery<R extends object, E extends object = object> {
  /** The pattern's name: in cursors, logs and errors. */
  readonly pattern: string;
  readonly entity: EntityReader<R>;
  readonly index: IndexRef;
  readonly partitions: Partitions;
  /** Key attributes of `index.more` that are compared for equality. */
  readonly equals?: Key;
  readonly sort?: SortRange | undefined;
  readonly descending: boolean;
  readonly filter?: Filter | undefined;
  readonly consistent?: boolean;
  /** Drops duplicates: records that several items of a join lead to, or records with one value of this attribute. */
  readonly distinct?: true | (keyof R & string);
  /**
   * What the index's items hold. `all`: the whole record. `some`: some fields, and the main item's key, by which the
   * others are read in a batch get. `through`: the key of a record of another entity.
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
  /** Page sizes: where the caller passes none, and the greatest allowed. */
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
  /** The aggregate that counts its records, if there is one: the connection's `totalCount`. */
  readonly total?: Aggregate<R>;
  /**
   * What cursors are bound to instead of the partitions: the window of buckets moves with time, cursors stay valid.
   */
  readonly binding?: string;
  /** For how long an answer may be given again. */
  readonly cache?: CachePolicy;
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
  /** How many records there are in all, where an aggregate counts them and it was requested. */
  readonly totalCount?: number;
}

/** A value that may be left out. */
export type Optional<T> = T | null | undefined;
