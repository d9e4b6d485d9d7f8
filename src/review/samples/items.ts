/** The items that a plan makes of its sample records: what the report shows and the map draws. */

import { samples } from '../../generator/encodings/samples.js';
import { sampleInHole } from '../../generator/encodings.js';
import { itemType } from '../../generator/plan/lookup/find.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import {
  type AggregatePlan,
  type EntityPlan,
  type GuardPlan,
  type ItemPlan,
  type KeyTemplate,
  printValues,
  type SlotPlan,
  type TablePlan,
} from '../../generator/plan/types/storage.js';
import type { SampleItem } from '../report.js';
import { type SampleRecord, sampleRecord } from './records.js';

export interface SampledItem {
  /** Of its entity and what it is, unique within the plan: `User`, `User.usersByStatus`, `guard User.email`. */
  readonly id: string;
  readonly table: string;
  /** Null for idempotency keys. */
  readonly entity: string | null;
  readonly role: 'main' | 'entry' | 'version' | 'guard' | 'aggregate' | 'counter' | 'idempotency';
  /** For people: `User`, `entry of usersByStatus`, `guard of email`. */
  readonly title: string;
  readonly attributes: SampleItem;
  /** What its keys are built of. */
  readonly record: SampleRecord;
  /** Where it is found, its own key first. */
  readonly slots: readonly SampledSlot[];
}

export interface SampledSlot {
  /** Null is the table's own key. */
  readonly index: string | null;
  /** As declared or built: `USER#{id}`. */
  readonly partition: { readonly template: string; readonly value: string };
  readonly sort: { readonly template: string; readonly value: string } | null;
  /** Over how many partitions such items are spread. */
  readonly shards: number;
}

/** Which record of an entity it is. */
export interface Wanted {
  /** Values in the place of the sample's own; null for none. */
  readonly given?: SampleRecord;
  /** The first one, unless it says so. */
  readonly shard?: 'last';
}

/** In the order of the entities, each with what belongs to it; then idempotency keys. */
export function sampleItems(plan: Plan, wanted: Wanted = {}): SampledItem[] {
  const all = [...plan.entities.flatMap((entity) => itemsOfEntity(plan, entity, wanted)), ...tokensOf(plan)];
  // Entities may share a sequence.
  return [...new Map(all.map((one) => [one.id, one])).values()];
}

function itemsOfEntity(plan: Plan, entity: EntityPlan, wanted: Wanted): SampledItem[] {
  return [
    ...entity.items.flatMap((item) => itemsOf(plan, entity, item, wanted)),
    ...entity.guards.map((guard) => guardOf(plan, entity, guard)),
    ...(entity.aggregates ?? []).map((one) => aggregateOf(plan, entity, one)),
    ...(entity.references ?? []).flatMap(({ name, counter }) =>
      counter ? [countOf(plan, entity, `${entity.name}.${name}`, 'counter', counter)] : [],
    ),
  ];
}

/** Several where its slots exclude one another by conditions: one for each. */
function itemsOf(plan: Plan, entity: EntityPlan, item: ItemPlan, wanted: Wanted): SampledItem[] {
  const [own, ...indexed] = item.slots;
  // Versions are the items of their own entity as well.
  if (!own || item.role === 'version') return [];
  const variants: { readonly given: SampleRecord; readonly slots: SlotPlan[] }[] = [];
  for (const slot of [own, ...indexed]) {
    const given = conditionOf(slot);
    const among = variants.find((one) => isCompatible(one.given, given));
    if (!among) variants.push({ given, slots: [slot] });
    else {
      variants[variants.indexOf(among)] = {
        given: { ...among.given, ...given },
        slots: [...among.slots, slot],
      };
    }
  }
  const name = itemType(entity, item);
  return variants.map(({ given, slots }, at): SampledItem => {
    const record = sampleRecord(plan, entity, {
      ...given,
      ...(at === 0 ? {} : numbered(entity, at + 1)),
      ...wanted.given,
    });
    const sampled = (slots.includes(own) ? slots : [own, ...slots]).map((slot) => slotOf(slot, record));
    const carried = item.covering.kind === 'some' ? new Set(item.covering.attributes) : undefined;
    const held = Object.entries(record).filter(([field]) => carried?.has(field) ?? true);
    const conditions = slots
      .flatMap(({ when }) => when)
      .map(({ field, values }) => `${field} ${printValues(values)}`);
    const condition = at === 0 || conditions.length === 0 ? '' : ` (${[...new Set(conditions)].join(', ')})`;
    return {
      id: at === 0 ? name : `${name} ${at + 1}`,
      table: entity.table,
      entity: entity.name,
      role: item.role === 'entry' ? 'entry' : entity.historyOf === null ? 'main' : 'version',
      title: item.role === 'entry' ? `${entity.name}, entry of ${item.for}` : `${entity.name}${condition}`,
      attributes: {
        ...keysOf(slots.includes(own) ? slots : [own, ...slots], record, wanted),
        _type: name,
        ...Object.fromEntries(held),
        ...expiryOf(entity, record),
      },
      record,
      slots: [...sampled, ...multiAttributeSlots(plan, entity, item, record)],
    };
  });
}

/** A further record of an entity. */
function numbered({ keyFields, attributes }: EntityPlan, number: number): SampleRecord {
  const field = keyFields.at(-1);
  const isText = attributes.some(({ name, element }) => name === field && element === 'text');
  return field !== undefined && isText ? { [field]: `record-${number}` } : {};
}

function conditionOf({ when }: SlotPlan): SampleRecord {
  return Object.fromEntries(when.map(({ field, values }) => [field, values[0] ?? null]));
}

function isCompatible(a: SampleRecord, b: SampleRecord): boolean {
  return Object.entries(b).every(([field, value]) => !(field in a) || a[field] === value);
}

function slotOf({ index, partition, sort, shards }: SlotPlan, record: SampleRecord): SampledSlot {
  const text = (template: KeyTemplate) => ({ template: template.text, value: textOf(template, record) });
  return { index, partition: text(partition), sort: sort && text(sort), shards: shards ?? 1 };
}

/** A key of the record. */
export function textOf({ parts }: Pick<KeyTemplate, 'parts'>, record: SampleRecord, shard = 0): string {
  return parts
    .map((part) => {
      if (part.kind === 'literal') return part.text;
      if (part.kind === 'shard') return String(shard);
      const value = record[part.field];
      return sampleInHole(part.encode, typeof value === 'string' ? value : '');
    })
    .join('');
}

function keysOf(slots: readonly SlotPlan[], record: SampleRecord, { shard }: Wanted = {}): SampleItem {
  return Object.fromEntries(
    slots.flatMap(({ partition, sort, shards }) =>
      [partition, ...(sort ? [sort] : [])].map((template) => [
        template.attribute,
        textOf(template, record, shard === 'last' ? (shards ?? 1) - 1 : 0),
      ]),
    ),
  );
}

/** DynamoDB's own form of the moment: seconds. */
function expiryOf({ ttl }: EntityPlan, record: SampleRecord): SampleItem {
  const value = ttl && record[ttl.field];
  return ttl && typeof value === 'string' ? { [ttl.attribute]: Math.floor(Date.parse(value) / 1000) } : {};
}

/** Multi-attribute indexes have every item that has their key attributes. */
function multiAttributeSlots(
  plan: Plan,
  entity: EntityPlan,
  { role }: ItemPlan,
  record: SampleRecord,
): SampledSlot[] {
  if (role !== 'main') return [];
  return tableOf(plan, entity).indexes.flatMap(({ name, multiAttribute }): SampledSlot[] => {
    if (!multiAttribute) return [];
    const [partition, sort] = [multiAttribute.partition, multiAttribute.sort].map((all) =>
      all.map((one) => one.name),
    );
    const all = [...(partition ?? []), ...(sort ?? [])];
    if (!all.every((field) => field in record)) return [];
    const text = (fields: readonly string[] = []) => ({
      template: fields.map((field) => `{${field}}`).join(' '),
      value: fields.map((field) => String(record[field])).join(' '),
    });
    return [
      {
        index: name,
        partition: text(partition),
        sort: sort && sort.length > 0 ? text(sort) : null,
        shards: 1,
      },
    ];
  });
}

function guardOf(plan: Plan, entity: EntityPlan, guard: GuardPlan): SampledItem {
  const { fields, partition, sort, when, shared } = guard;
  const record = sampleRecord(
    plan,
    entity,
    Object.fromEntries(when.map(({ field, values }) => [field, values[0] ?? null])),
  );
  const slot: SlotPlan = { index: null, partition, sort, shards: null, present: [], when: [] };
  const name = shared?.name ?? `${entity.name}.${fields.join('+')}`;
  return {
    id: `guard ${entity.name}.${fields.join('+')}`,
    table: entity.table,
    entity: entity.name,
    role: 'guard',
    title: `guard of ${name}`,
    attributes: {
      ...keysOf([slot], record),
      _guards: entity.name,
      _field: fields.join('+'),
      _owner: JSON.stringify(Object.values(keysOf(entity.items[0]?.slots.slice(0, 1) ?? [], record))),
    },
    record,
    slots: [slotOf(slot, record)],
  };
}

function aggregateOf(plan: Plan, entity: EntityPlan, aggregate: AggregatePlan): SampledItem {
  const { kind, shared } = aggregate;
  // A sequence is named after its field, which other entities may have as well.
  const name = shared ?? (kind === 'sequence' ? `${entity.name}.${aggregate.name}` : aggregate.name);
  return { ...countOf(plan, entity, name, 'aggregate', aggregate), title: `${kind} ${name}` };
}

function countOf(
  plan: Plan,
  entity: EntityPlan,
  name: string,
  role: 'aggregate' | 'counter',
  {
    partition,
    sort,
    shards = null,
  }: Pick<AggregatePlan, 'partition' | 'sort'> & { readonly shards?: number | null },
): SampledItem {
  const record = sampleRecord(plan, entity);
  const slot: SlotPlan = { index: null, partition, sort, shards, present: [], when: [] };
  return {
    id: `${role} ${name}`,
    table: entity.table,
    entity: entity.name,
    role,
    title: `counter of ${name}`,
    attributes: { ...keysOf([slot], record), _counts: name, _number: 1 },
    record,
    slots: [slotOf(slot, record)],
  };
}

/** What remembers that a mutation was carried out, in each table that does. */
function tokensOf({ tables }: Plan): SampledItem[] {
  return tables.flatMap(({ name, tokens, ttl }): SampledItem[] => {
    if (!tokens) return [];
    const slot: SlotPlan = { index: null, ...tokens, shards: null, present: [], when: [] };
    const holes = tokens.partition.parts.flatMap((part) =>
      part.kind === 'hole' ? [[part.field, 'key-1']] : [],
    );
    const record: SampleRecord = Object.fromEntries(holes);
    return [
      {
        id: `idempotency ${name}`,
        table: name,
        entity: null,
        role: 'idempotency',
        title: 'idempotency key',
        attributes: {
          ...keysOf([slot], record),
          ...(ttl === null ? {} : { [ttl]: Math.floor(Date.parse(samples.time.value) / 1000) }),
        },
        record,
        slots: [slotOf(slot, record)],
      },
    ];
  });
}

export function tableOf({ tables }: Plan, { table: name }: Pick<EntityPlan, 'table'>): TablePlan {
  const table = tables.find((one) => one.name === name);
  if (!table) throw new Error(`no table ${name}`);
  return table;
}
