/**
 * The plan: how everything is stored, asked and written. Plain JSON, computed from the model, the only input of
 * `emit`. Unions by `kind`. Names for generated code are made here once (names.ts), never in a template.
 */

export interface Plan {
  /** The format of this file. */
  readonly format: 1;
  readonly tables: readonly TablePlan[];
  /** In the order of the YAML. */
  readonly entities: readonly EntityPlan[];
  readonly patterns: readonly PatternPlan[];
  /** The steps of transactions are among them. */
  readonly mutations: readonly MutationPlan[];
  readonly transactions?: readonly TransactionPlan[];
  readonly rules: readonly RulePlan[];
  /** Every field of a reachable SDL type that a resolver answers, by type, in the order of the YAML. */
  readonly resolvers: readonly ResolverPlan[];
  /** Enums of stored attributes: the values a key may hold. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

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
  /** Where idempotency tokens are kept, if mutations take some. */
  readonly tokens?: { readonly partition: KeyTemplate; readonly sort: KeyTemplate | null };
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
  /** The main item first, then entries in the order of their patterns, then copies kept by entities with `historyOf`. */
  readonly items: readonly ItemPlan[];
  readonly guards: readonly GuardPlan[];
  /** Numbers kept beside the records, where there are some. */
  readonly aggregates?: readonly AggregatePlan[];
  /** Records that its own name, where there are such. */
  readonly references?: readonly ReferencePlan[];
  /** The attribute that counts writes; null for append-only entities. */
  readonly revision: string | null;
  readonly ttl: { readonly attribute: string; readonly field: string } | null;
  /** The fields of the primary key, in the order they stand in it. */
  readonly keyFields: readonly string[];
  readonly historyOf: string | null;
  /** Of a history whose versions expire, the table's attribute for it. */
  readonly expires?: string;
  /** Its plain fields: where a page asks for no others, documents, lists and sets are not fetched. */
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

export interface AttributePlan {
  readonly name: string;
  /** SDL syntax, `[String!]!`. */
  readonly type: string;
  /** The innermost type's name. */
  readonly of: string;
  readonly list: boolean;
  readonly nullable: boolean;
  readonly encoding: Encoding;
  /** Of the innermost type. */
  readonly element: Encoding;
  /** Kept, but in no SDL type. */
  readonly hidden: boolean;
  readonly secret: boolean;
  readonly generated: 'uuidv7' | 'now' | 'touch' | 'revision' | 'sequence' | null;
  readonly default: string | number | boolean | null;
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
  /** How a plain `{field}` stands in the entity's keys, where `encode` says. */
  readonly encode?: HoleEncoding;
  /** The rule that computes it from the rest of the record at every write. */
  readonly computed?: string;
}

/** `pattern` is what the whole text matches. */
export type ValidationPlan =
  | { readonly kind: 'bounds'; readonly min?: number; readonly max?: number; readonly pattern?: string }
  | { readonly kind: 'rule'; readonly rule: string };

/** How a value of a type is stored and stands in a key. `document` cannot stand in a key. */
export type Encoding = 'text' | 'enum' | 'integer' | 'decimal' | 'boolean' | 'time' | 'document';

export interface ItemPlan {
  readonly role: 'main' | 'entry' | 'version';
  /** The pattern an entry exists for; the entity a version is read as; null for the main item. */
  readonly for: string | null;
  /** What it carries besides its keys: every attribute, or these. */
  readonly covering:
    | { readonly kind: 'all' }
    | { readonly kind: 'some'; readonly attributes: readonly string[] };
  /** The table's own key first. */
  readonly slots: readonly SlotPlan[];
  /** Of versions, how many are kept, or for how many seconds each. */
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
  /** Further conditions of being in the index: the field has one of the values. */
  readonly when: readonly {
    readonly field: string;
    readonly values: readonly (string | number | boolean)[];
  }[];
  /** The pattern whose key it is, where the item has another one on this index under other conditions. */
  readonly for?: string;
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

export type HoleEncoding =
  | Exclude<Encoding, 'document'>
  | 'year'
  | 'month'
  | 'day'
  | 'hour'
  | 'fold'
  /** Plain digits, filled up with zeros. */
  | `pad(${PadDigits})`
  /** In descending order. */
  | `invert(${Invertible})`;

export type PadDigits = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16;
export type Invertible = 'integer' | 'decimal' | 'time' | 'boolean';

export interface GuardPlan {
  readonly fields: readonly string[];
  readonly partition: KeyTemplate;
  readonly sort: KeyTemplate | null;
  /** Nullable fields: no guard where one of them has no value. */
  readonly present: readonly string[];
  /** The constraint, where several entities share it; `expires` where some of their records do. */
  readonly shared?: { readonly name: string; readonly expires: string | null };
}

/** A number kept beside records, in an item of its own; each write changes it in its own transaction. */
export interface AggregatePlan {
  readonly kind: 'count' | 'sum' | 'sequence';
  /** The pattern's name; of a sequence its field's. */
  readonly name: string;
  /** What is added up, or numbered; null where records are counted. */
  readonly field: string | null;
  readonly partition: KeyTemplate;
  readonly sort: KeyTemplate | null;
  /** Over how many items it is spread, by the record's key. */
  readonly shards: number | null;
  /** Nullable fields: a record without a value for each of them does not count. */
  readonly present: readonly string[];
  /** Further conditions of counting: the field has one of the values. */
  readonly when: SlotPlan['when'];
  /** It may not pass this. */
  readonly cap: number | null;
}

/** A record that another names: it has to be there. */
export interface ReferencePlan {
  /** As declared: `customerId`. */
  readonly name: string;
  readonly to: string;
  /** The fields of the other's key, each with the field here. */
  readonly fields: readonly { readonly key: string; readonly field: string }[];
  /** Nullable fields: it names none where one of them has no value. */
  readonly present: readonly string[];
  readonly onDelete: 'leave' | 'restrict' | 'cascade';
  /** Where it is kept how many records name one; null where nobody asks. */
  readonly counter: { readonly partition: KeyTemplate; readonly sort: KeyTemplate | null } | null;
  /** The pattern by which the records are found that go with one; null where none do. */
  readonly foundBy: string | null;
}

// --- patterns ---

export interface PatternPlan {
  readonly name: string;
  readonly cardinality: 'one' | 'many' | 'mixed' | 'count' | 'sum' | 'exists';
  /** The entity, interface or union it returns, or the entity it counts or looks for. */
  readonly target: string;
  readonly field: FieldRef | null;
  readonly access: Access;
  /** What the pattern is asked with: equalities, bounds, bucket, order. */
  readonly inputs: readonly NamedValue[];
  /** What its filter is asked with, by the name of the argument. */
  readonly filterInputs: readonly NamedValue[];
  readonly allow: string | null;
  readonly visible: string | null;
  /** It takes no more of its parent than its key, and some pattern gives that parent by its key: how it is read then. */
  readonly prefetch?: PrefetchPlan;
  /** The patterns with `ahead` of what it gives: those that are asked for start beside it. */
  readonly starts?: readonly string[];
}

export type PrefetchPlan =
  /** Its requests start beside the parent's. */
  | { readonly kind: 'beside' }
  /**
   * Its items lie in the parent's item collection: where its page begins at the end the parent stands at, one Query
   * brings both.
   */
  | {
      readonly kind: 'together';
      /** Which pages those are: the ones asked with `first` or nothing, with `last`, or as the caller orders them. */
      readonly page: 'first' | 'last' | 'ordered';
      /** What the sort keys of its items begin with. */
      readonly head: string;
      /** How many other items of the parent stand between them and the parent; they are read along with it. */
      readonly between: number;
    };

export type Access =
  | GetAccess
  /** One of several entities, told by a value. */
  | {
      readonly kind: 'typed';
      readonly by: ValuePlan;
      readonly members: readonly { readonly value: string; readonly entity: string }[];
    }
  /** Every member is looked up by its key, in one batch get. */
  | { readonly kind: 'any'; readonly entities: readonly string[] }
  | QueryAccess
  | MixedAccess
  | CountAccess
  | AggregateAccess
  | ExistsAccess
  | ThroughAccess;

/** The primary key is known: a (batched) get. */
export interface GetAccess {
  readonly kind: 'get';
  readonly entity: string;
  readonly consistent: boolean;
  /** The key field a list of values is given for, and how many there may be. */
  readonly each?: { readonly field: string; readonly max: number };
}

/** How many items the query has; counting stops at `upTo`. */
export interface CountAccess {
  readonly kind: 'count';
  readonly query: QueryAccess;
  readonly upTo: number;
}

/** A number of `numbers` of the entity: nothing is counted. */
export interface AggregateAccess {
  readonly kind: 'aggregate';
  readonly entity: string;
  readonly number: string;
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

/** Several entities by one query: those of one item collection, or of several partitions of one index merged in order. */
export interface MixedAccess {
  readonly kind: 'mixed';
  readonly members: readonly {
    readonly entity: string;
    readonly partition: KeyTemplate;
    readonly sort: KeyTemplate | null;
    /** What the pattern's `where` calls the fields of this entity that are called otherwise. */
    readonly renames: Readonly<Record<string, string>>;
  }[];
  /** Of the first member; what is the same for all. */
  readonly query: QueryAccess;
  /** The entities whose items are to be told from others that lie there; null where there are no others. */
  readonly only: readonly string[] | null;
  /** Where none of them lies outside, the part of the collection they stand in. */
  readonly within: { readonly from: string; readonly below: string } | null;
  /** `first`: the query brings it first. `beside`: it is read by its key, beside the query. */
  readonly parent: { readonly entity: string; readonly read: 'first' | 'beside' } | null;
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
  } | null;
  /** Reads a native index: its keys are the record's attributes. */
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
  /** The sort key holds the order upside down: DynamoDB reads it the other way. */
  readonly isInverted?: true;
  readonly orderBy: readonly string[];
  /** What the items that are read hold; `name` is the generated description of an index that holds some. */
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
  readonly page: { readonly default: number; readonly max: number };
  /** The number of the entity that is the connection's `totalCount`. */
  readonly total?: string;
  /** How many results a list gives. */
  readonly limit?: ValuePlan;
  /** Name of the generated query function. */
  readonly function: string;
  /** Why this index. */
  readonly why: string;
}

export interface MultiAttributeAccess {
  /** The sort attribute that bounds and order begin with; null where all before it are all there are. */
  readonly at: string | null;
  /** Whether `at` is bound by equality: then it is the last. */
  readonly isBound: boolean;
  /** Bound by equality, besides the first partition attribute and `at`. */
  readonly equals: readonly string[];
}

/** A condition on what was read. Each value is an input of the query function, named as in `filterInputs`, or a literal. */
export type FilterPlan =
  | { readonly kind: 'all' | 'any'; readonly of: readonly FilterPlan[] }
  | { readonly kind: 'not'; readonly of: FilterPlan }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly operator: string;
      readonly values: readonly FilterValue[];
      readonly isList: boolean;
    };

export type FilterValue =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean };

export type RangeOperator = 'from' | 'to' | 'after' | 'before' | 'prefix';

/** A value a resolver passes on. */
export type ValuePlan =
  | { readonly kind: 'argument'; readonly path: readonly string[]; readonly nullable: boolean }
  | { readonly kind: 'parent'; readonly path: readonly string[]; readonly nullable: boolean }
  /** A variable that a transaction sets before its writes. */
  | { readonly kind: 'made'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean };

export interface FieldRef {
  readonly type: string;
  readonly field: string;
}

// --- mutations and rules ---

export interface MutationPlan {
  readonly name: string;
  readonly kind: 'create' | 'update' | 'upsert' | 'put' | 'touch' | 'delete';
  readonly entity: string;
  readonly field: FieldRef | null;
  readonly key: readonly NamedValue[];
  /** Attributes taken from arguments. */
  readonly values: readonly NamedValue[];
  readonly set: readonly { readonly field: string; readonly value: string | number | boolean | null }[];
  /** Values computed from those of the record as it is. */
  readonly elements?: readonly ElementPlan[];
  /** What has to hold of the record as it is, in this order. */
  readonly require?: readonly { readonly name: string; readonly condition: ConditionPlan }[];
  /** The attribute a touch moves, and to when: what is given, or so long from now. */
  readonly expiry?: {
    readonly field: string;
    readonly to: ValuePlan | { readonly kind: 'later'; readonly unit: TimeUnit; readonly count: number };
  };
  readonly expect: ValuePlan | null;
  readonly prepare: string | null;
  readonly alongside: string | null;
  readonly allow: string | null;
  readonly idempotent?: IdempotentPlan;
  /** Of a step, its name within the transaction. */
  readonly step?: string;
  /** Of a step, its part of what the transaction costs. */
  readonly cost: WriteCost;
}

/** Several writes, all or none. */
export interface TransactionPlan {
  readonly name: string;
  readonly field: FieldRef | null;
  readonly steps: readonly {
    /** The mutation. */
    readonly mutation: string;
    readonly name: string;
    /** The variable that holds its record. */
    readonly variable: string;
  }[];
  /** Ids that several steps hold; `given` where the caller may give one. */
  readonly made: readonly { readonly name: string; readonly given: ValuePlan | null }[];
  /** The record of one step, or an object with the records of some, by their names. */
  readonly returns:
    | { readonly kind: 'step'; readonly step: string }
    | { readonly kind: 'fields'; readonly steps: readonly string[] };
  readonly allow: string | null;
  readonly idempotent?: IdempotentPlan;
  readonly cost: WriteCost;
}

export interface IdempotentPlan {
  readonly token: ValuePlan;
  /** For how long a token is remembered. */
  readonly seconds: number;
  /** The table that holds the token. */
  readonly table: string;
}

/** Write units as DynamoDB bills them, for items of at most 1 KB. */
export interface WriteUnits {
  readonly total: number;
  readonly table: number;
  readonly indexes: Readonly<Record<string, number>>;
}

/** What a mutation writes, and what that costs. */
export interface WriteCost {
  /** Where no value of a key or an entry changes, and fields that may be without a value are. */
  readonly least: WriteUnits;
  /** Where everything it can write does change. */
  readonly most: WriteUnits;
  /** Rules whose writes nobody declared: theirs come on top. */
  readonly without: readonly string[];
}

/** A write that a rule declares. */
export interface DeclaredWrite {
  readonly kind: MutationPlan['kind'];
  readonly entity: string;
}

export type TimeUnit = 'seconds' | 'minutes' | 'hours' | 'days';

export interface ElementPlan {
  readonly how: 'add' | 'append' | 'remove';
  readonly field: string;
  readonly value: ValuePlan;
  /** The value is a list: several elements. */
  readonly isList?: true;
}

/** A condition on a record that was read; nothing of it is optional. */
export type ConditionPlan =
  | { readonly kind: 'all' | 'any'; readonly of: readonly ConditionPlan[] }
  | { readonly kind: 'not'; readonly of: ConditionPlan }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly operator: string;
      readonly values: readonly ConditionValue[];
      /** Of `in`: the values are a list of their own. */
      readonly isList: boolean;
    };

export type ConditionValue =
  | ValuePlan
  | { readonly kind: 'current'; readonly field: string; readonly nullable: boolean };

export interface NamedValue {
  readonly name: string;
  readonly value: ValuePlan;
}

export interface RulePlan {
  readonly name: string;
  /** File under the rules folder, without extension. */
  readonly file: string;
  readonly typeName: string;
  /** Of a rule that answers a mutation or adds writes to one: what it writes, where that is declared. */
  readonly writes?: readonly DeclaredWrite[];
  /** What that costs. */
  readonly cost?: WriteCost;
  readonly use:
    | { readonly kind: 'field'; readonly field: FieldRef; readonly description: string | null }
    | { readonly kind: 'allow'; readonly fields: readonly FieldRef[] }
    | { readonly kind: 'visible'; readonly targets: readonly string[] }
    | { readonly kind: 'prepare'; readonly mutations: readonly string[] }
    | { readonly kind: 'alongside'; readonly mutations: readonly string[] }
    | {
        readonly kind: 'validate';
        readonly attributes: readonly { readonly entity: string; readonly field: string }[];
      }
    | {
        readonly kind: 'compute';
        readonly attributes: readonly { readonly entity: string; readonly field: string }[];
      };
  /** What one call says it asks of DynamoDB: records by key, shared by all rules with one `once`, and requests of its own. */
  readonly asks?: { readonly gets?: number; readonly once?: string; readonly requests?: number };
}

// --- resolvers ---

export interface ResolverPlan {
  readonly type: string;
  readonly field: string;
  /** The field's type takes null. */
  readonly nullable: boolean;
  readonly hasArguments: boolean;
  readonly answer:
    | {
        readonly kind: 'pattern';
        readonly pattern: string;
        readonly shape: 'one' | 'list' | 'connection';
        /** The list may hold null. */
        readonly sparse?: true;
      }
    | { readonly kind: 'mutation'; readonly mutation: string }
    | { readonly kind: 'transaction'; readonly transaction: string }
    | { readonly kind: 'rule'; readonly rule: string };
}
