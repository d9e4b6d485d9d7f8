/** Names of what is retired that a declaration uses again. */

import type { Diagnostic, Span } from '../../diagnostics/diagnostic.js';
import type { Lock, LockedEntity } from '../../lock.js';
import { slotName } from '../../lock.js';
import { type Model, type PatternModel, printType } from '../../model.js';
import type { EntityLayout, Layout } from '../types.js';
import { livePrefixes, prefixesOf, prefixOf, retiredPrefixes } from './claims.js';
import { storedAs, storedBefore } from './pending.js';
import { attributePlace, keyPlace, placeOf } from './places.js';
import { isSameKey, type MatchedSlots, matchedSlots } from './slots.js';

export function reuseFindings(
  model: Model,
  layout: Pick<Layout, 'entities' | 'readers'>,
  lock: Lock,
  next: Lock,
): Diagnostic[] {
  const names = new Set(model.entities.map((entity) => entity.name.text));
  const retired = new Set(retiredPrefixes(lock, names).map(({ index, prefix }) => claim(index, prefix)));
  for (const { index, prefix } of livePrefixes(lock)) retired.delete(claim(index, prefix));
  return [...layout.entities].flatMap(([name, entity]) => {
    const before = lock.entities.get(name);
    const after = next.entities.get(name);
    if (!after) return [];
    return [
      ...prefixes(layout, entity, { before, after, retired, lock, next }),
      ...retypedRetired(model, entity, before, after),
    ];
  });
}

function prefixes(
  { readers }: Pick<Layout, 'readers'>,
  entity: EntityLayout,
  {
    before,
    after,
    retired,
    lock,
    next,
  }: {
    readonly before: LockedEntity | undefined;
    readonly after: LockedEntity;
    readonly retired: ReadonlySet<string>;
    readonly lock: Lock;
    readonly next: Lock;
  },
): Diagnostic[] {
  if (retired.size === 0) return [];
  const found: Diagnostic[] = [];
  const name = entity.table.name.text;
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
  const matched = matchedSlots(entity, before, lock.tables.get(name));
  const known = new Set(matched.renamed.values());
  for (const slot of matched.now) {
    const pattern = known.has(slotName(slot)) ? undefined : readerOf(readers, matched, slotName(slot));
    if (!pattern) continue;
    const ownAt = slot.entry && pattern.entry?.key.at(-1)?.template.at;
    for (const { index, prefix } of prefixesOf(slot, next.tables.get(name)))
      look(index, prefix, (index === null ? ownAt : undefined) ?? placeOf(pattern));
  }
  return found;
}

/** The first pattern that reads a slot. */
function readerOf(
  readers: Layout['readers'],
  { names }: MatchedSlots,
  slot: string,
): PatternModel | undefined {
  return readers.find(({ read }) => read && names.get(read.slot) === slot)?.pattern;
}

function retypedRetired(
  model: Model,
  entity: EntityLayout,
  before: LockedEntity | undefined,
  after: LockedEntity,
): Diagnostic[] {
  if (entity.model.historyOf) return [];
  return [...entity.attributes.values()].flatMap((attribute): Diagnostic[] => {
    const old = before?.attributes.get(attribute.name);
    const now = after.attributes.get(attribute.name);
    if (!old?.isRetired || !now || storedBefore(old, now) === storedAs(now)) return [];
    return [
      {
        code: 'attribute-retyped',
        severity: 'error',
        message: `\`${entity.model.name.text}.${attribute.name}\` is \`${printType(attribute.type)}\`, but earlier records have ${article(old.encoding)} there.`,
        at: attributePlace(model, entity.model, attribute.name),
        hint: 'Rename it, or delete the line from the lock if no such record was ever stored.',
      },
    ];
  });
}

export function article(encoding: string): string {
  if (encoding === 'text' || encoding === 'json') return encoding === 'text' ? encoding : 'JSON';
  if (encoding === 'document') return 'a list, a set or an object';
  return `${/^[aeiou]/.test(encoding) ? 'an' : 'a'} ${encoding}`;
}

function claim(index: string | null, prefix: string): string {
  return `${index ?? ''} ${prefix}`;
}
