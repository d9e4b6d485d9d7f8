/** Finds parts of a plan by name, and names them. A missing name is our own bug, and throws. */

import type { PatternPlan } from '../types/access.js';
import type { EventsPlan, SubscriptionPlan } from '../types/events.js';
import type { Plan } from '../types/plan.js';
import type { AggregatePlan, EntityPlan, ItemPlan, ReferencePlan } from '../types/storage.js';
import type { MutationPlan, TransactionPlan } from '../types/writes.js';

export function entityOf(plan: Plan, name: string): EntityPlan {
  return named('entity', plan.entities, name);
}

export function patternOf(plan: Plan, name: string): PatternPlan {
  return named('pattern', plan.patterns, name);
}

export function mutationOf(plan: Plan, name: string): MutationPlan {
  return named('mutation', plan.mutations, name);
}

export function transactionOf(plan: Plan, name: string): TransactionPlan {
  return named('transaction', plan.transactions ?? [], name);
}

export function subscriptionOf(plan: Plan, name: string): SubscriptionPlan {
  return named('subscription', plan.subscriptions ?? [], name);
}

/** What is known of events, by a part of the plan that there is none of without them. */
export function eventsOf({ events }: Plan): EventsPlan {
  if (!events) throw new Error('no entity of the plan has events');
  return events;
}

/** A count or a sum; sequences are named after their fields. */
export function aggregateOf({ name: entity, aggregates = [] }: EntityPlan, name: string): AggregatePlan {
  const totals = aggregates.filter(({ kind }) => kind !== 'sequence');
  return named(`aggregate of ${entity} called`, totals, name);
}

/** The references that name an entity, each with the entity it is of. */
export function referencesTo(plan: Plan, name: string): { child: EntityPlan; reference: ReferencePlan }[] {
  return plan.entities.flatMap((child) =>
    (child.references ?? []).filter(({ to }) => to === name).map((reference) => ({ child, reference })),
  );
}

/** What an item says it is, in `_type`. */
export function itemType({ name }: EntityPlan, item: ItemPlan): string {
  return item.role === 'entry' ? `${name}.${item.for}` : name;
}

function named<T extends { readonly name: string }>(what: string, all: readonly T[], name: string): T {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`no ${what} ${name} in the plan`);
  return found;
}
