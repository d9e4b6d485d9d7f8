/** What watches a database: for metrics, traces and logs. */
import type { InputOf, Operation, OutputOf } from '../client/operations.js';

/**
 * Watches what a database does, while it does it: see `Database.observe`. Any function may be left out. What one throws
 * becomes a warning of the process, and changes nothing else.
 */
export interface Observer {
  /** A request to DynamoDB is about to be sent: each attempt is one. */
  request?(request: ObservedRequest): Watch<RequestOutcome> | undefined;
  /** The records of a pattern, or their number, are about to be read, or a write is about to be carried out. */
  pattern?(pattern: ObservedPattern): Watch<Outcome> | undefined;
  /** An event was delivered to a subscriber, who took it; those that a subscriber resumes with are not reported. */
  delivered?(delivery: ObservedDelivery): void;
  /** A cache was read. */
  cacheRead?(read: CacheRead): void;
}

/** What accompanies one piece of work. */
export interface Watch<End> {
  /** Calls the work, and returns what it returns: for instance within a context of its own. */
  run?<T>(work: () => T): T;
  /** Called once, when the work has ended. */
  ended(end: End): void;
}

export interface ObservedRequest {
  readonly operation: Operation;
  /** With physical table names, JavaScript's values, and `ReturnConsumedCapacity`. Holds what clients sent. */
  readonly input: InputOf<Operation>;
  /**
   * What it is for: a pattern's name; `User.get`, `User.create`, `User.update` or `User.remove` for records by key; `batch` for
   * keys of several entities; `document` for requests of `Session.document`; `cache` for answers that processes share; `scan` for what `Database.reindex` reads.
   */
  readonly pattern: string;
  /** Logical table names by physical ones. */
  readonly tables: Readonly<Record<string, string>>;
}

export interface Outcome {
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** What was thrown: by the SDK for a request, and a TableloomError for nearly everything else. */
  readonly error?: unknown;
}

export interface RequestOutcome extends Outcome {
  /** What DynamoDB answered, with `ConsumedCapacity` by index. Holds records. */
  readonly output?: OutputOf<Operation>;
}

export interface ObservedPattern {
  /** A pattern's name, or `User.create`, `User.update`, `User.upsert`, `User.remove`. */
  readonly name: string;
  readonly kind: 'read' | 'write';
  /** What a read queries: an index's name, or `table`. */
  readonly index?: string;
}

export interface ObservedDelivery {
  /** The type of the event. */
  readonly type: string;
  /** From the event's time until the subscriber's connection had taken it, in milliseconds, by clocks that may differ. */
  readonly lagMs: number;
}

export interface CacheRead {
  /** `stale`: answered at once, and read again behind the answer. */
  readonly result: 'hit' | 'stale' | 'miss';
  /** Where the cache is: in this process, or shared by several. */
  readonly level: 'process' | 'shared';
  /** What was read: a pattern or an entity. */
  readonly name: string;
}
