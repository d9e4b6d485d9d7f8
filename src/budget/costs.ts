/** What each field of a schema asks of DynamoDB: the shape of the generated table `costs`. */

export interface Costs {
  /** By `Type.field`. A field that is not in it is an attribute, or is answered by other code. */
  readonly fields: Readonly<Record<string, FieldCost>>;
  /** Rules that say what they ask, by name. */
  readonly rules: Readonly<Record<string, RuleCost>>;
}

export type FieldCost = GetCost | QueryCost | WriteCost | AnsweredCost;

/** Rules asked around a read or write, by name. */
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
  /** Which page begins at the parent: the one asked with `first` or nothing, or with `last`. */
  readonly page:
    | 'first'
    | 'last'
    /** It depends on the order asked for by an argument; `none`: where it has no value. */
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
  /** The argument that gives several keys, and how many it may give. */
  readonly each?: { readonly argument: string; readonly max: number };
  /** What the record leads to, by key. */
  readonly leadsTo?: string;
  /** Fields asked of the record that are read ahead begin with it. */
  readonly starts?: true;
}

/** One query for each partition it reads. */
export interface QueryCost extends Asked, PrefetchRequested {
  readonly kind: 'query';
  /** Left out where it is called as the field. */
  readonly pattern?: string;
  /** What it gives, which says how many rows are read; left out, a connection. */
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
  /** How many results a list gives: an argument, or a number. */
  readonly limit?: string | number;
  /** The fields that need no further read; left out: all. */
  readonly covering?: readonly string[];
  /** The one field that is read of each row, where the answer is that field's values. */
  readonly selects?: string;
  /** What the rows lead to, by key. */
  readonly leadsTo?: string;
  /** Rows may be dropped, and others read for them. */
  readonly drops?: true;
  /** In how many items a connection's `totalCount` is kept: they are read beside the query, where it is asked. */
  readonly total?: number;
  /** What is read by its key beside the query. */
  readonly beside?: string;
  /** Strongly consistent, at twice the read units. */
  readonly consistent?: true;
  /** Where counting stops. */
  readonly upTo?: number;
}

/** A mutation: its records are read together, unless they are new, then what else it rests on, and everything is written at once. */
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

/** What one call of a rule asks. */
export interface RuleCost {
  /** Requests of its own, one after the other; what they read or write is not told. */
  readonly requests?: number;
  /** Records it reads through loaders, side by side: they share the step's batch gets. */
  readonly gets?: number;
  /** What is read is the same for all rules that give this name: it is read once an operation. */
  readonly once?: string;
}
