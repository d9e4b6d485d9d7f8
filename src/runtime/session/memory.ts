/** What a session has read: no item is read twice, and no query is sent twice, until the session writes. */
import DataLoader from 'dataloader';
import type { CachedQuery, CacheView, Found } from '../cache/view.js';
import type { Requester } from '../client/requests.js';
import { type ItemKey, itemId, keyOfItem } from '../keys/item-key.js';
import { getItems } from '../read/batch-get.js';
import type { ParentItem } from '../read/prefetch/item-collection.js';
import type { CachePolicy, EntityCodec, IndexRef, Item, Key, TableRef } from '../types.js';

/** A record in the item collection that a query reads, as the plan declares it. */
export interface ParentRecord {
  readonly entity: Pick<EntityCodec<never>, 'table'>;
  readonly key: Key;
  /** What the sort keys of all the query's items begin with. */
  readonly head: string;
  /** How many further items may lie between them and the record. */
  readonly between: number;
}

/** A main item after a write; null where it was deleted. */
export interface WrittenItem {
  readonly table: TableRef;
  readonly key: Key;
  readonly item: Item | null;
}

export class Memory {
  readonly #requester: Requester;
  readonly #cache: CacheView | undefined;
  readonly #loader: DataLoader<ItemKey, Item | null, string>;
  /** Reads by key, under way or done, by the loader's cache keys. */
  readonly #loading = new Map<string, Promise<Item | null>>();
  /** Main items as this session's writes left them; null for those it deleted. */
  readonly #written = new Map<string, Item | null>();
  /** The same, and main items that queries brought. */
  readonly #known = new Map<string, Item | null>();
  /** Items of the cache: for those alone who may be answered with one. */
  readonly #borrowed = new Map<string, Found<Item>>();
  /** Items of queries that have not been indexed by key yet. */
  #seen: { readonly index: IndexRef; readonly items: readonly Item[] }[] = [];
  /** Answers of queries, pending or complete, by the query. */
  #answers = new Map<string, Promise<unknown>>();

  /** @param cache what sessions of the process share; default: nothing */
  constructor(requester: Requester, cache?: CacheView) {
    this.#requester = requester;
    this.#cache = cache;
    this.#loader = new DataLoader((keys: readonly ItemKey[]) => this.#load(keys), {
      cacheKeyFn: loaderKey,
      cacheMap: this.#loading,
      batchScheduleFn: (dispatch) => {
        const siblings = requester.siblings();
        if (siblings) siblings.then(() => afterPromises(dispatch));
        else afterPromises(dispatch);
      },
    });
  }

  /** The item under a key, or null: from memory, or in one request with all that are requested at the same time. */
  item(key: ItemKey): Promise<Item | null> {
    if (key.consistent) return this.#loader.load(key);
    const id = itemId(key.table, key.key);
    let known = this.#lookUp(id);
    if (known === undefined) known = this.#cached(id, key);
    return known === undefined ? this.#loader.load(key) : Promise.resolve(known);
  }

  /** What others have read. */
  #cached(id: string, key: ItemKey): Item | undefined {
    if (key.cache === undefined || this.#loading.has(id)) return undefined;
    const before = this.#borrowed.get(id);
    if (before !== undefined && this.#cache?.isGood(before, key.cache)) return before.value;
    const found = this.#cache?.find(id, key.cache);
    this.#cache?.report(found, key.entity ?? '(other)');
    if (found === undefined) return undefined;
    if (found.isStale && !this.#cache?.isRead(id)) this.#loader.load(key).catch(() => undefined);
    this.#borrowed.set(id, found);
    return found.value;
  }

  /** Remembers whole items that a query brought. */
  see(index: IndexRef, items: readonly Item[]): void {
    this.#seen.push({ index, items });
  }

  /** Remembers main items as a write left them: they count more than what an index, which lags, still shows. */
  note(items: readonly WrittenItem[]): void {
    const written = items.map(({ table, key, item }) => ({ id: itemId(table, key), item }));
    for (const { id, item } of written) this.#written.set(id, item);
    this.#cache?.wrote(written);
  }

  /** Forgets all that was read before a write. */
  forget(): void {
    this.#known.clear();
    this.#borrowed.clear();
    this.#seen = [];
    for (const [id, item] of this.#written) this.#known.set(id, item);
    this.#answers = new Map();
    this.#loader.clearAll();
  }

  /** Also forgets what was written: another writer was faster, or it is unknown whether a write took place. */
  forgetAll(): void {
    this.#cache?.wrote();
    this.#written.clear();
    this.forget();
  }

  /**
   * The answer of a query, which is sent once.
   *
   * @param question the query, as JSON
   * @param query its pattern, and for how long others may be given the answer; default: only this session is
   */
  answer<T>(
    question: readonly unknown[],
    ask: () => Promise<T>,
    query?: CachedQuery & { readonly cache?: CachePolicy },
  ): Promise<T> {
    const key = JSON.stringify(question);
    const known = this.#answers.get(key);
    if (known !== undefined) return known as Promise<T>;
    const answer = query?.cache && this.#cache ? this.#cache.answer(key, query.cache, ask, query) : ask();
    this.#answers.set(key, answer);
    return answer;
  }

  /** A record to be brought by a query that is made anyway, unless it is known or being read. */
  parentItem(parent: ParentRecord | undefined): ParentItem | undefined {
    if (parent === undefined) return undefined;
    const { key, head, between } = parent;
    const wanted: ItemKey = { table: parent.entity.table, key };
    const claim = () => {
      const isKnown =
        this.#loading.has(loaderKey(wanted)) || this.#lookUp(itemId(wanted.table, key)) !== undefined;
      return isKnown ? undefined : (item: Promise<Item | null>) => void this.#loader.prime(wanted, item);
    };
    return { key, head, between, claim };
  }

  /** What DataLoader caches waits for its batch; what is remembered here is returned at once. */
  async #load(keys: readonly ItemKey[]): Promise<(Item | null)[]> {
    const answers = this.#answers;
    const read = (some: readonly ItemKey[]) => getItems(this.#requester, some);
    const items = await (this.#cache?.items(keys, read) ?? read(keys));
    // Unless something was written meanwhile.
    if (answers === this.#answers) {
      for (const [at, { table, key }] of keys.entries()) {
        const id = itemId(table, key);
        if (!this.#known.has(id)) this.#known.set(id, items[at] ?? null);
      }
    }
    return items;
  }

  #lookUp(id: string): Item | null | undefined {
    for (const { index, items } of this.#seen) {
      for (const item of items) {
        const seen = itemId(index.table, keyOfItem(index.table, item));
        if (!this.#known.has(seen)) this.#known.set(seen, item);
      }
    }
    this.#seen = [];
    return this.#known.get(id);
  }
}

const nothing = Promise.resolve();

/** Runs when everything that is settled by now has reached those who await it, as DataLoader's own schedule does. */
function afterPromises(run: () => void): void {
  nothing.then(() => process.nextTick(run));
}

function loaderKey({ table, key, consistent }: ItemKey): string {
  return `${consistent ? '!' : ''}${itemId(table, key)}`;
}
