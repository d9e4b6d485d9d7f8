/** What several files need of the plan. */

import { camel, indexName, parameterName, pascal } from '../../names.js';
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
import { recordType } from '../expressions.js';
import type { Doc } from '../fragment.js';
import { arrow, call, code, conditional, generic, json, literal, operation } from '../printer.js';
import { runtime } from '../symbols.js';

export function attributeOf(entity: EntityPlan, field: string): AttributePlan | undefined {
  return entity.attributes.find((one) => one.name === field);
}

/** What an entity's functions call its record. */
export function parameterOf({ name }: Pick<EntityPlan, 'name'>): string {
  return parameterName(name);
}

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

export function tableVariable(table: string): string {
  return `${camel(table)}Table`;
}

export function indexVariable(table: string, index: string): string {
  return `${camel(table)}${indexName(index)}`;
}

export function tokensVariable(table: string): string {
  return `${camel(table)}Tokens`;
}

/** The function that gives the key of an index of the main item. */
export function slotFunction(entity: EntityPlan, slot: SlotPlan): string {
  const index = slot.index === null ? '' : indexName(slot.index);
  return `${entity.names.loader}${index}${slot.for === undefined ? '' : pascal(slot.for)}Key`;
}

/** The function that gives all keys of an index entry. */
export function entryFunction({ for: pattern }: Pick<ItemPlan, 'for'>): string {
  return `${pattern ?? ''}EntryKeys`;
}

/** The constant that lists what an entry holds of its record. */
export function entryFields(item: ItemPlan): string {
  return entryFunction(item).replace(/Keys$/, 'Fields');
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

/** When a record is not in an index; null where every record is. */
export function absence(slots: readonly Pick<SlotPlan, 'present' | 'when'>[], parameter: string): Doc | null {
  const present = [...new Set(slots.flatMap((slot) => slot.present))].map(
    (field) => `${parameter}.${field} === null`,
  );
  const others = new Map(
    slots
      .flatMap((slot) => slot.when)
      .map(({ field, values }) => {
        const tests = values.map((value) => `${parameter}.${field} !== ${literal(value)}`);
        return [tests.join(' && '), tests] as const;
      }),
  );
  const all: Doc[] = [...present];
  for (const tests of others.values()) {
    const isBracketed = tests.length > 1 && present.length + others.size > 1;
    all.push(isBracketed ? code`(${operation(tests, '&&')})` : operation(tests, '&&'));
  }
  return all.length === 0 ? null : operation(all, '||');
}

/** A value that is left out where a record has none. */
export function unless(absent: Doc | null, value: Doc): Doc {
  return absent === null ? value : conditional(absent, 'undefined', value);
}

export function heldAttributes(entity: EntityPlan, item: ItemPlan): AttributePlan[] {
  const { covering } = item;
  if (covering.kind === 'all') return [...entity.attributes];
  return entity.attributes.filter((one) => covering.attributes.includes(one.name));
}

/** The value of a record, of what is stored of it. */
export function readExpression(attribute: AttributePlan): Doc {
  const { name, formerly = [], readsDefault } = attribute;
  const value = [name, ...formerly].map((one) => `item.${one}`).join(' ?? ');
  const whole = formerly.length > 0 ? `(${value})` : value;
  const type = recordType(attribute);
  if (attribute.set) {
    // An absent set is an empty one, but for what may be null: that is null where nothing is stored.
    const element = attribute.element === 'text' ? 'string' : 'number';
    const list = call(generic(runtime('listOf'), [element]), [value]);
    return attribute.nullable ? conditional(`${whole} === undefined`, 'null', list) : list;
  }
  if (readsDefault) return code`(${value} ?? ${json(attribute.default)}) as ${type}`;
  // A record that another program stored has no revision until it is first changed.
  if (attribute.generated === 'revision') return code`(${value} ?? 0) as ${type}`;
  if (attribute.nullable)
    return type === 'unknown' ? `${value} ?? null` : code`(${value} ?? null) as ${type}`;
  return type === 'unknown' ? value : code`${whole} as ${type}`;
}

/** How a value is compared with an attribute: as a whole, as a part of its text, or as an end, before which is all of a day. */
export type Operand = 'whole' | 'part' | 'end';

const moments = { whole: 'time', part: 'timePrefix', end: 'timeEnd' } as const;

/** What brings a value that an attribute is compared with into the form it is stored in; null where it is. */
export function operandForm(entity: EntityPlan, field: string, as: Operand): Doc | null {
  if (attributeOf(entity, field)?.element === 'time') return runtime(moments[as]);
  const [only, ...more] = normalSteps(entity, field, as);
  if (only === undefined) return null;
  return more.length === 0 ? runtime(only) : arrow(['value: string'], asStored(entity, field, 'value', as));
}

/** A value that is there, in the form that the attribute it is compared with is stored in. */
export function storedOperand(entity: EntityPlan, field: string, value: Doc, as: Operand): Doc {
  if (attributeOf(entity, field)?.element === 'time') return call(runtime(moments[as]), [value]);
  return asStored(entity, field, value, as);
}

/** What an operator compares with, at this place of its values. */
export function operandAt(operator: string, at: number): Operand {
  return operator === 'between' && at === 1 ? 'end' : (operands[operator] ?? 'whole');
}

/** What each operator compares with, and each bound; `whole` where it is not listed. */
export const operands: Readonly<Record<string, Operand>> = {
  prefix: 'part',
  suffix: 'part',
  begins: 'part',
  contains: 'part',
  to: 'end',
  after: 'end',
  lte: 'end',
  gt: 'end',
};

/** A text a caller gives, in the form the attribute is stored in. */
export function asStored(entity: EntityPlan, field: string, value: Doc, as: Operand = 'whole'): Doc {
  return normalSteps(entity, field, as).reduce<Doc>((text, step) => call(runtime(step), [text]), value);
}

/** A part of a text may have blanks at its ends. */
function normalSteps(entity: EntityPlan, field: string, as: Operand): readonly string[] {
  const { normalize = [] } = attributeOf(entity, field) ?? {};
  return as === 'part' ? normalize.filter((step) => step !== 'trim') : normalize;
}
