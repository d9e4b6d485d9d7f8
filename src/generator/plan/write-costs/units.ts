/**
 * What a write costs, in write units: 1 for each KB of an item, for the item itself and for each of its index entries
 * that changes, 2 where a key of the index changes (one entry goes, one comes), and all of it twice in a transaction
 * (developer guide, "DynamoDB read and write operations"). Items are of at most 1 KB where nothing else is known of them.
 */

import { holesOf } from '../../resolve/templates.js';
import type { EventsPlan } from '../types/events.js';
import type {
  AggregatePlan,
  EntityPlan,
  GuardPlan,
  IndexPlan,
  ItemPlan,
  KeyTemplate,
  ReferencePlan,
  SlotPlan,
  TablePlan,
} from '../types/storage.js';
import type { WriteUnits } from '../types/writes.js';

/** One write of one record: what changes, and which of the fields that may be without a value have one. */
export type RecordWrite =
  | { readonly kind: 'create' | 'delete'; readonly has: Fields }
  | { readonly kind: 'update'; readonly changed: Fields; readonly has: Fields };

export type Fields = (field: string) => boolean;

/** What one write adds up to, before it is known whether it is alone in its transaction. */
export interface Tally {
  /** How many items it touches. */
  readonly items: number;
  readonly parts: readonly WrittenPart[];
}

/** An item of a table, or its entry in an index. */
export interface WrittenPart extends WrittenPlace {
  readonly index: string | null;
  readonly units: number;
}

interface WrittenPlace {
  readonly table: string;
  readonly partition: KeyTemplate;
  readonly shards: number | null;
}

/** What is known where a write is planned. */
export interface Stored {
  readonly entities: readonly EntityPlan[];
  readonly tables: readonly TablePlan[];
  readonly events?: EventsPlan;
  /** The write units of an item or its entry in an index; left out, 1. */
  readonly unitsOf?: (entity: EntityPlan, item: ItemPlan, index: string | null) => number;
}

const nothing: Tally = { items: 0, parts: [] };

export function sum(tallies: readonly Tally[]): Tally {
  return {
    items: tallies.reduce((all, one) => all + one.items, 0),
    parts: tallies.flatMap(({ parts }) => parts),
  };
}

/** As DynamoDB bills it: several items are a transaction, and so is a write that is part of one. */
export function billed(tally: Tally, isPart = false): WriteUnits {
  const units = { total: 0, table: 0 };
  const indexes: Record<string, number> = {};
  for (const { index, units: billed } of billedParts(tally, isPart)) {
    units.total += billed;
    if (index === null) units.table += billed;
    else indexes[index] = (indexes[index] ?? 0) + billed;
  }
  const sorted = Object.entries(indexes).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...units, indexes: Object.fromEntries(sorted) };
}

export function billedParts({ items, parts }: Tally, isPart = false): readonly WrittenPart[] {
  const factor = items > 1 || isPart ? 2 : 1;
  return parts.map((part) => ({ ...part, units: part.units * factor }));
}

/** The write of one record with all its items: entries, version, guards. */
export function tallyOf(stored: Stored, name: string, write: RecordWrite): Tally {
  const entity = entityNamed(stored, name);
  const { table } = entity;
  const naming = stored.entities.flatMap(({ references = [] }) => references.filter(({ to }) => to === name));
  return sum([
    ...entity.items.map((item) => itemTally(stored, entity, item, write)),
    ...entity.guards.map((guard) => guardTally(table, guard, write)),
    ...(entity.aggregates ?? []).map((number) => aggregateTally(table, number, write)),
    ...(entity.references ?? []).map((reference) => referenceTally(stored, table, reference, write)),
    // Who is named goes only with the item that counts by how many; what goes with it comes on top.
    ...naming.map(({ counter }) =>
      counter && write.kind === 'delete' ? smallItems(1, { table, shards: null, ...counter }) : nothing,
    ),
  ]);
}

export function entityNamed({ entities }: Pick<Stored, 'entities'>, name: string): EntityPlan {
  const entity = entities.find((one) => one.name === name);
  if (!entity) throw new Error(`no entity ${name}`);
  return entity;
}

function guardTally(table: string, guard: GuardPlan, write: RecordWrite): Tally {
  const place = { table, shards: null, ...guard };
  if (!guard.present.every(write.has)) return nothing;
  if (write.kind !== 'update') return smallItems(1, place);
  // The old value is given up, the new one is taken.
  return guard.fields.some(write.changed) ? smallItems(2, place) : nothing;
}

/** A version that is one too many goes where the next is written. */
export function outdatedTally(stored: Stored, entity: EntityPlan): Tally {
  const versions = entity.items.filter(
    (item) => item.role === 'version' && item.keep && 'versions' in item.keep,
  );
  return sum(versions.map((item) => once(stored, entity, item, item.slots.slice(1))));
}

/** So many items of at most 1 KB that are in no index. */
export function smallItems(count: number, { table, partition, shards }: WrittenPlace): Tally {
  const part = { table, partition, shards, index: null, units: 1 };
  return { items: count, parts: Array.from({ length: count }, () => part) };
}

/** A check of the record, which is billed as a write of it. */
export function checkTally(stored: Stored, name: string): Tally {
  const entity = entityNamed(stored, name);
  const [main] = entity.items;
  return main ? once(stored, entity, main, []) : nothing;
}

/** A check of the record that is named, and its counter. */
function referenceTally(
  stored: Stored,
  table: string,
  { to, fields, present, counter }: ReferencePlan,
  write: RecordWrite,
): Tally {
  if (!present.every(write.has)) return nothing;
  const check = checkTally(stored, to);
  const counters = (count: number) =>
    counter ? smallItems(count, { table, shards: null, ...counter }) : nothing;
  if (write.kind !== 'update') return write.kind === 'create' ? sum([check, counters(1)]) : counters(1);
  return fields.some(({ field }) => write.changed(field)) ? sum([check, counters(2)]) : nothing;
}

/** An aggregate: 1 for each of its items that changes. */
function aggregateTally(table: string, aggregate: AggregatePlan, write: RecordWrite): Tally {
  const { kind, field, partition, present, when, shards } = aggregate;
  const changing = (count: number) => smallItems(count, { table, partition, shards });
  if (kind === 'sequence') return changing(write.kind === 'create' ? 1 : 0);
  if (!present.every(write.has)) return nothing;
  if (write.kind !== 'update') return changing(1);
  const { changed } = write;
  // The record leaves one aggregate and enters another.
  if (holesOf(partition).some((hole) => changed(hole.field))) return changing(2);
  const counts = [...present, ...when.map((one) => one.field), ...(field === null ? [] : [field])];
  return changing(counts.some(changed) ? 1 : 0);
}

function itemTally(stored: Stored, entity: EntityPlan, item: ItemPlan, write: RecordWrite): Tally {
  const table = stored.tables.find((one) => one.name === entity.table);
  if (!table) throw new Error(`no table ${entity.table}`);
  const [own, ...others] = item.slots;
  if (own === undefined || !isIn(own, write)) return nothing;
  const possible = [...others, ...(item.role === 'main' ? multiAttributeSlots(entity, table) : [])].filter(
    (slot) => isIn(slot, write),
  );
  // Of several keys on one index, which exclude one another, it has one.
  const slots = [...new Map(possible.map((slot) => [slot.index, slot])).values()];
  if (item.role === 'version') return write.kind === 'delete' ? nothing : once(stored, entity, item, slots);
  if (write.kind !== 'update') return once(stored, entity, item, slots);
  const { changed } = write;
  const whole = once(stored, entity, item, slots);
  if (fieldsOf(own).some(changed)) return sum([whole, whole]);
  const carried = carriedBy(entity, item);
  if (!carried.some(changed) && !possible.some((slot) => fieldsOf(slot).some(changed))) return nothing;
  const entries = ({ index }: SlotPlan) => {
    const alternatives = possible.filter((one) => one.index === index);
    return Math.max(...alternatives.map((slot) => entryTimes(slot, indexOf(table, slot), carried, changed)));
  };
  const times = [1, ...slots.map(entries)];
  const parts = whole.parts.map((part, at) => ({ ...part, units: part.units * (times[at] ?? 0) }));
  return { items: 1, parts: parts.filter(({ units }) => units > 0) };
}

/** The item and its entry in each index, written anew or removed. */
function once(stored: Stored, entity: EntityPlan, item: ItemPlan, slots: readonly SlotPlan[]): Tally {
  const [own] = item.slots;
  const parts = [...(own ? [own] : []), ...slots].map(({ index, partition, shards }) => ({
    table: entity.table,
    partition,
    shards,
    index,
    units: stored.unitsOf?.(entity, item, index) ?? 1,
  }));
  return { items: 1, parts };
}

/** How many entries of an index a change writes. */
function entryTimes(
  slot: SlotPlan,
  index: IndexPlan | undefined,
  carried: readonly string[],
  changed: Fields,
): number {
  if (fieldsOf(slot).some(changed)) return 2;
  if (!index || index.project.kind === 'keys') return 0;
  if (index.project.kind === 'all') return 1;
  return index.project.attributes.some((name) => carried.includes(name) && changed(name)) ? 1 : 0;
}

function isIn({ present, when }: SlotPlan, { has }: RecordWrite): boolean {
  return present.every(has) && when.every(({ field }) => has(field));
}

/** The fields a slot's keys are made of. */
function fieldsOf({ partition, sort }: SlotPlan): readonly string[] {
  return [...holesOf(partition), ...holesOf(sort)].map(({ field }) => field);
}

function carriedBy(entity: EntityPlan, { covering }: ItemPlan): readonly string[] {
  return covering.kind === 'some' ? covering.attributes : entity.attributes.map(({ name }) => name);
}

function indexOf(table: TablePlan, { index }: SlotPlan): IndexPlan | undefined {
  return table.indexes.find(({ name }) => name === index);
}

/** Multi-attribute indexes have every item that has their key attributes. */
function multiAttributeSlots(entity: EntityPlan, table: TablePlan): SlotPlan[] {
  return table.indexes.flatMap(({ name, multiAttribute }) => {
    const keys = multiAttribute
      ? [...multiAttribute.partition, ...multiAttribute.sort].map((key) => key.name)
      : [];
    const attributes = keys.map((key) => entity.attributes.find((one) => one.name === key));
    if (!multiAttribute || attributes.some((attribute) => attribute === undefined)) return [];
    const partition: KeyTemplate = {
      attribute: keys[0] ?? '',
      text: '',
      parts: keys.map((field) => ({ kind: 'hole', field, encode: 'text', enum: null })),
    };
    const present = attributes.flatMap((one) => (one?.nullable ? [one.name] : []));
    return [{ index: name, partition, sort: null, shards: null, present, when: [] }];
  });
}
