/** Alters what is stored at random, as no server of ours would, and says what is wrong then. */

import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { FindingKind, Item, Key, TableDefinition } from 'tableloom/runtime';
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

export interface Names {
  /** Of entities, with their required attributes by DynamoDB's own type. */
  readonly required: Readonly<Record<string, readonly string[]>>;
  /** Attributes that are no keys and not computed of others. */
  readonly aggregates: readonly string[];
}

type Alter = (dice: Dice, one: Stored, names: Names) => Omit<Alteration, 'table' | 'before'> | undefined;

const isMain = ({ item }: Stored) => typeof item._type === 'string' && !item._type.includes('.');
const isEntry = ({ item }: Stored) => typeof item._type === 'string' && item._type.includes('.');
const isGuard = ({ item }: Stored) => item._guards !== undefined;
const isAggregate = ({ item }: Stored) => item._counts !== undefined;

function indexKeys({ table, item }: Stored): string[] {
  const names = table.indexes.filter(({ multiAttribute }) => multiAttribute === undefined);
  const own = [table.key.partition, table.key.sort];
  return names
    .flatMap(({ partition, sort }) => [partition, sort ?? partition])
    .filter((name) => /^(GSI|LSI|gsi|lsi)\d*/i.test(name) && name in item && !own.includes(name));
}

function without(item: Item, name: string): Item {
  return Object.fromEntries(Object.entries(item).filter(([one]) => one !== name));
}

function keyOf({ table, item }: Stored): Key {
  return keyOfItem({ name: table.table, ...table.key }, item);
}

/** The item under another key. */
function elsewhere({ table, item }: Stored, change: Item = {}): Item {
  const { partition } = table.key;
  return { ...item, ...change, [partition]: `${String(item[partition])}~` };
}

function copyOf(one: Stored, name: string, kind: FindingKind, change: Item = {}) {
  const item = elsewhere(one, change);
  return { name, kind, item, key: keyOf({ ...one, item }) };
}

const same = (name: string, kind: FindingKind, one: Stored, item: Item | null) => ({
  name,
  kind,
  item,
  key: keyOf(one),
});

/** What follows from the records. */
export const repairable: readonly Alter[] = [
  (dice, one) => {
    const keys = indexKeys(one);
    if (!isMain(one) || keys.length === 0) return undefined;
    return same('an index key is gone', 'stale', one, without(one.item, dice.of(keys)));
  },
  (dice, one) => {
    const keys = indexKeys(one);
    if (!isMain(one) || keys.length === 0) return undefined;
    return same('an index key is another one', 'stale', one, { ...one.item, [dice.of(keys)]: 'OTHER#1' });
  },
  (_, one) => (isEntry(one) ? same('an entry is gone', 'missing', one, null) : undefined),
  (dice, one) => {
    const own = keyOf(one);
    const names = Object.keys(one.item).filter((name) => !(name in own) && name !== '_type');
    if (!isEntry(one) || names.length === 0) return undefined;
    return same('an entry lacks an attribute', 'stale', one, without(one.item, dice.of(names)));
  },
  (_, one) =>
    isEntry(one)
      ? same('an entry has another attribute', 'stale', one, { ...one.item, alien: 1 })
      : undefined,
  (_, one) => (isEntry(one) ? copyOf(one, 'an entry is left', 'orphaned') : undefined),
  (_, one) => (isGuard(one) ? same('a guard is gone', 'missing', one, null) : undefined),
  (_, one) =>
    isGuard(one)
      ? same('a guard names nobody', 'stale', one, { ...one.item, _owner: '["NOBODY","#"]' })
      : undefined,
  (_, one) => (isGuard(one) ? copyOf(one, 'a guard is left', 'orphaned') : undefined),
  (_, one) => (isAggregate(one) ? same('a number is gone', 'missing', one, null) : undefined),
  (dice, one) =>
    isAggregate(one)
      ? same('a number is another one', 'stale', one, {
          ...one.item,
          _number: Number(one.item._number) + dice.of([-3, 1, 40]),
        })
      : undefined,
  (_, one) =>
    isAggregate(one) ? same('a number is text', 'stale', one, { ...one.item, _number: 'many' }) : undefined,
  (_, one) => (isAggregate(one) ? copyOf(one, 'a number is left', 'orphaned') : undefined),
  (_, one) => {
    const { _type, ...item } = elsewhere(one);
    if (!isMain(one)) return undefined;
    const number = { ...keyOf({ ...one, item }), _counts: 'forgotten', _number: 0 };
    return {
      name: 'a number of an earlier plan',
      kind: 'orphaned',
      item: { ...number, _number: 4 },
      key: keyOf({ ...one, item }),
    };
  },
  (_, one) => (isMain(one) ? copyOf(one, 'a copy of a record', 'doubled') : undefined),
  (_, one) => (isMain(one) ? copyOf(one, 'an item of a migration', 'orphaned', { _next: true }) : undefined),
];

/** What nobody can tell but who wrote it. */
export const lasting: readonly Alter[] = [
  (dice, one, { required }) => {
    const keys = Object.values(keyOf(one)).join(' ');
    const names = (required[String(one.item._type)] ?? []).filter(
      (name) => name in one.item && !keys.includes(name) && !(name in keyOf(one)),
    );
    if (!isMain(one) || names.length === 0) return undefined;
    return same('a value is gone', 'unreadable', one, without(one.item, dice.of(names)));
  },
  (dice, one, { required }) => {
    const names = (required[String(one.item._type)] ?? []).filter(
      (name) => name in one.item && !isIndexed(one, name),
    );
    if (!isMain(one) || names.length === 0) return undefined;
    return same('a value is a map', 'unreadable', one, { ...one.item, [dice.of(names)]: { a: 1 } });
  },
  (_, one) =>
    isMain(one) && 'version' in one.item
      ? copyOf(one, 'another record of its key', 'doubled', { version: Number(one.item.version) + 7 })
      : undefined,
  (_, one) =>
    copyOf(one, 'an item of nobody', 'unknown', { _type: 'Alien', _guards: undefined, _counts: undefined }),
  (_, one) =>
    copyOf(one, 'an entry of nobody', 'unknown', {
      _type: 'Alien.all',
      _guards: undefined,
      _counts: undefined,
    }),
];

function isIndexed({ table }: Stored, name: string): boolean {
  return [table.key, ...table.indexes].some(({ partition, sort }) => partition === name || sort === name);
}

/** Alterations of several items, each of another one. */
export function drawAlterations(
  dice: Dice,
  stored: readonly Stored[],
  { of, names, count }: { readonly of: readonly Alter[]; readonly names: Names; readonly count: number },
): Alteration[] {
  const taken = new Set(stored.map(({ id }) => id));
  const used = new Set<string>();
  const drawn: Alteration[] = [];
  for (let tries = 0; tries < 20 * count && drawn.length < count && stored.length > 0; tries++) {
    const one = dice.of(stored);
    const made = dice.of(of)(dice, one, names);
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

export async function store(
  { documents, tableName }: Place,
  { table, key }: Alteration,
  item: Item | null,
): Promise<void> {
  const TableName = tableName(table.table);
  if (item === null) await documents.send(new DeleteCommand({ TableName, Key: key }));
  else {
    const Item = Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
    await documents.send(new PutCommand({ TableName, Item }));
  }
}
