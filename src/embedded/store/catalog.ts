import type { LevelOperation } from '../dynalite.js';
import { entryKey, wholeRange } from '../items/keys.js';
import type { Store } from './store.js';
import {
  type Index,
  isIndexed,
  type Table,
  type TableDescription,
  type TableRecord,
  tableOf,
} from './table.js';
import { RequestTokens } from './tokens.js';

/*
 * What the store keeps along with items, under keys no item has (those begin with a number):
 *   table~<name>   a TableRecord
 *   drop~<id>      a key range that belongs to no table any more and is still to be emptied
 *   token~<token>  a ClientRequestToken
 *   id~            the last number given to a key range
 *   format~        the version of all this
 */

const lastIdKey = 'id~';
const formatKey = 'format~';
const format = 1;

const tablePlace = (name: string) => `table~${name}`;
const dropPlace = (id: string) => `drop~${id}`;

/** Reads tables and tokens of an earlier process, and finishes what its end interrupted. */
export async function openCatalog(store: Store): Promise<void> {
  const found = store.committed(formatKey);
  if (found !== undefined && found !== format) {
    throw new Error(
      `the folder has data format ${JSON.stringify(found)}; this version reads format ${format}`,
    );
  }
  store.write([{ type: 'put', key: formatKey, value: format }]);
  await store.settled();
  for await (const [, text] of store.entries({ gte: tablePlace(''), lt: tablePlace('~') })) {
    const table = tableOf(JSON.parse(text) as TableRecord);
    store.tables.set(table.name, table);
  }
  const tokens = new Map<string, unknown>();
  for await (const [key, text] of store.entries(RequestTokens.range)) tokens.set(key, JSON.parse(text));
  store.tokens.restore(tokens);
  for await (const [key] of store.entries({ gte: dropPlace(''), lt: dropPlace('~') })) {
    await empty(store, [key.slice(dropPlace('').length)]);
  }
  for (const table of store.tables.values()) {
    for (const index of table.indexes) if (!index.ready) await fillIndex(store, table.name, index.name);
  }
}

/**
 * Stores a table, new or changed, with a key range for every index that has none; ranges of indexes that are
 * gone are emptied.
 */
export async function saveTable(
  store: Store,
  { description, ttl, tags }: Omit<TableRecord, 'ids'>,
): Promise<void> {
  const old = store.tables.get(description.TableName)?.record.ids ?? {};
  const ids: Record<string, string> = {};
  let lastId = (store.read(lastIdKey) as number | undefined) ?? 0;
  for (const name of ['', ...indexNames(description)]) ids[name] = old[name] ?? String(++lastId);
  const gone = Object.keys(old).flatMap((name) => (ids[name] === undefined ? [old[name] ?? ''] : []));
  const record: TableRecord = { description, ids, ...(ttl && { ttl }), ...(tags && { tags }) };
  store.tables.set(description.TableName, tableOf(record));
  store.write([
    { type: 'put', key: tablePlace(description.TableName), value: record },
    { type: 'put', key: lastIdKey, value: lastId },
    ...drops(gone),
  ]);
  await store.settled();
  await empty(store, gone);
}

/** Removes a table with all it holds. */
export async function removeTable(store: Store, table: Table): Promise<void> {
  const ids = Object.values(table.record.ids);
  store.tables.delete(table.name);
  store.write([{ type: 'del', key: tablePlace(table.name) }, ...drops(ids)]);
  await store.settled();
  await empty(store, ids);
}

/**
 * Gives every item its entry in an index that is being created. Writes meanwhile keep the index too; each item
 * is looked at again when its entry is made.
 */
export async function fillIndex(store: Store, tableName: string, indexName: string): Promise<void> {
  const find = (): [Table, Index] | undefined => {
    const table = store.tables.get(tableName);
    const index = table?.indexes.find(({ name }) => name === indexName);
    return table === undefined || index === undefined ? undefined : [table, index];
  };
  const [table] = find() ?? [];
  if (table === undefined) return;
  await store.settled();
  let made = 0;
  for await (const [key] of store.entries(wholeRange(table.key.id))) {
    const [current, index] = find() ?? [];
    if (current?.key.id !== table.key.id || index === undefined) return;
    const item = store.readItem(key);
    if (item === undefined || !isIndexed(index, item)) continue;
    store.write([{ type: 'put', key: entryKey(current, index, item), value: key }]);
    if (++made % 256 === 0) await store.settled();
  }
  const [current] = find() ?? [];
  if (current === undefined) return;
  const { description } = current.record;
  const indexes = (description.GlobalSecondaryIndexes ?? []).map((index) =>
    index.IndexName === indexName ? { ...index, IndexStatus: 'ACTIVE' as const } : index,
  );
  await saveTable(store, {
    ...current.record,
    description: { ...description, GlobalSecondaryIndexes: indexes },
  });
}

function indexNames({ LocalSecondaryIndexes = [], GlobalSecondaryIndexes = [] }: TableDescription): string[] {
  return [...LocalSecondaryIndexes, ...GlobalSecondaryIndexes].map(({ IndexName }) => IndexName);
}

function drops(ids: readonly string[]): LevelOperation[] {
  return ids.map((id) => ({ type: 'put', key: dropPlace(id), value: true }));
}

async function empty(store: Store, ids: readonly string[]): Promise<void> {
  for (const id of ids) await store.clear(wholeRange(id));
  store.write(ids.map((id) => ({ type: 'del', key: dropPlace(id) })));
  await store.settled();
}
