/** The fixture `references` on a real engine, and what may lie in its tables. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Database, DatabaseOptions, EntityCodec, Item, Key } from 'tableloom/runtime';
import { expect } from 'vitest';
import {
  customerCodec,
  employeeCodec,
  feedbackCodec,
  folderCodec,
  lineCodec,
  orderCodec,
  productCodec,
  reviewCodec,
  visitCodec,
} from '../../fixtures/ok/references/generated/items.js';
import { tables } from '../../fixtures/ok/references/generated/tables.js';
import { openTables } from '../../support/databases.js';
import { openEngine } from '../../support/engines.js';
import { itemsIn, itemsOf, keyId } from './storage.js';

export interface Shop {
  readonly database: Database;
  /** Another process: it shares the tables and nothing else. */
  open(options?: Partial<DatabaseOptions>): Database;
  /** Every item, by table. */
  items(): Promise<ShopItems>;
  /** Has the index show an item elsewhere, or nowhere, as it does while it lags behind; until it catches up. */
  lag(table: string, key: Key, indexKey: Key): Promise<{ catchUp(): Promise<void> }>;
}

export type ShopItems = ReadonlyMap<string, readonly Item[]>;

const engine = openEngine();

export async function openShop(): Promise<Shop> {
  const { client } = await engine;
  const { names, open } = await openTables(client, tables);
  const documents = DynamoDBDocumentClient.from(client);
  return {
    database: open(),
    open,
    items: () => shopItems(client, names),
    async lag(table, Key, indexKey) {
      const TableName = names[table];
      const { Item: whole = {} } = await documents.send(new GetCommand({ TableName, Key }));
      const { GSI1PK, GSI1SK, ...rest } = whole;
      await documents.send(new PutCommand({ TableName, Item: { ...rest, ...indexKey } }));
      return {
        catchUp: async () => {
          await documents.send(new PutCommand({ TableName, Item: whole }));
        },
      };
    },
  };
}

export async function shopItems(
  client: DynamoDBClient,
  names: Readonly<Record<string, string>>,
): Promise<ShopItems> {
  const all = await Promise.all(
    Object.entries(names).map(
      async ([table, name]) => [table, [...(await itemsIn(client, name)).values()]] as const,
    ),
  );
  return new Map(all);
}

/** A record as it lies in the table, whatever its entity. */
interface Found {
  readonly isMarked: boolean;
  readonly items: readonly Item[];
  readonly references: readonly { readonly name: string; readonly id: string }[];
  readonly counters: readonly string[];
  readonly referencedBy: readonly string[];
}

type Look = (item: Item) => Found;

const looks = new Map<string, Look>([
  look(customerCodec),
  look(productCodec),
  look(orderCodec),
  look(lineCodec),
  look(employeeCodec),
  look(reviewCodec),
  look(folderCodec),
  look(visitCodec),
  look(feedbackCodec),
]);

function look<R extends object>(codec: EntityCodec<R>): [string, Look] {
  const keys = (keyed: readonly { readonly key: Key | undefined }[]) =>
    keyed.flatMap(({ key }) => (key === undefined ? [] : [keyId(key)]));
  return [
    codec.name,
    (item) => {
      const record = codec.read(item);
      return {
        isMarked: item._deleting !== undefined,
        items: itemsOf(codec, record),
        references: (codec.references?.(record) ?? []).flatMap(({ name, key }) =>
          key === undefined ? [] : [{ name: `${codec.name}.${name}`, id: keyId(key) }],
        ),
        counters: keys(codec.counters?.(record) ?? []),
        referencedBy: keys(codec.referencedBy?.(record) ?? []),
      };
    },
  ];
}

/** References that are not looked after once they are there. */
const loose = new Set(['Order.recommendedById', 'Feedback.visitId']);

/**
 * Nothing lies in the tables that does not follow from the records: their entries and guards, the right numbers,
 * none of them for a record that is gone; and every record that is named is there. Gives how many records there are
 * of each entity, and how many are being deleted.
 */
export function expectWhole(tablesOfItems: ShopItems): Record<string, number> {
  const items = [...tablesOfItems.values()].flat();
  const records = items.flatMap((item) => looks.get(String(item._type))?.(item) ?? []);
  const isCounter = (item: Item) => item._counts !== undefined;
  const ordered = (some: readonly Item[]) => some.toSorted((a, b) => (keyId(a) < keyId(b) ? -1 : 1));
  expect(ordered(items.filter((item) => !isCounter(item)).map(({ _deleting, ...item }) => item))).toEqual(
    ordered(records.flatMap((record) => record.items)),
  );

  const counts = new Map<string, number>();
  for (const { isMarked, counters } of records)
    for (const id of isMarked ? [] : counters) counts.set(id, (counts.get(id) ?? 0) + 1);
  const stored = items.filter(isCounter).map((item) => [keyId(item), item._number] as const);
  expect(new Map(stored.filter(([, count]) => count !== 0))).toEqual(counts);
  const wanted = new Set(records.flatMap(({ referencedBy }) => referencedBy));
  expect(stored.filter(([id]) => !wanted.has(id))).toEqual([]);

  const there = new Set(items.map(keyId));
  const orphans = records
    .filter(({ isMarked }) => !isMarked)
    .flatMap(({ references }) => references)
    .filter(({ name, id }) => !loose.has(name) && !there.has(id));
  expect(orphans).toEqual([]);

  const summary: Record<string, number> = {};
  for (const { _type, _deleting } of items) {
    if (!looks.has(String(_type))) continue;
    summary[String(_type)] = (summary[String(_type)] ?? 0) + 1;
    if (_deleting !== undefined) summary.marked = (summary.marked ?? 0) + 1;
  }
  return summary;
}
