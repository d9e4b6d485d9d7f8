/** The key of one item, and its identity as text. */
import type { CachePolicy, Item, Key, TableRef } from '../types.js';

/** One item to be read. */
export interface ItemKey {
  readonly table: TableRef;
  readonly key: Key;
  /** Strongly consistent: sees every write that was acknowledged before. */
  readonly consistent?: boolean;
  /** For how long others may be answered with it. Default: it is read. */
  readonly cache?: CachePolicy | undefined;
  /** The entity it is read for: for observers, as the read does not depend on it. */
  readonly entity?: string;
}

/** A text that is the same for two keys just where they name the same item. */
export function itemId(table: TableRef, key: Key): string {
  const partition = String(key[table.partition]);
  // The length tells where the partition key ends, whatever both parts contain.
  return `${table.name} ${partition.length} ${partition}${table.sort === undefined ? '' : key[table.sort]}`;
}

/** The key of an item's own table, taken from the item. */
export function keyOfItem(table: TableRef, item: Item): Key {
  const key: Key = { [table.partition]: item[table.partition] as string | number };
  if (table.sort !== undefined) key[table.sort] = item[table.sort] as string | number;
  return key;
}
