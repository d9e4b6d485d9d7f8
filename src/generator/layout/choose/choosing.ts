/**
 * Chooses keys for patterns whose declaration names none. Each takes the first key that serves it, of those that are
 * there or that the lock keeps; what is left is put into the fewest keys (groups.ts), each on the first index that is
 * free on the record. That uses the fewest indexes in total: a table needs as many as any one of its entities.
 */

import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { compare } from '../../lock.js';
import type { IndexModel, PatternModel, TableModel } from '../../model.js';
import type { SlotPlan } from '../../plan/types/storage.js';
import { comparisonsOf } from '../../resolve/comparisons.js';
import { apartFrom, type Basis } from '../basis.js';
import { withEntry } from '../entries.js';
import { noFreeIndex } from '../findings.js';
import { keyTextsOf, localSlot, slotOf, templatesOn } from '../key-text.js';
import { areSameKeys, keptName, readSoFar, slotsOf, waiting } from '../lock/kept.js';
import { type Ground, keysIn, placeEach, poolOf } from '../placing.js';
import { equalityFields, fits, keyFieldsOf, orderFields, serves } from '../serving.js';
import type { EntityKeys, Placements, Placing } from '../types.js';
import { fewestGroups } from './groups.js';
import { freeIndexes, usedIndexes } from './indexes.js';
import { commonKey, type KeyFields } from './keys.js';

/** @param patterns in the order of the YAML, each of a known entity */
export function placeOpen(patterns: readonly PatternModel[], ground: Ground, before: Placements): Placements {
  const found = placeEach(lockedFirst(patterns, ground), ground, before, placeOnExisting);
  const left = new Map<string, PatternModel[]>();
  for (const pattern of patterns) {
    if (found.slots.has(pattern.name.text)) continue;
    const { text } = pattern.target;
    left.set(text, [...(left.get(text) ?? []), pattern]);
  }
  const slots = new Map(found.slots);
  const keys = new Map(found.keys);
  const findings = [...found.findings];
  const used = new Map<TableModel, Set<string>>();
  for (const [entity, own] of left) {
    const basis = ground.bases.get(entity);
    if (!basis) continue;
    const inTable = used.get(basis.table) ?? usedIndexes(keysIn(ground, basis, keys));
    used.set(basis.table, inTable);
    for (const group of groupsFor(own, basis)) {
      const {
        keys: next,
        slot,
        finding,
      } = placeGroup(group, { basis, keys: keys.get(entity), ground, used: inTable });
      keys.set(entity, next);
      if (finding) findings.push(finding);
      if (!slot) continue;
      inTable.add(slot.index ?? '');
      for (const { name } of group) slots.set(name.text, slot);
    }
  }
  return { keys, slots, findings };
}

/** The fewest keys that serve the patterns, and of those the ones that the fewest changes of a record change. */
export function groupsFor(patterns: readonly PatternModel[], basis: Basis): (readonly PatternModel[])[] {
  const { attributes, keyFields } = basis;
  const isSteady = (field: string) => {
    const attribute = attributes.get(field);
    const isGenerated = attribute?.generated === 'uuidv7' || attribute?.generated === 'now';
    return keyFields.includes(field) || attribute?.immutable === true || isGenerated;
  };
  const groups = fewestGroups(patterns, {
    make: (group) => {
      const slot = group.length > 1 ? groupSlot(group, basis) : undefined;
      const isServed = slot && group.every((pattern) => fits(slot, pattern, attributes));
      return group.length === 1 || isServed ? { patterns: group, fields: keyFieldsOf(group) } : undefined;
    },
    cost: ({ fields }) => fields.filter((field) => !isSteady(field)).length,
  });
  return groups.map((group) => group.patterns);
}

/**
 * Patterns that have a key so far come first, in the order of its name. Where two branches took one place, that decides which
 * of them keeps it, and not the order in which they were merged; but a pattern that stored records may already be read by
 * goes before one for which they still have to be written.
 */
function lockedFirst(patterns: readonly PatternModel[], { bases }: Ground): PatternModel[] {
  const places = new Map(
    patterns.map((pattern) => {
      const basis = bases.get(pattern.target.text);
      const name = basis?.locked && readSoFar(basis.locked, pattern, basis.kept)?.name;
      const isPending = basis?.pending.has(pattern.name.text) ?? false;
      return [pattern, name === undefined ? undefined : `${isPending ? 1 : 0} ${name}`] as const;
    }),
  );
  const rank = (pattern: PatternModel) => places.get(pattern);
  return patterns.toSorted((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    if (first === undefined || second === undefined)
      return Number(first === undefined) - Number(second === undefined);
    return compare(first, second);
  });
}

/**
 * On the first key that serves it: the one it reads so far, the primary key, those of the lock by their names, then those of
 * this layout.
 */
function placeOnExisting(pattern: PatternModel, basis: Basis, keys: EntityKeys): Placing | undefined {
  const { kept, attributes, primary, locked } = basis;
  const soFar = locked && readSoFar(locked, pattern, kept);
  const rankOf = (slots: readonly SlotPlan[]) => {
    if (soFar && areSameKeys(slotsOf(soFar), slots)) return '0';
    if (slots[0] === primary) return '1';
    const name = keptName(kept, slots);
    return name === undefined ? '3' : `2 ${name}`;
  };
  const choices: { readonly slot: SlotPlan; readonly rank: string; readonly keys: () => EntityKeys }[] = [
    ...keys.record.map((slot) => ({ slot, rank: rankOf([slot]), keys: () => keys })),
    ...keys.entries.flatMap(({ slots }) =>
      slots.map((slot) => ({ slot, rank: rankOf(slots), keys: () => keys })),
    ),
    ...waiting(kept, keys).flatMap((item) =>
      slotsOf(item).map((slot) => ({
        slot,
        rank: rankOf(slotsOf(item)),
        keys: () =>
          item.kind === 'record'
            ? { ...keys, record: [...keys.record, slot] }
            : withEntry(keys, undefined, {
                for: pattern.name.text,
                slots: item.slots,
                include: basis.keyFields,
              }),
      })),
    ),
  ];
  const found = choices
    .sort((a, b) => compare(a.rank, b.rank))
    .find(({ slot }) => {
      const index = basis.table.indexes.find(({ name }) => name.text === slot.index);
      return (
        fits(slot, pattern, attributes) && (!index || index.kind === 'local' || isOpenTo(index, pattern))
      );
    });
  return found && { kind: 'placed', slot: found.slot, keys: found.keys() };
}

interface Open {
  readonly basis: Basis;
  readonly keys: EntityKeys | undefined;
  readonly ground: Ground;
  /** The indexes of the table that its entities use so far. */
  readonly used: ReadonlySet<string>;
}

/** On the first index that is free on the record. */
function placeGroup(
  patterns: readonly PatternModel[],
  { basis, keys, ground, used }: Open,
): { readonly keys: EntityKeys; readonly slot?: SlotPlan; readonly finding?: Diagnostic } {
  const fields = groupFields(patterns);
  const [first] = patterns;
  if (!keys || !fields || !first) throw new Error('a group without a key');
  const slot = freeSlot(patterns, fields, { basis, keys, ground, used });
  if (!slot) return { keys, finding: noFreeIndex(first, basis, keys) };
  return { keys: { ...keys, record: [...keys.record, slot] }, slot };
}

function freeSlot(
  patterns: readonly PatternModel[],
  fields: KeyFields,
  { basis, keys, ground, used }: Open & { readonly keys: EntityKeys },
): SlotPlan | undefined {
  const taken = new Set(keys.record.map((slot) => slot.index));
  for (const index of freeIndexes(poolOf(ground, basis), used, taken)) {
    const own = apartFrom(basis, keys, index.name.text);
    const texts = keyTextsOf(patterns, fields, own);
    const slot =
      index.kind === 'local'
        ? localSlot(patterns, fields, index, own)
        : slotOf(patterns, index.name.text, templatesOn(index, texts, basis), basis);
    const isServed = index.kind === 'global' && index.sort;
    const serving = patterns.filter(
      (pattern) => slot && isOpenTo(index, pattern) && (isServed || serves(slot, pattern)),
    );
    if (serving.length === patterns.length) return slot;
  }
  return undefined;
}

/** Whether the planner may let a pattern read an index: it holds what the query itself needs. */
function isOpenTo({ kind, project }: IndexModel, { filter, leadsTo, name }: PatternModel): boolean {
  // The members of a mixed pattern are merged in order, which words at the head of their sort keys would prevent.
  if (kind === 'local') return !name.text.includes('.');
  if (project.kind === 'all') return true;
  const projected = project.kind === 'include' ? project.fields.map(({ text }) => text) : [];
  const isFiltered = comparisonsOf(filter).some(({ field }) => !projected.includes(field.text));
  return leadsTo === undefined && !isFiltered && !name.text.includes('.');
}

/** The key of several patterns, on no index yet. */
function groupSlot(patterns: readonly PatternModel[], basis: Basis): SlotPlan | undefined {
  const fields = groupFields(patterns);
  if (!fields) return undefined;
  const nowhere = { partition: { text: '' }, sort: { text: '' } };
  return slotOf(patterns, '', templatesOn(nowhere, keyTextsOf(patterns, fields, basis), basis), basis);
}

export function groupFields(patterns: readonly PatternModel[]): KeyFields | undefined {
  return commonKey(
    patterns.map((pattern) => ({ equals: equalityFields(pattern), sorts: orderFields(pattern) })),
  );
}
