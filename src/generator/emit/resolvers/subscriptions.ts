/** What resolvers of subscriptions are made of. */

import { allowedAt } from '../../plan/lookup/allowed.js';
import { entityOf, eventsOf } from '../../plan/lookup/find.js';
import { eventConditionFields, type SubscriptionPlan } from '../../plan/types/events.js';
import type { Plan } from '../../plan/types/plan.js';
import type { EntityPlan } from '../../plan/types/storage.js';
import type { ConditionTree, ValuePlan } from '../../plan/types/values.js';
import { valueExpression } from '../expressions.js';
import { conditionExpression } from '../files/condition-expressions.js';
import { attributeOf, operandAt, operandForm, storedOperand } from '../files/shared.js';
import type { Doc } from '../fragment.js';
import { arrow, call, code, list, object, property, quote } from '../printer.js';
import { args, codecOf, eventsValue, runtime } from '../symbols.js';
import { allowingRule } from './allow.js';

/** `subscription({ … })` */
export function subscriptionResolver(plan: Plan, subscription: SubscriptionPlan): Doc {
  const { field, on, since, filter, visible, payload } = subscription;
  const allow = allowingRule(allowedAt(plan, field), subscription.allow);
  const { cursor, event, records } = payload;
  return call(runtime('subscription'), [
    object([
      property('name', quote(field.field)),
      property('on', list(on.map((type) => code`${eventsValue('events')}.${type}`))),
      property('since', quote(since)),
      ...(filter ? [property('filter', arrow([args], filterExpression(plan, subscription, filter)))] : []),
      ...(allow === null ? [] : [property('allow', allow)]),
      ...(visible ? [property('visible', `rules.${visible}`)] : []),
      property(
        'payload',
        object([
          property('cursor', quote(cursor)),
          ...(event === null ? [] : [property('event', quote(event))]),
          ...(records.length === 0
            ? []
            : [
                property(
                  'records',
                  object(records.map((one) => property(one.field, codecOf(entityOf(plan, one.entity))))),
                ),
              ]),
        ]),
      ),
    ]),
  ]);
}

/** A value may be absent, or is a constant. */
function filterExpression(plan: Plan, { on }: SubscriptionPlan, filter: ConditionTree<ValuePlan>): Doc {
  const { entity, types } = eventsOf(plan);
  const log = entityOf(plan, entity);
  const reported = types.filter(({ name }) => on.includes(name)).map((type) => entityOf(plan, type.entity));
  const ownerOf = (field: string): EntityPlan => {
    const isOwn = eventConditionFields.includes(field);
    const owner = isOwn ? log : reported.find((one) => attributeOf(one, field));
    if (!owner) throw new Error(`no event has ${field}`);
    return owner;
  };
  return conditionExpression(log, filter, ({ field, operator, isList }, one, at) => {
    const value = valueExpression(one);
    if (operator === 'exists' || operator.startsWith('size')) return value;
    const as = operandAt(operator, at);
    const form = operandForm(ownerOf(field), field, as);
    if (form === null) return value;
    if (one.kind === 'literal') return storedOperand(ownerOf(field), field, value, as);
    if (operator === 'in' && !isList) return call(code`${value}?.map`, [form]);
    return call(runtime('encoded'), [form, value]);
  });
}
