/** Counts a query's items: DynamoDB counts, and returns only the numbers. */

import type { Requester } from '../client/requests.js';
import type { Key, Part } from '../types.js';
import { bucketsIn } from './cursor/positions.js';
import { queryInput } from './query.js';
import { isWidened, type Reading, RowSource, type Stop } from './sources.js';

interface Tally {
  found: number;
  /** Further requests that may be made after one whose filter dropped most of what it read. */
  left: number;
  stop: Stop;
}

/**
 * How many items a query has, counted up to `cap`. The shards of a bucket are counted side by side; of buckets
 * twice as many each time, so that a cap that is soon reached costs little and many buckets take few steps.
 * `budget` where the filter drops so much that the count cannot be found within so many further requests.
 */
export async function countItems(
  requester: Requester,
  reading: Reading,
  cap: number,
  budget: number,
): Promise<{ readonly found: number; readonly stop: Stop }> {
  const { sort, partitions } = reading;
  if (cap <= 0) return { found: 0, stop: 'end' };
  const buckets = bucketsIn(partitions, sort);
  if (buckets.some((parts) => parts.some((part) => isWidened(part.sort)))) {
    // One of the keys DynamoDB would count may lie on the bound that excludes it: the keys have to be seen.
    const source = new RowSource(requester, { ...reading, only: [] }, false, { left: budget });
    const { rows, stop } = await source.take(cap);
    return { found: rows.length, stop };
  }
  const tally: Tally = { found: 0, left: budget, stop: 'end' };
  for (let at = 0, size = 1; at < buckets.length && tally.found < cap && tally.stop === 'end'; size *= 2) {
    const group = buckets.slice(at, at + size).flat();
    await Promise.all(group.map((part) => countPart(requester, reading, part, cap, tally)));
    at += size;
  }
  if (tally.found >= cap) return { found: cap, stop: 'enough' };
  return { found: tally.found, stop: tally.stop };
}

async function countPart(
  requester: Requester,
  { pattern, index: queried, equals, filter, consistent }: Reading,
  { key: partition, sort: range, index = queried }: Part,
  cap: number,
  tally: Tally,
): Promise<void> {
  let start: Key | undefined;
  // Where a filter drops items, each request looks further than the last.
  for (let prefetch = 2; tally.found < cap; prefetch *= 4) {
    const limit = (cap - tally.found) * (filter === undefined ? 1 : prefetch);
    const input = queryInput(
      requester.tableName(index.table),
      { pattern, index, equals, filter, consistent },
      { partition, range, start, limit, ascending: true },
    );
    const {
      Count = 0,
      ScannedCount = Count,
      LastEvaluatedKey,
    } = await requester.send('Query', { ...input, Select: 'COUNT' }, pattern);
    tally.found += Count;
    if (LastEvaluatedKey === undefined) return;
    // A request that found as much as it dropped brings the count on; the cap bounds those.
    if (Count * 2 < ScannedCount && tally.left-- <= 0) {
      tally.stop = 'budget';
      return;
    }
    start = LastEvaluatedKey as Key;
  }
}
