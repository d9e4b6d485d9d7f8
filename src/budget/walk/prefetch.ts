/** Whether one Query reads a page and its parent. Follows `withParent` of the runtime; tests hold both together. */

import { type Arguments, Open, valueAt } from '../arguments.js';
import type { CollectionCost } from '../costs.js';

/** Undefined: depends on a variable that may have any value. */
type Known = boolean | undefined;

/** Whether the page begins at the parent: at its end of the order, without a cursor and without a bound there. */
export function beginsAtParent({ page, bounds = [] }: CollectionCost, args: Arguments): Known {
  const end = typeof page === 'string' ? page : endOf(page, args);
  if (end === undefined) return undefined;
  const backward = both(not(hasValue(args, 'first')), hasValue(args, 'last'));
  return [end === 'last' ? 'before' : 'after', ...bounds].reduce<Known>(
    (so, name) => both(so, not(hasValue(args, name))),
    end === 'last' ? backward : not(backward),
  );
}

/** Which end of the requested order the parent is at. */
function endOf({ by, DESC: descending, none }: Exclude<CollectionCost['page'], string>, args: Arguments) {
  const order = valueAt(args, by) ?? null;
  if (order instanceof Open) return undefined;
  if (order === null) return none;
  return (order === 'DESC') === (descending === 'first') ? 'first' : 'last';
}

function hasValue(args: Arguments, name: string): Known {
  const value = valueAt(args, name) ?? null;
  return value instanceof Open ? undefined : value !== null;
}

function not(known: Known): Known {
  return known === undefined ? undefined : !known;
}

function both(a: Known, b: Known): Known {
  if (a === false || b === false) return false;
  return a === undefined || b === undefined ? undefined : true;
}
