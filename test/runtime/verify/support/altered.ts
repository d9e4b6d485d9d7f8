/** Alters what is stored at random, as no server of ours would, and says what is wrong then. */

import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import {
  type FindingKind,
  type Item,
  type Key,
  type StoredTypes,
  type TableDefinition,
  TableloomError,
  type VerifiedProject,
} from 'tableloom/runtime';
import { itemId, keyOfItem } from '../../../../src/runtime/keys/item-key.js';
import type { Dice } from '../../../support/dice.js';

export interface Stored {
  readonly id: string;
  readonly table: TableDefinition;
  readonly item: Item;
}

/** One item that is altered. */
export interface Alteration {
  readonly name: string;
  readonly table: TableDefinition;
  /** Of the item that is concerned. */
  readonly key: Key;
  readonly kind: FindingKind;
  /** What is stored instead; null: nothing. */
  readonly item: Item | null;
  /** What was stored before, or was not. */
  readonly before: Item | null;
}

/** What is known besides the item that is altered. */
export interface Around {
  readonly types: StoredTypes;
  /** All items, the altered one too. */
  readonly stored: readonly Stored[];
  /** The moment of the project, in seconds. */
  readonly now: number;
}

export type Alter = (
  dice: Dice,
  one: Stored,
  around: Around,
) => Omit<Alteration, 'table' | 'before'> | undefined;

/** Alterations of several items, each of another one. */
export function drawAlterations(
  dice: Dice,
  stored: readonly Stored[],
  {
    of,
    types,
    now,
    count,
  }: Omit<Around, 'stored'> & { readonly of: readonly Alter[]; readonly count: number },
): Alteration[] {
  const taken = new Set(stored.map(({ id }) => id));
  const used = new Set<string>();
  const drawn: Alteration[] = [];
  for (let tries = 0; tries < 20 * count && drawn.length < count && stored.length > 0; tries++) {
    const one = dice.of(stored);
    const made = dice.of(of)(dice, one, { types, stored, now: Math.floor(now) });
    if (!made) continue;
    const id = itemId({ name: one.table.table, ...one.table.key }, made.key);
    const isCopy = id !== one.id;
    if (used.has(id) || used.has(one.id) || (isCopy && taken.has(id))) continue;
    used.add(id).add(one.id);
    drawn.push({ ...made, table: one.table, before: isCopy ? null : one.item });
  }
  return drawn;
}

export interface Place {
  readonly documents: DynamoDBDocumentClient;
  tableName(table: string): string;
}

/** What is stored of an item. */
export function itemOf(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}

export async function put(
  { documents, tableName }: Place,
  { table }: TableDefinition,
  item: Item,
): Promise<void> {
  await documents.send(new PutCommand({ TableName: tableName(table), Item: item }));
}

export async function remove(
  { documents, tableName }: Place,
  { table }: TableDefinition,
  key: Key,
): Promise<void> {
  await documents.send(new DeleteCommand({ TableName: tableName(table), Key: key }));
}

export function store(place: Place, { table, key }: Alteration, item: Item | null): Promise<void> {
  return item === null ? remove(place, table, key) : put(place, table, itemOf(item));
}

export async function storeAll(place: Place, alterations: readonly Alteration[]): Promise<void> {
  for (const one of alterations) await store(place, one, one.item);
}

/** What a verification should find, by the items' identities. */
export function expectedOf(
  { tables }: Pick<VerifiedProject, 'tables'>,
  alterations: readonly Alteration[],
): Record<string, string> {
  return Object.fromEntries(
    alterations.map(({ table, key, kind }) => [idOf({ tables }, table.table, key), kind]),
  );
}

export function idOf({ tables }: Pick<VerifiedProject, 'tables'>, name: string, key: Item): string {
  const table = tables.find((one) => one.table === name);
  if (!table) throw new TableloomError('CONFIGURATION', `no table ${name}`);
  const ref = { name, ...table.key };
  return itemId(ref, keyOfItem(ref, key));
}

/** All items that have not expired. A number that came back to nothing says the same as none. */
export async function alive(
  { documents, tableName }: Place,
  { tables }: Pick<VerifiedProject, 'tables'>,
  now: Date,
): Promise<Stored[]> {
  const all: Stored[] = [];
  for (const table of tables)
    for (const item of await itemsIn(documents, tableName(table.table)))
      if (item._number !== 0 && !hasExpired(table, item, now))
        all.push({ id: idOf({ tables }, table.table, item), table, item });
  return all;
}

async function itemsIn(documents: DynamoDBDocumentClient, TableName: string): Promise<Item[]> {
  const items: Item[] = [];
  let after: Record<string, unknown> | undefined;
  do {
    const input = { TableName, ConsistentRead: true, ExclusiveStartKey: after };
    const { Items = [], LastEvaluatedKey } = await documents.send(new ScanCommand(input));
    items.push(...(Items as Item[]));
    after = LastEvaluatedKey;
  } while (after !== undefined);
  return items;
}

function hasExpired({ ttl }: TableDefinition, item: Item, now: Date): boolean {
  const expiry = ttl === undefined ? undefined : item[ttl];
  return typeof expiry === 'number' && expiry * 1000 <= now.getTime();
}

export function shown(alterations: readonly Alteration[]): string {
  return JSON.stringify(
    alterations.map(({ name, key, item, before }) => ({ name, key, item, before })),
    (_name, value: unknown) => (typeof value === 'bigint' ? `${value}` : value),
    1,
  );
}
