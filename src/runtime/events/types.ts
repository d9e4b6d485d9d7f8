/** The shapes of events, of subscriptions to them, and of what generated code declares of both. */
import type { EntityCodec, IndexQuery } from '../types.js';
import type { Wake } from './wake.js';

export type { Wake } from './wake.js';

/** A part of a record in an event: its declared fields. */
export type EventDocument = Readonly<Record<string, unknown>>;

/** One event. The entity that is declared with `events: true` has these attributes, under these names. */
export interface EventRecord {
  /** A UUID of version 7 of `timestamp`: sorts by time, and no two are the same. */
  readonly id: string;
  readonly type: string;
  /** The entity of the record that changed, and its key: its only field as text, or all of them joined by `#`. */
  readonly entity: string;
  readonly entityId: string;
  /** Of the record after the change, or of a deleted one as it was last; null where the entity has none. */
  readonly revision: number | null;
  /** Who caused it, as `SessionOptions.actor` says. */
  readonly actor: string | null;
  /** The declared fields before; null for a new record. */
  readonly before: EventDocument | null;
  /** The declared fields after; null for a deleted record. */
  readonly after: EventDocument | null;
  /** When it was written, by the clock of its writer; events of one record have ascending times. */
  readonly timestamp: string;
  /** Which of the shards of its type and day it is in, from `0`. */
  readonly lane: string;
  /** The fields of the record's key. */
  readonly key: EventDocument;
  /** The record's event before this one: `TYPE@timestamp`; null for the first. */
  readonly previous: string | null;
  /** When it expires. */
  readonly expiresAt: string;
}

/** Where a project's events are stored and how they are read. Generated, as `eventLog`. */
export interface EventLog<E extends EventRecord = EventRecord> {
  readonly codec: EntityCodec<E>;
  /** How long an event is kept, in seconds. */
  readonly keepSeconds: number;
  /** Over how many partitions a day's events of a type are spread, where that is more than one. */
  readonly lanes: Readonly<Record<string, number>>;
  /** The events of one partition from a moment on, in the order of their times. `bucket` is a day. */
  read(by: {
    readonly type: string;
    readonly lane: string;
    readonly bucket: string;
    readonly from?: string | null | undefined;
  }): IndexQuery<E>;
}

/** A type of events, which writes of `R` publish: `{ publish: events.USER_CREATED }`. */
export interface EventType<in R extends object = never> {
  readonly type: string;
  readonly log: EventLog;
  /** The entity whose changes it reports. */
  readonly entity: string;
  /** The fields of the record that it has, before and after. */
  readonly fields: readonly string[];
  /** The fields of the record's key. */
  readonly key: readonly string[];
  /** Whether a record can be created again under the key of a deleted one: no part of the key is generated. */
  readonly isRecreated: boolean;
  /** Only for types: which records it is of. */
  readonly of?: (record: R) => void;
}

/**
 * The way wakes take between processes. The event table is the truth: what a waker loses, the next poll finds, so that
 * losing it costs latency and never an event.
 */
export interface Waker {
  /** Whether wakes arrive at present. Where they do not, tables are polled more often. */
  readonly isConnected: boolean;
  /** Tells the others; called after each commit, and must not throw. */
  wake(wakes: readonly Wake[]): void;
  /** Calls back with the wakes of others. Called once. */
  listen(onWake: (wakes: readonly Wake[]) => void): void;
  close(): Promise<void>;
}

/** How a database's subscriptions read. */
export interface LiveSettings {
  /** Default: none, so that other processes' events are found by polling. */
  readonly waker?: Waker;
  /** How often tables are polled where no waker is connected, in milliseconds. Default: 1000. */
  readonly pollMs?: number;
  /**
   * How long after its time an event may still be committed, in milliseconds: the longest that a write can take, and what the
   * clocks of servers may differ by. Default: four times `limits.deadlineMs`, and 5000.
   */
  readonly settleMs?: number;
  /** How many events may wait for one slow subscriber, before it is cut off (SUBSCRIPTION_LAGGING). Default: 1000. */
  readonly buffer?: number;
  /**
   * For how long what `allow` and `visible` read serves the deliveries that follow, in milliseconds. Default: 0, so that they
   * read for each event.
   */
  readonly viewerMs?: number;
}
