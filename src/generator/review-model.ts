/** What reviews take into account: nothing is generated from it. */

import type { Word } from './sources.js';

/** How many records of an entity there are, and of how many bytes. */
export interface SizeModel {
  readonly entity: Word;
  readonly records: number;
  readonly bytes: number;
}

/** Calls a second of a pattern, a mutation or a rule. */
export interface RateModel {
  readonly name: Word;
  readonly average: number;
  readonly peak: number;
}

/** The policy of reviews. */
export interface ReviewModel {
  readonly limits: Readonly<Partial<Record<'readUnits' | 'page' | 'filterRatio' | 'monthly', number>>>;
  /** By rule. */
  readonly severity: Readonly<Record<string, string>>;
  readonly waivers: readonly {
    /** As written, the rule first. */
    readonly of: Word;
    readonly reason: string;
    /** `2027-03-31`. */
    readonly until: string;
  }[];
  readonly prices: Readonly<
    Partial<Record<'readMillion' | 'writeMillion' | 'storageGigabyte', number>> &
      Partial<Record<'region' | 'currency', string>>
  >;
}
