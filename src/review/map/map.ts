/** Two plans -> the map of their tables, with what differs marked. */

import { patternReads } from '../../generator/plan/lookup/reads.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type { IndexPlan, TablePlan } from '../../generator/plan/types/storage.js';
import { type Paired, paired } from '../pairs.js';
import { type SampledItem, type SampledSlot, sampleItems } from '../samples/items.js';
import { placesOf, type Samples } from './places.js';
import type {
  MapCollection,
  MapEntry,
  MapItem,
  MapPattern,
  MapSlot,
  MapTable,
  State,
  TableMap,
} from './table-map.js';

/** @param before null draws `after` by itself: everything is the same */
export function tableMap(before: Plan | null, after: Plan): TableMap {
  const is = samplesOf(after);
  const was = before === null ? is : samplesOf(before);
  const tables = paired(was.plan.tables, is.plan.tables, ({ name }) => name).all;
  const patterns = paired(patternsOf(was), patternsOf(is), ({ name }) => name).all;
  return {
    tables: tables.map((pair) => tableOf(pair, { was, is })),
    patterns: patterns.map(patternOf),
  };
}

interface Both {
  readonly was: Samples;
  readonly is: Samples;
}

function samplesOf(plan: Plan): Samples {
  return { plan, items: sampleItems(plan) };
}

/** @param of what tells whether it is the same */
function stateOf<T>({ was, is }: Paired<T>, of: (one: T) => unknown, within: readonly State[] = []): State {
  if (was === undefined) return 'new';
  if (is === undefined) return 'gone';
  const isSame = within.every((one) => one === 'same') && JSON.stringify(of(was)) === JSON.stringify(of(is));
  return isSame ? 'same' : 'changed';
}

function tableOf(pair: Paired<TablePlan>, both: Both): MapTable {
  const { name, physicalName } = pair.one;
  const inTable = ({ items }: Samples) => items.filter(({ table }) => table === name);
  const [was, is] = [inTable(both.was), inTable(both.is)];
  const items = paired(was, is, ({ id }) => id).all.map(itemOf);
  const states = new Map(items.map(({ id, state }) => [id, state]));
  const slots = paired(slotsOf(pair.was), slotsOf(pair.is), ({ index }) => index ?? '').all.map((slot) =>
    slotOf(slot, entriesIn(was, slot.one.index), entriesIn(is, slot.one.index), states),
  );
  const within = [...items, ...slots].map(({ state }) => state);
  return {
    name,
    physicalName,
    state: stateOf(pair, (one) => [one.physicalName, one.ttl], within),
    slots,
    items,
  };
}

function itemOf(pair: Paired<SampledItem>): MapItem {
  const { id, entity, role, title, attributes } = pair.one;
  const hasChanged = stateOf(pair, (given) => given.attributes) === 'changed';
  return {
    id,
    entity,
    role,
    title,
    attributes,
    ...(hasChanged && pair.was && { before: pair.was.attributes }),
    state: stateOf(pair, (given) => [given.attributes, given.slots]),
  };
}

type Slot = Omit<MapSlot, 'state' | 'collections'>;

function slotsOf(table: TablePlan | undefined): Slot[] {
  if (!table) return [];
  const { partition, sort, indexes } = table;
  const own = { index: null, kind: 'table', ...keyNames(partition, sort), projects: 'all' } as const;
  return [own, ...indexes.map(indexOf)];
}

function indexOf({ name, kind, partition, sort, project, multiAttribute }: IndexPlan): Slot {
  const keys = multiAttribute
    ? {
        partition: multiAttribute.partition.map((one) => one.name),
        sort: multiAttribute.sort.map((one) => one.name),
      }
    : keyNames(partition, sort);
  const projects = project.kind === 'include' ? project.attributes.join(', ') : project.kind;
  return { index: name, kind, ...keys, projects };
}

function keyNames(partition: string, sort: string | null): Pick<Slot, 'partition' | 'sort'> {
  return { partition: [partition], sort: sort === null ? [] : [sort] };
}

/** An item in a slot. */
interface Entry {
  readonly item: string;
  readonly slot: SampledSlot;
}

function entriesIn(items: readonly SampledItem[], index: string | null): Entry[] {
  return items.flatMap(({ id, slots }) =>
    slots.filter((slot) => slot.index === index).map((slot) => ({ item: id, slot })),
  );
}

function slotOf(
  pair: Paired<Slot>,
  was: readonly Entry[],
  is: readonly Entry[],
  items: ReadonlyMap<string, State>,
): MapSlot {
  const [before, after] = [byPartition(was), byPartition(is)];
  const collections = [...new Set([...after.keys(), ...before.keys()])].map((partition) =>
    collectionOf(partition, before.get(partition) ?? [], after.get(partition) ?? [], items),
  );
  const within = collections.map(({ state }) => state);
  return { ...pair.one, state: stateOf(pair, (one) => one, within), collections };
}

function byPartition(entries: readonly Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { value } = entry.slot.partition;
    groups.set(value, [...(groups.get(value) ?? []), entry]);
  }
  return groups;
}

function collectionOf(
  partition: string,
  was: readonly Entry[],
  is: readonly Entry[],
  items: ReadonlyMap<string, State>,
): MapCollection {
  const entries = paired(was, is, ({ item }) => item).all.map(
    (pair): MapEntry & { readonly slot: SampledSlot } => {
      const { item, slot } = pair.one;
      // The item itself, as it is found here, and its other attributes.
      const within = pair.was && pair.is ? [items.get(item) ?? 'same'] : [];
      return { item, slot, sort: slot.sort, state: stateOf(pair, (one) => one.slot, within) };
    },
  );
  const states = new Set(entries.map(({ state }) => state));
  const [only = 'same'] = states;
  return {
    partition,
    templates: [...new Set(entries.map(({ slot }) => slot.partition.template))],
    shards: Math.max(...entries.map(({ slot }) => slot.shards)),
    state: states.size === 1 && only !== 'changed' ? only : 'changed',
    entries: entries.map(({ item, sort, state }) => ({ item, sort, state })).sort(bySort),
  };
}

function bySort(one: MapEntry, other: MapEntry): number {
  const [a = '', b = ''] = [one.sort?.value, other.sort?.value];
  return a === b ? 0 : a < b ? -1 : 1;
}

type Read = Omit<MapPattern, 'state' | 'before'>;

function patternsOf(samples: Samples): Read[] {
  return samples.plan.patterns.map((pattern) => ({
    name: pattern.name,
    field: pattern.field && `${pattern.field.type}.${pattern.field.field}`,
    reads: patternReads(samples.plan, pattern),
    places: placesOf(samples, pattern),
  }));
}

function patternOf(pair: Paired<Read>): MapPattern {
  const { was, is, one } = pair;
  return {
    ...one,
    state: stateOf(pair, (read) => read),
    ...(was && is && was.reads !== is.reads && { before: was.reads }),
  };
}
