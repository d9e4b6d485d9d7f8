/** What one session takes from the cache of its process and puts there. */
import { type ItemKey, itemId } from '../keys/item-key.js';
import type { CacheRead } from '../observe/observer.js';
import type { Observers } from '../observe/observers.js';
import type { CachePolicy, Item } from '../types.js';
import { type Cache, type Cached, lagMs } from './cache.js';

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
  /** Answers of patterns from before this moment are not given. */
  readonly freshFrom: number;
  /** Items from before this moment are not given. It is `freshFrom` or earlier. */
  readonly itemsFrom: number;
  readonly shared: SharedAnswers;
  readonly observers: Observers;
}

export class CacheView {
  readonly #cache: Cache;
  readonly #options: CacheViewOptions;
  #after: number;
  #itemsAfter: number;
  /** When the session began: what it read by itself for an answer may be as old. */
  readonly #began: number;

  constructor(cache: Cache, options: CacheViewOptions) {
    this.#cache = cache;
    this.#options = options;
    this.#after = options.freshFrom + lagMs;
    this.#itemsAfter = options.itemsFrom + lagMs;
    this.#began = options.now();
  }

  /** The session has written, or may have: it reads all the rest itself. */
  wrote(items: readonly { readonly id: string; readonly item: Item | null }[] = []): void {
    const at = this.#options.now();
    this.#after = Number.POSITIVE_INFINITY;
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
   *
   * @param name the pattern's, for observers
   */
  async answer<T>(question: string, policy: CachePolicy, ask: () => Promise<T>, name: string): Promise<T> {
    const known = this.#judge<T>(this.#cache.get(question), policy, this.#after);
    if (known?.isStale && !this.isRead(question))
      this.#ask(question, policy, ask, name).catch(() => undefined);
    this.report(known, name);
    if (known) return known.value;
    const other = this.#cache.reading.get(question);
    if (other !== undefined && other.at > this.#after) {
      const value = await other.value.catch(() => undefined);
      if (value !== undefined) return value as T;
    }
    return this.#ask(question, policy, ask, name);
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

  async #ask<T>(question: string, policy: CachePolicy, ask: () => Promise<T>, name: string): Promise<T> {
    const { reading } = this.#cache;
    const at = this.#began;
    const value = this.#sharedOr(question, policy, ask, { at, name });
    const mine = { at, value };
    reading.set(question, mine);
    try {
      return await value;
    } finally {
      if (reading.get(question) === mine) reading.delete(question);
    }
  }

  async #sharedOr<T>(
    question: string,
    policy: CachePolicy,
    ask: () => Promise<T>,
    { at, name }: { readonly at: number; readonly name: string },
  ): Promise<T> {
    const { shared } = this.#options;
    if (policy.shared !== undefined && this.#after < at) {
      const cached = await shared.find(question, policy);
      const found = this.#judge<T>(cached, { forMs: policy.forMs }, this.#after);
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
    return other !== undefined && other.at > this.#after ? (other.value as Promise<Item | null>) : undefined;
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

function isCached({ cache, consistent }: ItemKey): boolean {
  return cache !== undefined && consistent !== true;
}

function idOf({ table, key }: ItemKey): string {
  return itemId(table, key);
}
