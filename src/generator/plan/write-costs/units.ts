/**
 * What a write costs, in write units: 1 for each KB of an item, for the item itself and for each of its index entries
 * that changes, 2 where a key of the index changes (one entry goes, one comes), and all of it twice in a transaction
 * (developer guide, "DynamoDB read and write operations"). Computed for items of at most 1 KB.
 */

import { holesOf } from '../../resolve/templates.js';
import type {
  AggregatePlan,
  EntityPlan,
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
  readonly table: number;
  readonly indexes: Readonly<Record<string, number>>;
}

/** What is known where a write is planned. */
export interface Stored {
  readonly entities: readonly EntityPlan[];
  readonly tables: readonly TablePlan[];
}

const nothing: Tally = { items: 0, table: 0, indexes: {} };

export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce((all, one) => {
    const indexes = { ...all.indexes };
    for (const [name, units] of Object.entries(one.indexes)) indexes[name] = (indexes[name] ?? 0) + units;
    return { items: all.items + one.items, table: all.table + one.table, indexes };
  }, nothing);
}

/** As DynamoDB bills it: several items are a transaction, and so is what has others beside it. */
export function billed({ items, table, indexes }: Tally, isBeside = false): WriteUnits {
  const factor = items > 1 || isBeside ? 2 : 1;
  const entries = Object.entries(indexes)
    .filter(([, units]) => units > 0)
    .map(([name, units]): [string, number] => [name, units * factor])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const total = entries.reduce((all, [, units]) => all + units, table * factor);
  return { total, table: table * factor, indexes: Object.fromEntries(entries) };
}

/** The write of one record with all its items: entries, version, guards. */
export function tallyOf({ entities, tables }: Stored, name: string, write: RecordWrite): Tally {
  const entity = entities.find((one) => one.name === name);
  const table = tables.find((one) => one.name === entity?.table);
  if (!entity || !table) throw new Error(`no entity ${name}`);
  const naming = entities.flatMap(({ references = [] }) => references.filter(({ to }) => to === name));
  return sum([
    ...entity.items.map((item) => itemTally(entity, item, table, write)),
    ...entity.guards.map((guard) => guardTally(guard.fields, guard.present, write)),
    ...(entity.aggregates ?? []).map((number) => aggregateTally(number, write)),
    ...(entity.references ?? []).map((reference) => referenceTally(reference, write)),
    // Who is named goes only with the item that counts by how many; what goes with it comes on top.
    ...naming.map(({ counter }) => items(write.kind === 'delete' && counter ? 1 : 0)),
  ]);
}

function guardTally(fields: readonly string[], present: readonly string[], write: RecordWrite): Tally {
  if (!present.every(write.has)) return nothing;
  if (write.kind !== 'update') return items(1);
  // The old value is given up, the new one is taken.
  return fields.some(write.changed) ? items(2) : nothing;
}

/** A version that is one too many goes where the next is written. */
export function outdatedTally({ items: all }: EntityPlan): Tally {
  const versions = all.filter((item) => item.role === 'version' && item.keep && 'versions' in item.keep);
  return sum(versions.map(({ slots }) => once(slots.slice(1), 1)));
}

/** So many items that are in no index. */
export function items(count: number): Tally {
  return { items: count, table: count, indexes: {} };
}

/** A check of the record that is named, and the number of those that name it. */
function referenceTally({ fields, present, counter }: ReferencePlan, write: RecordWrite): Tally {
  if (!present.every(write.has)) return nothing;
  const counters = counter ? 1 : 0;
  if (write.kind !== 'update') return items(write.kind === 'create' ? 1 + counters : counters);
  return items(fields.some(({ field }) => write.changed(field)) ? 1 + 2 * counters : 0);
}

/** A number that is kept beside records: 1 for each of its items that changes. */
function aggregateTally({ kind, field, partition, present, when }: AggregatePlan, write: RecordWrite): Tally {
  if (kind === 'sequence') return items(write.kind === 'create' ? 1 : 0);
  if (!present.every(write.has)) return nothing;
  if (write.kind !== 'update') return items(1);
  const { changed } = write;
  // The record leaves one number and comes to another.
  if (holesOf(partition).some((hole) => changed(hole.field))) return items(2);
  const counts = [...present, ...when.map((one) => one.field), ...(field === null ? [] : [field])];
  return items(counts.some(changed) ? 1 : 0);
}

function itemTally(entity: EntityPlan, item: ItemPlan, table: TablePlan, write: RecordWrite): Tally {
  const [own, ...others] = item.slots;
  if (own === undefined || !isIn(own, write)) return nothing;
  const slots = [...others, ...(item.role === 'main' ? multiAttributeSlots(entity, table) : [])].filter(
    (slot) => isIn(slot, write),
  );
  if (item.role === 'version') return write.kind === 'delete' ? nothing : once(slots, 1);
  if (write.kind !== 'update') return once(slots, 1);
  const { changed } = write;
  if (fieldsOf(own).some(changed)) return { ...once(slots, 2), items: 2, table: 2 };
  const carried = carriedBy(entity, item);
  if (!carried.some(changed) && !slots.some((slot) => fieldsOf(slot).some(changed))) return nothing;
  const indexes = Object.fromEntries(
    slots.map((slot) => [slot.index ?? '', entryUnits(slot, indexOf(table, slot), carried, changed)]),
  );
  return { items: 1, table: 1, indexes };
}

/** The item and its entry in each index, written anew or removed. */
function once(slots: readonly SlotPlan[], units: number): Tally {
  return {
    items: 1,
    table: 1,
    indexes: Object.fromEntries(slots.map(({ index }) => [index ?? '', units])),
  };
}

function entryUnits(
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

/** Native indexes hold every item that has their key attributes. */
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
