/** Words that keys begin with and that nothing else may begin with: items under them may still be stored. */

import type { Lock, LockedEntity, LockedKey, LockedSlot, LockedTable } from '../../lock.js';

/** What the key begins with, up to its first value: `USER` distinguishes `USER#{id}` from all other keys. */
export function prefixOf({ partition }: Pick<LockedKey, 'partition'>): string {
  return literalHead(partition) || partition;
}

/** Entries lie in partitions of their record: the sort key tells them apart. */
export function entryPrefixOf({ partition, sort }: LockedKey): string {
  return `${partition} / ${literalHead(sort ?? '')}`;
}

/**
 * The prefixes of a slot, with the index they are on; null is the table. In a local index, as in the table, the items of a
 * partition are distinguished by their sort keys.
 */
export function prefixesOf(
  { entry, index, key }: Pick<LockedSlot, 'entry' | 'index' | 'key'>,
  table: LockedTable | undefined,
): { index: string | null; prefix: string }[] {
  return [
    ...(entry ? [{ index: null, prefix: entryPrefixOf(entry) }] : []),
    ...(index === null
      ? []
      : [{ index, prefix: isLocal(table, index, key) ? entryPrefixOf(key) : prefixOf(key) }]),
  ];
}

/** The lock has one attribute of a local index: its sort key. */
function isLocal(table: LockedTable | undefined, index: string, { sort }: LockedKey): boolean {
  return sort !== null && table?.indexes.get(index)?.attributes.length === 1;
}

/** What the lock has of the table of an entity. */
function tableOf({ tables }: Lock, { key }: LockedEntity): LockedTable | undefined {
  return key && tables.get(key.table);
}

/** What is retired in the lock, and the keys of entities that are no more. Before it is sealed, nothing is. */
export function retiredPrefixes(
  lock: Lock,
  entities: ReadonlySet<string>,
): { index: string | null; prefix: string }[] {
  if (!lock.isSealed) return [];
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
      ...entity.slots
        .filter((slot) => slot.isRetired || isGone)
        .flatMap((slot) => prefixesOf(slot, tableOf(lock, entity))),
    ];
  });
}

/** The prefixes of today's keys: what moves among them is reported as moved. */
export function livePrefixes(lock: Lock): { index: string | null; prefix: string }[] {
  return [...lock.entities.values()].flatMap((entity) => [
    ...(entity.key ? [{ index: null, prefix: prefixOf(entity.key.key) }] : []),
    ...entity.slots
      .filter((slot) => !slot.isRetired)
      .flatMap((slot) => prefixesOf(slot, tableOf(lock, entity))),
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
