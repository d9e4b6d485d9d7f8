import { operationsOf } from '../action.js';
import { attribute } from '../items/attributes.js';
import { wholeRange } from '../items/keys.js';
import type { Store } from '../store/store.js';
import type { Table } from '../store/table.js';

/** DynamoDB leaves items alone that expired more than five years ago: their attribute is likely no time. */
const longestAgo = 5 * 365 * 24 * 60 * 60;

/**
 * Removes the items whose time to live is over.
 * @param now seconds since 1970
 * @returns how many items were removed
 */
export async function expire(store: Store, now: number): Promise<number> {
  let removed = 0;
  for (const { name, record } of store.tables.values()) {
    if (record.ttl !== undefined) removed += await expireTable(store, name, record.ttl, now);
  }
  return removed;
}

async function expireTable(store: Store, name: string, ttl: string, now: number): Promise<number> {
  const table = store.tables.get(name);
  if (table === undefined) return 0;
  let removed = 0;
  for await (const [key] of store.entries(wholeRange(table.key.id))) {
    if (store.tables.get(name)?.key.id !== table.key.id) break;
    if (removeIfOver(store, store.tables.get(name) ?? table, key, ttl, now)) removed += 1;
  }
  await store.settled();
  return removed;
}

function removeIfOver(store: Store, table: Table, key: string, ttl: string, now: number): boolean {
  const old = store.readItem(key);
  const value = old === undefined ? undefined : attribute(old, ttl);
  const time = value !== undefined && 'N' in value ? Number(value.N) : Number.NaN;
  if (!(time < now && time > now - longestAgo)) return false;
  store.write(operationsOf({ table, key, old, next: undefined }));
  return true;
}
