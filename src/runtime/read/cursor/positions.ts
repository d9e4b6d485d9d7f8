/** The position of an item in the order of a query. */

import { keyOfItem } from '../../keys/item-key.js';
import { compareKeys } from '../../keys/ranges.js';
import type { IndexRef, Item, Key, Part, Partitions, SortRange } from '../../types.js';

/**
 * A position in the order of a query: the whole key of the item that is or was there. Inserting or deleting items
 * elsewhere does not move it.
 */
export interface Position {
  /** Which of the buckets, in the query's order; 0 unless the partitions are a sequence. */
  readonly bucket: number;
  /** Which of the bucket's shards; 0 unless there are several. */
  readonly shard: number;
  /** The sort key in the index; undefined where the index has none. */
  readonly sort: string | number | undefined;
  /** Values of the index's further key attributes, in their order. */
  readonly more?: readonly (string | number)[];
  /** The key in the index's table. */
  readonly base: Key;
}

/** An item as a query gave it, and where it was found. */
export interface Row {
  readonly item: Item;
  readonly bucket: number;
  readonly shard: number;
  /** Where it was found, unless in the query's index. */
  readonly index?: IndexRef | undefined;
}

/** @param queried the query's index */
export function positionOf(queried: IndexRef, { item, bucket, shard, index = queried }: Row): Position {
  const sort = index.sort === undefined ? undefined : (item[index.sort] as string | number);
  const base = keyOfItem(index.table, item);
  if (index.more === undefined) return { bucket, shard, sort, base };
  return { bucket, shard, sort, more: index.more.map((name) => item[name] as string | number), base };
}

/** The ExclusiveStartKey for a query that continues after a position in this partition. */
export function startKey(index: IndexRef, partition: string | number, { sort, more, base }: Position): Key {
  const key: Key = { ...base, [index.partition]: partition };
  if (index.sort !== undefined && sort !== undefined) key[index.sort] = sort;
  for (const [at, name] of (index.more ?? []).entries()) {
    const value = more?.[at];
    if (value !== undefined) key[name] = value;
  }
  return key;
}

/** What a query reads, as a sequence of buckets, each a list of shards. */
export function bucketsIn(
  partitions: Partitions,
  sort?: SortRange | undefined,
): readonly (readonly Part[])[] {
  if (partitions.kind === 'parts') return partitions.lists;
  if (sort?.kind === 'empty') return [];
  const parts = (keys: readonly (string | number)[]) => keys.map((key): Part => ({ key, sort }));
  if (partitions.kind === 'one') return [parts([partitions.key])];
  return partitions.kind === 'merge' ? [parts(partitions.keys)] : partitions.keys.map(parts);
}

/**
 * Compares two positions of one bucket as ascending shards are merged: by sort key, then by shard. Zero says
 * that both are in one shard under one sort key, where only DynamoDB knows the order.
 */
export function compareInBucket(
  a: { readonly sort: string | number | undefined; readonly shard: number },
  b: { readonly sort: string | number | undefined; readonly shard: number },
): number {
  const bySort = a.sort === undefined || b.sort === undefined ? 0 : compareKeys(a.sort, b.sort);
  return bySort === 0 ? a.shard - b.shard : bySort;
}
