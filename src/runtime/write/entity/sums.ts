/** Adding to numbers of a record: what a sum can be. */
import { TableloomError } from '../../errors.js';

/**
 * `Int`: GraphQL's, of 32 bits. `integer`: whole numbers of other scalars, up to 2^53 - 1, beyond which doubles are not
 * exact. `decimal`: rounded to the 15 digits that a double keeps, so that 0.1 and 0.2 are 0.3.
 */
export type SumKind = 'Int' | 'integer' | 'decimal';

/** What is added to numbers; null and undefined add nothing. */
export type Additions<C> = {
  readonly [F in keyof C as NonNullable<C[F]> extends number ? F : never]?: number | null | undefined;
};

/** "Int", GraphQL specification. */
const largestInt = 2_147_483_647;

/** The greatest and the least sum of whole numbers. */
export function boundsOf(kind: Exclude<SumKind, 'decimal'>): { readonly min: number; readonly max: number } {
  if (kind === 'Int') return { min: -largestInt - 1, max: largestInt };
  return { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
}

/** The sum of `current` and `by`; VALUE_INVALID where it is none of its kind. Without `by`, `current`. */
export function sumOf(
  kind: SumKind,
  field: string,
  current: number | null,
  by: number | null | undefined,
): number | null {
  if (by === null || by === undefined) return current;
  const total = (current ?? 0) + by;
  if (!isSum(kind, total))
    throw new TableloomError('VALUE_INVALID', `${field} would exceed the range of its type.`, { field });
  return kind === 'decimal' ? Number(total.toPrecision(15)) : total;
}

/** An amount to subtract, as it is added. VALUE_INVALID where it is negative: that would add. */
export function subtracted(field: string, amount: number | null | undefined): number | null | undefined {
  if (amount === null || amount === undefined || amount === 0) return amount;
  if (amount < 0)
    throw new TableloomError('VALUE_INVALID', `The amount to subtract from ${field} is negative.`, { field });
  return -amount;
}

function isSum(kind: SumKind, total: number): boolean {
  if (kind === 'decimal') return Number.isFinite(total);
  const { min, max } = boundsOf(kind);
  return Number.isInteger(total) && total >= min && total <= max;
}
