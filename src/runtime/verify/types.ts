/** What a verification takes and reports. */
import type { KeyForm } from '../migrate/form.js';
import type { StoredProject } from '../reindex/types.js';
import type { Item, Key } from '../types.js';

/**
 * - `missing`: what a record should have is not there, or a record that another one names.
 * - `stale`: an item differs from what its record says.
 * - `orphaned`: no record has the item.
 * - `doubled`: two records have one unique value, or one identity.
 * - `unreadable`: the attributes of a record are not what the schema says, or do not give its key.
 * - `unknown`: the item is of no entity of the plan. It is left as it is.
 */
export type FindingKind = 'missing' | 'stale' | 'orphaned' | 'doubled' | 'unreadable' | 'unknown';

/** What kind of item it is; `next`: what a migration left; `reference`: the record that is named. */
export type FindingPart =
  | 'record'
  | 'entry'
  | 'guard'
  | 'aggregate'
  | 'version'
  | 'sequence'
  | 'reference'
  | 'next'
  | 'item';

export interface Finding {
  readonly kind: FindingKind;
  readonly part: FindingPart;
  /** The entity; of an aggregate its name; the `_type` of an unknown item, as far as it has one. */
  readonly entity: string;
  /** The logical name of the table, and the key of the item that is concerned. */
  readonly table: string;
  readonly key: Key;
  /** The attributes that differ as they are, and as they should be; null: there is no item, or should be none. Secrets are left out. */
  readonly has: Item | null;
  readonly should: Item | null;
  /** Whether the records say what it should be, so that `repair` corrects it. */
  readonly isRepairable: boolean;
  readonly isRepaired: boolean;
  /** What else there is to know: why it cannot be repaired, or which record it belongs to. */
  readonly why?: string;
  /** What to do, where `repair` leaves it as it is. */
  readonly remedy?: string;
}

/** The type of an attribute as it is stored: of its innermost values. */
export interface AttributeType {
  readonly kind: 'text' | 'enum' | 'integer' | 'safeInteger' | 'decimal' | 'boolean' | 'time' | 'document';
  /** Of an enum. */
  readonly values?: readonly string[];
  readonly list?: true;
  /** Of a list whose elements may be null, or are lists. */
  readonly loose?: true;
  readonly required?: true;
}

/** What the plan says of an entity besides its codec. */
export interface EntityTypes {
  readonly attributes: Readonly<Record<string, AttributeType>>;
  /** Attributes whose values are not shown. */
  readonly secret: readonly string[];
  /** The entity whose versions these are. */
  readonly historyOf?: string;
  /** Names of counts, sums and counts of references. */
  readonly aggregates: readonly string[];
  /** Fields that are numbered, with the key of the last number. */
  readonly sequences: readonly { readonly field: string; readonly key: KeyForm }[];
  /** References whose records may be deleted without the ones that name them. */
  readonly leaves: readonly string[];
}

/** By entity. JSON, made of the plan by `storedTypes`. */
export type StoredTypes = Readonly<Record<string, EntityTypes>>;

export interface VerifiedProject extends StoredProject {
  /**
   * Without it, types of values are not compared, sequences and aggregates that no record is counted in are not found, and no
   * value is shown.
   */
  readonly types?: StoredTypes;
}

export interface VerifyOptions {
  /** Names of entities. Default: all, and whatever else is in their tables. */
  readonly entities?: readonly string[];
  /** Corrects what the records say enough about. */
  readonly repair?: boolean;
  /** How many parts of a table are read at the same time. Default: 4. */
  readonly segments?: number;
  /** How many read units it uses a second at most, and as many write units. Default: no bound. */
  readonly rate?: number;
  /** The cursor of an earlier run over the same entities, with the same `repair`, which this one resumes. */
  readonly resume?: string;
  /** Called after each page that was read, with a cursor that resumes behind it. */
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** Aborting it ends the run after the items under way; the report's cursor resumes it. */
  readonly signal?: AbortSignal;
}

export interface VerifyProgress {
  /** `items`: each item is compared with its record. `aggregates`: records are counted. */
  readonly phase: 'items' | 'aggregates';
  /** The logical name of the table that is read. */
  readonly table: string;
  readonly scanned: number;
  readonly found: number;
  readonly repaired: number;
  readonly cursor: string;
}

/** Of a run that resumes others, its numbers are those of all of them. */
export interface VerifyReport {
  /** Items that were read, of any kind, and records among them. */
  readonly scanned: number;
  readonly records: number;
  readonly isComplete: boolean;
  /** Null where the run is complete. */
  readonly cursor: string | null;
  /** How many findings there are, repaired ones included, and how many were repaired. */
  readonly found: number;
  readonly repaired: number;
  readonly kinds: Readonly<Record<FindingKind, number>>;
  /** Of this run, the first ten thousand. */
  readonly findings: readonly Finding[];
  /** How many more this run has. */
  readonly more: number;
  /** How many the runs before had, which this one resumes. */
  readonly earlier: number;
  /**
   * Records and aggregates that could not be compared: writes changed them all the while, or the records that they count
   * cannot be read. The first thousand of `uncheckedCount`.
   */
  readonly unchecked: readonly Unchecked[];
  readonly uncheckedCount: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

export interface Unchecked {
  readonly entity: string;
  readonly table: string;
  readonly key: Key;
  readonly why: string;
}
