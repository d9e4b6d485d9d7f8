/** Merges actions on the same item: a transaction may touch an item only once. */
import { referenced, referenceMissing, TableloomError, valueTaken } from '../errors.js';
import { itemId } from '../keys/item-key.js';
import type { AttributeValue } from '../types.js';
import { sameValue } from '../values.js';
import type { Action } from './action.js';
import { depending } from './premises.js';

/**
 * The merged action where the first of two is about references; otherwise undefined. A record that is referred to and
 * written in one transaction exists afterwards; one that is referred to and deleted does not. Records that refer to a
 * deleted one and are deleted with it do not count.
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

/** The actions of one transaction, at most one for each item, as DynamoDB requires. */
export class Actions {
  readonly #byItem = new Map<string, Action>();

  add(actions: readonly Action[]): void {
    for (const action of actions) {
      const id = itemId(action.table, action.key);
      const other = this.#byItem.get(id);
      this.#byItem.set(id, other === undefined ? action : merged(other, action));
    }
  }

  /** How many items there would be with these actions. */
  sizeWith(actions: readonly Action[]): number {
    const ids = new Set(actions.map(({ table, key }) => itemId(table, key)));
    return this.#byItem.size + [...ids].filter((id) => !this.#byItem.has(id)).length;
  }

  /** Without additions of zero, which would change nothing. */
  get all(): readonly Action[] {
    return [...this.#byItem.values()].filter((action) => action.kind !== 'add' || action.by !== 0);
  }
}

/**
 * One action that does what two would. A check of a record that is also written adds nothing: both were computed from
 * the same state. Additions add up. A record that others refer to may be written, but not deleted, unless they are
 * deleted with it. A unique value or a derived item's key that one record releases may be taken by another.
 */
function merged(a: Action, b: Action): Action {
  // Premises are added when everything else is there.
  if (b.premise !== undefined) return { ...a, ...depending(a.condition, b.premise) };
  if (a.purpose.kind === 'unchanged' && b.purpose.kind === 'unchanged') {
    if (a.kind === 'check') return b;
    if (b.kind === 'check') return a;
  }
  const joined = withReferences(a, b) ?? withReferences(b, a);
  if (joined !== undefined) return joined;
  if (a.kind === 'add' && b.kind === 'add' && a.attribute === b.attribute)
    return { ...a, set: { ...a.set, ...b.set }, by: a.by + b.by };
  const taking = a.kind === 'put' ? a : b.kind === 'put' ? b : undefined;
  const leaving = a.kind === 'delete' ? a : b.kind === 'delete' ? b : undefined;
  if (taking?.purpose.kind === 'guard' && leaving?.purpose.kind === 'guard') {
    return { ...taking, ...(leaving.condition && { condition: leaving.condition }) };
  }
  if (a.purpose.kind === 'guard' && a.kind === 'put' && b.purpose.kind === 'guard') {
    throw valueTaken(a.purpose);
  }
  if (a.purpose.kind === 'derived' && b.purpose.kind === 'derived') {
    if (taking !== undefined && leaving !== undefined) return taking;
    if (a.kind === 'delete' && b.kind === 'delete') return a;
    if (a.kind === 'put' && b.kind === 'put' && sameValue(a.item as AttributeValue, b.item as AttributeValue))
      return a;
  }
  throw new TableloomError('WRITE_TWICE', `One call writes the same item of ${b.purpose.entity} twice.`, {
    entity: b.purpose.entity,
  });
}
