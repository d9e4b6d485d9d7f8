/** Where a declaration goes against the lock: what moves by it, and names that are used again. */

import type { Diagnostic, Span } from '../../diagnostics/diagnostic.js';
import type { Lock, LockedEntity, LockedKey, LockedSlot } from '../../lock.js';
import { type EntityModel, type Model, type PatternModel, printType } from '../../model.js';
import type { ItemPlan, SlotPlan } from '../../plan/types/storage.js';
import type { EntityLayout, Layout } from '../types.js';
import { entryPrefixOf, livePrefixes, prefixOf, retiredPrefixes } from './claims.js';
import { nextLock } from './next.js';

type LaidOut = Pick<Layout, 'tables' | 'entities' | 'reads'>;

export function lockFindings(model: Model, layout: LaidOut, lock: Lock): Diagnostic[] {
  if (lock.entities.size === 0) return [];
  const next = nextLock(layout, lock);
  const names = new Set(model.entities.map((entity) => entity.name.text));
  const retired = new Set(retiredPrefixes(lock, names).map(({ index, prefix }) => claim(index, prefix)));
  for (const { index, prefix } of livePrefixes(lock)) retired.delete(claim(index, prefix));
  return [...layout.entities].flatMap(([name, entity]) => {
    const before = lock.entities.get(name);
    const after = next.entities.get(name);
    if (!after) return [];
    return [
      ...movedKey(entity, before),
      ...movedSlots(model, layout, entity, before, after),
      ...usedAgain(model, layout, entity, before, after, retired),
      ...retyped(model, entity, before),
      ...movedEncodings(entity, before),
    ];
  });
}

function movedKey({ model, table, items }: EntityLayout, before: LockedEntity | undefined): Diagnostic[] {
  const own = items[0]?.slots[0];
  const { key } = before ?? {};
  if (!own || !key || (key.table === table.name.text && sameKey(key.key, keyOf(own)))) return [];
  const from = key.table === table.name.text ? '' : ` of table \`${key.table}\``;
  return [
    moved(
      `The key of \`${model.name.text}\``,
      `${keyText(key.key)}${from}`,
      keyText(keyOf(own)),
      keyPlace(model),
    ),
  ];
}

/** A slot that went where a pinned one came on the same index, or under a new key of its own. */
function movedSlots(
  model: Model,
  layout: LaidOut,
  entity: EntityLayout,
  before: LockedEntity | undefined,
  after: LockedEntity,
): Diagnostic[] {
  const lost = (before?.slots ?? []).filter(
    (slot) => !slot.isRetired && after.slots.some((one) => one.number === slot.number && one.isRetired),
  );
  return slotsThatCame(before, after).flatMap((slot) => {
    const pattern = readerOf(model, layout, entity, slot);
    const at = lost.findIndex(
      (one) => (one.entry === null) === (slot.entry === null) && one.index === slot.index,
    );
    const old = lost[at];
    if (!pattern || !old || !isPinned(pattern)) return [];
    lost.splice(at, 1);
    const what = slot.entry ? 'The entry' : 'The key';
    return [
      moved(
        `${what} of \`${entity.model.name.text}\`${slot.index === null ? '' : ` on ${slot.index}`}`,
        slotText(old),
        slotText(slot),
        placeOf(pattern),
      ),
    ];
  });
}

function moved(what: string, from: string, to: string, at: Span): Diagnostic {
  return {
    code: 'key-moved',
    severity: 'warning',
    message: `${what} was ${from} and is now ${to}.`,
    at,
    notes: [{ message: 'stored items keep the old key until you migrate them' }],
    hint: 'Migrate them before you deploy, or pin the old key.',
  };
}

/** A change of `encode` moves every key with the attribute, though the text of the template stays the same. */
function movedEncodings({ model, attributes }: EntityLayout, before: LockedEntity | undefined): Diagnostic[] {
  return [...attributes.values()].flatMap((attribute): Diagnostic[] => {
    const old = before?.attributes.get(attribute.name);
    if (!old || old.isRetired || model.historyOf) return [];
    const [, from] = old.encoding.split(', in keys ');
    if (from === attribute.encode) return [];
    const at = model.encode.find(({ field }) => field.text === attribute.name)?.field.at ?? model.name.at;
    const shown = (encode: string | undefined) => (encode === undefined ? 'as it is' : `as \`${encode}\``);
    const what = `\`${model.name.text}.${attribute.name}\` in keys`;
    return [moved(what, shown(from), shown(attribute.encode), at)];
  });
}

function usedAgain(
  model: Model,
  layout: LaidOut,
  entity: EntityLayout,
  before: LockedEntity | undefined,
  after: LockedEntity,
  retired: ReadonlySet<string>,
): Diagnostic[] {
  const found: Diagnostic[] = [];
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
  const isMoved = before?.key !== undefined && !sameKey(before.key.key, after.key?.key);
  if (after.key && (isMoved || !before?.key)) look(null, prefixOf(after.key.key), keyPlace(entity.model));
  for (const slot of slotsThatCame(before, after)) {
    const pattern = readerOf(model, layout, entity, slot);
    if (!pattern) continue;
    if (slot.entry)
      look(null, entryPrefixOf(slot.entry), pattern.entry?.key.at(-1)?.template.at ?? placeOf(pattern));
    if (slot.index !== null) look(slot.index, prefixOf(slot.key), placeOf(pattern));
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
    const isSameEntry = slot.entry ? own !== undefined && sameKey(slot.entry, keyOf(own)) : own === undefined;
    return isSameEntry && read.slot.index === slot.index && sameKey(slot.key, keyOf(read.slot));
  });
}

function isPinned(pattern: PatternModel): boolean {
  return pattern.key.length > 0 || pattern.index !== undefined || pattern.entry !== undefined;
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

function keyOf({ partition, sort }: SlotPlan): LockedKey {
  return { partition: partition.text, sort: sort?.text ?? null };
}

function sameKey(a: LockedKey, b: LockedKey | undefined): boolean {
  return a.partition === b?.partition && a.sort === b.sort;
}

function keyText({ partition, sort }: LockedKey): string {
  return `\`${partition}\`${sort === null ? '' : ` / \`${sort}\``}`;
}

function slotText({ entry, index, key, shards, when }: LockedSlot): string {
  const of = when.map(({ field, values }) => `${field} ${values.join(' or ')}`);
  return [
    entry ? keyText(entry) : keyText(key),
    ...(entry && index !== null ? [`with ${keyText(key)}`] : []),
    ...(shards === null ? [] : [`in ${shards} shards`]),
    ...(of.length > 0 ? [`for ${of.join(', ')}`] : []),
  ].join(' ');
}
