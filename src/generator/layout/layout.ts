/**
 * Which items an entity is stored as, and which key each pattern reads.
 *
 * An item can hold one key per index, so an entity needs as many indexes as it has index keys that cannot be shared;
 * patterns share a key when one template serves them all. Pinned patterns are placed first (placing.ts), in the order
 * of the YAML, then the others (choose/). Each pass takes what was placed before and gives what is placed then.
 */

import { emptyLock, type Lock } from '../lock.js';
import type { Model, PatternModel, TableModel } from '../model.js';
import type { ItemPlan } from '../plan/types/storage.js';
import { memberPatterns, mergedMembers, queryPatterns } from '../resolve/members.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import { aggregatesOf } from './aggregates.js';
import { basesOf } from './basis.js';
import { placeOpen } from './choose/choosing.js';
import { indexPool, withIndexes } from './choose/indexes.js';
import { placeTogether } from './choose/together.js';
import { tooManyIndexes } from './findings.js';
import { guardsOf } from './guards.js';
import { itemsOf, versionsOf } from './items.js';
import { lockFindings } from './lock/findings.js';
import { type Ground, keysIn, placePinned, primaryKeys } from './placing.js';
import { reasonsOf } from './reasons.js';
import { referencesOf } from './references.js';
import { isPinned, isQuery } from './serving.js';
import type { EntityLayout, Layout, PatternRead, Placements, Reader } from './types.js';

/** Lays out a model whose names are all known (see check/). */
export function layOut(resolved: ResolvedModel, lock: Lock = emptyLock): Layout {
  const { model } = resolved;
  const patterns = queryPatterns(model);
  const bases = basesOf(resolved, patterns, lock);
  const pools = new Map(
    model.tables.map((table) => [table.name.text, indexPool(table, bases.values(), lock)]),
  );
  const ground = { bases, pools };
  const queries = patterns.filter((pattern) => {
    const basis = bases.get(pattern.target.text);
    return basis !== undefined && isQuery(pattern, basis);
  });
  const merged = new Set(mergedMembers(model));
  const open = queries.filter((pattern) => !isPinned(pattern) && !merged.has(pattern));
  const pinned = placePinned(queries.filter(isPinned), ground, primaryKeys(ground));
  const placed = placeOpen(open, ground, placeTogether(model, open, ground, pinned));
  const items = new Map([...bases.keys()].map((name) => [name, itemsOf(keysOf(placed, name))] as const));
  const tables = tablesOf(model.tables, ground, placed);
  const entities = entityLayouts(model, ground, items, tables);
  const reads = readsOf(queries, placed, items, entities, ground);
  const layout = {
    tables,
    entities,
    reads,
    readers: readersOf(model, reads),
    enums: enumsOf(model, entities),
  };
  const findings = [
    ...placed.findings,
    ...tables.flatMap((table) => tooManyIndexes(table, model.patterns, reads)),
  ];
  return { ...layout, findings: [...findings, ...lockFindings(model, layout, lock)] };
}

function keysOf({ keys }: Placements, entity: string) {
  const found = keys.get(entity);
  if (!found) throw new Error(`${entity} has no keys`);
  return found;
}

function tablesOf(tables: readonly TableModel[], ground: Ground, { keys }: Placements): TableModel[] {
  return tables.map((table) => {
    const pool = ground.pools.get(table.name.text);
    return pool ? withIndexes(pool, keysIn(ground, { table }, keys)) : table;
  });
}

function entityLayouts(
  model: Model,
  { bases }: Ground,
  items: ReadonlyMap<string, readonly ItemPlan[]>,
  tables: readonly TableModel[],
): Map<string, EntityLayout> {
  const stored = [...bases].map(([name, basis]) => ({ ...basis, name, items: items.get(name) ?? [] }));
  return new Map(
    stored.map((one): [string, EntityLayout] => {
      const { name, entity, attributes, keyFields } = one;
      const table = tables.find((other) => other.name.text === one.table.name.text);
      return [
        name,
        {
          model: entity,
          table: table ?? one.table,
          attributes,
          keyFields,
          items: [...one.items, ...versionsOf(one, stored)],
          guards: guardsOf(model, one),
          aggregates: aggregatesOf(model, one),
          references: referencesOf(one, stored),
        },
      ];
    }),
  );
}

function enumsOf({ sdl }: Model, entities: ReadonlyMap<string, EntityLayout>): Layout['enums'] {
  const attributes = [...entities.values()].flatMap((one) => [...one.attributes.values()]);
  const names = new Set(attributes.flatMap(({ element, of }) => (element === 'enum' ? [of] : [])));
  return new Map([...names].map((name) => [name, sdl.types.get(name)?.values ?? []]));
}

function readersOf(model: Model, reads: ReadonlyMap<string, PatternRead>): Reader[] {
  return model.patterns.flatMap((pattern) =>
    memberPatterns(model, pattern).map(({ name, target }) => ({
      entity: target.text,
      pattern,
      read: reads.get(name.text),
    })),
  );
}

/** By pattern. */
function readsOf(
  queries: readonly PatternModel[],
  { slots }: Placements,
  items: ReadonlyMap<string, readonly ItemPlan[]>,
  entities: ReadonlyMap<string, EntityLayout>,
  { bases }: Ground,
): Map<string, PatternRead> {
  const placed = queries.flatMap((pattern) => {
    const slot = slots.get(pattern.name.text);
    return slot ? [{ pattern, slot }] : [];
  });
  return new Map(
    [...entities].flatMap(([entity, { table }]) => {
      const stored = items.get(entity) ?? [];
      const own = placed.filter(({ pattern }) => pattern.target.text === entity);
      return reasonsOf(own, stored, table, bases.get(entity)?.pinned ?? []).map(
        ({ pattern, slot, why }): [string, PatternRead] => {
          const at = stored.findIndex((one) => one.slots.includes(slot));
          // No item has the slot of a multi-attribute index: its keys are attributes of the record.
          return [pattern.name.text, { item: Math.max(0, at), slot, why }];
        },
      );
    }),
  );
}
