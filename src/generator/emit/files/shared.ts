/** What several views need of the plan. */

import { camel, indexName, pascal } from '../../names.js';
import { referencesTo } from '../../plan/lookup/find.js';
import type { Plan } from '../../plan/types/plan.js';
import type {
  AttributePlan,
  EntityPlan,
  GuardPlan,
  ItemPlan,
  ReferencePlan,
  SlotPlan,
} from '../../plan/types/storage.js';
import { literal, recordType } from '../code.js';

export function mainSlot(entity: EntityPlan): SlotPlan {
  const slot = entity.items[0]?.slots[0];
  if (!slot) throw new Error(`entity ${entity.name} has no key`);
  return slot;
}

export function templateFields(slot: Pick<SlotPlan, 'partition' | 'sort'>): string[] {
  return [slot.partition, slot.sort].flatMap((template) =>
    (template?.parts ?? []).flatMap((part) => (part.kind === 'hole' ? [part.field] : [])),
  );
}

export function indexVariable(table: string, index: string): string {
  return `${camel(table)}${indexName(index)}`;
}

export function tokensVariable(table: string): string {
  return `${camel(table)}Tokens`;
}

export function slotFunction(entity: EntityPlan, item: ItemPlan, slot: SlotPlan): string {
  const index = slot.index === null ? '' : indexName(slot.index);
  return item.role === 'entry'
    ? `${entity.names.loader}${pascal(item.for ?? '')}Entry${index}Key`
    : `${entity.names.loader}${index}${slot.for === undefined ? '' : pascal(slot.for)}Key`;
}

export function entryFunction(entity: EntityPlan, item: ItemPlan): string {
  return `${entity.names.loader}${pascal(item.for ?? '')}Entry`;
}

export function guardFunction(entity: EntityPlan, guard: GuardPlan): string {
  return `${entity.names.loader}${guard.fields.map(pascal).join('')}GuardKey`;
}

/** Where it is counted how many records name one. */
export function counterFunction(entity: EntityPlan, reference: ReferencePlan): string {
  return `${entity.names.loader}${pascal(reference.name)}ReferencesKey`;
}

/** Whether records of others go with one of its own. */
export function isCascading(plan: Plan, name: string): boolean {
  return referencesTo(plan, name).some(({ reference }) => reference.onDelete === 'cascade');
}

/** When a record is not in an index, as an expression; null where every record is. */
export function absence(
  slots: readonly Pick<SlotPlan, 'present' | 'when'>[],
  parameter: string,
): string | null {
  const present = [...new Set(slots.flatMap((slot) => slot.present))].map(
    (field) => `${parameter}.${field} === null`,
  );
  const others = slots
    .flatMap((slot) => slot.when)
    .map(({ field, values }) => {
      const [only] = values;
      if (values.length === 1 && only !== undefined) return `${parameter}.${field} !== ${literal(only)}`;
      return values.map((value) => `${parameter}.${field} !== ${literal(value)}`).join(' && ');
    });
  const all = [...present, ...new Set(others)];
  return all.length === 0
    ? null
    : all.map((one) => (all.length > 1 && one.includes(' && ') ? `(${one})` : one)).join(' || ');
}

export function heldAttributes(entity: EntityPlan, item: ItemPlan): AttributePlan[] {
  const { covering } = item;
  if (covering.kind === 'all') return [...entity.attributes];
  return entity.attributes.filter((one) => covering.attributes.includes(one.name));
}

export function readExpression(attribute: AttributePlan): string {
  const type = recordType(attribute);
  const value = `item.${attribute.name}`;
  if (attribute.set) return setExpression(attribute, value);
  if (attribute.nullable) return type === 'unknown' ? `${value} ?? null` : `(${value} ?? null) as ${type}`;
  return type === 'unknown' ? value : `${value} as ${type}`;
}

/** An absent set is an empty one, but for what may be null: that is null where nothing is stored. */
function setExpression(attribute: AttributePlan, value: string): string {
  const element = attribute.element === 'text' ? 'string' : 'number';
  const list = `listOf<${element}>(${value})`;
  return attribute.nullable ? `${value} === undefined ? null : ${list}` : list;
}

/** A value a caller gives, in the form the attribute is stored in. */
export function asStored(entity: EntityPlan, field: string, value: string): string {
  const steps = entity.attributes.find((one) => one.name === field)?.normalize ?? [];
  return steps.reduce((expression, step) => `${step}(${expression})`, value);
}
