/** The requests of each field of a schema: the type of the generated table `costs`. */

export interface Costs {
  /** By `Type.field`. A field that is not in it is an attribute, or is answered by other code. */
  readonly fields: Readonly<Record<string, FieldCost>>;
  /** Rules that declare their requests, by name. */
  readonly rules: Readonly<Record<string, RuleCost>>;
}

export type FieldCost = GetCost | QueryCost | WriteCost | AnsweredCost;

/** Rules called around a read or write, by name. */
export interface Asked {
  /** Before anything is read. */
  readonly allow?: string;
  /** Of what was found. */
  readonly visible?: string;
}

/** How a read that takes no more of its parent than the key begins, below a get that `starts` such reads. */
export interface PrefetchRequested {
  /** In its parent's step; or in its parent's own request, where its page begins at the parent. */
  readonly prefetch?: 'beside' | TogetherCost;
}

/** The items lie in the parent's item collection: one Query brings both. */
export interface TogetherCost {
  /** Which page begins next to the parent: that of `first` or no argument, or that of `last`. */
  readonly page:
    | 'first'
    | 'last'
    /** It depends on the order that an argument requests; `none`: where the argument has no value. */
    | { readonly by: string; readonly DESC: 'first' | 'last'; readonly none: 'first' | 'last' };
  /** Further items that are read along. */
  readonly between: number;
  /** Arguments that bound the page at the parent's end: with one of them it begins elsewhere. */
  readonly bounds?: readonly string[];
}

/** Reads by key: all keys of one step share batch gets. */
export interface GetCost extends Asked, PrefetchRequested {
  readonly kind: 'get';
  /** Left out where it is called as the field. */
  readonly pattern?: string;
  /** The entities a key is looked up in. */
  readonly of: readonly string[];
  /** The argument with several keys, and how many it may have. */
  readonly each?: { readonly argument: string; readonly max: number };
  /** What the record leads to, by key. */
  readonly leadsTo?: string;
  /** Selected fields of the record are prefetched with it. */
  readonly starts?: true;
}

/** One query for each partition it reads. */
export interface QueryCost extends Asked, PrefetchRequested {
  readonly kind: 'query';
  /** Left out where it is called as the field. */
  readonly pattern?: string;
  /** What it returns, which determines how many rows are read. Default: a connection. */
  readonly gives?: 'one' | 'list' | 'connection' | 'count' | 'exists';
  readonly of: string;
  /** `table`, or the index's name. */
  readonly index: string;
  /** Partitions that are read side by side for each value and bucket. */
  readonly partitions?: number;
  /** Arguments with several values, and how many values the pattern itself names: a query each. */
  readonly lists?: readonly (string | number)[];
  /** Buckets read one after the other: so many at most, or those of an argument. */
  readonly buckets?: number | string;
  /** Of lists and connections. */
  readonly page?: { readonly default: number; readonly max: number };
  /** How many results a list returns: an argument, or a number. */
  readonly limit?: string | number;
  /** The fields that need no further read; left out: all. */
  readonly covering?: readonly string[];
  /** What the rows lead to, by key. */
  readonly leadsTo?: string;
  /** Rows may be dropped, and others read for them. */
  readonly drops?: true;
  /** The number of items of a connection's `totalCount`: they are read in parallel with the query, where it is selected. */
  readonly total?: number;
  /** What is read by its key in parallel with the query. */
  readonly beside?: string;
  /** Strongly consistent, at twice the read units. */
  readonly consistent?: true;
  /** Where counting stops. */
  readonly upTo?: number;
}

/** A mutation: one batch reads its records, unless they are new, then what else it depends on; one transaction writes. */
export interface WriteCost extends Asked {
  readonly kind: 'write';
  /** Left out where it is called as the field. */
  readonly mutation?: string;
  readonly of: string;
  /** Whether a record is read first. */
  readonly reads: boolean;
  /** How many are, where several: they are one request. */
  readonly records?: number;
  /** An idempotency token is looked up before all else. */
  readonly token?: true;
  /** Sequences whose last numbers are read, one after the other. */
  readonly sequences?: number;
  /** Partitions looked through for records that go with it: those take further requests, however many they are. */
  readonly cascades?: number;
  /** `prepare` and `alongside`. */
  readonly rules?: readonly string[];
}

/** Answered by hand: its requests are what the rule says. */
export interface AnsweredCost {
  readonly kind: 'rule';
  readonly rule: string;
}

/** The requests of one call of a rule. */
export interface RuleCost {
  /** Its own requests, one after the other; the units they consume are unknown. */
  readonly requests?: number;
  /** Records it reads through loaders, side by side: they share the step's batch gets. */
  readonly gets?: number;
  /** All rules with this name read the same: an operation reads it once. */
  readonly once?: string;
}
