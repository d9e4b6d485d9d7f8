/** What a query does with the sort key. */

import type { QueryAccess } from '../types/access.js';

/** Whether it reads downwards; for an order that the caller chooses, whether it does where none is chosen. */
export function readsDownwards({ order, isInverted }: Pick<QueryAccess, 'order' | 'isInverted'>): boolean {
  return order.descending !== (isInverted === true);
}

/** Whether the whole sort key is known. */
export function isExact({ head, sort }: Pick<QueryAccess, 'head' | 'sort'>): boolean {
  return sort !== null && head.length === sort.parts.length;
}
