/** Why each pattern reads where it does: derived from where all of them were placed. */

import type { PatternModel, TableModel } from '../model.js';
import type { ReadReason } from '../plan/types/access.js';
import type { ItemPlan, SlotPlan } from '../plan/types/storage.js';
import { chosenFirst } from './choose/indexes.js';
import { isPinned } from './serving.js';

interface Placed {
  readonly pattern: PatternModel;
  readonly slot: SlotPlan;
}

/** @param placed those of one entity, in the order they were placed */
export function reasonsOf(
  placed: readonly Placed[],
  items: readonly ItemPlan[],
  table: TableModel,
  pinned: readonly SlotPlan[],
): (Placed & { readonly why: ReadReason })[] {
  const entries = items.filter(({ role }) => role === 'entry');
  const owner = (slot: SlotPlan): string | undefined =>
    entries.find(({ slots }) => slots.includes(slot))?.for ??
    placed.find((one) => one.slot === slot)?.pattern.name.text;
  const reasonOf = ({ pattern, slot }: Placed): ReadReason => {
    if (slot === items[0]?.slots[0]) return { kind: 'primary key' };
    if (pinned.includes(slot)) return { kind: 'pinned', key: 'own' };
    const first = owner(slot);
    if (first !== undefined && first !== pattern.name.text) return { kind: 'shared', with: first };
    return isPinned(pattern) ? pinnedReason(pattern, slot, table) : openReason(slot, items, table);
  };
  return placed.map((one) => ({ ...one, why: reasonOf(one) }));
}

function pinnedReason({ entry }: PatternModel, slot: SlotPlan, table: TableModel): ReadReason {
  if (entry) return { kind: 'entry' };
  const index = table.indexes.find(({ name }) => name.text === slot.index);
  const key = index?.multiAttribute ? 'attributes' : slot.for === undefined ? 'own' : 'conditional';
  return { kind: 'pinned', key };
}

/** The first index that the record leaves free, or the one that the lock has for it. */
function openReason(slot: SlotPlan, [main]: readonly ItemPlan[], { indexes }: TableModel): ReadReason {
  const choices = chosenFirst(indexes);
  const own = choices.find(({ name }) => name.text === slot.index);
  const alike = choices.filter((one) => one.kind === own?.kind && one.project.kind === own.project.kind);
  const before = own ? alike.slice(0, alike.indexOf(own)) : alike;
  const isOfRecord = main?.slots.includes(slot) === true;
  const isFirstFree = before.every(({ name }) => main?.slots.some(({ index }) => index === name.text));
  return { kind: isOfRecord && isFirstFree ? 'chosen' : 'locked' };
}
