/** The items of a query in order, across its partitions. */

import type { Requester } from '../client/requests.js';
import { rangeFrom, within } from '../keys/ranges.js';
import type { Filter, IndexRef, Item, Key, Part, Partitions, SortRange } from '../types.js';
import {
  bucketsIn,
  compareInBucket,
  type Position,
  positionOf,
  type Row,
  startKey,
} from './cursor/positions.js';
import { type ParentItem, type QueryAnswer, withParent } from './prefetch/item-collection.js';
import { isOwnKey, queryInput } from './query.js';

/** What of a query determines how its items are read. */
export interface Reading {
  readonly pattern: string;
  readonly index: IndexRef;
  readonly partitions: Partitions;
  /** Further key attributes by equality. */
  readonly equals?: Key | undefined;
  readonly sort?: SortRange | undefined;
  readonly filter?: Filter | undefined;
  /** Whether the filter is likely to drop items, so that more must be evaluated than are wanted. */
  readonly selective: boolean;
  readonly consistent?: boolean | undefined;
  readonly descending: boolean;
  /** Only the keys and these attributes are needed of each item. */
  readonly only?: readonly string[] | undefined;
  /** A record to be read with the first of the items. */
  readonly parent?: ParentItem | undefined;
}

/**
 * How many requests may still be made, beyond the first of each partition, because a filter dropped items. All readers
 * of one page share it. Requests made because of DynamoDB's 1 MB limit do not count: each returns rows.
 */
export interface ReadBudget {
  left: number;
}

/** The most items one request evaluates; usually DynamoDB's own limit, 1 MB, comes first. */
const mostEvaluated = 1000;

/** Reads one partition in one direction. */
class PartitionReader {
  readonly bucket: number;
  readonly shard: number;
  readonly #reading: Reading;
  readonly #partition: string | number;
  readonly #index: IndexRef;
  readonly #only: readonly unknown[] | undefined;
  readonly #range: SortRange | undefined;
  readonly #ascending: boolean;
  /** A sort key that was read only because DynamoDB has no exclusive bound next to another one. */
  readonly #skip: string | number | undefined;
  #rows: Row[] = [];
  #at = 0;
  #start: Key | undefined;
  #end = false;
  #started = false;
  #evaluated = 0;
  #found = 0;
  #lastLimit = 0;

  constructor(
    reading: Reading,
    place: { bucket: number; shard: number },
    part: Part,
    ascending: boolean,
    from?: Position,
  ) {
    this.#reading = reading;
    this.#partition = part.key;
    this.#index = part.index ?? reading.index;
    this.#only = part.only;
    this.#ascending = ascending;
    this.bucket = place.bucket;
    this.shard = place.shard;
    this.#range = part.sort;
    if (from !== undefined && from.shard === place.shard) {
      this.#start = startKey(this.#index, part.key, from);
      this.#end = this.#isLast(from.sort);
    } else if (from?.sort !== undefined) {
      // Equal sort keys are ordered by shard: those of shards before this position lie behind it.
      const isBehind = place.shard < from.shard === ascending;
      this.#range = rangeFrom(part.sort, from.sort, ascending, isBehind);
      if (isBehind) this.#skip = from.sort;
    }
    if (this.#range?.kind === 'empty') this.#end = true;
  }

  /** The next row, if it has been read. */
  get head(): Row | undefined {
    return this.#rows[this.#at];
  }

  take(): void {
    this.#at += 1;
  }

  /** Nothing is buffered and there may be more. */
  get dry(): boolean {
    return !this.#end && this.#at >= this.#rows.length;
  }

  /** Whether another request counts against the budget. */
  get costly(): boolean {
    return this.#started && this.#reading.filter !== undefined;
  }

  /** How far DynamoDB has evaluated: no later row lies before it. Undefined before the first request. */
  get frontier(): Position | undefined {
    if (!this.#started || this.#start === undefined) return undefined;
    return positionOf(this.#index, { item: this.#start, bucket: this.bucket, shard: this.shard });
  }

  async fetch(requester: Requester, wanted: number): Promise<void> {
    const { pattern, equals, filter, consistent, only, parent } = this.#reading;
    const index = this.#index;
    const limit = this.#limit(wanted);
    const shape = { pattern, index, equals, filter, consistent, only };
    const part = {
      partition: this.#partition,
      range: this.#range,
      start: this.#start,
      limit,
      ascending: this.#ascending,
    };
    const withItsParent = parent && !this.#started ? withParent(requester, parent, shape, part) : undefined;
    this.#started = true;
    this.#lastLimit = limit;
    const answer: QueryAnswer = await (withItsParent ??
      requester.send('Query', queryInput(requester.tableName(index.table), shape, part), pattern));
    const { Items = [], LastEvaluatedKey, ScannedCount = Items.length } = answer;
    this.#evaluated += ScannedCount;
    this.#rows = this.#keep(Items);
    this.#found += this.#rows.length;
    this.#start = LastEvaluatedKey;
    const { sort } = index;
    this.#end =
      LastEvaluatedKey === undefined ||
      (sort !== undefined && this.#isLast(LastEvaluatedKey[sort] as string | number));
    this.#at = 0;
  }

  /**
   * Whether no row can follow this sort key: no two items of a table have the same key. DynamoDB Local even refuses to
   * start at the end of a range.
   */
  #isLast(sort: string | number | undefined): boolean {
    const range = this.#range;
    if (sort === undefined || range === undefined || !isOwnKey(this.#index)) return false;
    if (range.kind === 'equals') return true;
    return range.kind === 'between' && sort === (this.#ascending ? (range.to ?? range.below) : range.from);
  }

  #keep(items: readonly Item[]): Row[] {
    const { sort } = this.#index;
    const index = this.#index === this.#reading.index ? undefined : this.#index;
    const exact = this.#skip === undefined && !isWidened(this.#range);
    const rows: Row[] = [];
    for (const item of items) {
      if (this.#only?.includes(item['_type']) === false) continue;
      if (!exact && sort !== undefined) {
        const key = item[sort] as string | number;
        if (key === this.#skip || !within(this.#range, key)) continue;
      }
      rows.push({ item, bucket: this.bucket, shard: this.shard, index });
    }
    return rows;
  }

  /** How many items to evaluate so that most likely `wanted` are returned. */
  #limit(wanted: number): number {
    // The one key that may lie on a bound that should exclude it.
    const least = wanted + (isWidened(this.#range) && !this.#ascending ? 1 : 0);
    // Nothing but what is to be skipped: there may be many of that sort key.
    if (this.#skip !== undefined && this.#started && this.#found === 0) return mostEvaluated;
    const { filter, selective } = this.#reading;
    if (filter === undefined) return least;
    if (!this.#started) return selective ? Math.max(least, Math.min(mostEvaluated, least * 2)) : least;
    const perFound = this.#evaluated / Math.max(0.5, this.#found);
    const likely = Math.ceil(least * perFound * 1.25);
    return Math.max(least, Math.min(mostEvaluated, likely, this.#lastLimit * 4));
  }
}

/** Whether DynamoDB reads one key more than the range contains: see `queryInput`. */
export function isWidened(range: SortRange | undefined): boolean {
  return range?.kind === 'between' && range.from !== undefined && range.below !== undefined;
}

/**
 * Merges the shards of one bucket by sort key. A row is returned once no shard can have an earlier one. One round of
 * requests for `wanted` rows of each shard determines that many, unless a filter or the 1 MB limit cuts a shard short.
 */
class BucketReader {
  readonly #readers: readonly PartitionReader[];
  readonly #sign: 1 | -1;
  readonly #index: IndexRef;

  constructor(readers: readonly PartitionReader[], index: IndexRef, ascending: boolean) {
    this.#readers = readers;
    this.#index = index;
    this.#sign = ascending ? 1 : -1;
  }

  /** The next row; undefined where a request must be made first, or nothing is left. */
  take(): Row | undefined {
    const [only] = this.#readers;
    if (this.#readers.length === 1 && only !== undefined) {
      const row = only.head;
      if (row !== undefined) only.take();
      return row;
    }
    let first: PartitionReader | undefined;
    let firstSort: string | number | undefined;
    for (const reader of this.#readers) {
      const head = reader.head;
      if (head === undefined) continue;
      const sort = this.#sortOf(head.item);
      if (first === undefined || this.#isBefore(sort, reader.shard, firstSort, first.shard)) {
        first = reader;
        firstSort = sort;
      }
    }
    if (first === undefined) return undefined;
    for (const reader of this.#readers) {
      if (!reader.dry) continue;
      const frontier = reader.frontier;
      // The next row of this shard lies after its frontier; a row before that is determined.
      if (frontier === undefined || !this.#isBefore(firstSort, first.shard, frontier.sort, frontier.shard)) {
        return undefined;
      }
    }
    const row = first.head;
    first.take();
    return row;
  }

  get done(): boolean {
    return this.#readers.every((reader) => !reader.dry && reader.head === undefined);
  }

  /** Reads more of every shard without buffered rows, in parallel. False where the budget does not allow it. */
  async fill(requester: Requester, wanted: number, budget: ReadBudget): Promise<boolean> {
    const dry = this.#readers.filter((reader) => reader.dry);
    const further = dry.filter((reader) => reader.costly).length;
    if (further > budget.left) return false;
    budget.left -= further;
    await Promise.all(dry.map((reader) => reader.fetch(requester, wanted)));
    return true;
  }

  /** The position up to which every row was returned, where requests are still to be made. */
  get frontier(): Position | undefined {
    let first: Position | undefined;
    for (const reader of this.#readers) {
      const frontier = reader.dry ? reader.frontier : undefined;
      if (frontier === undefined) continue;
      if (first === undefined || this.#isBefore(frontier.sort, frontier.shard, first.sort, first.shard))
        first = frontier;
    }
    return first;
  }

  #sortOf(item: Item): string | number | undefined {
    return this.#index.sort === undefined ? undefined : (item[this.#index.sort] as string | number);
  }

  #isBefore(
    sort: string | number | undefined,
    shard: number,
    otherSort: string | number | undefined,
    other: number,
  ): boolean {
    return compareInBucket({ sort, shard }, { sort: otherSort, shard: other }) * this.#sign < 0;
  }
}

/** Why rows stopped coming. */
export type Stop = 'enough' | 'end' | 'budget';

/** All rows of a query from a position on, in the query's order or against it. */
export class RowSource {
  readonly #reading: Reading;
  readonly #requester: Requester;
  readonly #budget: ReadBudget;
  readonly #buckets: readonly (readonly Part[])[];
  readonly #readers = new Map<number, BucketReader>();
  readonly #step: 1 | -1;
  readonly #ascending: boolean;
  readonly #from: Position | undefined;
  #bucket: number;
  #empty = 0;

  /**
   * @param backward against the query's own order
   * @param from begins after this position in that direction; without it, at the first row
   */
  constructor(
    requester: Requester,
    reading: Reading,
    backward: boolean,
    budget: ReadBudget,
    from?: Position,
  ) {
    this.#requester = requester;
    this.#reading = reading;
    this.#budget = budget;
    this.#from = from;
    this.#buckets = bucketsIn(reading.partitions, reading.sort);
    this.#step = backward ? -1 : 1;
    this.#ascending = reading.descending === backward;
    this.#bucket = from?.bucket ?? (backward ? this.#buckets.length - 1 : 0);
  }

  /** Up to `wanted` rows, none after the first that `isLast` holds for, and why there are no more. */
  async take(
    wanted: number,
    isLast?: (row: Row) => boolean,
  ): Promise<{ readonly rows: readonly Row[]; readonly stop: Stop }> {
    const rows: Row[] = [];
    while (rows.length < wanted) {
      const reader = this.#reader(this.#bucket);
      if (reader === undefined) return { rows, stop: 'end' };
      const row = reader.take();
      if (row !== undefined) {
        this.#empty = 0;
        rows.push(row);
        if (isLast?.(row)) break;
      } else if (reader.done) {
        this.#readers.delete(this.#bucket);
        this.#bucket += this.#step;
        this.#empty += 1;
      } else if (!(await this.#fill(wanted - rows.length))) return { rows, stop: 'budget' };
    }
    return { rows, stop: 'enough' };
  }

  /** The position up to which everything was returned; only meaningful after `take` stopped for the budget. */
  get frontier(): Position | undefined {
    return this.#readers.get(this.#bucket)?.frontier;
  }

  #reader(bucket: number): BucketReader | undefined {
    const known = this.#readers.get(bucket);
    const shards = this.#buckets[bucket];
    if (known !== undefined || shards === undefined) return known;
    const from = this.#from?.bucket === bucket ? this.#from : undefined;
    const readers = shards.map(
      (part, shard) => new PartitionReader(this.#reading, { bucket, shard }, part, this.#ascending, from),
    );
    const reader = new BucketReader(readers, this.#reading.index, this.#ascending);
    this.#readers.set(bucket, reader);
    return reader;
  }

  /**
   * Reads more of this bucket. After consecutive empty buckets it reads as many of the next ones in parallel, so that a
   * gap of n buckets takes about log n steps; never more buckets than the pattern declares. What follows single records
   * is read in parallel with them.
   */
  async #fill(wanted: number): Promise<boolean> {
    const prefetch: Promise<boolean>[] = [];
    let single = this.#singles(this.#bucket);
    for (let n = 1; n < this.#empty || single < wanted; n++) {
      const next = this.#bucket + n * this.#step;
      const known = this.#readers.has(next);
      const reader = this.#reader(next);
      if (reader === undefined) break;
      if (!known) prefetch.push(reader.fill(this.#requester, wanted, this.#budget));
      single += this.#singles(next);
    }
    const [filled] = await Promise.all([
      (this.#reader(this.#bucket) as BucketReader).fill(this.#requester, wanted, this.#budget),
      ...prefetch,
    ]);
    return filled;
  }

  /** How many records a bucket has at most, where it is of whole keys. */
  #singles(bucket: number): number {
    const parts = this.#buckets[bucket] ?? [];
    return parts.every(({ sort }) => sort?.kind === 'equals') ? parts.length : Number.POSITIVE_INFINITY;
  }
}
