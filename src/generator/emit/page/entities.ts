/** How records of an entity are stored: key layout, constraints, aggregates, a sample. */

import type { Plan } from '../../plan/types/plan.js';
import type { AggregatePlan, EntityPlan, ItemPlan } from '../../plan/types/storage.js';
import { keyText } from '../expressions.js';
import { bothKeys } from './keys.js';
import { sampleKeys } from './samples.js';

export function entityView(plan: Plan, entity: EntityPlan) {
  return {
    name: entity.name,
    items: entity.items
      .filter(({ role }) => role !== 'version')
      .map((item) => ({ name: itemName(entity, item), keys: item.slots.map(slotView) })),
    notes: notes(plan, entity),
    sample: sampleKeys(plan, entity),
  };
}

function slotView(slot: ItemPlan['slots'][number]) {
  return {
    index: slot.index ?? 'table',
    partition: keyText(slot.partition),
    sort: slot.sort ? keyText(slot.sort) : '',
    sparse: [
      ...slot.present,
      ...slot.when.map(({ field, values }) => `${field}: ${values.join(' or ')}`),
    ].join(', '),
  };
}

/** What else writes maintain. */
function notes(plan: Plan, entity: EntityPlan): string[] {
  const history = plan.entities.find(({ historyOf }) => historyOf === entity.name);
  return [
    ...entity.guards.map(
      (guard) => `Unique: ${guard.fields.join(' + ')}, guarded by \`${bothKeys(guard)}\`.`,
    ),
    ...(entity.aggregates ?? []).map(aggregateNote),
    ...(entity.references ?? []).map(({ to, fields, onDelete, counter }) => {
      const counted = counter ? `, counted by \`${bothKeys(counter)}\`` : '';
      return `References: ${to} by ${fields.map(({ field }) => field).join(' + ')}, on delete ${onDelete}${counted}.`;
    }),
    ...(history ? [`Every write leaves a ${history.name}.`] : []),
  ];
}

function aggregateNote({
  kind,
  name,
  field,
  partition,
  sort,
  shards,
  present,
  when,
  cap,
}: AggregatePlan): string {
  const what = { count: name, sum: `${name}, the sum of ${field}`, sequence: `${name}, a sequence` }[kind];
  const more = [
    ...(shards === null ? [] : [`in ${shards} items`]),
    ...(cap === null ? [] : [`at most ${cap}`]),
    ...(present.length > 0 ? [`of records with a value of ${present.join(', ')}`] : []),
    ...when.map((one) => `of records with ${one.field} ${one.values.join(' or ')}`),
  ];
  return [`Maintained: ${what}`, `in \`${bothKeys({ partition, sort })}\``, ...more].join(', ').concat('.');
}

export function itemName(entity: EntityPlan, item: ItemPlan): string {
  return item.role === 'main' ? entity.name : `${entity.name}, entry of ${item.for}`;
}
