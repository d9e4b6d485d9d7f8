/** What the lock keeps of an entity, as slots of today's plan, and the names that are no longer free. */

import type { Lock, LockedKey, LockedSlot } from '../../lock.js';
import type { EntityModel, PatternModel } from '../../model.js';
import { constant } from '../../names.js';
import type { ItemPlan, KeyTemplate, SlotPlan } from '../../plan/types/storage.js';
import type { ResolvedAttribute } from '../../resolve/resolved-model.js';
import { hasShard, holesOf, isFault, keyTemplate, parseTemplate } from '../../resolve/templates.js';
import { madeIndex, type TableDraft } from '../choose/indexes.js';
import { entryPrefixOf, prefixesOf, prefixOf, unusedHead } from './claims.js';

export interface ItemDraft {
  role: ItemPlan['role'];
  for: string | null;
  covering: ItemPlan['covering'];
  slots: SlotPlan[];
  keep?: NonNullable<ItemPlan['keep']>;
}

interface Owner {
  readonly entity: EntityModel;
  readonly table: TableDraft;
  readonly attributes: ReadonlyMap<string, ResolvedAttribute>;
  /** The entity's own key. */
  readonly own: SlotPlan;
}

/** The number of what the lock does not know: behind all others. */
export const unnumbered = Number.MAX_SAFE_INTEGER;

export class Keeper {
  private readonly owner: Owner;
  private readonly lock: Lock;
  private readonly taken: Set<string>;
  private readonly kept: readonly { readonly number: number; readonly item: ItemDraft }[];

  /** `taken` holds the prefixes that are retired; those of this entity that nothing asks for join them. */
  constructor(lock: Lock, owner: Owner, taken: Set<string>, isAsked: (slot: SlotPlan) => boolean) {
    this.lock = lock;
    this.owner = owner;
    this.taken = taken;
    const locked = lock.entities.get(owner.entity.name.text);
    const live = locked?.key?.table === owner.table.name.text ? locked.slots : [];
    this.kept = live.flatMap((slot) => {
      const item = slot.isRetired ? undefined : this.itemOf(slot);
      const last = item?.slots.at(-1);
      if (item && last && isAsked(last)) return [{ number: slot.number, item }];
      for (const { prefix } of prefixesOf(slot)) taken.add(prefix);
      return [];
    });
  }

  /** In the order of making. */
  order(item: ItemDraft, slot: SlotPlan): number {
    return this.kept.find(({ item: kept }) => isSameItem(kept, item, slot))?.number ?? unnumbered;
  }

  /** What is kept and has no place yet, by number; a key of the record only where its index is free. */
  waiting(items: readonly ItemDraft[]): ItemDraft[] {
    const [main] = items;
    return this.kept.flatMap(({ item }) => {
      const [slot] = item.slots;
      if (!main || !slot) return [];
      const isPlaced =
        item.role === 'main'
          ? main.slots.some((one) => one.index === slot.index && !areDisjoint(one, slot))
          : items.some((one) => one.slots.some((other) => isSameItem(item, one, other)));
      return isPlaced ? [] : [item];
    });
  }

  guard(fields: readonly string[]): LockedKey | undefined {
    return this.lock.entities.get(this.owner.entity.name.text)?.guards.get(fields.join('+'));
  }

  /** The key of a number that is kept, by what the lock calls it. */
  number(name: string): LockedKey | undefined {
    return this.lock.entities.get(this.owner.entity.name.text)?.aggregates.get(name);
  }

  /** Gives the key's words to nothing else. */
  retire(key: LockedKey): void {
    this.taken.add(prefixOf(key));
  }

  counter(reference: string): LockedKey | undefined {
    return this.lock.entities.get(this.owner.entity.name.text)?.counters.get(reference);
  }

  /** A head of a partition key that nothing retired has. */
  unused(head: string): string {
    return unusedHead(head, (one) => this.taken.has(one));
  }

  unusedEntry(partition: string, head: string): string {
    return unusedHead(head, (one) => this.taken.has(entryPrefixOf({ partition, sort: one })));
  }

  /** The entry that was made for the pattern, by whatever name: what is pinned is the same, and so are all holes. */
  entry(
    { name, entry, key, index }: PatternModel,
    built: readonly SlotPlan[],
    items: readonly ItemDraft[],
    names: ReadonlySet<string>,
  ): SlotPlan[] | undefined {
    const isOwnPinned = entry !== undefined && entry.key.length > 0;
    if (isOwnPinned && (index === undefined || index.text === 'table' || key.length > 0)) return undefined;
    const madeFor = (slot: SlotPlan | undefined) =>
      [...names].find(
        (one) => slot?.sort?.text.split('{')[0]?.replace(/#$/, '') === `ENTRY#${constant(one)}`,
      );
    const candidates = this.waiting(items).filter(({ role, slots }) => {
      const [own, last] = [slots[0], slots.at(-1)];
      const [builtOwn, builtLast] = [built[0], built.at(-1)];
      if (role !== 'entry' || !own || !last || !builtOwn || !builtLast) return false;
      if (slots.length !== built.length || last.index !== builtLast.index) return false;
      const isSame = (isPinned: boolean, a: SlotPlan, b: SlotPlan) =>
        isPinned ? isSameSlot(a, b) : shape(a) === shape(b);
      return isSame(isOwnPinned, own, builtOwn) && isSame(key.length > 0, last, builtLast);
    });
    const found =
      candidates.find(({ slots }) => madeFor(slots[0]) === name.text) ??
      candidates.find(({ slots }) => madeFor(slots[0]) === undefined);
    return found && [...found.slots];
  }

  private itemOf(locked: LockedSlot): ItemDraft | undefined {
    const { table, own } = this.owner;
    const { entry, index } = locked;
    const entrySlot = entry && this.slotOf(locked, entry, null, table.partition.text, table.sort?.text);
    if (entry && !entrySlot) return undefined;
    const covering: ItemPlan['covering'] = entry ? { kind: 'some', attributes: [] } : { kind: 'all' };
    const role = entry ? 'entry' : 'main';
    if (index === null) return entrySlot ? { role, for: null, covering, slots: [entrySlot] } : undefined;
    const declared = table.indexes.find((one) => one.name.text === index);
    const made = this.lock.tables.get(table.name.text)?.indexes.get(index);
    const names = declared
      ? [declared.partition.text, declared.sort?.text]
      : table.isOpen && made && !made.isRetired
        ? made.attributes
        : undefined;
    const [partition, sort] = names ?? [];
    const slot =
      partition === undefined ? undefined : this.slotOf(locked, locked.key, index, partition, sort);
    if (!slot) return undefined;
    if (declared?.kind === 'local' && slot.partition.text !== (entrySlot ?? own).partition.text)
      return undefined;
    return { role, for: null, covering, slots: entrySlot ? [entrySlot, slot] : [slot] };
  }

  /** Undefined where the templates ask for what the entity no longer has. */
  private slotOf(
    locked: LockedSlot,
    key: LockedKey,
    index: string | null,
    partition: string,
    sort: string | undefined,
  ): SlotPlan | undefined {
    const { attributes } = this.owner;
    if ((key.sort === null) !== (sort === undefined)) return undefined;
    for (const text of [key.partition, ...(key.sort === null ? [] : [key.sort])]) {
      const parsed = parseTemplate(text);
      if (isFault(parsed)) return undefined;
      for (const part of parsed) {
        if (part.kind !== 'hole') continue;
        const attribute = attributes.get(part.field);
        if (!attribute || attribute.encoding === 'document') return undefined;
      }
    }
    const first = keyTemplate(partition, key.partition, attributes);
    const second = key.sort === null || sort === undefined ? null : keyTemplate(sort, key.sort, attributes);
    const nullable = [
      ...holesOf(first).map((hole) => hole.field),
      ...holesOf(second).map((hole) => hole.field),
      ...locked.present,
    ];
    return {
      index,
      partition: first,
      sort: second,
      shards: hasShard(first) ? locked.shards : null,
      present: [...new Set(nullable)].filter((field) => attributes.get(field)?.nullable),
      when: locked.when,
    };
  }

  /** Makes the index that a kept slot is on. */
  settle(slot: SlotPlan): void {
    if (slot.index !== null) madeIndex(this.owner.table, slot.index, this.lock);
  }
}

function isSameItem(kept: ItemDraft, item: ItemDraft, slot: SlotPlan): boolean {
  if (kept.role !== item.role) return false;
  if (item.role === 'main') return kept.slots.some((one) => isSameKey(one, slot));
  return (
    kept.slots.length === item.slots.length &&
    kept.slots.every((one, at) => {
      const other = item.slots[at];
      return other !== undefined && isSameKey(one, other);
    })
  );
}

/** No record meets the conditions of both: one field is to have different values. */
export function areDisjoint(a: Pick<SlotPlan, 'when'>, b: Pick<SlotPlan, 'when'>): boolean {
  return a.when.some(({ field, values }) =>
    b.when.some((one) => one.field === field && !one.values.some((value) => values.includes(value))),
  );
}

/** `{pad(rank, 6)}` is `{rank}` where `encode` says so. */
function isSameTemplate(a: KeyTemplate | null, b: KeyTemplate | null): boolean {
  return JSON.stringify(a?.parts) === JSON.stringify(b?.parts);
}

/** The values that stand in the key, whatever words stand between them. */
function shape(slot: SlotPlan): string {
  return JSON.stringify([
    holesOf(slot.partition),
    holesOf(slot.sort),
    slot.shards,
    [...slot.present].sort(),
    slot.when,
  ]);
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
    JSON.stringify(a.when) === JSON.stringify(b.when)
  );
}
