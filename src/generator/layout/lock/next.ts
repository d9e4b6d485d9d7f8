/**
 * Layout and the lock before it -> the lock that goes with it. Once it is sealed nothing is forgotten: what is gone is retired,
 * and what stored records need stays. Of a draft, what is gone just goes.
 */

import type { Lock, LockedEntity, LockedKey, LockedTable, Pending } from '../../lock.js';
import { lockedName } from '../aggregates.js';
import { guardName } from '../guards.js';
import type { EntityLayout, Layout, Reader } from '../types.js';
import { prefixOf } from './claims.js';
import { pendingIndexes, pendingOf } from './pending.js';
import { pendingTypes } from './pending-types.js';
import { lockedPatterns } from './reads.js';
import {
  isSameKey,
  keyOf,
  lockedAggregate,
  lockedAttribute,
  lockedIndex,
  lockedValue,
  type MatchedSlots,
  matchedSlots,
  retiredSlot,
  writtenBefore,
} from './slots.js';

export type LaidOut = Pick<Layout, 'entities' | 'tables' | 'readers' | 'enums' | 'types'>;

export function nextLock(layout: LaidOut, before: Lock): Lock {
  const next = nextFacts(layout, before);
  return before.isSealed ? next : { ...next, pending: [] };
}

/** With what stored records need, which the lock of a draft does not keep. */
export function nextFacts({ entities, tables, readers, enums, types: stored }: LaidOut, before: Lock): Lock {
  const shared = new Set(
    [...entities.values()].flatMap(({ guards }) =>
      guards.flatMap(({ shared: name, partition }) => (name ? prefixOf({ partition: partition.text }) : [])),
    ),
  );
  const retire = before.isSealed;
  const laidOut = [...entities].map(([name, entity]) => {
    const known = before.entities.get(name);
    const slots = matchedSlots(entity, known, before.tables.get(entity.table.name.text));
    const own = readers.filter((one) => one.entity === name);
    return {
      name,
      entity,
      slots,
      after: lockedEntity(entity, slots, own, known, { shared, retire, types: stored }),
    };
  });
  const nextTables = tables.map((table): [string, LockedTable] => {
    const known = retire ? before.tables.get(table.name.text) : undefined;
    const indexes = table.indexes.map((index) => [index.name.text, lockedIndex(index)] as const);
    return [
      table.name.text,
      {
        key: [table.partition.text, ...(table.sort ? [table.sort.text] : [])],
        indexes: new Map([...retiredIndexes(known), ...indexes]),
      },
    ];
  });
  const types = new Map(
    [...stored].map(([name, fields]) => [
      name,
      new Map(fields.map((field) => [field.name, lockedValue(field, stored)] as const)),
    ]),
  );
  const pending: Pending[] = [
    ...pendingTypes(before, {
      entities: new Map(laidOut.map(({ name, after }) => [name, after] as const)),
      types,
      enums,
    }),
    ...laidOut.flatMap(({ name, entity, slots, after }) => {
      const known = before.entities.get(name);
      if (!known) return [];
      return pendingOf({
        name,
        layout: entity,
        before: known,
        after,
        slots,
        enums: { before: before.enums, after: enums },
        pending: before.pending.filter(({ owner }) => owner === name),
      });
    }),
    ...nextTables.flatMap(([name, table]) =>
      pendingIndexes(name, before.tables.get(name), table, before.pending),
    ),
  ];
  return {
    isSealed: before.isSealed,
    entities: new Map([
      ...(retire ? [...before.entities] : []).map(
        ([name, entity]) => [name, retiredEntity(entity, shared)] as const,
      ),
      ...laidOut.map(({ name, after }) => [name, after] as const),
    ]),
    enums,
    types,
    tables: new Map([
      ...(retire ? [...before.tables] : []).map(
        ([name, table]) => [name, { ...table, indexes: retiredIndexes(table) }] as const,
      ),
      ...nextTables,
    ]),
    pending,
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
    ttl: null,
    guards: new Map(),
    aggregates: new Map(),
    counters: new Map(),
    slots: entity.slots.map((slot) => retiredSlot(slot, writtenBefore(entity))),
    patterns: new Map(),
    events: new Map(),
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
  slots: MatchedSlots,
  readers: readonly Reader[],
  known: LockedEntity | undefined,
  {
    shared,
    retire,
    types,
  }: { readonly shared: ReadonlySet<string>; readonly retire: boolean; readonly types: Layout['types'] },
): LockedEntity {
  const { model, table, attributes, items } = entity;
  const before = retire ? known : undefined;
  const aggregates = new Map(entity.aggregates.map((one) => [lockedName(one), lockedAggregate(one)]));
  const own = items[0]?.slots[0];
  const key = own && { table: table.name.text, key: keyOf(own) };
  const guards = new Map(entity.guards.map((guard) => [guardName(guard), keyOf(guard)] as const));
  const counters = new Map(
    entity.references.flatMap(({ name, counter }) => (counter ? [[name, keyOf(counter)] as const] : [])),
  );
  const oldKey = before?.key;
  const isMoved = oldKey !== undefined && (oldKey.table !== key?.table || !isSameKey(oldKey.key, key.key));
  return {
    attributes: new Map([
      ...retiredAttributes(before),
      ...[...attributes.values()].map((one) => [one.name, lockedAttribute(one, types)] as const),
    ]),
    key,
    ttl: model.ttl?.text ?? null,
    guards,
    aggregates,
    counters,
    slots: [...(retire ? slots.gone : []), ...slots.now],
    patterns: lockedPatterns(entity, readers, slots),
    events: lockedEvents(entity),
    retired: unique([
      ...(before?.retired ?? []),
      ...(isMoved ? [{ what: 'key' as const, key: oldKey.key }] : []),
      ...gone(before?.guards, guards)
        .filter((one) => !shared.has(prefixOf(one)))
        .map((one) => ({ what: 'guard' as const, key: one })),
      ...gone(before?.aggregates, aggregates).map((one) => ({ what: 'number' as const, key: one })),
      ...gone(before?.counters, counters).map((one) => ({ what: 'counter' as const, key: one })),
    ]),
  };
}

function lockedEvents({ model }: EntityLayout): LockedEntity['events'] {
  return new Map(
    (model.events?.types ?? []).map(({ name, of, fields, shards }) => [
      name.text,
      { of: of.text, fields: fields.map(({ text }) => text), lanes: shards?.count ?? 1 },
    ]),
  );
}

/** Keys that are not what they were. */
function gone(before: LockedEntity['guards'] = new Map(), now: LockedEntity['guards']): LockedKey[] {
  return [...before.values()].filter((key) => ![...now.values()].some((one) => isSameKey(one, key)));
}

function unique(retired: LockedEntity['retired']): LockedEntity['retired'] {
  const seen = new Set<string>();
  return retired.filter(({ what, key }) => {
    const name = `${what} ${key.partition}`;
    return !seen.has(name) && seen.add(name);
  });
}
