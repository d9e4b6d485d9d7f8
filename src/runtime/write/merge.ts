/** How an action that is about references goes together with another on the same item. */

import { referenced, referenceMissing } from '../errors.js';
import type { Action } from './actions.js';

/**
 * One action where the first of two is about references; undefined where it is not. A record that is named and
 * written in one transaction is there afterwards; one that is named and deleted is not. Of the records that name a
 * deleted one, those leave that go with it.
 */
export function withReferences(a: Action, b: Action): Action | undefined {
  const { purpose } = a;
  if (purpose.kind === 'reference') {
    const isGone = b.kind === 'delete' || (b.purpose.kind === 'unchanged' && b.purpose.gone);
    if (isGone) throw referenceMissing(purpose.entity, purpose.field, purpose.to);
    return b;
  }
  if (purpose.kind !== 'children') return undefined;
  if (b.purpose.kind === 'children') return a;
  if (b.kind !== 'add') return undefined;
  if (b.by > 0) throw referenced(purpose.entity, purpose.by);
  const leaving = purpose.leaving - b.by;
  const condition = a.condition && { ...a.condition, values: { ...a.condition.values, ':n': leaving } };
  return { ...a, purpose: { ...purpose, leaving }, ...(condition && { condition }) };
}
