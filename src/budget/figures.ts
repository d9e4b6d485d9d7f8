/** Budgets as data: figures, and a tree of the fields and rules that send requests. */

/** What a record has where no size of it is known. */
export const usualBytes = 1024;

/** DynamoDB reads in units of this many bytes, and in halves of them where consistency is eventual ("Read/write capacity"). */
export const readUnitBytes = 4096;

/** Requests of DynamoDB's API, steps that wait for one another, read units. */
export interface Figures {
  readonly requests: number;
  readonly steps: number;
  readonly readUnits: number;
}

/**
 * What an operation costs. Neither figure includes retries after throttling or conflicts, nor the requests of rules and
 * fields that do not declare them (`unknown`).
 */
export interface Budget {
  readonly operation: 'query' | 'mutation' | 'subscription';
  readonly name: string | null;
  /** Where every page is full, no row is dropped, and answers of one step arrive together. */
  readonly usual: Figures;
  /** Whatever is stored and whenever answers arrive, of records of the size assumed. */
  readonly most: Figures;
  /** As usual, where everything that is cached is in the cache of the process; absent where that changes nothing. */
  readonly warm?: Figures;
  /** Rules and fields that do not declare their requests, sorted. */
  readonly unknown: readonly string[];
  readonly fields: readonly BudgetField[];
}

/** A field that sends requests, or a rule. Fields without requests are left out; their children take their place. */
export interface BudgetField {
  /** `Type.field`, or the name of a rule. */
  readonly name: string;
  readonly kind: 'pattern' | 'mutation' | 'subscription' | 'rule';
  /** Response names from the parent in the tree, as `nodes.actor`. */
  readonly path: string;
  /** How many objects it is resolved for. */
  readonly times: number;
  /** Its pattern, mutation or rule. */
  readonly by: string;
  /** What is queried: `GSI1`, `table`; null for reads by key and for rules. */
  readonly index: string | null;
  /** The step of its first request, from 1. */
  readonly step: number;
  readonly requests: { readonly usual: number; readonly most: number };
  readonly readUnits: { readonly usual: number; readonly most: number };
  readonly why: string;
  readonly fields: readonly BudgetField[];
}

export interface BudgetOptions {
  readonly operationName?: string | null | undefined;
  /** Left out: any values, except for variables with a default. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  /** The database's limit of that name. */
  readonly readBudget?: number;
  /** Left out: every item has 1,024 bytes. */
  readonly sizes?: Sizes | undefined;
}

/** Of what is stored, in bytes; what is not named has 1,024. */
export interface Sizes {
  /** Of records, by entity, and of the records of interfaces and unions. */
  readonly records: Readonly<Record<string, number>>;
  /** Of the rows that a pattern's query reads, by pattern: entries and projections may be smaller than the record. */
  readonly rows: Readonly<Record<string, number>>;
}
