/** Events and subscriptions, as they were written. */

import type { Span } from './diagnostics/diagnostic.js';
import type { FieldPath, FilterModel, Source, Word } from './sources.js';

/** A type of events, which mutations publish. */
export interface EventTypeModel {
  readonly name: Word;
  /** The entity whose changes it reports. */
  readonly of: Word;
  /** The attributes of the record that its events have, before and after. */
  readonly fields: readonly Word[];
  /** Over how many partitions a day's events are spread. */
  readonly shards?: { readonly count: number; readonly at: Span };
}

export interface SubscriptionModel {
  readonly name: Word;
  /** The types whose events it delivers. */
  readonly on: readonly Word[];
  readonly for?: FieldPath;
  /** The argument that resumes it. */
  readonly since?: Source;
  readonly filter?: FilterModel;
  readonly allow?: Word;
  readonly visible?: Word;
}

/** Where a project's events are stored: the entity with `events: true`, in its full form. */
export interface EventLogModel {
  readonly entity: Word;
  /** The pattern that reads one partition of events. */
  readonly pattern: Word;
  readonly seconds: number;
  /** Keys of the entity that events cannot have. */
  readonly refused: readonly Word[];
  /** Whether its key has the lane: types that are spread share a day over several partitions. */
  readonly hasLanes: boolean;
}
