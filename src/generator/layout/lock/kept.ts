/** What the lock keeps of an entity, as keys of today's plan. */

import {
  compare,
  type Lock,
  type LockedEntity,
  type LockedKey,
  type LockedSlot,
  slotName,
} from '../../lock.js';
import type { EntityModel, PatternModel, TableModel } from '../../model.js';
import { constant } from '../../names.js';
import { type KeyTemplate, type SlotPlan, whenId } from '../../plan/types/storage.js';
import { hasShard, holesOf, isFault, keyTemplate, parseTemplate } from '../../resolve/templates.js';
import type { Attributes, EntityKeys, EntryKeys } from '../types.js';
import { prefixesOf } from './claims.js';
import { writtenBefore, writtenNow } from './slots.js';

/** A key of the record on an index, or the keys of an entry, under their name in the lock. */
export type KeptItem = { readonly name: string } & (
  | { readonly kind: 'record'; readonly slot: SlotPlan }
  | { readonly kind: 'entry'; readonly slots: readonly SlotPlan[] }
);

interface Owner {
  readonly entity: EntityModel;
  readonly table: TableModel;
  readonly attributes: Attributes;
  readonly primary: SlotPlan;
}

/**
 * The live slots of the lock that a pattern still reads, in the order of their names. Once the lock is sealed, the prefixes
 * of the others are released from use: items under them may still be stored.
 */
export function keptItems(
  lock: Lock,
  owner: Owner,
  isRead: (slot: SlotPlan) => boolean,
  shardCounts: readonly number[],
): { readonly kept: readonly KeptItem[]; readonly released: readonly string[] } {
  const locked = lock.entities.get(owner.entity.name.text);
  const slots = locked?.key?.table === owner.table.name.text ? locked.slots : [];
  const found = slots.toSorted(byName).map((slot) => {
    const item = slot.isRetired ? undefined : keptItem(lock, owner, slot);
    return { slot, item: item && readItem(item, isRead, shardCounts) };
  });
  return {
    kept: found.flatMap(({ item }) => item ?? []),
    released: found
      .filter(({ item }) => item === undefined && lock.isSealed)
      .flatMap(({ slot }) =>
        prefixesOf(slot, lock.tables.get(owner.table.name.text)).map(({ prefix }) => prefix),
      ),
  };
}

function byName(a: LockedSlot, b: LockedSlot): number {
  return compare(slotName(a), slotName(b));
}

/** The item where a pattern reads it, with as many shards as patterns have now: those there were are among them. */
function readItem(
  item: KeptItem,
  isRead: (slot: SlotPlan) => boolean,
  shardCounts: readonly number[],
): KeptItem | undefined {
  const last = slotsOf(item).at(-1);
  const grown = shardCounts.filter((count) => last?.shards && count > last.shards);
  const slot = last && [last, ...grown.map((shards) => ({ ...last, shards }))].find(isRead);
  if (!slot) return undefined;
  return item.kind === 'record' ? { ...item, slot } : { ...item, slots: [...item.slots.slice(0, -1), slot] };
}

export function slotsOf(item: KeptItem): readonly SlotPlan[] {
  return item.kind === 'record' ? [item.slot] : item.slots;
}

/** What a key of the record or an entry is called in the lock. */
export function keptName(kept: readonly KeptItem[], slots: readonly SlotPlan[]): string | undefined {
  return kept.find((one) => areSameKeys(slotsOf(one), slots))?.name;
}

/** The item that a pattern, or the one that answered its field, has read so far. */
export function readSoFar(
  { patterns }: LockedEntity,
  { name, for: field }: Pick<PatternModel, 'name' | 'for'>,
  kept: readonly KeptItem[],
): KeptItem | undefined {
  // A member of a mixed pattern is `pattern.Entity`.
  const [pattern = ''] = name.text.split('.');
  const path = field && `${field.type}.${field.field}`;
  const known = patterns.get(pattern) ?? [...patterns.values()].find((one) => path && one.field === path);
  return kept.find((one) => one.name === known?.reads);
}

/** What is kept and has no place yet; a key of the record only where its index is free. */
export function waiting(kept: readonly KeptItem[], { record, entries }: EntityKeys): KeptItem[] {
  return kept.filter((item) =>
    item.kind === 'record'
      ? !record.some((one) => one.index === item.slot.index && !areDisjoint(one, item.slot))
      : !entries.some(({ slots }) => areSameKeys(item.slots, slots)),
  );
}

/** The entry that was made for a pattern, whatever its name was: what is pinned is the same, and so are all holes. */
export function keptEntry(
  kept: readonly KeptItem[],
  { name, entry, key, index }: PatternModel,
  built: readonly SlotPlan[],
  keys: EntityKeys,
  names: ReadonlySet<string>,
): EntryKeys['slots'] | undefined {
  const isPrimaryPinned = entry !== undefined && entry.key.length > 0;
  if (isPrimaryPinned && (index === undefined || index.text === 'table' || key.length > 0)) return undefined;
  const isSame = (isPinned: boolean, a: SlotPlan | undefined, b: SlotPlan | undefined) => {
    if (!a || !b) return false;
    return isPinned ? isSameKey(a, b) : valuesIn(a) === valuesIn(b);
  };
  const candidates = waiting(kept, keys).flatMap((one) => (one.kind === 'entry' ? [one.slots] : []));
  const similar = candidates.filter(
    (slots) =>
      slots.length === built.length &&
      slots.at(-1)?.index === built.at(-1)?.index &&
      presentIn(slots) === presentIn(built) &&
      isSame(isPrimaryPinned, slots[0], built[0]) &&
      isSame(key.length > 0, slots.at(-1), built.at(-1)),
  );
  const madeFor = ([own]: readonly SlotPlan[]) =>
    [...names].find((one) => own?.sort?.text.split('{')[0]?.replace(/#$/, '') === `ENTRY#${constant(one)}`);
  const found =
    similar.find((slots) => madeFor(slots) === name.text) ??
    similar.find((slots) => madeFor(slots) === undefined);
  // The lock has the values that an entry needs once, for both of its keys.
  return found?.map((slot, at) => ({ ...slot, present: built[at]?.present ?? slot.present }));
}

/** The fields of which a record needs a value to have the entry. */
function presentIn(slots: readonly SlotPlan[]): string {
  return [...new Set(slots.flatMap(({ present }) => present))].sort().join();
}

function keptItem(lock: Lock, owner: Owner, locked: LockedSlot): KeptItem | undefined {
  const { table, primary } = owner;
  const { entry, index } = locked;
  const name = slotName(locked);
  const own = entry && keptSlot(lock, owner, locked, entry, null, [table.partition.text, table.sort?.text]);
  if (entry && !own) return undefined;
  if (index === null) return own ? { name, kind: 'entry', slots: [own] } : undefined;
  const declared = table.indexes.find((one) => one.name.text === index);
  const slot = keptSlot(lock, owner, locked, locked.key, index, indexAttributes(lock, table, index));
  if (!slot) return undefined;
  if (declared?.kind === 'local' && slot.partition.text !== (own ?? primary).partition.text) return undefined;
  return own ? { name, kind: 'entry', slots: [own, slot] } : { name, kind: 'record', slot };
}

/** The key attributes of an index that is declared, or that the lock has of a table that lists none. */
function indexAttributes(lock: Lock, table: TableModel, index: string): readonly (string | undefined)[] {
  const declared = table.indexes.find((one) => one.name.text === index);
  if (declared) return [declared.partition.text, declared.sort?.text];
  const made = table.isOpen ? lock.tables.get(table.name.text)?.indexes.get(index) : undefined;
  return made && !made.isRetired ? made.attributes : [];
}

/** Undefined where the templates name what the entity no longer has. */
function keptSlot(
  lock: Lock,
  { attributes, entity }: Owner,
  locked: LockedSlot,
  key: LockedKey,
  index: string | null,
  [partition, sort]: readonly (string | undefined)[],
): SlotPlan | undefined {
  if (partition === undefined || (key.sort === null) !== (sort === undefined)) return undefined;
  const texts = [key.partition, ...(key.sort === null ? [] : [key.sort])];
  if (!texts.every((text) => isKnown(text, attributes))) return undefined;
  // `encode` says otherwise than it did: the text is the same, and the keys are not.
  const before = lock.entities.get(entity.name.text);
  if (texts.some((text) => writtenBefore(before, { attributes })(text) !== writtenNow({ attributes })(text)))
    return undefined;
  const first = keyTemplate(partition, key.partition, attributes);
  const second = key.sort === null || sort === undefined ? null : keyTemplate(sort, key.sort, attributes);
  const nullable = [...[...holesOf(first), ...holesOf(second)].map((hole) => hole.field), ...locked.present];
  return {
    index,
    partition: first,
    sort: second,
    shards: hasShard(first) ? locked.shards : null,
    present: [...new Set(nullable)].filter((field) => attributes.get(field)?.nullable).sort(),
    when: locked.when,
  };
}

/** Whether the holes of a template are attributes that a key can hold. */
function isKnown(text: string, attributes: Attributes): boolean {
  const parsed = parseTemplate(text);
  return (
    !isFault(parsed) &&
    parsed.every((part) => {
      const attribute = part.kind === 'hole' ? attributes.get(part.field) : undefined;
      return part.kind !== 'hole' || (attribute !== undefined && attribute.encoding !== 'document');
    })
  );
}

type Conditions = Pick<LockedSlot, 'when' | 'present'>;

/** No record meets the conditions of both: one field is to have different values, or a value and none. */
export function areDisjoint(a: Conditions, b: Conditions): boolean {
  return (
    a.when.some(({ field, values }) =>
      b.when.some((one) => one.field === field && !one.values.some((value) => values.includes(value))),
    ) ||
    isAbsent(a, b) ||
    isAbsent(b, a)
  );
}

/** Whether one needs a value that records of the other do not have. */
function isAbsent({ when }: Conditions, { present }: Conditions): boolean {
  return when.some(({ field, values }) => present.includes(field) && values.every((value) => value === null));
}

/** The same values under the same words, of the same records. */
export function isSameSlot(a: SlotPlan, b: SlotPlan): boolean {
  return isSameKey(a, b) && JSON.stringify([...a.present].sort()) === JSON.stringify([...b.present].sort());
}

/** Which values may be missing changes with the schema, and moves nothing. */
function isSameKey(a: SlotPlan, b: SlotPlan): boolean {
  return (
    a.index === b.index &&
    isSameTemplate(a.partition, b.partition) &&
    isSameTemplate(a.sort, b.sort) &&
    a.shards === b.shards &&
    whenId(a.when) === whenId(b.when)
  );
}

export function areSameKeys(a: readonly SlotPlan[], b: readonly SlotPlan[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, at) => {
      const other = b[at];
      return other !== undefined && isSameKey(one, other);
    })
  );
}

/** `{pad(rank, 6)}` is `{rank}` where `encode` says so. */
function isSameTemplate(a: KeyTemplate | null, b: KeyTemplate | null): boolean {
  return JSON.stringify(a?.parts) === JSON.stringify(b?.parts);
}

/** The values in a key, whatever the words between them. */
function valuesIn(slot: SlotPlan): string {
  return JSON.stringify([holesOf(slot.partition), holesOf(slot.sort), slot.shards, whenId(slot.when)]);
}
