/** What an import takes and reports. */
import type { LedgerEntry } from './ledger.js';

/**
 * `legacy`: nothing but the legacy tables is written and read. `dual`: both are written in one transaction, the legacy
 * tables are read. `shadow`: as `dual`, and each read is compared with the record. `new`: records are read; both are still written.
 */
export const importPhases = ['legacy', 'dual', 'shadow', 'new'] as const;
export type ImportPhase = (typeof importPhases)[number];

export interface ImportOptions {
  /** Names of sources. Default: all. */
  readonly sources?: readonly string[];
  /** Reads all rows again, also those that were dealt with: what changed since is brought over. */
  readonly again?: boolean;
  /** How many read units it uses a second at most, and as many write units. Default: no bound. */
  readonly rate?: number;
  /** How many transactions are under way at most: it uses fewer where storage is slow. Default: 8. */
  readonly concurrency?: number;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Aborting it ends the run after what is under way. Running it again resumes it. */
  readonly signal?: AbortSignal;
}

export interface ImportProgress {
  readonly source: string;
  /** Rows of the source that were dealt with so far, by earlier runs as well. */
  readonly rows: number;
  /** How many the source has, as DynamoDB counts them some six hours late; 0 where it does not say. */
  readonly of: number;
  /** Rows a second, of the last seconds. */
  readonly perSecond: number;
  /** Transactions under way. */
  readonly concurrency: number;
}

export interface SourceAccount {
  readonly source: string;
  readonly entity: string;
  /** Whether all of its rows were dealt with. */
  readonly isComplete: boolean;
  readonly rows: number;
  readonly migrated: number;
  readonly merged: number;
  readonly rejected: number;
  /** Rejected rows by the code of the reason. */
  readonly codes: Readonly<Record<string, number>>;
}

export interface ImportReport {
  /** False where it was aborted. */
  readonly isComplete: boolean;
  /** When the import began: the time that defaults and rejections go by. */
  readonly importedAt: string;
  readonly phase: ImportPhase;
  readonly sources: readonly SourceAccount[];
  readonly readUnits: number;
  readonly writeUnits: number;
}

export type RejectedRow = Pick<LedgerEntry, 'source' | 'key' | 'outcome' | 'code' | 'reason' | 'into'>;

/**
 * `missing`: a row that has neither a record nor an entry. `different`: its record is not what the row becomes. `additional`: a
 * record of no row. `unaccounted`: an entry that does not fit. `items`: an index entry, a guard or a version of a record is not as it should be.
 */
export type ImportFindingKind = 'missing' | 'different' | 'additional' | 'unaccounted' | 'items';

export interface ImportFinding {
  readonly kind: ImportFindingKind;
  readonly source: string;
  readonly key: string;
  /** The fields that differ; never their values. */
  readonly fields: readonly string[];
  readonly isRepaired: boolean;
}

export interface ImportVerifyOptions {
  readonly sources?: readonly string[];
  readonly rate?: number;
  /** Brings what differs to what the rows become. */
  readonly repair?: boolean;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ImportVerifyReport {
  readonly isComplete: boolean;
  readonly sources: readonly SourceAccount[];
  /** The first thousand. */
  readonly findings: readonly ImportFinding[];
  readonly counts: Readonly<Record<ImportFindingKind, number>>;
  /** Records that have expired since, and that nobody misses. */
  readonly expired: number;
}

export interface ReverseOptions {
  readonly sources?: readonly string[];
  /** Deletes rows whose records are gone. Default: they are counted. */
  readonly deleteRows?: boolean;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Aborting it ends the run after what is under way; the next one looks at all again. */
  readonly signal?: AbortSignal;
}

/** `left`: a record that rows cannot follow. `without-record`: a row whose record is gone. */
export interface ReverseFinding {
  readonly kind: 'left' | 'without-record';
  readonly source: string;
  /** Of a row its key, where that is no secret; of a record the key of its item. */
  readonly key: string;
}

export interface ReverseReport {
  /** False where it was aborted. */
  readonly isComplete: boolean;
  /** Rows that were written because their records had changed, or were new. */
  readonly written: number;
  readonly deleted: number;
  /** Rows whose records are gone, and that are still there. */
  readonly withoutRecord: number;
  /**
   * Records that rows cannot follow, or not in full: new ones of sources that are declared one-way, those that lack what a row's key
   * is made of, those whose row has a number that was rounded as it was read, and those with a value that no key of its map gives
   * back, of which an existing row gets the rest.
   */
  readonly left: number;
  /** The first thousand of those. */
  readonly findings: readonly ReverseFinding[];
}
