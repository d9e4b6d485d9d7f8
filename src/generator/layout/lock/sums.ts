/** Counts and sums that have the key that they had, and are of other records or of another field. */

import type { LockedSum, Pending } from '../../lock.js';
import { type AggregatePlan, printValues, whenId } from '../../plan/types/storage.js';
import { lockedName } from '../aggregates.js';
import type { Change } from './change.js';
import { type Found, left } from './open.js';
import { isSameKey, keyOf, lockedAggregate } from './slots.js';
import { conditionsOfKey } from './values.js';

export function sumChanged(change: Change, pattern: string, aggregate: AggregatePlan): Found[] {
  const known = change.before.aggregates.get(lockedName(aggregate));
  const { of } = lockedAggregate(aggregate);
  const open = change.pending.find((one) => one.code === 'backfill-needed' && one.name === pattern);
  // Of one that is new, all is to be counted.
  if (!of || !known?.of || !isSameKey(known, keyOf(aggregate)) || (open && !isOfSum(open))) return [];
  const isLess = (known.of.shards ?? 1) > (of.shards ?? 1);
  const holes = conditionsOfKey({ ...aggregate, present: [] }).fields;
  const text = ({ field, when, present }: LockedSum) =>
    JSON.stringify([
      field,
      whenId(when),
      present.filter((one) => change.layout.attributes.get(one)?.nullable && !holes.includes(one)),
    ]);
  const isOther = isLess || text(known.of) !== text(of);
  return left(change, 'backfill-needed', pattern, isOther ? [sumText(known.of)] : [], sumText(of));
}

/** `of rank for status OPEN in 4 shards` */
export function sumText({ field, when, present, shards }: LockedSum): string {
  return [
    `of ${field ?? 'records'}`,
    ...(when.length > 0
      ? [`for ${when.map((one) => `${one.field} ${printValues(one.values)}`).join(', ')}`]
      : []),
    ...(present.length > 0 ? [`with ${present.join(' and ')}`] : []),
    ...(shards === null ? [] : [`in ${shards} shards`]),
  ].join(' ');
}

export function isOfSum({ code, was }: Pick<Pending, 'code' | 'was'>): boolean {
  return code === 'backfill-needed' && (was[0]?.startsWith('of ') ?? false);
}
