/** Index entries: items of their own, with some fields of the record. */

import type { IndexModel, PatternModel } from '../model.js';
import { constant } from '../names.js';
import type { SlotPlan } from '../plan/types/storage.js';
import { holesOf, keyTemplate } from '../resolve/templates.js';
import { apartFrom, type Basis, freeEntryHead } from './basis.js';
import { doesNotServe } from './findings.js';
import { slotFor } from './key-text.js';
import { isSameSlot, keptEntry } from './lock/kept.js';
import { presentOf, serves, whenOf } from './serving.js';
import type { EntityKeys, EntryKeys, Placing } from './types.js';

/** `entries`: the names of all patterns with entries; `free`: the first index of the table, if it has one. */
export function placeEntry(
  pattern: PatternModel,
  entry: NonNullable<PatternModel['entry']>,
  basis: Basis,
  around: {
    readonly keys: EntityKeys;
    readonly entries: ReadonlySet<string>;
    readonly free: () => IndexModel | undefined;
  },
): Placing {
  const { keys } = around;
  const primary = primaryOf(pattern, entry, basis);
  const index = indexOf(pattern, entry, basis, around.free);
  const built = (from: Basis) => (index ? [primary, slotFor(pattern, index, from, primary)] : [primary]);
  const first = built(basis);
  const kept = keptEntry(basis.kept, pattern, first, keys, around.entries);
  const known = keys.entries.find((one) => areSame(one.slots, kept ?? first));
  const slots = known?.slots ?? kept ?? (index ? built(apartFrom(basis, keys, index.name.text)) : first);
  const slot = slots.at(-1);
  if (!slot || !serves(slot, pattern))
    return { kind: 'refused', finding: doesNotServe(pattern, slot ?? primary) };
  const include = [...basis.keyFields, ...entry.include.map((word) => word.text)];
  return { kind: 'placed', slot, keys: withEntry(keys, known, { for: pattern.name.text, slots, include }) };
}

/** The keys with one more entry, or with an entry that includes more. */
export function withEntry(keys: EntityKeys, known: EntryKeys | undefined, entry: EntryKeys): EntityKeys {
  const include = [...new Set([...(known?.include ?? []), ...entry.include])];
  return {
    ...keys,
    entries: known
      ? keys.entries.map((one) => (one === known ? { ...known, include } : one))
      : [...keys.entries, { ...entry, include }],
  };
}

/** The index it names; none where it is read by its own key. */
function indexOf(
  pattern: PatternModel,
  entry: NonNullable<PatternModel['entry']>,
  { table }: Basis,
  free: () => IndexModel | undefined,
): IndexModel | undefined {
  const name = pattern.index?.text;
  if (name === undefined) return entry.key.length > 0 ? undefined : free();
  if (name === 'table') return undefined;
  const index = table.indexes.find((one) => one.name.text === name);
  if (!index) throw new Error(`unchecked index ${name}`);
  return index;
}

/** In the record's partition, unless its own key is pinned. */
function primaryOf(pattern: PatternModel, entry: NonNullable<PatternModel['entry']>, basis: Basis): SlotPlan {
  const { table, attributes, primary } = basis;
  const pinned = (attribute: string) =>
    entry.key.find((one) => one.attribute.text === attribute)?.template.text;
  const head = freeEntryHead(basis, `ENTRY#${constant(pattern.name.text)}`);
  const tail = primary.sort && holesOf(primary.sort).length > 0 ? `#${primary.sort.text}` : '';
  const partition = keyTemplate(
    table.partition.text,
    pinned(table.partition.text) ?? primary.partition.text,
    attributes,
  );
  const sort = table.sort
    ? keyTemplate(table.sort.text, pinned(table.sort.text) ?? `${head}${tail}`, attributes)
    : null;
  const present = presentOf([partition, sort], attributes, pattern);
  return { index: null, partition, sort, shards: null, present, when: whenOf(pattern) };
}

function areSame(a: readonly SlotPlan[], b: readonly SlotPlan[]): boolean {
  return a.length === b.length && a.every((slot, at) => b[at] !== undefined && isSameSlot(slot, b[at]));
}
