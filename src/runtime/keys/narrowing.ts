/** Optional equalities on the parts of a sort key, from the left: a hierarchy. */
import { TableloomError } from '../errors.js';
import type { SortRange } from '../types.js';
import { type Bounds, rangeOf } from './ranges.js';

/** One optional part of a sort key: its field, its encoded value, and the literal text behind it in the key. */
export type NarrowPart = readonly [field: string, value: string | null | undefined, then: string];

export interface NarrowOptions {
  /** Whether the last part that is passed matches whole or as a prefix. Default: whole. */
  readonly last?: 'whole' | 'prefix';
  /** On the field behind all parts; they need every part. */
  readonly bounds?: Bounds;
  /** Whether the sort key continues behind the ranged field. */
  readonly terminated?: boolean;
}

/**
 * The part of a partition where these parts are equal: for COUNTRY / STATE#CITY#id with a state and no city, every key
 * that begins with `STATE#`. BAD_INPUT where a part is passed without one before it: no range of a sort key answers that. Undefined where nothing narrows the partition.
 */
export function narrowed(
  head: string,
  parts: readonly NarrowPart[],
  options: NarrowOptions = {},
): SortRange | undefined {
  const { last = 'whole', bounds = {}, terminated = false } = options;
  const firstMissing = parts.findIndex(([, value]) => value === null || value === undefined);
  const count = firstMissing === -1 ? parts.length : firstMissing;
  for (const [field, value] of parts.slice(count)) {
    if (value !== null && value !== undefined) throw gap(field, parts[count]?.[0] ?? '');
  }
  const bound = Object.entries(bounds).find(([, value]) => value !== null && value !== undefined);
  if (bound !== undefined && count < parts.length) throw gap(bound[0], parts[count]?.[0] ?? '');
  const before = parts.slice(0, Math.max(0, count - 1));
  const start = before.reduce((key, [, value, then]) => `${key}${value}${then}`, head);
  const [, value = '', then = ''] = parts[count - 1] ?? [];
  if (bound !== undefined) return rangeOf(bounds, { head: `${start}${value}${then}`, terminated });
  if (count > 0 && last === 'whole' && then === '') return { kind: 'equals', value: `${start}${value}` };
  const prefix = last === 'prefix' && count > 0 ? `${start}${value}` : `${start}${value}${then}`;
  return prefix === '' ? undefined : { kind: 'prefix', prefix };
}

function gap(field: string, missing: string): TableloomError {
  return new TableloomError('BAD_INPUT', `${field} requires ${missing}: pass ${missing}, too.`, {
    field,
    missing,
  });
}
