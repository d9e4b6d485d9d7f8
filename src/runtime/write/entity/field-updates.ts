/** New values of fields from their current ones: what `append`, `remove` and `touch` of a mutation compute. */
import type { Optional } from '../../types.js';
import { invalidValue } from '../../values.js';

/** The list followed by these elements, without those that are null or absent. */
export function appended<T, C extends readonly T[] | null>(
  current: C & (readonly T[] | null),
  elements: Optional<readonly Optional<T>[]>,
): C | readonly T[] {
  const present = (elements ?? []).filter((one): one is T & {} => one !== null && one !== undefined);
  return present.length === 0 ? current : [...(current ?? []), ...present];
}

/** The list without the elements that equal one of these. */
export function without<T, C extends readonly T[] | null>(
  current: C & (readonly T[] | null),
  elements: Optional<readonly Optional<T>[]>,
): C | readonly T[] {
  if (current === null || !elements || elements.length === 0) return current;
  const gone = new Set<unknown>(elements);
  return current.filter((one) => !gone.has(one));
}

const milliseconds = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1000 } as const;

/** A later moment: `later(now, { days: 30 })`. A day has 24 hours. */
export function later(now: Date, by: Readonly<Partial<Record<keyof typeof milliseconds, number>>>): Date {
  const units = Object.keys(milliseconds) as (keyof typeof milliseconds)[];
  return new Date(units.reduce((time, unit) => time + (by[unit] ?? 0) * milliseconds[unit], now.getTime()));
}

/** An optional argument for a place that cannot be null: absent means unchanged, null is VALUE_INVALID. */
export function notNull<T>(path: string, value: T | null | undefined): T | undefined {
  if (value !== null) return value;
  throw invalidValue(path, `${path} cannot be null.`);
}
