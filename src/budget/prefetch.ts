/** Whether one Query reads a page and its parent. Follows `withParent` of the runtime; tests compare both. */

import { type Arguments, Open, valueAt } from './arguments.js';
import type { TogetherCost } from './costs.js';

/** Undefined: a variable that may have any value decides. */
type Answer = boolean | undefined;

/** Whether reading begins next to the parent: at that end of the order, without a cursor or a bound there. */
export function beginsAtParent({ page, bounds = [] }: TogetherCost, args: Arguments): Answer {
  const end = typeof page === 'string' ? page : endOf(page, args);
  if (end === undefined) return undefined;
  const backward = both(not(isGiven(args, 'first')), isGiven(args, 'last'));
  return [end === 'last' ? 'before' : 'after', ...bounds].reduce<Answer>(
    (so, name) => both(so, not(isGiven(args, name))),
    end === 'last' ? backward : not(backward),
  );
}

/** The end next to the parent, in the requested order. */
function endOf({ by, DESC: descending, none }: Exclude<TogetherCost['page'], string>, args: Arguments) {
  const order = valueAt(args, by) ?? null;
  if (order instanceof Open) return undefined;
  if (order === null) return none;
  return (order === 'DESC') === (descending === 'first') ? 'first' : 'last';
}

function isGiven(args: Arguments, name: string): Answer {
  const value = valueAt(args, name) ?? null;
  return value instanceof Open ? undefined : value !== null;
}

function not(answer: Answer): Answer {
  return answer === undefined ? undefined : !answer;
}

function both(a: Answer, b: Answer): Answer {
  if (a === false || b === false) return false;
  return a === undefined || b === undefined ? undefined : true;
}
