/** Event types and subscriptions: what is reported, for how long it is kept, and what one delivery costs. */

import type { SingleBudgets } from '../../costs/pattern-budgets.js';
import { durationText } from '../../durations.js';
import type { SubscriptionPlan } from '../../plan/types/events.js';
import type { Plan } from '../../plan/types/plan.js';
import type { ValuePlan } from '../../plan/types/values.js';
import { readCost } from './costs.js';
import { filterText } from './filters.js';
import { ruleNames } from './mutations.js';

/** Null where nothing stores events. */
export function eventsView(plan: Plan, budgets: SingleBudgets) {
  const { events, mutations, rules, subscriptions = [] } = plan;
  if (!events) return null;
  const { total, indexes } = events.cost;
  const inIndexes =
    Object.keys(indexes).length > 0 ? `, those of ${Object.keys(indexes).join(', ')} included` : '';
  return {
    intro: `Each is stored as ${events.entity} for ${durationText(events.seconds)}, in the transaction of the change: ${total} write units${inIndexes}.`,
    types: events.types.map(({ name, entity, fields, lanes }) => ({
      name,
      entity,
      fields: fields.join(', '),
      lanes: String(lanes),
      publishers: [
        ...mutations.filter(({ publish }) => publish === name),
        ...rules.filter(({ publishes = [] }) => publishes.includes(name)),
      ]
        .map((one) => one.name)
        .join(', '),
    })),
    subscriptions: subscriptions.map((one) => subscriptionBlock(budgets, one)),
  };
}

function subscriptionBlock(budgets: SingleBudgets, subscription: SubscriptionPlan) {
  const { name, field, on, filter, allow, visible, payload } = subscription;
  const records = payload.records.map((one) => one.entity);
  const cost = readCost(budgets.get(name));
  return {
    heading: `**${name}** · \`${field.type}.${field.field}\` · ${on.join(', ')}`,
    delivers: [
      'a cursor',
      ...(payload.event === null ? [] : ['the event']),
      ...(records.length > 0 ? [`the ${[...new Set(records)].join(' or ')} as it is now`] : []),
    ].join(', '),
    filter: filter ? filterText(filter, valueText) : '',
    cost: cost === '' ? '' : `per event: ${cost}`,
    rules: ruleNames([allow, visible]),
  };
}

function valueText(value: ValuePlan): string {
  if (value.kind === 'literal') return JSON.stringify(value.value);
  return value.kind === 'made' ? value.name : `$${value.path.join('.')}`;
}
