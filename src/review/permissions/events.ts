/** What mutations that publish, and subscriptions, are authorized as. */

import { entityOf } from '../../generator/plan/lookup/find.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type { MutationPlan } from '../../generator/plan/types/writes.js';
import type { Need } from './need.js';

/** The event, and the marker of a record that may be created again under its key. */
export function needsOfEvent(
  plan: Plan,
  { kind, publish }: Pick<MutationPlan, 'kind' | 'publish'>,
): readonly Need[] {
  const { events } = plan;
  const type = events?.types.find(({ name }) => name === publish);
  if (!events || !type) return [];
  const { table } = entityOf(plan, events.entity);
  const need = (action: Need['action']): Need => ({ action, table, index: null });
  const mayBeNew = kind === 'create' || kind === 'upsert' || kind === 'put';
  const marker = type.isRecreated && mayBeNew ? [need('ConditionCheckItem'), need('DeleteItem')] : [];
  return [need('PutItem'), ...marker];
}
