/** The bounds of a range: what callers give, and what the declaration does. */

import type { QueryAccess, RangeOperator } from '../../../plan/types/access.js';
import type { Doc } from '../../fragment.js';
import { literal } from '../../printer.js';

/** What bounds a range: `by.from`, or a constant. */
export function boundValue({ constants }: NonNullable<QueryAccess['range']>, bound: RangeOperator): Doc {
  const constant = constants?.[bound];
  return constant === undefined ? `by.${bound}` : literal(constant);
}

/** The bounds that callers give. */
export function givenBounds({ range }: Pick<QueryAccess, 'range'>): readonly RangeOperator[] {
  return (range?.bounds ?? []).filter((bound) => range?.constants?.[bound] === undefined);
}
