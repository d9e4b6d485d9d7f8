/** For how long something that was read may be answered again. Generated, from `cache` of an entity or a pattern. */
import type { TableRef } from '../types.js';

export interface CachePolicy {
  /** How old it may be, in milliseconds, counted from when reading it began. */
  readonly forMs: number;
  /** For how much longer it may be answered while it is read again, in milliseconds. */
  readonly staleMs?: number;
  /** Where processes share answers that took several requests. Default: each process has its own only. */
  readonly shared?: SharedCache;
}

/** The table that is declared with `cache: true`. */
export interface SharedCache {
  readonly table: TableRef;
  /** The attribute by which DynamoDB expires items. */
  readonly ttl: string;
  /** Changes with the shape of the records: a server of another version takes no answer of this one's. */
  readonly version: string;
}
