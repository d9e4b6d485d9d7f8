/** Places patterns whose declaration names their key: on the table, on an index, or as an entry. */

import type { IndexModel, PatternModel } from '../model.js';
import type { SlotPlan } from '../plan/types/storage.js';
import { apartFrom, type Basis } from './basis.js';
import { freeIndexes, type IndexPool, usedIndexes } from './choose/indexes.js';
import { placeEntry } from './entries.js';
import { doesNotServe, slotTaken } from './findings.js';
import { slotFor } from './key-text.js';
import { areDisjoint, isSameSlot, waiting } from './lock/kept.js';
import { multiAttributeSlot } from './multi-attribute.js';
import { fits, serves } from './serving.js';
import type { EntityKeys, Placements, Placing } from './types.js';

/** What is placed in, for all entities. */
export interface Ground {
  /** By entity. */
  readonly bases: ReadonlyMap<string, Basis>;
  /** By table. */
  readonly pools: ReadonlyMap<string, IndexPool>;
}

/** The keys each entity has before its patterns are placed: its primary key, and those it pins on indexes. */
export function primaryKeys({ bases }: Ground): Placements {
  const keys = [...bases].map(
    ([name, { primary, pinned }]) => [name, { record: [primary, ...pinned], entries: [] }] as const,
  );
  return { keys: new Map(keys), slots: new Map(), findings: [] };
}

/**
 * Keys that are written out come first: others may be served by them, whichever is declared first.
 *
 * @param patterns in the order of the YAML, each of a known entity
 */
export function placePinned(
  patterns: readonly PatternModel[],
  ground: Ground,
  before: Placements,
): Placements {
  const entries = new Set(patterns.filter(({ entry }) => entry !== undefined).map(({ name }) => name.text));
  const inOrder = patterns.toSorted((a, b) => Number(isWritten(b)) - Number(isWritten(a)));
  return placeEach(inOrder, ground, before, (pattern, basis, keys, all) => {
    if (pattern.entry) {
      const pool = poolOf(ground, basis);
      const free = () => freeIndexes(pool, usedIndexes(keysIn(ground, basis, all)), new Set()).next().value;
      return placeEntry(pattern, pattern.entry, basis, { keys, entries, free });
    }
    const name = pattern.index?.text;
    if (name === undefined || name === 'table') return placeOnTable(pattern, keys, basis);
    const index = basis.table.indexes.find((one) => one.name.text === name);
    if (!index) throw new Error(`unchecked index ${name}`);
    if (!index.multiAttribute) return placeOnIndex(pattern, index, basis, keys);
    const slot = multiAttributeSlot(pattern, index.multiAttribute, basis.attributes);
    return placed(pattern, keys, slot);
  });
}

function isWritten({ key, entry }: PatternModel): boolean {
  return key.length > 0 || (entry !== undefined && entry.key.length > 0);
}

/** Places patterns one after the other: each sees the keys that the earlier ones have. */
export function placeEach(
  patterns: readonly PatternModel[],
  { bases }: Ground,
  before: Placements,
  place: (
    pattern: PatternModel,
    basis: Basis,
    keys: EntityKeys,
    all: ReadonlyMap<string, EntityKeys>,
  ) => Placing | undefined,
): Placements {
  const keys = new Map(before.keys);
  const slots = new Map(before.slots);
  const findings = [...before.findings];
  for (const pattern of patterns) {
    const entity = pattern.target.text;
    const [basis, own] = [bases.get(entity), keys.get(entity)];
    const placing = basis && own && place(pattern, basis, own, keys);
    if (placing?.kind === 'refused') findings.push(placing.finding);
    if (placing?.kind !== 'placed') continue;
    keys.set(entity, placing.keys);
    slots.set(pattern.name.text, placing.slot);
  }
  return { keys, slots, findings };
}

/** The keys of all entities of a table. */
export function keysIn(
  { bases }: Ground,
  { table }: Pick<Basis, 'table'>,
  keys: ReadonlyMap<string, EntityKeys>,
): EntityKeys[] {
  return [...keys].filter(([name]) => bases.get(name)?.table === table).map(([, one]) => one);
}

export function poolOf({ pools }: Ground, { table }: Basis): IndexPool {
  const pool = pools.get(table.name.text);
  if (!pool) throw new Error(`no indexes of table ${table.name.text}`);
  return pool;
}

/** By the primary key of the record, or of an entry. */
function placeOnTable(pattern: PatternModel, keys: EntityKeys, { primary }: Basis): Placing {
  const own = [primary, ...keys.entries.flatMap(({ slots }) => slots.slice(0, 1))];
  const slot = own.find((one) => serves(one, pattern));
  return slot ? { kind: 'placed', keys, slot } : { kind: 'refused', finding: doesNotServe(pattern, primary) };
}

/** On a key that the index has already, where it is the same; else on one of its own. */
function placeOnIndex(pattern: PatternModel, index: IndexModel, basis: Basis, keys: EntityKeys): Placing {
  const name = index.name.text;
  const others = keys.record.filter((slot) => slot.index === name);
  const isFree = pattern.key.length === 0;
  const found = isFree
    ? (others.find((one) => serves(one, pattern)) ?? keptOn(pattern, name, basis, keys))
    : undefined;
  const wanted = found ?? slotFor(pattern, index, basis);
  const same = others.find((one) => isSameSlot(one, wanted));
  if (same) return placed(pattern, keys, same);
  const slot = others.length > 0 ? { ...wanted, for: pattern.name.text } : wanted;
  const taken = others.find((one) => !areDisjoint(one, slot));
  if (taken)
    return { kind: 'refused', finding: slotTaken(pattern, basis, { index: name, taken, wanted: slot }) };
  const apart = found ? slot : { ...slot, ...slotFor(pattern, index, apartFrom(basis, keys, name)) };
  return placed(pattern, { ...keys, record: [...keys.record, apart] }, apart);
}

/** The key that the lock has on an index, of records that no other key is for. */
function keptOn(
  pattern: PatternModel,
  index: string,
  { kept, attributes }: Basis,
  keys: EntityKeys,
): SlotPlan | undefined {
  return waiting(kept, keys)
    .flatMap((item) => (item.kind === 'record' ? [item.slot] : []))
    .find((slot) => slot.index === index && fits(slot, pattern, attributes));
}

function placed(pattern: PatternModel, keys: EntityKeys, slot: SlotPlan): Placing {
  return serves(slot, pattern)
    ? { kind: 'placed', keys, slot }
    : { kind: 'refused', finding: doesNotServe(pattern, slot) };
}
