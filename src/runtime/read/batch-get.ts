/** Reads items by key. */

import type { Requester } from '../client/requests.js';
import { busy } from '../errors.js';
import { type ItemKey, itemId, keyOfItem } from '../keys/item-key.js';
import type { Item, Key, TableRef } from '../types.js';

/** DynamoDB takes at most this many keys in one BatchGetItem ("BatchGetItem", API reference). */
export const batchGetLimit = 100;

/**
 * The items under `keys`, in their order; null where there is none. A key that is passed several times is read once.
 * One key is a GetItem; more are BatchGetItems of at most 100 keys side by side, over all tables. Keys DynamoDB
 * leaves unprocessed are read again until the session's deadline, then BUSY: none is ever left out.
 */
export async function getItems(requester: Requester, keys: readonly ItemKey[]): Promise<(Item | null)[]> {
  const wanted = new Map<string, ItemKey>();
  const ids = keys.map((one) => {
    const id = itemId(one.table, one.key);
    // An item that is requested with and without strong consistency is read once, with it.
    if (!wanted.has(id) || one.consistent) wanted.set(id, one);
    return id;
  });
  const found = new Map<string, Item>();
  const distinct = [...wanted.values()];
  const [only] = distinct;
  if (distinct.length === 1 && only !== undefined) await getOne(requester, only, found);
  else {
    const chunks: ItemKey[][] = [];
    for (let at = 0; at < distinct.length; at += batchGetLimit)
      chunks.push(distinct.slice(at, at + batchGetLimit));
    await Promise.all(chunks.map((chunk) => getChunk(requester, chunk, found)));
  }
  return ids.map((id) => found.get(id) ?? null);
}

/** Items that are read by key, each once. */
export class ItemReads {
  readonly #requester: Requester;
  readonly #items = new Map<string, Item | null>();

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** Reads those of the keys that were not read before, in one round. */
  async load(keys: readonly ItemKey[]): Promise<void> {
    const wanted = keys.filter(({ table, key }) => !this.#items.has(itemId(table, key)));
    if (wanted.length === 0) return;
    const items = await getItems(this.#requester, wanted);
    for (const [at, { table, key }] of wanted.entries())
      this.#items.set(itemId(table, key), items[at] ?? null);
  }

  /** An item that was read already. */
  know(id: string, item: Item | null): void {
    this.#items.set(id, item);
  }

  /** Whether a key was read. */
  has(table: TableRef, key: Key): boolean {
    return this.#items.has(itemId(table, key));
  }

  /** What was read; null too where nothing was. */
  get(table: TableRef, key: Key): Item | null {
    return this.#items.get(itemId(table, key)) ?? null;
  }
}

async function getOne(requester: Requester, one: ItemKey, found: Map<string, Item>) {
  const { table, key, consistent } = one;
  const TableName = requester.tableName(table);
  const input = { TableName, Key: key, ...(consistent && { ConsistentRead: true }) };
  const { Item: item } = await requester.send('GetItem', input, () => purposeOf([one]));
  if (item !== undefined) found.set(itemId(table, key), item);
}

/** What keys are read for: see `ObservedRequest.pattern`. */
export function purposeOf(keys: readonly ItemKey[]): string {
  const entities = new Set(keys.map(({ entity }) => entity));
  const [only] = entities;
  return entities.size === 1 && only !== undefined ? `${only}.get` : 'batch';
}

type KeysByTable = Record<string, { Keys: Key[]; ConsistentRead?: true }>;

async function getChunk(requester: Requester, chunk: readonly ItemKey[], found: Map<string, Item>) {
  const tables = new Map<string, TableRef>();
  let pending: KeysByTable = {};
  for (const { table, key, consistent } of chunk) {
    const name = requester.tableName(table);
    tables.set(name, table);
    pending[name] ??= { Keys: [] };
    pending[name].Keys.push(key);
    // Consistency is per table: one key that needs it makes the reads of the others consistent, too.
    if (consistent) pending[name].ConsistentRead = true;
  }
  const retry = requester.retry();
  for (;;) {
    const { Responses, UnprocessedKeys } = await requester.send(
      'BatchGetItem',
      { RequestItems: pending },
      () => purposeOf(chunk),
    );
    for (const [name, items] of Object.entries(Responses ?? {})) {
      const table = tables.get(name);
      if (table === undefined) continue;
      for (const item of items) found.set(itemId(table, keyOfItem(table, item)), item);
    }
    pending = unprocessed(UnprocessedKeys);
    if (Object.keys(pending).length === 0) return;
    if (!(await retry.wait())) throw busy();
  }
}

function unprocessed(
  keys:
    | Record<string, { Keys?: Record<string, unknown>[] | undefined; ConsistentRead?: boolean | undefined }>
    | undefined,
): KeysByTable {
  const pending: KeysByTable = {};
  for (const [name, { Keys, ConsistentRead }] of Object.entries(keys ?? {})) {
    if (Keys !== undefined && Keys.length > 0) {
      pending[name] = { Keys: Keys as Key[], ...(ConsistentRead && { ConsistentRead: true }) };
    }
  }
  return pending;
}
