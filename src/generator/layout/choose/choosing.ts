/**
 * Chooses keys for patterns whose declaration names none. Each takes the first key that serves it, of those that are
 * there or that the lock keeps; what is left is put into the fewest keys (groups.ts), each on the first index that is
 * free on the record. That uses the fewest indexes in total: a table needs as many as any one of its entities.
 */

import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { IndexModel, PatternModel, TableModel } from '../../model.js';
import type { SlotPlan } from '../../plan/types/storage.js';
import { comparisonsOf } from '../../resolve/comparisons.js';
import { apartFrom, type Basis } from '../basis.js';
import { withEntry } from '../entries.js';
import { noFreeIndex } from '../findings.js';
import { keyTextsOf, localSlot, slotOf, templatesOn } from '../key-text.js';
import { entryNumber, slotNumber, slotsOf, waiting } from '../lock/kept.js';
import { type Ground, keysIn, placeEach, poolOf } from '../placing.js';
import { equalityFields, fits, keyFieldsOf, orderFields, serves } from '../serving.js';
import type { EntityKeys, Placements, Placing } from '../types.js';
import { fewestGroups } from './groups.js';
import { freeIndexes, usedIndexes } from './indexes.js';
import { commonKey, type KeyFields } from './keys.js';

/** @param patterns in the order of the YAML, each of a known entity */
export function placeOpen(patterns: readonly PatternModel[], ground: Ground, before: Placements): Placements {
  const found = placeEach(patterns, ground, before, placeOnExisting);
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

/** On the first key that serves it: the primary key, those the lock knows by their numbers, then those of this layout. */
function placeOnExisting(pattern: PatternModel, basis: Basis, keys: EntityKeys): Placing | undefined {
  const { kept, attributes, primary } = basis;
  const choices: { readonly slot: SlotPlan; readonly number: number; readonly keys: () => EntityKeys }[] = [
    ...keys.record.map((slot) => ({
      slot,
      number: slot === primary ? 0 : slotNumber(kept, slot),
      keys: () => keys,
    })),
    ...keys.entries.flatMap(({ slots }) =>
      slots.map((slot) => ({ slot, number: entryNumber(kept, slots), keys: () => keys })),
    ),
    ...waiting(kept, keys).flatMap((item) =>
      slotsOf(item).map((slot) => ({
        slot,
        number: item.number,
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
    .sort((a, b) => a.number - b.number)
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
