/** What one session takes from the cache of its process and puts there. */
import { type ItemKey, itemId } from '../keys/item-key.js';
import type { CacheRead } from '../observe/observer.js';
import type { Observers } from '../observe/observers.js';
import type { CachePolicy, IndexQuery, Item } from '../types.js';
import { type Cache, type Cached, lagMs } from './cache.js';
import { subjectsRead } from './subjects.js';

export interface Found<T> {
  readonly value: T;
  /** When reading it began. */
  readonly at: number;
  /** It is past its time, and may be answered for the last time: it is to be read again meanwhile. */
  readonly isStale: boolean;
}

/** Answers that processes share. */
export interface SharedAnswers {
  /** Undefined where there is none, or the table does not answer. */
  find(question: string, policy: CachePolicy): Promise<Cached | undefined>;
  keep(question: string, policy: CachePolicy, answer: Cached): void;
}

export interface CacheViewOptions {
  readonly now: () => number;
  /** Nothing from before this moment is given. */
  readonly freshFrom: number;
  /** Items from before this moment are not given. It is `freshFrom` or later. */
  readonly itemsFrom: number;
  /** When the session's caller last wrote what may concern some subjects. Default: anything. */
  readonly written: (subjects?: () => readonly string[] | undefined) => number;
  readonly shared: SharedAnswers;
  readonly observers: Observers;
}

/** A pattern's query, the answers of which may be cached. */
export type CachedQuery = Pick<
  IndexQuery<object>,
  'pattern' | 'entity' | 'index' | 'partitions' | 'covering'
>;

export class CacheView {
  readonly #cache: Cache;
  readonly #options: CacheViewOptions;
  #itemsAfter: number;
  #hasWritten = false;
  /** When the session began: what it read by itself for an answer may be as old. */
  readonly #began: number;

  constructor(cache: Cache, options: CacheViewOptions) {
    this.#cache = cache;
    this.#options = options;
    this.#itemsAfter = options.itemsFrom + lagMs;
    this.#began = options.now();
  }

  /** The session has written, or may have: it reads all the rest itself. */
  wrote(items: readonly { readonly id: string; readonly item: Item | null }[] = []): void {
    const at = this.#options.now();
    this.#hasWritten = true;
    this.#itemsAfter = Number.POSITIVE_INFINITY;
    for (const { id, item } of items) this.#cache.changed(id, at, item);
  }

  /** A record is not as it was read. */
  forget({ table, key }: ItemKey): void {
    this.#cache.changed(itemId(table, key), this.#options.now());
  }

  /** The item that others have read under a key. */
  find(key: string, policy: CachePolicy): Found<Item> | undefined {
    return this.#judge<Item>(this.#cache.get(key), policy, this.#itemsAfter);
  }

  /** Whether the item that the session took from the cache before is still good enough. */
  isGood({ at }: Found<Item>, policy: CachePolicy): boolean {
    return this.#judge({ value: null, at }, policy, this.#itemsAfter) !== undefined;
  }

  /** What of a query, or of anything, is given only where it is later. */
  #after(query?: CachedQuery): number {
    if (this.#hasWritten) return Number.POSITIVE_INFINITY;
    const { freshFrom, written } = this.#options;
    return Math.max(freshFrom, written(query && (() => subjectsRead(query)))) + lagMs;
  }

  #judge<T>(
    cached: Cached | undefined,
    { forMs, staleMs = 0 }: CachePolicy,
    after: number,
  ): Found<T> | undefined {
    if (cached === undefined || cached.at <= after) return undefined;
    const age = this.#options.now() - cached.at;
    if (age > forMs + staleMs || age < -lagMs) return undefined;
    return { value: cached.value as T, at: cached.at, isStale: age > forMs };
  }

  /** Whether somebody reads it at this moment. */
  isRead(key: string): boolean {
    return this.#cache.reading.has(key);
  }

  /** The items under keys, in their order. Those that may be cached, and that others are reading, are theirs. */
  async items(
    keys: readonly ItemKey[],
    read: (keys: readonly ItemKey[]) => Promise<readonly (Item | null)[]>,
  ): Promise<(Item | null)[]> {
    const theirs = keys.map((key) => this.#others(key));
    const found = await this.#read(
      keys.filter((_key, at) => theirs[at] === undefined),
      read,
    );
    for (const [at, key] of keys.entries()) {
      const item = await theirs[at]?.catch(() => null);
      if (item) found.set(key, item);
    }
    // Who was reading them failed, or found nothing.
    const missing = await this.#read(
      keys.filter((key) => !found.has(key)),
      read,
    );
    return keys.map((key) => found.get(key) ?? missing.get(key) ?? null);
  }

  async #read(
    keys: readonly ItemKey[],
    read: (keys: readonly ItemKey[]) => Promise<readonly (Item | null)[]>,
  ): Promise<Map<ItemKey, Item | null>> {
    if (keys.length === 0) return new Map();
    const at = this.#options.now();
    const reading = read(keys);
    const ends = keys.map((key, place) => this.#announce(key, at, reading, place));
    try {
      const items = await reading;
      for (const [place, key] of keys.entries()) {
        const item = items[place];
        if (isCached(key) && item) this.#cache.keep(idOf(key), { value: item, at });
      }
      return new Map(keys.map((key, place) => [key, items[place] ?? null]));
    } finally {
      for (const end of ends) end?.();
    }
  }

  /**
   * An answer of a pattern: one that others have read, or are reading, or as `ask` reads it. One past its time is answered
   * once more while it is read again.
   */
  async answer<T>(
    question: string,
    policy: CachePolicy,
    ask: () => Promise<T>,
    query: CachedQuery,
  ): Promise<T> {
    const after = this.#after(query);
    const asked = { question, policy, ask, after, name: query.pattern };
    const known = this.#judge<T>(this.#cache.get(question), policy, after);
    if (known?.isStale && !this.isRead(question)) this.#ask(asked).catch(() => undefined);
    this.report(known, query.pattern);
    if (known) return known.value;
    const other = this.#cache.reading.get(question);
    if (other !== undefined && other.at > after) {
      const value = await other.value.catch(() => undefined);
      if (value !== undefined) return value as T;
    }
    return this.#ask(asked);
  }

  /** Reports to observers what a read found in the memory of the process, or in what processes share. */
  report(
    found: { readonly isStale: boolean } | undefined,
    name: string,
    level: CacheRead['level'] = 'process',
  ): void {
    const result = found === undefined ? 'miss' : found.isStale ? 'stale' : 'hit';
    this.#options.observers.cacheRead({ result, level, name });
  }

  async #ask<T>(asked: Asked<T>): Promise<T> {
    const { reading } = this.#cache;
    const { question } = asked;
    const at = this.#began;
    const value = this.#sharedOr(asked);
    const mine = { at, value };
    reading.set(question, mine);
    try {
      return await value;
    } finally {
      if (reading.get(question) === mine) reading.delete(question);
    }
  }

  async #sharedOr<T>({ question, policy, ask, after, name }: Asked<T>): Promise<T> {
    const { shared } = this.#options;
    const at = this.#began;
    if (policy.shared !== undefined && after < at) {
      const cached = await shared.find(question, policy);
      const found = this.#judge<T>(cached, { forMs: policy.forMs }, after);
      this.report(found, name, 'shared');
      if (cached !== undefined && found !== undefined) {
        this.#cache.keep(question, cached);
        return found.value;
      }
    }
    const value = await ask();
    const answer = { value, at };
    this.#cache.keep(question, answer);
    if (policy.shared !== undefined) shared.keep(question, policy, answer);
    return value;
  }

  /** What another session is reading under a key. */
  #others(key: ItemKey): Promise<Item | null> | undefined {
    if (!isCached(key)) return undefined;
    const other = this.#cache.reading.get(idOf(key));
    return other !== undefined && other.at > this.#after()
      ? (other.value as Promise<Item | null>)
      : undefined;
  }

  /** Returns what ends it. */
  #announce(
    key: ItemKey,
    at: number,
    reading: Promise<readonly (Item | null)[]>,
    place: number,
  ): (() => void) | undefined {
    if (!isCached(key)) return undefined;
    const value = reading.then((items) => items[place] ?? null);
    // Whoever waits for it handles its failure.
    value.catch(() => undefined);
    const [id, mine] = [idOf(key), { at, value }];
    this.#cache.reading.set(id, mine);
    return () => {
      if (this.#cache.reading.get(id) === mine) this.#cache.reading.delete(id);
    };
  }
}

/** A question, what reads its answer, and how new that has to be. */
interface Asked<T> {
  readonly question: string;
  readonly policy: CachePolicy;
  readonly ask: () => Promise<T>;
  readonly after: number;
  /** The pattern's, for observers. */
  readonly name: string;
}

function isCached({ cache, consistent }: ItemKey): boolean {
  return cache !== undefined && consistent !== true;
}

function idOf({ table, key }: ItemKey): string {
  return itemId(table, key);
}
