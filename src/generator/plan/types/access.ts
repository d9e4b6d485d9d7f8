/** What each pattern reads, and how. */

import type { HoleEncoding } from '../../encodings.js';
import type { CachePlan, KeyTemplate, TemplatePart } from './storage.js';
import type { ConditionTree, FieldRef, NamedValue, ValuePlan } from './values.js';

export interface PatternPlan {
  readonly name: string;
  readonly cardinality: 'one' | 'many' | 'mixed' | 'count' | 'sum' | 'exists';
  /** The entity, interface or union it returns, or the entity it counts or looks for. */
  readonly target: string;
  readonly field: FieldRef | null;
  readonly access: Access;
  /** The attribute that its field has of each record, in the place of the record. */
  readonly select?: string;
  /** Duplicates are dropped: of records, or of an attribute's values. */
  readonly distinct?: { readonly by: 'record' } | { readonly by: 'attribute'; readonly attribute: string };
  /** What its function takes: equalities, bounds, bucket, order. */
  readonly inputs: readonly NamedValue[];
  /** What its filter takes, by the name of the argument. */
  readonly filterInputs: readonly NamedValue[];
  readonly allow: string | null;
  readonly visible: string | null;
  /** How it is read before its parent is there: it depends only on the parent's key, and a pattern reads the parent by key. */
  readonly prefetch?: PrefetchPlan;
  /** The patterns it can prefetch: fields of the record it returns. Those that the selection names start with it. */
  readonly starts?: readonly string[];
}

export type PrefetchPlan =
  /** Its requests start together with the parent's. */
  | { readonly kind: 'parallel' }
  /** Its items are in the parent's item collection: one Query returns both, where the page begins next to the parent. */
  | {
      readonly kind: 'collection';
      /** Which pages begin there: those with `first` or no argument, those with `last`, or as the caller orders them. */
      readonly page: 'first' | 'last' | 'ordered';
      /** What the sort keys of its items begin with. */
      readonly head: string;
      /** How many other items of the parent are between them and the parent; the Query reads them too. */
      readonly between: number;
    };

export type Access =
  | GetAccess
  | UniqueAccess
  /** One of several entities: a value names it. */
  | {
      readonly kind: 'typed';
      readonly by: ValuePlan;
      readonly members: readonly (Member & { readonly value: string })[];
    }
  /** Every member is looked up by its key, in one batch get. */
  | { readonly kind: 'any'; readonly members: readonly Member[] }
  | QueryAccess
  | MixedAccess
  | CountAccess
  | AggregateAccess
  | ExistsAccess
  | ThroughAccess;

/** One of the entities that a pattern of a union or interface reads. */
export interface Member {
  readonly entity: string;
  /** What the pattern calls the fields of this entity that are called otherwise. */
  readonly renames: Readonly<Record<string, string>>;
}

/** The primary key is known: a (batched) get. */
export interface GetAccess {
  readonly kind: 'get';
  readonly entity: string;
  readonly consistent: boolean;
  /** The key field a list of values is given for, and how many there may be. */
  readonly each?: { readonly field: string; readonly max: number };
}

/** A unique value is known: its guard names the owner, which is read by its key, both with strong consistency. */
export interface UniqueAccess {
  readonly kind: 'unique';
  readonly entity: string;
  /** The attributes whose values the guard holds. */
  readonly fields: readonly string[];
}

/** How many items the query has; counting stops at `upTo`. */
export interface CountAccess {
  readonly kind: 'count';
  readonly query: QueryAccess;
  readonly upTo: number;
}

/** Reads an aggregate that writes maintain: nothing is counted. */
export interface AggregateAccess {
  readonly kind: 'aggregate';
  readonly entity: string;
  readonly aggregate: string;
  readonly consistent: boolean;
}

/** Whether there is one. */
export interface ExistsAccess {
  readonly kind: 'exists';
  readonly by: GetAccess | QueryAccess;
  /** The key field whose argument is a list, of at most so many: each is answered, in their order. */
  readonly each: { readonly field: string; readonly max: number } | null;
}

/** Items that lead to records of another entity, and those by batch get. */
export interface ThroughAccess {
  readonly kind: 'through';
  readonly join: GetAccess | QueryAccess;
  readonly entity: string;
  /** The primary key of what is led to. */
  readonly key: readonly ThroughValue[];
  /** The connection whose edges have attributes of the join, and which. */
  readonly edge: { readonly connection: string; readonly attributes: readonly string[] } | null;
}

export interface ThroughValue {
  readonly name: string;
  readonly value:
    | ValuePlan
    | { readonly kind: 'through'; readonly attribute: string; readonly nullable: boolean };
}

/** The query a pattern makes, if it makes one. */
export function queryOf(access: Access): QueryAccess | null {
  switch (access.kind) {
    case 'query':
      return access;
    case 'count':
      return access.query;
    case 'exists':
      return queryOf(access.by);
    case 'through':
      return queryOf(access.join);
    default:
      return null;
  }
}

/** Several entities: parents, then the records of one index, merged in order. */
export interface MixedAccess {
  readonly kind: 'mixed';
  readonly members: readonly (Member & {
    /** By itself; fields have the names that the pattern gives them. */
    readonly access: QueryAccess;
  })[];
  /** Of the first member that is no parent; what is the same for all. */
  readonly query: QueryAccess;
  /** What is merged, each read by a query for each of its partitions: members side by side in one item collection. */
  readonly spans: readonly MixedSpan[];
  /** The entities whose records come first. `first`: their span begins with them. `alone`: by a query of their own. */
  readonly parents: readonly { readonly entity: string; readonly read: 'first' | 'alone' }[];
  /** The entities to return, where spans may have items of others; null where they have none. */
  readonly only: readonly string[] | null;
}

export interface MixedSpan {
  readonly members: readonly string[];
  /** They are all of their partition. */
  readonly isWhole: boolean;
  /** Records of other members may lie among them, and are read elsewhere. */
  readonly isMingled: boolean;
}

export interface QueryAccess {
  readonly kind: 'query';
  readonly entity: string;
  /** Position in the entity's `items`. */
  readonly item: number;
  readonly index: string | null;
  readonly partition: KeyTemplate;
  readonly sort: KeyTemplate | null;
  readonly shards: number | null;
  /** Fields bound by equality in the partition key, then in the sort key. */
  readonly equals: readonly {
    readonly field: string;
    readonly in: 'partition' | 'sort';
    /** Any value of a list: one that the caller gives, or these. */
    readonly each?: 'list' | readonly (string | number | boolean)[];
  }[];
  /** The leading part of the sort key that every answer shares, once equality holes are filled. */
  readonly head: readonly TemplatePart[];
  /** Parts that follow the head where they are given, from the left; with the literal text behind each. */
  readonly narrow?: {
    readonly parts: readonly {
      readonly hole: TemplatePart & { readonly kind: 'hole' };
      readonly then: string;
    }[];
    readonly last: 'whole' | 'prefix';
  };
  /** The sort key goes on behind the ranged or last bound field. */
  readonly terminated: boolean;
  readonly range: {
    readonly field: string;
    readonly encode: HoleEncoding;
    readonly bounds: readonly RangeOperator[];
    /** The bounds that the declaration itself gives. */
    readonly constants?: Readonly<Partial<Record<RangeOperator, string | number | boolean>>>;
  } | null;
  /** Reads a multi-attribute index: its keys are attributes of the record. */
  readonly multiAttribute?: MultiAttributeAccess;
  readonly filter: FilterPlan | null;
  readonly bucket: null | {
    readonly field: string;
    readonly unit: 'year' | 'month' | 'day' | 'hour';
    /** `given`: one bucket, named by the caller; otherwise how many are crossed. */
    readonly reads:
      | { readonly kind: 'given'; readonly list?: true }
      | { readonly kind: 'across'; readonly count: number }
      | { readonly kind: 'either'; readonly count: number };
  };
  readonly order:
    | { readonly kind: 'fixed'; readonly descending: boolean }
    | { readonly kind: 'chosen'; readonly descending: boolean };
  /** The sort key has the order inverted: DynamoDB reads it in the other direction. */
  readonly isInverted?: true;
  readonly orderBy: readonly string[];
  /** The fields that the items have; `name` is the generated description of those that have some. */
  readonly covering:
    | { readonly kind: 'all' }
    | {
        readonly kind: 'some';
        readonly name: string;
        readonly attributes: readonly string[];
        /** Where the main item's key comes from: the item itself, or the key fields an entry carries. */
        readonly key: 'item' | 'fields';
      };
  readonly consistent: boolean;
  /** For how long an answer may be given again. */
  readonly cache?: CachePlan;
  readonly page: { readonly default: number; readonly max: number };
  /** The aggregate that is the connection's `totalCount`. */
  readonly total?: string;
  /** How many results a list gives. */
  readonly limit?: ValuePlan;
  /** Name of the generated query function. */
  readonly function: string;
  readonly why: ReadReason;
}

/** Why a query reads the key it does. */
export type ReadReason =
  /** The primary key of the record answers it. */
  | { readonly kind: 'primary key' }
  /**
   * The declaration names the index: for a key of its own, for one of several that exclude one another by `when`, or for
   * the attributes that are the keys of a multi-attribute index.
   */
  | { readonly kind: 'pinned'; readonly key: 'own' | 'conditional' | 'attributes' }
  /** It is the entry that the declaration names. */
  | { readonly kind: 'entry' }
  /** The key, or the entry, of another pattern answers it as well. */
  | { readonly kind: 'shared'; readonly with: string }
  /** It is the first index that the entity's other keys leave free. */
  | { readonly kind: 'chosen' }
  /** The lock has it. */
  | { readonly kind: 'locked' };

export interface MultiAttributeAccess {
  /** The sort attribute that bounds and order begin with; null where all before it are all there are. */
  readonly at: string | null;
  /** Whether `at` is bound by equality: then it is the last. */
  readonly isBound: boolean;
  /** Bound by equality, other than the first partition attribute and `at`. */
  readonly equals: readonly string[];
}

/** A condition on what was read. Each value is an input of the query function, named as in `filterInputs`, or a literal. */
export type FilterPlan = ConditionTree<FilterValue>;

export type FilterValue =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean };

export type RangeOperator = 'from' | 'to' | 'after' | 'before' | 'prefix' | 'suffix';
