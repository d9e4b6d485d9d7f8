/** What a review reports, as plain JSON: every format is printed from it alone. */

import type { Budget } from '../budget/figures.js';
import type { TableMap } from './map/table-map.js';
import type { RuleId, SectionName, Severity, StorageClass } from './rules.js';

export interface Report {
  readonly format: 1;
  /** What is compared, as people call it: `main (448909f)`, `working tree`. */
  readonly before: string;
  readonly after: string;
  /** The folder of the project below that of the repository, with a slash at its end; empty where they are one. */
  readonly root: string;
  /** The path of access-patterns.yaml: where findings without a place belong. */
  readonly patterns: string;
  /** The worst first; within one severity by section, then in the order of the declarations. */
  readonly findings: readonly Finding[];
  readonly map: TableMap;
  readonly cost: CostReport;
  readonly requests: RequestReport;
  readonly permissions: PermissionReport;
}

/** Something that a reviewer may want to know; `severity` as the policy has it. */
export interface Finding {
  readonly rule: RuleId;
  readonly section: SectionName;
  readonly severity: Severity;
  /** Of storage. */
  readonly class?: StorageClass;
  /** What it is about, which `review` of access-patterns.yaml names: `User.department`, `usersByStatus`, `Query.users`. */
  readonly subject: string;
  /** One sentence. */
  readonly message: string;
  /** What happens to records written before, who is affected: a sentence each. */
  readonly notes: readonly string[];
  readonly at: Place | null;
  /** An item as it is stored before and after; null where there is none. */
  readonly sample?: { readonly before: SampleItem | null; readonly after: SampleItem | null };
  /** What to do about it: commands as `code`. */
  readonly remedy?: string;
  /** Somebody accepted it. */
  readonly waiver?: { readonly reason: string; readonly until: string };
}

/** Lines and columns from 1. */
export interface Place {
  readonly revision: 'before' | 'after';
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Attribute -> value, keys first. */
export type SampleItem = Readonly<Record<string, unknown>>;

/** A value before and after; null where there is none. */
export interface Pair<Value> {
  readonly before: Value | null;
  readonly after: Value | null;
}

export interface CostReport {
  /** Of which region and day the prices are: `us-east-1, November 2024`. */
  readonly prices: string;
  readonly currency: string;
  /** Patterns first, then mutations, transactions and rules that write; in the order of the declarations. */
  readonly rows: readonly CostRow[];
  /** Of declared sizes and rates, the same for both; null where none are declared. */
  readonly monthly: Pair<Monthly>;
  readonly partitions: readonly HotPartition[];
  /** What a reindex of an entity takes, for entities that need one. */
  readonly backfills: readonly Backfill[];
}

export interface CostRow extends Pair<Units> {
  /** `usersByStatus`, of a rule `signIn`. */
  readonly name: string;
  readonly kind: 'pattern' | 'mutation' | 'transaction' | 'rule';
  /** `Query.usersByStatus`; null for a pattern without a field. */
  readonly field: string | null;
  /** Calls a second; null where none are declared. */
  readonly rate: number | null;
}

/** Of one call. */
export interface Units {
  /** Read units: where every page is full, and whatever is stored. */
  readonly read: { readonly usual: number; readonly most: number };
  readonly write: { readonly least: number; readonly most: number };
  /** Write units of `most`, by index; `table` for the table itself. */
  readonly fanOut: Readonly<Record<string, number>>;
  /** Of a list, what each element adds: included once in `write` and `fanOut`. */
  readonly each: { readonly least: number; readonly most: number } | null;
  /** Rules that do not say what they read or write, which comes on top. */
  readonly without: readonly string[];
}

export interface Monthly {
  readonly reads: number;
  readonly writes: number;
  readonly storage: number;
  readonly total: number;
}

/** A partition that takes all that is under its template, in units a second at the declared peaks. */
export interface HotPartition {
  /** `entities`, or `entities.GSI1`. */
  readonly slot: string;
  /** `USER#{shard}`. */
  readonly partition: string;
  /** Fields of few values, or of time: all is assumed to be of one value. */
  readonly assumed: readonly string[];
  readonly read: Pair<number>;
  readonly write: Pair<number>;
}

export interface Backfill {
  readonly entity: string;
  /** Null where no number is declared. */
  readonly records: number | null;
  readonly readUnits: number | null;
  readonly writeUnits: number | null;
  /** At the rate of the command. */
  readonly seconds: number | null;
  readonly command: string;
}

export interface RequestReport {
  /** Valid operations below operations/, by path and name; null for one without a name. */
  readonly operations: readonly OperationBudgets[];
  /** Fields of the roots that no operation selects, each as a document that selects nothing else. */
  readonly fields: readonly FieldBudgets[];
}

export interface OperationBudgets extends Pair<Budget> {
  readonly path: string;
  readonly name: string | null;
}

export interface FieldBudgets extends Pair<Budget> {
  /** `Query.users`. */
  readonly field: string;
}

/** What the role of a server has to allow, least privilege. */
export interface PermissionReport {
  readonly added: readonly Permission[];
  readonly removed: readonly Permission[];
  /** Rules that do not say what they write: what they need is not among them. */
  readonly without: readonly string[];
}

export interface Permission {
  /** `dynamodb:Query`. */
  readonly action: string;
  /** `entities`, or `entities.GSI1`, by the names of the declaration. */
  readonly resource: string;
  /** Who needs it: patterns, mutations, transactions and rules; `health` is the server's health check. */
  readonly because: readonly string[];
}
