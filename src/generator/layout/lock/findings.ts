/** Where a declaration goes against the lock: what moves by it, and names that are used again. */

import type { Diagnostic, Span } from '../../diagnostics/diagnostic.js';
import type { Lock, LockedEntity, LockedKey, LockedSlot } from '../../lock.js';
import { type EntityModel, type Model, type PatternModel, printType, type TableModel } from '../../model.js';
import type { ItemPlan } from '../../plan/types/storage.js';
import type { EntityLayout, Layout } from '../types.js';
import { livePrefixes, prefixesOf, prefixOf, retiredPrefixes } from './claims.js';
import { nextLock } from './next.js';
import { indexAttributes, isSameKey, keyOf, writtenKey, writtenNow } from './slots.js';

type LaidOut = Pick<Layout, 'tables' | 'entities' | 'reads' | 'readers'>;

export function lockFindings(model: Model, layout: LaidOut, lock: Lock): Diagnostic[] {
  if (lock.entities.size === 0) return [];
  const next = nextLock(layout, lock);
  const names = new Set(model.entities.map((entity) => entity.name.text));
  const retired = new Set(retiredPrefixes(lock, names).map(({ index, prefix }) => claim(index, prefix)));
  for (const { index, prefix } of livePrefixes(lock)) retired.delete(claim(index, prefix));
  const ofEntities = [...layout.entities].flatMap(([name, entity]) => {
    const before = lock.entities.get(name);
    const after = next.entities.get(name);
    if (!after) return [];
    return [
      ...moves(model, name, entity, after),
      ...usedAgain(model, layout, entity, { before, after, retired, tables: next.tables }),
      ...retyped(model, entity, before),
    ];
  });
  return [...layout.tables.flatMap((table) => newIndexes(table, layout, lock)), ...ofEntities];
}

/** Indexes that a table of before lacks: nothing makes them but whoever owns the table. */
function newIndexes(table: TableModel, { readers }: LaidOut, lock: Lock): Diagnostic[] {
  const before = lock.tables.get(table.name.text);
  if (!before) return [];
  return table.indexes.flatMap((index): Diagnostic[] => {
    const { text } = index.name;
    const reader = readers.find(({ read }) => read?.slot.index === text)?.pattern;
    const at = table.isOpen && reader ? placeOf(reader) : index.name.at;
    const known = before.indexes.get(text);
    const attributes = indexAttributes(index);
    if (known && !known.isRetired && known.attributes.join() === attributes.join()) return [];
    const isLocal = index.kind === 'local';
    const isChanged = known !== undefined && !known.isRetired;
    return [
      {
        code: 'index-new',
        severity: 'warning',
        message: `Index \`${text}\` of table \`${table.name.text}\` is ${isChanged ? `no longer on ${known.attributes.join(', ')} but on ${attributes.join(', ')}` : 'new'}: a server does not start on a table that lacks it.`,
        at,
        hint: isLocal
          ? 'A local index is only created with its table: copy the data to a new table.'
          : `${isChanged ? 'Delete it from tables that exist, and create it again' : 'Add it to tables that exist'}, before you deploy. If the data can go, delete the table, or the folder of the embedded engine.`,
      },
    ];
  });
}

/** Keys that patterns left, since the last time or before that, and that are not accepted yet. */
function moves(model: Model, name: string, entity: EntityLayout, after: LockedEntity): Diagnostic[] {
  const { key, patterns } = after.moved;
  const written = (one: LockedKey) => writtenKey(one, writtenNow(entity));
  const canChange = [...entity.attributes.values()].some(({ generated }) => generated === 'revision');
  return [
    ...(key && after.key
      ? [
          moved(
            name,
            `The key of \`${name}\` was ${keyText(key.key)}${key.table === after.key.table ? '' : ` of table \`${key.table}\``} and is now ${keyText(written(after.key.key))}.`,
            keyPlace(entity.model),
            'stored records keep the old key, under which nothing finds them, until you migrate them',
          ),
        ]
      : []),
    ...[...patterns].flatMap(([one, left]) => {
      const now = after.patterns.get(one);
      const pattern = model.patterns.find((other) => other.name.text === one);
      const last = left.at(-1);
      if (!now || !pattern || last === undefined) return [];
      const text = (reads: string) => readsText(after, reads, written);
      return [
        moved(
          one,
          `Pattern \`${one}\` read \`${name}\` by ${text(last)} and now reads it by ${text(now.reads)}.`,
          placeOf(pattern),
          leftBehind(after, now.reads, name, canChange),
        ),
      ];
    }),
  ];
}

/** What becomes of records that were stored before. */
function leftBehind(after: LockedEntity, reads: string, entity: string, canChange: boolean): string {
  if (reads.startsWith('number ')) return 'it starts at 0; `db.recount` makes it right';
  const isEntry = slotOf(after, reads)?.entry !== null;
  const how = !canChange
    ? `no update ever changes a \`${entity}\`, so put them again`
    : isEntry
      ? 'an update that changes a field of the entry stores the new one; the old entry stays stored'
      : 'any update of a record gives it the new key';
  return `the pattern does not find records that are stored under the old key: ${how}`;
}

function moved(name: string, message: string, at: Span, note: string): Diagnostic {
  return {
    code: 'key-moved',
    severity: 'warning',
    message,
    at,
    notes: [{ message: note }],
    hint: `Declare what keeps the old key, or write the stored records again. Then accept the new one: \`tableloom generate --accept ${name}\`.`,
  };
}

function readsText(after: LockedEntity, reads: string, written: (key: LockedKey) => LockedKey): string {
  if (reads === 'key') return 'its own key';
  const own = /^(?:number|guard) (.*)$/.exec(reads)?.[1];
  if (own !== undefined) return `\`${own}\``;
  const slot = slotOf(after, reads);
  if (!slot) return reads;
  if (slot.isRetired) return slotText(slot);
  return slotText({ ...slot, entry: slot.entry && written(slot.entry), key: written(slot.key) });
}

function slotOf({ slots }: LockedEntity, reads: string): LockedSlot | undefined {
  return slots.find(({ number }) => reads === `slot ${number}`);
}

function usedAgain(
  model: Model,
  layout: LaidOut,
  entity: EntityLayout,
  {
    before,
    after,
    retired,
    tables,
  }: {
    readonly before: LockedEntity | undefined;
    readonly after: LockedEntity;
    readonly retired: ReadonlySet<string>;
    readonly tables: Lock['tables'];
  },
): Diagnostic[] {
  const found: Diagnostic[] = [];
  const table = tables.get(entity.table.name.text);
  const look = (index: string | null, prefix: string, at: Span) => {
    if (!retired.has(claim(index, prefix))) return;
    found.push({
      code: 'prefix-retired',
      severity: 'error',
      message: `\`${prefix}\` was retired${index === null ? '' : ` on ${index}`}, and items with the retired key may still be stored.`,
      at,
      hint: `Begin the key with another word, as in \`${prefix.replace(/^.* \/ /, '')}_2\`, or delete the line from the lock if nothing was ever stored under it.`,
    });
  };
  const isMoved = before?.key !== undefined && !isSameKey(before.key.key, after.key?.key);
  if (after.key && (isMoved || !before?.key)) look(null, prefixOf(after.key.key), keyPlace(entity.model));
  for (const slot of slotsThatCame(before, after)) {
    const pattern = readerOf(model, layout, entity, slot);
    if (!pattern) continue;
    const ownAt = slot.entry && pattern.entry?.key.at(-1)?.template.at;
    for (const { index, prefix } of prefixesOf(slot, table))
      look(index, prefix, (index === null ? ownAt : undefined) ?? placeOf(pattern));
  }
  return found;
}

function retyped(model: Model, entity: EntityLayout, before: LockedEntity | undefined): Diagnostic[] {
  return [...entity.attributes.values()].flatMap((attribute): Diagnostic[] => {
    const old = before?.attributes.get(attribute.name);
    const [oldEncoding = ''] = old?.encoding.split(', ') ?? [];
    if (!old || entity.model.historyOf || storedAs(oldEncoding) === storedAs(attribute.encoding)) return [];
    const { name, stored } = entity.model;
    const field = model.sdl.types.get(name.text)?.fields.find((one) => one.name === attribute.name);
    const at = stored.find((one) => one.name.text === attribute.name)?.name.at ?? field?.at ?? name.at;
    return [
      {
        code: 'attribute-retyped',
        severity: old.isRetired ? 'error' : 'warning',
        message: `\`${name.text}.${attribute.name}\` is \`${printType(attribute.type)}\`, but ${old.isRetired ? 'earlier' : 'stored'} records have ${article(oldEncoding)} there.`,
        at,
        hint: old.isRetired
          ? 'Rename it, or delete the line from the lock if no such record was ever stored.'
          : 'Migrate them before you deploy, or add an attribute with another name.',
      },
    ];
  });
}

/** Enums are stored as text; any other encoding is its own. */
function storedAs(encoding: string): string {
  return encoding === 'enum' ? 'text' : encoding;
}

function article(encoding: string): string {
  if (encoding === 'text') return 'text';
  return `${/^[aeiou]/.test(encoding) ? 'an' : 'a'} ${encoding}`;
}

function slotsThatCame(before: LockedEntity | undefined, after: LockedEntity): LockedSlot[] {
  const known = new Set(before?.slots.map((slot) => slot.number));
  return after.slots.filter((slot) => !known.has(slot.number));
}

/** The first pattern that reads a slot. */
function readerOf(
  model: Model,
  layout: LaidOut,
  entity: EntityLayout,
  slot: LockedSlot,
): PatternModel | undefined {
  return model.patterns.find((pattern) => {
    const read = layout.reads.get(pattern.name.text);
    const item: ItemPlan | undefined = read && entity.items[read.item];
    if (!read || !item || pattern.target.text !== entity.model.name.text) return false;
    const own = item.role === 'entry' ? item.slots[0] : undefined;
    const isSameEntry = slot.entry
      ? own !== undefined && isSameKey(slot.entry, keyOf(own))
      : own === undefined;
    return isSameEntry && read.slot.index === slot.index && isSameKey(slot.key, keyOf(read.slot));
  });
}

function placeOf(pattern: PatternModel): Span {
  return (
    pattern.key[0]?.template.at ?? pattern.entry?.key[0]?.template.at ?? pattern.index?.at ?? pattern.name.at
  );
}

function keyPlace(model: EntityModel): Span {
  return model.key[0]?.template.at ?? model.name.at;
}

function claim(index: string | null, prefix: string): string {
  return `${index ?? ''} ${prefix}`;
}

function keyText({ partition, sort }: LockedKey): string {
  return `\`${partition}\`${sort === null ? '' : ` / \`${sort}\``}`;
}

function slotText({ entry, index, key, shards, present, when }: LockedSlot): string {
  const of = when.map(({ field, values }) => `${field} ${values.join(' or ')}`);
  return [
    entry ? keyText(entry) : keyText(key),
    ...(entry && index !== null ? [`with ${keyText(key)} on ${index}`] : []),
    ...(index === null || entry !== null ? [] : [`on ${index}`]),
    ...(shards === null ? [] : [`in ${shards} shards`]),
    ...(of.length > 0 ? [`for ${of.join(', ')}`] : []),
    ...(present.length > 0 ? [`where \`${present.join('` and `')}\` is present`] : []),
  ].join(' ');
}
