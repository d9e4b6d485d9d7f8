/** The partitions of a query: shards, and buckets of time. */
import { TableloomError } from '../errors.js';
import type { Part, Partitions } from '../types.js';
import { day, dayEnd, hour, month, year } from './encodings.js';

/**
 * The shard of a record, 0 … count-1: FNV-1a (32 bits, over UTF-8) of its key text, modulo `count`. It is stored
 * in keys, so that it must never change; any language can compute it.
 */
export function shardOf(key: string, count: number): number {
  return fnv1a(key) % count;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return fnv1aBytes(text);
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  return hash >>> 0;
}

function fnv1aBytes(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** All shards of a partition, merged when read. `key` returns the partition key of a shard number. */
export function shards(count: number, key: (shard: number) => string): Partitions {
  return { kind: 'merge', keys: Array.from({ length: count }, (_, shard) => key(shard)) };
}

/** Units of time a pattern may be bucketed by. */
export type BucketUnit = 'year' | 'month' | 'day' | 'hour';

const truncate = { year, month, day, hour };

/** What part of time a bucketed query covers. */
export interface BucketWindow {
  /** The earliest moment, inclusive. Default: as far back as `across` allows. */
  readonly from?: Date | string | null | undefined;
  /** The latest moment, or day. Default: `now`. */
  readonly to?: Date | string | null | undefined;
  /** Left out: the machine's clock. */
  readonly now?: Date | undefined;
  /** How many buckets a query may cross, as declared. */
  readonly across: number;
  readonly descending: boolean;
}

/**
 * The buckets a query crosses, in the order it reads them: those from `from` to `to`, or the last `across` up to
 * `to`. RANGE_TOO_WIDE where `from` is further back: to leave the rest out silently would be a wrong answer. Empty where
 * `from` is after `to`.
 */
export function bucketsOf(unit: BucketUnit, window: BucketWindow): readonly string[] {
  const last = ordinalOf(unit, truncate[unit](dayEnd(window.to ?? window.now ?? new Date())));
  const from = window.from ?? undefined;
  const first = from === undefined ? last - window.across + 1 : ordinalOf(unit, truncate[unit](from));
  const count = last - first + 1;
  if (count > window.across) {
    throw new TableloomError(
      'RANGE_TOO_WIDE',
      `The range spans ${count} ${unit}s; one query crosses at most ${window.across}.`,
      { unit, asked: count, limit: window.across },
    );
  }
  const names = Array.from({ length: Math.max(0, count) }, (_, at) => bucketAt(unit, first + at)).filter(
    (name) => name !== undefined,
  );
  return window.descending ? names.reverse() : names;
}

/** The buckets that a caller passes, without duplicates, in the order they are read. BAD_INPUT above {@link mostPartitions}. */
export function bucketList(
  unit: BucketUnit,
  buckets: readonly (string | null | undefined)[],
  descending: boolean,
): readonly string[] {
  const names = inList('bucket', buckets, (bucket) => [truncate[unit](bucket)]);
  return descending ? [...names].reverse() : names;
}

/** Buckets as consecutive whole numbers: years and months of the calendar, days and hours since 1970. */
function ordinalOf(unit: BucketUnit, bucket: string): number {
  if (unit === 'year') return Number(bucket);
  if (unit === 'month') return Number(bucket.slice(0, 4)) * 12 + Number(bucket.slice(5)) - 1;
  if (unit === 'day') return Date.parse(`${bucket}T00:00:00Z`) / 86_400_000;
  return Date.parse(`${bucket}:00:00Z`) / 3_600_000;
}

/** Undefined before the year 0000, where no record can be. */
function bucketAt(unit: BucketUnit, ordinal: number): string | undefined {
  if (unit === 'year') return ordinal < 0 ? undefined : String(ordinal).padStart(4, '0');
  if (unit === 'month') {
    const name = bucketAt('year', Math.floor(ordinal / 12));
    return name && `${name}-${String((ordinal % 12) + 1).padStart(2, '0')}`;
  }
  const iso = new Date(ordinal * (unit === 'day' ? 86_400_000 : 3_600_000)).toISOString();
  return iso.length === 24 ? iso.slice(0, unit === 'day' ? 10 : 13) : undefined;
}

/** One key per shard. */
export function shardKeys<K>(count: number, key: (shard: number) => K): readonly K[] {
  return Array.from({ length: count }, (_, shard) => key(shard));
}

/** The same part of each of these partitions. */
export function partsOf(keys: readonly string[], part: Omit<Part, 'key'>): readonly Part[] {
  return keys.map((key) => ({ key, ...part }));
}

/** One query reads at most this many partitions on behalf of lists of values, so that its cost is bounded. */
export const mostPartitions = 100;

/**
 * The partition keys of every value of a list, without duplicates, sorted: the same values in another order are the same
 * query, with the same cursors. Null equals nothing. BAD_INPUT above
 * {@link mostPartitions}.
 */
export function inList<V>(
  field: string,
  values: readonly (V | null | undefined)[],
  keys: (value: V) => readonly string[],
): readonly string[] {
  const distinct = new Set(
    values.flatMap((value) => (value === null || value === undefined ? [] : keys(value))),
  );
  checkList(field, distinct.size, mostPartitions);
  return [...distinct].sort();
}

export function checkList(field: string, count: number, max: number): void {
  if (count <= max) return;
  throw new TableloomError('BAD_INPUT', `${field} takes at most ${max} values; ${count} were passed.`, {
    field,
    limit: max,
  });
}

/** What a cursor is bound to where partitions move with time: the arguments. */
export function bindingOf(asked: readonly unknown[]): string {
  return JSON.stringify(asked);
}
