/** Where a verification is, as text: for a run that resumes it. */
import type { Place } from '../reindex/walk.js';
import type { TableRef } from '../types.js';
import type { FoundCounts } from './findings.js';
import type { VerifyProgress } from './types.js';

export interface Position {
  /** What the run is about: see {@link runOf}. */
  readonly of: string;
  readonly phase: VerifyProgress['phase'];
  /** The logical name of the table that is read. */
  readonly table: string;
  readonly segments: readonly Place[];
  readonly scanned: number;
  readonly records: number;
  readonly found: FoundCounts;
  /** Entities with records that cannot be read. */
  readonly uncertain: readonly string[];
}

export function runOf(entities: Iterable<string>, repair: boolean, tables: readonly TableRef[]): string {
  return JSON.stringify([[...entities].sort(), repair, tables.map(({ name }) => name).sort()]);
}

export const otherCall =
  'The cursor was made by another call of verify: with other entities, another `repair`, or for other tables.';
