/** How records of an entity are stored: key layout, constraints, aggregates, a sample. */

import { bothKeys, keyText } from '../../plan/lookup/key-conditions.js';
import type { Plan } from '../../plan/types/plan.js';
import {
  type AggregatePlan,
  type EntityPlan,
  type ItemPlan,
  printValues,
  type SlotPlan,
} from '../../plan/types/storage.js';
import { sampleKey } from './samples.js';

export function entityView(plan: Plan, entity: EntityPlan) {
  const items = entity.items.filter(({ role }) => role !== 'version');
  return {
    name: entity.name,
    isSparse: items.some(({ slots }) => slots.some((slot) => sparse(slot) !== '')),
    items: items.map((item) => ({
      name: itemName(entity, item),
      keys: item.slots.map((slot) => slotView(plan, entity, slot)),
    })),
    notes: notes(plan, entity).join(' '),
  };
}

function slotView(plan: Plan, entity: EntityPlan, slot: SlotPlan) {
  return {
    index: slot.index ?? 'table',
    partition: keyText(slot.partition),
    sort: slot.sort ? keyText(slot.sort) : '',
    sample: sampleKey(plan, entity, slot),
    sparse: sparse(slot),
  };
}

/** The values without which a record is not in the index. */
function sparse({ present, when }: SlotPlan): string {
  return [...present, ...when.map(({ field, values }) => `${field}: ${printValues(values)}`)].join(', ');
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
  shared,
  partition,
  sort,
  shards,
  present,
  when,
  cap,
}: AggregatePlan): string {
  const what = { count: name, sum: `${name}, the sum of ${field}`, sequence: `${name}, a sequence` }[kind];
  const more = [
    ...(shared === undefined ? [] : [`shared by all entities that number by ${shared}`]),
    ...(shards === null ? [] : [`in ${shards} items`]),
    ...(cap === null ? [] : [`at most ${cap}`]),
    ...(present.length > 0 ? [`of records with a value of ${present.join(', ')}`] : []),
    ...when.map((one) => `of records with ${one.field} ${printValues(one.values)}`),
  ];
  return [`Maintained: ${what}`, `in \`${bothKeys({ partition, sort })}\``, ...more].join(', ').concat('.');
}

export function itemName(entity: EntityPlan, item: ItemPlan): string {
  return item.role === 'main' ? entity.name : `${entity.name}, entry of ${item.for}`;
}
