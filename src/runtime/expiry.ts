/** Expiry by DynamoDB's Time to Live: an expired item may stay in its table for days, and counts as gone. */
import type { Filter, IndexRef } from './types.js';

/** Of a codec, what its items expire by. */
export interface Expiring {
  readonly ttl?: string;
}

/** The query's filter, and that the item has not expired. Expired items stay in a table for hours or days ("Time to Live", TTL). */
export function liveFilter(
  filter: Filter | undefined,
  codec: Expiring,
  index: IndexRef,
  now: Date,
): Filter | undefined {
  const { ttl } = codec;
  // A filter must not name a key attribute of what it reads; expiry is checked on the items then.
  if (ttl === undefined || ttl === index.sort || ttl === index.partition) return filter;
  const alive = '(attribute_not_exists(#_x) OR #_x > :_x)';
  return {
    expression: filter === undefined ? alive : `(${filter.expression}) AND ${alive}`,
    names: { ...filter?.names, '#_x': ttl },
    values: { ...filter?.values, ':_x': epochOf(now) },
  };
}

/** A moment as DynamoDB expires items by it: whole seconds since 1970. */
export function epochOf(moment: Date): number {
  return Math.floor(moment.getTime() / 1000);
}

/** Whether an item has expired: its time of expiry, in epoch seconds, is not after `now`. */
export function isExpired(codec: Expiring, item: Readonly<Record<string, unknown>>, now: Date): boolean {
  if (codec.ttl === undefined) return false;
  const expiry = item[codec.ttl];
  return typeof expiry === 'number' && expiry <= epochOf(now);
}
