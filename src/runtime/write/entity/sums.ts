/** Numbers of a record: what they can be, and what is added to them. */
import type { NumberKind, SumRange } from '../../types.js';
import { invalidValue, largestNumber, smallestNumber } from '../../values.js';

/** What is added to numbers; null and undefined add nothing. */
export type Additions<C> = {
  readonly [F in keyof C as NonNullable<C[F]> extends number ? F : never]?: number | null | undefined;
};

/** What is added, or what computes it from the record; null where there is none. */
export type Adding<A, R> = A | ((current: R) => A);

/** "Int", GraphQL specification. */
const largestInt = 2_147_483_647;

/** The greatest and the least sum of whole numbers. */
export function boundsOf(kind: SumRange): { readonly min: number; readonly max: number } {
  if (kind === 'Int') return { min: -largestInt - 1, max: largestInt };
  return { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
}

/**
 * The sum of `current` and `by`; VALUE_INVALID where it is none of its kind. Without `by`, `current`. Decimals are rounded
 * to the 15 digits that a double keeps, so that 0.1 and 0.2 are 0.3.
 */
export function sumOf(
  kind: NumberKind,
  path: string,
  current: number | null,
  by: number | null | undefined,
): number | null {
  if (by === null || by === undefined) return current;
  const total = (current ?? 0) + by;
  if (!isOfKind(kind, total)) throw invalidValue(path, `${path} would exceed the range of its type.`);
  return kind === 'decimal' ? Number(total.toPrecision(15)) : total;
}

/** Whether a number can be stored and read as its type; in a list, each of them. */
export function isOfKind(kind: NumberKind, value: unknown): boolean {
  if (Array.isArray(value)) return value.every((one) => isOfKind(kind, one));
  if (typeof value !== 'number') return true;
  if (kind === 'decimal') {
    const magnitude = Math.abs(value);
    return value === 0 || (magnitude >= smallestNumber && magnitude <= largestNumber);
  }
  const { min, max } = boundsOf(kind);
  return Number.isInteger(value) && value >= min && value <= max;
}

/** An amount to subtract, as it is added. VALUE_INVALID where it is negative: that would add. */
export function subtracted(field: string, amount: number | null | undefined): number | null | undefined {
  if (amount === null || amount === undefined || amount === 0) return amount;
  if (amount < 0) throw invalidValue(field, `The amount to subtract from ${field} is negative.`);
  return -amount;
}
