/** Words that keys begin with and that nothing else may begin with: items under them may still be stored. */

import type { Lock, LockedKey, LockedSlot } from '../../lock.js';

/** What the key begins with, up to its first value: `USER` distinguishes `USER#{id}` from all other keys. */
export function prefixOf({ partition }: Pick<LockedKey, 'partition'>): string {
  return literalHead(partition) || partition;
}

/** Entries lie in partitions of their record: the sort key tells them apart. */
export function entryPrefixOf({ partition, sort }: LockedKey): string {
  return `${partition} / ${literalHead(sort ?? '')}`;
}

/** The prefixes of a slot, with the index they are on; null is the table. */
export function prefixesOf(
  slot: Pick<LockedSlot, 'entry' | 'index' | 'key'>,
): { index: string | null; prefix: string }[] {
  return [
    ...(slot.entry ? [{ index: null, prefix: entryPrefixOf(slot.entry) }] : []),
    ...(slot.index === null ? [] : [{ index: slot.index, prefix: prefixOf(slot.key) }]),
  ];
}

/** What is retired in the lock, and the keys of entities that are no more. */
export function retiredPrefixes(
  lock: Lock,
  entities: ReadonlySet<string>,
): { index: string | null; prefix: string }[] {
  return [...lock.entities].flatMap(([name, entity]) => {
    const isGone = !entities.has(name);
    const keys = [
      ...entity.retired.map((one) => one.key),
      ...(isGone
        ? [
            ...(entity.key ? [entity.key.key] : []),
            ...entity.guards.values(),
            ...entity.aggregates.values(),
            ...entity.counters.values(),
          ]
        : []),
    ];
    return [
      ...keys.map((key) => ({ index: null, prefix: prefixOf(key) })),
      ...entity.slots.filter((slot) => slot.isRetired || isGone).flatMap(prefixesOf),
    ];
  });
}

/** The prefixes of today's keys: what moves among them is reported as moved. */
export function livePrefixes(lock: Lock): { index: string | null; prefix: string }[] {
  return [...lock.entities.values()].flatMap(({ key, slots }) => [
    ...(key ? [{ index: null, prefix: prefixOf(key.key) }] : []),
    ...slots.filter((slot) => !slot.isRetired).flatMap(prefixesOf),
  ]);
}

/** The head itself, or the head with a number. */
export function unusedHead(head: string, isTaken: (head: string) => boolean): string {
  if (!isTaken(head)) return head;
  for (let number = 2; ; number++) if (!isTaken(`${head}_${number}`)) return `${head}_${number}`;
}

function literalHead(text: string): string {
  return (text.split('{')[0] ?? '').replace(/#$/, '');
}
