/** Layout and the lock before it -> the lock that goes with it. Nothing is forgotten: what is gone is retired. */

import type { Lock, LockedEntity, LockedKey, LockedTable } from '../../lock.js';
import { nothingMoved } from '../../lock.js';
import { lockedName } from '../aggregates.js';
import type { EntityLayout, Layout, Reader } from '../types.js';
import { prefixOf } from './claims.js';
import { lockedPatterns, movesOf } from './moves.js';
import {
  indexAttributes,
  isSameKey,
  keyOf,
  lockedEncoding,
  numberedSlots,
  retiredSlot,
  writtenBefore,
} from './slots.js';

export function nextLock(
  { entities, tables, readers }: Pick<Layout, 'entities' | 'tables' | 'readers'>,
  before: Lock,
): Lock {
  const shared = new Set(
    [...entities.values()].flatMap(({ guards }) =>
      guards.flatMap(({ shared: name, partition }) => (name ? prefixOf({ partition: partition.text }) : [])),
    ),
  );
  return {
    entities: new Map([
      ...[...before.entities].map(([name, entity]) => [name, retiredEntity(entity, shared)] as const),
      ...[...entities].map(
        ([name, entity]) => [name, lockedEntity(name, entity, { before, readers, shared })] as const,
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
                (index) =>
                  [index.name.text, { attributes: indexAttributes(index), isRetired: false }] as const,
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
    slots: entity.slots.map((slot) => retiredSlot(slot, writtenBefore(entity))),
    patterns: new Map(),
    moved: nothingMoved,
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
  name: string,
  entity: EntityLayout,
  around: {
    readonly before: Lock;
    readonly readers: readonly Reader[];
    readonly shared: ReadonlySet<string>;
  },
): LockedEntity {
  const { table, attributes, items, guards } = entity;
  const { shared } = around;
  const before = around.before.entities.get(name);
  const readers = around.readers.filter((one) => one.entity === name);
  const numbered = numberedSlots(entity, before, around.before.tables.get(table.name.text));
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
  const isMoved = oldKey !== undefined && (oldKey.table !== key?.table || !isSameKey(oldKey.key, key.key));
  const patterns = lockedPatterns(entity, readers, numbered);
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
    slots: numbered.slots,
    patterns,
    moved: movesOf(entity, { key, patterns }, before),
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

/** Keys that are not what they were. */
function gone(before: LockedEntity['guards'] = new Map(), now: LockedEntity['guards']): LockedKey[] {
  return [...before].flatMap(([name, key]) => {
    const same = now.get(name);
    return same && isSameKey(same, key) ? [] : [key];
  });
}

function unique(retired: LockedEntity['retired']): LockedEntity['retired'] {
  const seen = new Set<string>();
  return retired.filter(({ what, key }) => {
    const name = `${what} ${key.partition}`;
    return !seen.has(name) && seen.add(name);
  });
}
