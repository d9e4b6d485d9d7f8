/** From a query's rows to its nodes. */

import type { Requester } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import { isExpired, liveFilter } from '../expiry.js';
import { type ItemKey, itemId } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import type { CachePolicy, EntityReader, IndexQuery, IndexRef, Item } from '../types.js';
import { whole } from '../whole.js';
import { batchGetLimit } from './batch-get.js';
import { countItems } from './count.js';
import { type Position, positionOf, type Row } from './cursor/positions.js';
import type { ParentItem } from './prefetch/item-collection.js';
import { isOwnKey } from './query.js';
import { type ReadBudget, type Reading, RowSource, type Stop } from './sources.js';

/** What a reader uses of its session. */
export interface ReaderOptions {
  readonly requester: Requester;
  readonly now: () => Date;
  /** The items under some keys, in order; null where there is none. Batches keys that are requested at the same time. */
  readonly items: (keys: readonly ItemKey[]) => Promise<readonly (Item | null)[]>;
  /** Called with the whole items of a query. */
  readonly seen: (index: IndexRef, items: readonly Item[]) => void;
}

/** A node, and its row. */
export interface FoundNode<R> {
  readonly row: Row;
  readonly node: R;
}

/** What is read, and which way. */
export interface Direction {
  /** Against the query's own order. */
  readonly backward?: boolean;
  /** Begins after this position, in that direction. */
  readonly from?: Position | undefined;
  /** The fields requested of the nodes. Default: all. */
  readonly fields?: ReadonlySet<string> | undefined;
  /** A record in the same item collection, to be read with the first of the nodes. */
  readonly parent?: ParentItem | undefined;
}

/** Reads the nodes of queries: from the index where it covers the requested fields, else by key from the table. */
export class Reader {
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** The nodes of a query, to be taken in parts. */
  nodes<R extends object>(query: IndexQuery<R>, direction: Direction = {}): Nodes<R> {
    const budget = { left: query.budget ?? this.#options.requester.limits.readBudget };
    return new Nodes(this.#options, query, direction, budget);
  }

  /** Whether there is a node in this direction. Where the read budget ends first: true, as there is more to read. */
  async exists<R extends object>(query: IndexQuery<R>, direction: Direction): Promise<boolean> {
    const { found, stop } = await this.nodes(query, direction).take(1);
    return found.length > 0 || stop === 'budget';
  }

  /** The first nodes, at most `most`. READ_BUDGET where the filter leaves so few that they cannot be found. */
  async list<R extends object>(
    query: IndexQuery<R>,
    most: number,
    direction: Direction = {},
  ): Promise<readonly R[]> {
    const { found, stop } = await this.observed(query, () => this.nodes(query, direction).take(most));
    if (stop === 'budget') throw readBudget(query.pattern);
    return found.map(({ node }) => node);
  }

  /** Reads what the query's pattern is answered with, which observers watch. */
  observed<T>(
    { pattern: name, index }: Pick<IndexQuery<object>, 'pattern' | 'index'>,
    read: () => Promise<T>,
  ): Promise<T> {
    const place = () => (index.name === undefined || isOwnKey(index) ? 'table' : index.name);
    const { observers } = this.#options.requester;
    return observers.pattern(() => ({ kind: 'read', name, index: place() }), read);
  }

  /** Every node, however many requests it takes: for rules, not for fields of clients. */
  async *each<R extends object>(query: IndexQuery<R>): AsyncGenerator<R, void, undefined> {
    const nodes = new Nodes(this.#options, query, {}, { left: Number.POSITIVE_INFINITY });
    for (;;) {
      const { found, stop } = await nodes.take(batchGetLimit);
      for (const { node } of found) yield node;
      if (stop !== 'enough') return;
    }
  }

  /** How many items a query has, counted up to `cap`. Index items whose record was just removed still count. */
  async count<R extends object>(query: IndexQuery<R>, cap: number): Promise<number> {
    const { requester, now } = this.#options;
    const budget = query.budget ?? requester.limits.readBudget;
    const { found, stop } = await this.observed(query, () =>
      countItems(requester, readingOf(query, now()), cap, budget),
    );
    if (stop === 'budget') throw readBudget(query.pattern);
    return found;
  }
}

function readBudget(pattern: string): TableloomError {
  const message =
    'Too few items match to find the answer within the reads allowed; use a narrower filter or range.';
  return new TableloomError('READ_BUDGET', message, { pattern });
}

function readingOf<R extends object>(query: IndexQuery<R>, now: Date): Reading {
  const { pattern, index, partitions, equals, sort, filter, consistent, descending, entity, covering } =
    query;
  return {
    pattern,
    index,
    partitions,
    equals,
    sort,
    // DynamoDB refuses a filter on an attribute the index does not project; those items are checked when read.
    filter:
      covering.kind === 'some'
        ? filter
        : liveFilter(filter, covering.kind === 'all' ? entity : covering.join, index, now),
    selective: filter !== undefined,
    consistent,
    descending,
  };
}

type Through = Extract<IndexQuery<object>['covering'], { readonly kind: 'through' }>;

/** The nodes of one query in one direction. */
export class Nodes<R extends object> {
  readonly #options: ReaderOptions;
  readonly #query: IndexQuery<R>;
  readonly #source: RowSource;
  readonly #budget: ReadBudget;
  readonly #now: Date;
  readonly #follow: boolean;
  /** Items are read without their documents, lists and sets: they must not be remembered as whole ones. */
  readonly #isProjection: boolean;
  /** What was found so far, where duplicates are dropped. */
  readonly #seen = new Set<string>();
  readonly #rest: FoundNode<R>[] = [];
  #last: Row | undefined;
  #sourceStopped = false;

  constructor(options: ReaderOptions, query: IndexQuery<R>, direction: Direction, budget: ReadBudget) {
    this.#options = options;
    this.#query = query;
    this.#budget = budget;
    this.#now = options.now();
    const { entity, covering } = query;
    this.#isProjection = covering.kind === 'all' && isEnough(query, direction.fields);
    const only = this.#isProjection
      ? [...(entity.projection ?? []), ...(entity.ttl ? [entity.ttl] : [])]
      : undefined;
    const reading = { ...readingOf(query, this.#now), parent: direction.parent, only };
    this.#source = new RowSource(
      options.requester,
      reading,
      direction.backward ?? false,
      budget,
      direction.from,
    );
    // Only the record itself, not its entry, tells whether it has expired.
    this.#follow =
      covering.kind === 'some' && (entity.ttl !== undefined || !isEnough(query, direction.fields));
  }

  /** Up to `wanted` nodes, none after the first that `isLast` holds for, and why there are no more. */
  async take(
    wanted: number,
    isLast: (row: Row) => boolean = () => false,
  ): Promise<{ readonly found: readonly FoundNode<R>[]; readonly stop: Stop }> {
    const found = this.#rest;
    for (let round = 0; found.length < wanted; round++) {
      // Records that were deleted or expired are either rare or many: each round reads further.
      const missing = wanted - found.length;
      const size = round === 0 ? missing : Math.max(missing, Math.min(batchGetLimit, missing * 2 ** round));
      if (round > 0 && this.#budget.left-- <= 0) return { found: found.splice(0), stop: 'budget' };
      const { rows, stop } = await this.#source.take(size, isLast);
      this.#last = rows.at(-1) ?? this.#last;
      found.push(...this.#withoutDuplicates(await this.#nodes(rows)));
      if (stop === 'budget') this.#sourceStopped = true;
      const last = found.at(-1);
      if (last !== undefined && isLast(last.row)) break;
      if (stop !== 'enough' && found.length < wanted) return { found: found.splice(0), stop };
    }
    return { found: found.splice(0, wanted), stop: 'enough' };
  }

  /** The position up to which all nodes were returned, once the budget has ended. */
  get frontier(): Position | undefined {
    if (this.#sourceStopped) return this.#source.frontier;
    return this.#last && positionOf(this.#query.index, this.#last);
  }

  async #nodes(rows: readonly Row[]): Promise<FoundNode<R>[]> {
    const { entity, covering, index } = this.#query;
    if (covering.kind === 'through') return this.#ledTo(rows, covering);
    if (this.#follow && covering.kind === 'some') {
      const { table, name } = entity;
      const cache = this.#cacheOf(entity);
      const keys = rows.map(({ item }) => ({ table, key: covering.keyOf(item), entity: name, cache }));
      const items = rows.length === 0 ? [] : await this.#options.items(keys);
      return this.#live(rows, items, (item) => whole(entity, item));
    }
    const items = rows.map(({ item }) => item);
    // Only these fields of a record are selected: see `isEnough`.
    if (covering.kind === 'some') return this.#live(rows, items, (item) => covering.read(item) as R);
    if (!this.#isProjection) this.#options.seen(index, items);
    const isPart = this.#isProjection || undefined;
    return this.#live(rows, items, (item) => whole(entity, item, isPart));
  }

  /** The records that the items of a join refer to, without those of expired items and of items that refer to none. */
  async #ledTo(rows: readonly Row[], { join, keyOf }: Through): Promise<FoundNode<R>[]> {
    const { entity } = this.#query;
    const leading: Row[] = [];
    const keys: ItemKey[] = [];
    for (const row of rows) {
      const key = isExpired(join, row.item, this.#now) ? undefined : keyOf(row.item);
      if (key === undefined) continue;
      if (this.#query.distinct === true && this.#isSeen(itemId(entity.table, key))) continue;
      leading.push(row);
      const { table, name } = entity;
      const cache = this.#cacheOf(entity);
      keys.push({ table, key: checkKey(key, table), entity: name, cache, ...this.#consistent });
    }
    const items = keys.length === 0 ? [] : await this.#options.items(keys);
    return this.#live(leading, items, (item) => whole(entity, item));
  }

  #withoutDuplicates(found: readonly FoundNode<R>[]): readonly FoundNode<R>[] {
    const { distinct } = this.#query;
    if (distinct === undefined || distinct === true) return found;
    return found.filter(({ node }) => !this.#isSeen(JSON.stringify(node[distinct])));
  }

  #isSeen(id: string): boolean {
    if (this.#seen.has(id)) return true;
    this.#seen.add(id);
    return false;
  }

  /** An answer that is cached itself is not made of what is older. */
  #cacheOf({ cache }: Pick<EntityReader<R>, 'cache'>): CachePolicy | undefined {
    return this.#query.cache === undefined ? cache : undefined;
  }

  get #consistent(): { readonly consistent?: true } {
    return this.#query.consistent ? { consistent: true } : {};
  }

  #live(rows: readonly Row[], items: readonly (Item | null)[], read: (item: Item) => R): FoundNode<R>[] {
    const found: FoundNode<R>[] = [];
    for (const [at, row] of rows.entries()) {
      const item = items[at];
      if (item && !isExpired(this.#query.entity, item, this.#now)) found.push({ row, node: read(item) });
    }
    return found;
  }
}

/** Whether the index, or a projection, covers the requested fields; undefined means all fields. */
export function isEnough<R extends object>(
  { covering, entity }: Pick<IndexQuery<R>, 'covering' | 'entity'>,
  fields: ReadonlySet<string> | undefined,
): boolean {
  const held =
    covering.kind === 'some' ? covering.covers : covering.kind === 'all' ? entity.projection : undefined;
  if (fields === undefined || held === undefined) return false;
  for (const field of fields) if (field !== '__typename' && !held.includes(field)) return false;
  return true;
}
