/** New values of fields from their current ones: what `add`, `append`, `remove` and `touch` of a mutation compute. */
import { TableloomError } from '../../errors.js';

/** GraphQL's `Int` ("Int", GraphQL specification): 32 bits with a sign. */
const largestInt = 2_147_483_647;

type Optional<T> = T | null | undefined;

/** The sum of `current` and `by`, an `Int`; VALUE_INVALID outside of its range. Without `by`, `current`. */
export function addedInt<C extends number | null>(
  field: string,
  current: C,
  by: Optional<number>,
): C | number {
  return sum(field, current, by, (total) => total <= largestInt && total >= -largestInt - 1);
}

/** As {@link addedInt}, for whole numbers of other scalars: VALUE_INVALID beyond 2^53 - 1, where doubles are not exact. */
export function addedInteger<C extends number | null>(
  field: string,
  current: C,
  by: Optional<number>,
): C | number {
  return sum(field, current, by, Number.isSafeInteger);
}

/** As {@link addedInt}, for decimals: rounded to the 15 digits that a double keeps, so that 0.1 and 0.2 are 0.3. */
export function addedDecimal<C extends number | null>(
  field: string,
  current: C,
  by: Optional<number>,
): C | number {
  const total = sum(field, current, by, Number.isFinite);
  return typeof by === 'number' && typeof total === 'number' ? Number(total.toPrecision(15)) : total;
}

function sum<C extends number | null>(
  field: string,
  current: C,
  by: Optional<number>,
  isWithin: (total: number) => boolean,
): C | number {
  if (by === null || by === undefined) return current;
  const total = (current ?? 0) + by;
  if (isWithin(total)) return total;
  throw new TableloomError('VALUE_INVALID', `${field} would exceed the range of its type.`, { field });
}

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

/** The size of a text in bytes of UTF-8, as DynamoDB counts it. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

const milliseconds = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1000 } as const;

/** A later moment: `later(now, { days: 30 })`. A day has 24 hours. */
export function later(now: Date, by: Readonly<Partial<Record<keyof typeof milliseconds, number>>>): Date {
  const units = Object.keys(milliseconds) as (keyof typeof milliseconds)[];
  return new Date(units.reduce((time, unit) => time + (by[unit] ?? 0) * milliseconds[unit], now.getTime()));
}

/**
 * An optional argument for an attribute that cannot be null: absent means unchanged, null is VALUE_INVALID.
 *
 * @param argument what the caller calls it, if that is not the name of the field
 */
export function notNull<T>(field: string, value: T | null | undefined, argument?: string): T | undefined {
  if (value !== null) return value;
  const details = { field, ...(argument !== undefined && { argument }) };
  throw new TableloomError('VALUE_INVALID', `${argument ?? field} cannot be null.`, details);
}
