/** What patterns read, and the keys they left: stored items keep those until they are written again. */

import type { LockedEntity, LockedPattern } from '../../lock.js';
import { isMaintained } from '../../model.js';
import { constraintOf, isByGuard } from '../serving.js';
import type { EntityLayout, Reader } from '../types.js';
import { isSameKey, type NumberedSlots, writtenBefore, writtenKey, writtenNow } from './slots.js';

/** By the names of patterns. */
export function lockedPatterns(
  { aggregates, guards, items }: EntityLayout,
  readers: readonly Reader[],
  { numbers }: NumberedSlots,
): LockedEntity['patterns'] {
  const readsOf = ({ pattern, read }: Reader): string | undefined => {
    if (isMaintained(pattern)) {
      const one = aggregates.find(({ kind, name }) => kind !== 'sequence' && name === pattern.name.text);
      return one && `number ${one.partition.text}`;
    }
    if (isByGuard(pattern)) return `guard ${constraintOf(pattern, guards)?.partition.text}`;
    if (!read || read.slot === items[0]?.slots[0]) return 'key';
    const number = numbers.get(read.slot);
    return number === undefined ? `index ${read.slot.index}` : `slot ${number}`;
  };
  return new Map(
    readers.flatMap((reader): [string, LockedPattern][] => {
      const { name, for: field } = reader.pattern;
      const reads = readsOf(reader);
      return reads ? [[name.text, { field: field ? `${field.type}.${field.field}` : null, reads }]] : [];
    }),
  );
}

/** The moves that are open, and those that this layout adds. */
export function movesOf(
  entity: EntityLayout,
  now: Pick<LockedEntity, 'key' | 'patterns'>,
  before: LockedEntity | undefined,
): LockedEntity['moved'] {
  const known = before?.patterns ?? new Map<string, LockedPattern>();
  const open = before?.moved.patterns ?? new Map<string, readonly string[]>();
  const isKeyMoved = hasMoved(entity, now, before);
  // In another table, records are lost as a whole: that is reported once.
  const isSameTable = before?.key?.table === now.key?.table;
  // Stored records have the keys that were there, unless those came by a move that is still open.
  const filled = new Set(
    (before?.slots ?? []).filter((slot) => !slot.isRetired).map(({ number }) => `slot ${number}`),
  );
  for (const name of open.keys()) filled.delete(known.get(name)?.reads ?? '');
  for (const { partition } of before?.guards.values() ?? []) filled.add(`guard ${partition}`);
  const isFilled = (reads: string) => reads === 'key' || reads.startsWith('index ') || filled.has(reads);
  const patterns = [...now.patterns].flatMap(([name, { field, reads }]): [string, string[]][] => {
    const [former, was] =
      [...known].find(([one]) => one === name) ??
      [...known].find(([one, other]) => field !== null && other.field === field && !now.patterns.has(one)) ??
      [];
    if (former === undefined || was === undefined) return [];
    const left = open.get(former) ?? [];
    const isNew = was.reads !== reads && !isFilled(reads) && isSameTable;
    const all = [...new Set([...left, ...(isNew ? [was.reads] : [])])].filter((one) => one !== reads);
    return all.length > 0 ? [[name, all]] : [];
  });
  return { key: isKeyMoved ? writtenTableKey(before) : before?.moved.key, patterns: new Map(patterns) };
}

function hasMoved(
  entity: EntityLayout,
  { key }: Pick<LockedEntity, 'key'>,
  before: LockedEntity | undefined,
): boolean {
  const old = before?.key;
  if (!old || !key) return false;
  const [was, is] = [
    writtenKey(old.key, writtenBefore(before, entity)),
    writtenKey(key.key, writtenNow(entity)),
  ];
  return old.table !== key.table || !isSameKey(was, is);
}

function writtenTableKey(before: LockedEntity | undefined): LockedEntity['key'] {
  return before?.key && { ...before.key, key: writtenKey(before.key.key, writtenBefore(before)) };
}
