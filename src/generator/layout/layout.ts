/**
 * Which items an entity is stored as, and which key each pattern reads.
 *
 * An item can hold one key per index, so an entity needs as many indexes as it has index keys that cannot be shared;
 * patterns share a key when one template serves them all. Pinned patterns are placed first (placing.ts), in the order
 * of the YAML, then the others (choose/). Each pass takes what was placed before and gives what is placed then.
 */

import type { Encoding } from '../encodings.js';
import { emptyLock, type Lock } from '../lock.js';
import { type Model, namedType, type PatternModel, type TableModel, type TypeRef } from '../model.js';
import type { ItemPlan } from '../plan/types/storage.js';
import { memberPatterns, mergedMembers, queryPatterns } from '../resolve/members.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import { encodingOf } from '../resolve/sdl.js';
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
import type { EntityLayout, Layout, PatternRead, Placements, Reader, StoredField } from './types.js';

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
    ...storedTypes(model, entities),
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

/** The enums and the embedded types whose values are stored, those within others too. */
function storedTypes(
  { sdl }: Model,
  entities: ReadonlyMap<string, EntityLayout>,
): Pick<Layout, 'enums' | 'types'> {
  const enums = new Map<string, readonly string[]>();
  const types = new Map<string, readonly StoredField[]>();
  const add = (of: string, element: Encoding): void => {
    const type = sdl.types.get(of);
    if (element === 'enum') enums.set(of, type?.values ?? []);
    if (type?.kind !== 'object' || types.has(of)) return;
    const fields = type.fields.map(({ name, type: fieldType }): StoredField => {
      return { name, type: fieldType, element: encodingOf(innermost(fieldType), sdl) };
    });
    types.set(of, fields);
    for (const { type: fieldType, element: inner } of fields) add(namedType(fieldType), inner);
  };
  for (const { attributes } of entities.values())
    for (const { of, element } of attributes.values()) add(of, element);
  return { enums, types };
}

function innermost(type: TypeRef): TypeRef {
  return type.kind === 'list' ? innermost(type.of) : type;
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
