/** The requests of each field of a schema: the shape of the generated table `costs`. */

export interface Costs {
  /** By `Type.field`. A field without an entry is an attribute, or resolved by other code. */
  readonly fields: Readonly<Record<string, FieldCost>>;
  /** Rules that declare their requests, by name. */
  readonly rules: Readonly<Record<string, RuleCost>>;
  /** The entities whose records a process answers from its cache. */
  readonly cached?: readonly string[];
  /** The rules that are called before fields that not everybody may use, where there are some. */
  readonly access?: AccessCost;
}

export interface AccessCost {
  /** The rule that says who the viewer is: called once per operation, and again after a write. */
  readonly viewer: string;
  /** By `Type.field`, the rules before it: the viewer's, and one that the field names, for those whom nothing else allows. */
  readonly before: Readonly<Record<string, readonly string[]>>;
}

export type FieldCost = GetCost | QueryCost | WriteCost | SubscriptionCost | RuleFieldCost;

/** Rules called around a read or write, by name. */
export interface RulesAround {
  /** Called before anything is read. */
  readonly allow?: string;
  /** Called for what was found. */
  readonly visible?: string;
}

/** How a read that depends only on its parent's key is sent, below a get that `starts` such reads. */
export interface PrefetchRequested {
  /** In parallel with its parent; or in its parent's own request, where its page begins at the parent. */
  readonly prefetch?: 'parallel' | CollectionCost;
}

/** The items are in the parent's item collection: one Query reads both. */
export interface CollectionCost {
  /** Which page begins at the parent: one with `first` or neither, or one with `last`. */
  readonly page:
    | 'first'
    | 'last'
    /** Depends on the order in an argument; `none`: where it has no value. */
    | { readonly by: string; readonly DESC: 'first' | 'last'; readonly none: 'first' | 'last' };
  /** Items between the parent and the page, which are read as well. */
  readonly between: number;
  /** Arguments that bound the page at the parent's end: with one of them it does not begin at the parent. */
  readonly bounds?: readonly string[];
}

/** Reads by key: all keys of one step share batch gets. */
export interface GetCost extends RulesAround, PrefetchRequested {
  readonly kind: 'get';
  /** Left out where its name is the field's. */
  readonly pattern?: string;
  /** The entities a key is looked up in. */
  readonly of: readonly string[];
  /** The argument with several keys, and how many it may have. */
  readonly each?: { readonly argument: string; readonly max: number };
  /** What the record leads to, by key. */
  readonly leadsTo?: string;
  /** Strongly consistent, at twice the read units. */
  readonly consistent?: true;
  /** Prefetched fields of the record are read with it. */
  readonly starts?: true;
}

/** One query for each partition it reads. */
export interface QueryCost extends RulesAround, PrefetchRequested {
  readonly kind: 'query';
  /** Left out where its name is the field's. */
  readonly pattern?: string;
  /** What it returns, which decides how many rows are read; left out, a connection. */
  readonly gives?: 'one' | 'list' | 'connection' | 'count' | 'exists';
  readonly of: string;
  /** `table`, or the index's name. */
  readonly index: string;
  /** Partitions read in parallel for each value and bucket. */
  readonly partitions?: number;
  /** Arguments with several values, and how many values the pattern itself lists: one query each. */
  readonly lists?: readonly (string | number)[];
  /** Buckets read one after the other: at most so many, or those of an argument. */
  readonly buckets?: number | string;
  /** Of lists and connections. */
  readonly page?: { readonly default: number; readonly max: number };
  /** How many results a list has: an argument, or a number. */
  readonly limit?: string | number;
  /** The fields that the index covers; left out: all. */
  readonly covering?: readonly string[];
  /** The one field that is read of each row, where the answer is that field's values. */
  readonly selects?: string;
  /** What the rows lead to, by key. */
  readonly leadsTo?: string;
  /**
   * Rows may be dropped, and further rows read to replace them: by a filter, so that twice as many are read at first; or
   * rarely, because they expired or were found before.
   */
  readonly drops?: true | 'rarely';
  /** How many items hold a connection's `totalCount`; read in parallel with the query where it is selected. */
  readonly total?: number;
  /** Parents, each by a query of its own before the others, in parallel with them. */
  readonly before?: readonly string[];
  /** Strongly consistent, at twice the read units. */
  readonly consistent?: true;
  /** Where counting stops. */
  readonly upTo?: number;
  /** A process answers from its cache; `shared`: it looks for an answer of other processes first. */
  readonly cached?: 'process' | 'shared';
}

/** A mutation: one read of its records, unless they are new, then reads of what they depend on, then one write request. */
export interface WriteCost extends RulesAround {
  readonly kind: 'write';
  /** Left out where its name is the field's. */
  readonly mutation?: string;
  readonly of: string;
  /** No record is read before it is written: they are new. */
  readonly unread?: true;
  /** One UpdateItem without reading the record; where there is none, `orCreates` writes it. */
  readonly direct?: 'only' | 'orCreates';
  /** How many records, where several: one request. */
  readonly records?: number;
  /** Arguments with lists: a record of each element is read, by the same request. */
  readonly lists?: readonly string[];
  /** The argument with the list for each of whose elements the answer has a record. */
  readonly gives?: string;
  /** Records that an earlier step names, each read by a request of its own. */
  readonly following?: number;
  /** Its idempotency key is read first. */
  readonly idempotent?: true;
  /** Sequences whose last numbers are read, one request after the other. */
  readonly sequences?: number;
  /** Partitions whose records are deleted, in further requests that depend on how many there are. */
  readonly all?: number;
  /** Partitions searched for records to cascade to; how many further requests those take is unknown. */
  readonly cascades?: number;
  /** `prepare` and `alongside`. */
  readonly rules?: readonly string[];
}

/** A subscription, for each event that it delivers: the records as they are now are read by key. */
export interface SubscriptionCost extends RulesAround {
  readonly kind: 'subscription';
  /** Left out where its name is the field's. */
  readonly subscription?: string;
  /** The entity of the record that a field of the payload has. */
  readonly records?: Readonly<Record<string, string>>;
}

/** Resolved by a rule. */
export interface RuleFieldCost {
  readonly kind: 'rule';
  readonly rule: string;
}

/** The requests of one call of a rule. */
export interface RuleCost {
  /** Other requests, one after the other; their read units are unknown. */
  readonly requests?: number;
  /** Records it reads through loaders, in parallel: they share the step's batch gets. */
  readonly gets?: number;
  /** `gets` are the same for all rules with this name, and are read once per operation. */
  readonly once?: string;
}
