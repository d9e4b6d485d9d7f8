/** What a reindex takes and reports. */

import type { ErrorCode } from '../errors.js';
import type { TableDefinition } from '../tables/definition.js';
import type { Computation, EntityCodec, Item, Key } from '../types.js';

/** The codec of any entity. */
export type AnyCodec = Omit<
  EntityCodec<object>,
  'revision' | 'computed' | 'secret' | 'numbers' | 'normalize' | 'conditions'
> & {
  readonly revision?: string;
  readonly computed?: Readonly<Record<string, Computation>>;
  readonly normalize?: Readonly<Record<string, readonly ((value: string) => string)[]>>;
  /** @internal What another version of the plan stores of a record, by its main item: deleted with the change that brings it to this one. */
  readonly leaving?: (item: Item) => readonly Item[];
  /** @internal Histories that begin: a record without a version in one gets the version that it has. */
  readonly begun?: ReadonlySet<string>;
};

/** How a project's records are stored: what its generated `index.ts` exports. */
export interface StoredProject {
  readonly tables: readonly TableDefinition[];
  readonly codecs: readonly AnyCodec[];
}

export interface ReindexOptions {
  /** Names of entities. Default: all. */
  readonly entities?: readonly string[];
  /** @internal Names of aggregates that may have items of another plan: these are deleted, and nothing is counted. */
  readonly retired?: readonly string[];
  /** @internal A record is counted as it is brought: what could not be compared is no problem. */
  readonly isCounted?: boolean;
  /** @internal Types of items of another plan: those that have one are deleted. */
  readonly gone?: readonly string[];
  /** Reads and counts, and writes nothing. */
  readonly dryRun?: boolean;
  /** How many parts of a table are read at the same time. Default: 4. */
  readonly segments?: number;
  /** How many read units it uses a second at most, and as many write units. Default: no bound. */
  readonly rate?: number;
  /** The cursor of an earlier run over the same entities, which this one resumes. */
  readonly resume?: string;
  /** @internal Waited for before each page: who runs it may hold it back. */
  readonly pause?: (signal: AbortSignal | undefined) => Promise<void>;
  /** Called after each page that was read, with a cursor that resumes behind it. */
  readonly onProgress?: (progress: ReindexProgress) => void;
  /** Aborting it ends the run after the records under way; the report's cursor resumes it. */
  readonly signal?: AbortSignal;
}

/**
 * `records`: each record's items are brought to the plan. `leftovers`: items are deleted that no record has any more.
 * `aggregates`: counts and sums are compared with the records.
 */
export type Phase = 'records' | 'leftovers' | 'aggregates';

export interface ReindexCounts {
  /** Items that were read, of any kind. */
  readonly scanned: number;
  /** Records that were examined; one that moved may be met again at its new key. */
  readonly records: number;
  /** Records of which an item was not as the plan says; with `moved`, those whose primary key changed. */
  readonly changed: number;
  readonly moved: number;
  /** Items that were written, and items that were deleted. */
  readonly written: number;
  readonly deleted: number;
  /** Items of aggregates that were corrected. */
  readonly aggregates: number;
  /** Items of aggregates that writes kept changing, so that they could not be compared. */
  readonly unsettled: number;
  /** Records and aggregates that could not be brought to the plan. */
  readonly failed: number;
}

export interface ReindexProgress extends ReindexCounts {
  readonly phase: Phase;
  /** The logical name of the table that is read. */
  readonly table: string;
  readonly cursor: string;
}

export interface ReindexReport extends ReindexCounts {
  /** Null where the run is complete. */
  readonly cursor: string | null;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Why records could not be brought to the plan: the first thousand of this run. */
  readonly problems: readonly ReindexProblem[];
}

export interface ReindexProblem {
  readonly entity: string;
  /** The key of the item that is concerned. */
  readonly key: Key;
  readonly code: ErrorCode;
  readonly message: string;
}
