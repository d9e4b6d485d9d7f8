/** Layout and the lock before it -> the lock that goes with it. Nothing is forgotten: what is gone is retired. */

import type { Lock, LockedEntity, LockedKey, LockedSlot, LockedTable } from '../../lock.js';
import type { ItemPlan, SlotPlan } from '../../plan/types/storage.js';
import type { ResolvedAttribute } from '../../resolve/resolved-model.js';
import { lockedName } from '../aggregates.js';
import { multiAttributeFields } from '../multi-attribute.js';
import type { EntityLayout, Layout } from '../types.js';
import { prefixOf } from './claims.js';

export function nextLock({ entities, tables }: Pick<Layout, 'entities' | 'tables'>, before: Lock): Lock {
  const shared = new Set(
    [...entities.values()].flatMap(({ guards }) =>
      guards.flatMap(({ shared: name, partition }) => (name ? prefixOf({ partition: partition.text }) : [])),
    ),
  );
  return {
    entities: new Map([
      ...[...before.entities].map(([name, entity]) => [name, retiredEntity(entity, shared)] as const),
      ...[...entities].map(
        ([name, entity]) => [name, lockedEntity(entity, before.entities.get(name), shared)] as const,
      ),
    ]),
    tables: new Map([
      ...[...before.tables].map(
        ([name, table]) => [name, { ...table, indexes: retiredIndexes(table) }] as const,
      ),
      ...tables.map((table): [string, LockedTable] => {
        const earlier = before.tables.get(table.name.text);
        return [
          table.name.text,
          {
            key: [table.partition.text, ...(table.sort ? [table.sort.text] : [])],
            indexes: new Map([
              ...retiredIndexes(earlier),
              ...table.indexes.map(
                ({ name, kind, multiAttribute, partition, sort }) =>
                  [
                    name.text,
                    {
                      attributes: multiAttribute
                        ? multiAttributeFields(multiAttribute)
                        : [...(kind === 'local' ? [] : [partition.text]), ...(sort ? [sort.text] : [])],
                      isRetired: false,
                    },
                  ] as const,
              ),
            ]),
          },
        ];
      }),
    ]),
  };
}

function retiredIndexes(table: LockedTable | undefined): LockedTable['indexes'] {
  return new Map([...(table?.indexes ?? [])].map(([name, one]) => [name, { ...one, isRetired: true }]));
}

/** What others still share is not retired. */
function retiredEntity(entity: LockedEntity, shared: ReadonlySet<string>): LockedEntity {
  return {
    attributes: retiredAttributes(entity),
    key: undefined,
    guards: new Map(),
    aggregates: new Map(),
    counters: new Map(),
    slots: entity.slots.map((slot) => ({ ...slot, isRetired: true })),
    retired: [
      ...entity.retired,
      ...(entity.key ? [{ what: 'key' as const, key: entity.key.key }] : []),
      ...[...entity.guards.values()]
        .filter((key) => !shared.has(prefixOf(key)))
        .map((key) => ({ what: 'guard' as const, key })),
      ...[...entity.aggregates.values()].map((key) => ({ what: 'number' as const, key })),
      ...[...entity.counters.values()].map((key) => ({ what: 'counter' as const, key })),
    ],
  };
}

function retiredAttributes(entity: LockedEntity | undefined): LockedEntity['attributes'] {
  return new Map([...(entity?.attributes ?? [])].map(([name, one]) => [name, { ...one, isRetired: true }]));
}

function lockedEntity(
  entity: EntityLayout,
  before: LockedEntity | undefined,
  shared: ReadonlySet<string>,
): LockedEntity {
  const { table, attributes, items, guards } = entity;
  const aggregates = new Map(
    entity.aggregates.map((one) => [
      lockedName(one),
      { partition: one.partition.text, sort: one.sort?.text ?? null },
    ]),
  );
  const own = items[0]?.slots[0];
  const key = own && { table: table.name.text, key: keyOf(own) };
  const now = new Map(
    guards.map((guard) => [
      `${guard.shared ? `${guard.shared.name}.` : ''}${guard.fields.join('+')}`,
      keyOf(guard),
    ]),
  );
  const counters = new Map(
    entity.references.flatMap(({ name, counter }) => (counter ? [[name, keyOf(counter)] as const] : [])),
  );
  const oldKey = before?.key;
  const isMoved = oldKey !== undefined && (oldKey.table !== key?.table || !isSame(oldKey.key, key.key));
  return {
    attributes: new Map([
      ...retiredAttributes(before),
      ...[...attributes.values()].map(
        (one) => [one.name, { encoding: lockedEncoding(one), isRetired: false }] as const,
      ),
    ]),
    key,
    guards: now,
    aggregates,
    counters,
    slots: slotsOf(items, before, oldKey === undefined || oldKey.table === table.name.text),
    retired: unique([
      ...(before?.retired ?? []),
      ...(isMoved ? [{ what: 'key' as const, key: oldKey.key }] : []),
      ...gone(before?.guards, now)
        .filter((key) => !shared.has(prefixOf(key)))
        .map((key) => ({ what: 'guard' as const, key })),
      ...gone(before?.aggregates, aggregates).map((key) => ({ what: 'number' as const, key })),
      ...gone(before?.counters, counters).map((key) => ({ what: 'counter' as const, key })),
    ]),
  };
}

/** How an attribute is stored, and how it stands in keys where that is declared for all of them. */
export function lockedEncoding({ encoding, encode }: Pick<ResolvedAttribute, 'encoding' | 'encode'>): string {
  return encode === undefined ? encoding : `${encoding}, in keys ${encode}`;
}

function slotsOf(
  items: readonly ItemPlan[],
  before: LockedEntity | undefined,
  isSameTable: boolean,
): LockedSlot[] {
  const [main, ...others] = items;
  const now = [
    ...(main?.slots.slice(1).map((slot) => locked(null, slot)) ?? []),
    ...others
      .filter((item) => item.role === 'entry')
      .flatMap(({ slots: [own, indexed] }) => (own ? [locked(keyOf(own), indexed ?? own)] : [])),
  ];
  const known = before?.slots ?? [];
  const kept = known.map((slot) => ({
    slot,
    match: slot.isRetired || !isSameTable ? undefined : now.find((one) => identity(one) === identity(slot)),
  }));
  let last = Math.max(0, ...known.map((slot) => slot.number));
  return [
    ...kept.map(({ slot, match }) =>
      match ? { ...match, number: slot.number } : { ...slot, isRetired: true },
    ),
    ...now
      .filter((one) => !kept.some(({ match }) => match === one))
      .map((one) => ({ ...one, number: ++last })),
  ];
}

function locked(entry: LockedKey | null, slot: SlotPlan): LockedSlot {
  const { index, shards, present, when } = slot;
  return { number: 0, entry, index, key: keyOf(slot), shards, present, when, isRetired: false };
}

/** Which values are missing may change with the schema; the key is the same one. */
function identity({ entry, index, key, shards, when }: LockedSlot): string {
  return JSON.stringify([entry?.partition, entry?.sort, index, key.partition, key.sort, shards, when]);
}

/** Keys that are not what they were. */
function gone(before: LockedEntity['guards'] = new Map(), now: LockedEntity['guards']): LockedKey[] {
  return [...before].flatMap(([name, key]) => {
    const same = now.get(name);
    return same && isSame(same, key) ? [] : [key];
  });
}

function keyOf({ partition, sort }: Pick<SlotPlan, 'partition' | 'sort'>): LockedKey {
  return { partition: partition.text, sort: sort?.text ?? null };
}

function isSame(a: LockedKey, b: LockedKey): boolean {
  return a.partition === b.partition && a.sort === b.sort;
}

function unique(retired: LockedEntity['retired']): LockedEntity['retired'] {
  const seen = new Set<string>();
  return retired.filter(({ what, key }) => {
    const name = `${what} ${key.partition}`;
    return !seen.has(name) && seen.add(name);
  });
}
