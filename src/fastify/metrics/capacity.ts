/** What requests consumed, and of which partitions. */
import type { ObservedRequest, RequestOutcome, TableDefinition } from 'tableloom/runtime';

export interface Units {
  /** The table's logical name. */
  readonly table: string;
  /** An index's name, or `table`. */
  readonly index: string;
  readonly units: number;
}

interface Capacity {
  readonly CapacityUnits?: number | undefined;
}

/** A part of DynamoDB's answers ("ConsumedCapacity", API reference). */
interface Consumed extends Capacity {
  readonly TableName?: string | undefined;
  readonly Table?: Capacity | undefined;
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, Capacity>> | undefined;
  readonly LocalSecondaryIndexes?: Readonly<Record<string, Capacity>> | undefined;
}

/** What an answer says of the capacity it took; none of a request that failed. */
export function consumedBy({ output }: RequestOutcome): readonly Consumed[] {
  return [output?.ConsumedCapacity ?? []].flat();
}

/** The units of each table and index. An engine may not tell them by index. */
export function unitsOf(
  consumed: readonly Consumed[],
  tables: Readonly<Record<string, string>>,
): readonly Units[] {
  return consumed.flatMap((one) => {
    const { TableName = '', GlobalSecondaryIndexes: global, LocalSecondaryIndexes: local } = one;
    const own = one.Table ?? (global || local ? {} : one);
    const parts = { table: own, ...global, ...local };
    return Object.entries(parts).flatMap(([index, { CapacityUnits: units = 0 }]) =>
      units > 0 ? { table: tables[TableName] ?? TableName, index, units } : [],
    );
  });
}

export interface Partition {
  readonly table: string;
  readonly index: string;
  readonly key: string;
}

type Attributes = Readonly<Record<string, unknown>>;

/** An item, or a key, that a request names. */
interface Named {
  readonly table: string;
  readonly attributes: Attributes;
}

/** The partition keys of a table: its own, and those of its indexes. */
export type Places = readonly {
  /** An index's name, or `table`. */
  readonly index: string;
  readonly attributes: readonly string[];
}[];

export function placesOf({ key, indexes }: TableDefinition): Places {
  return [
    { index: 'table', attributes: [key.partition] },
    ...indexes.map(({ name, partition, multiAttribute }) => ({
      index: name,
      attributes: multiAttribute ? Object.keys(multiAttribute.partition) : [partition],
    })),
  ];
}

/**
 * The partitions that a request reads or writes, as far as its parameters name them.
 *
 * @param places of tables, by their logical names
 */
export function partitionsOf(
  { operation, input, tables }: ObservedRequest,
  places: ReadonlyMap<string, Places>,
): Partition[] {
  const found: Partition[] = [];
  const add = (physical: string | undefined, attributes: Attributes, only?: string) => {
    const table = tables[physical ?? ''] ?? '';
    for (const { index, attributes: names } of places.get(table) ?? []) {
      const key = only === undefined || only === index ? keyIn(names, attributes) : undefined;
      if (key !== undefined) found.push({ table, index, key });
    }
  };
  if (operation === 'Query') {
    const query = input as Query;
    add(query.TableName, equalitiesIn(query), query.IndexName ?? 'table');
  } else for (const { table, attributes } of namedIn(input as Parameters)) add(table, attributes);
  return found;
}

function keyIn(partition: readonly string[], attributes: Attributes): string | undefined {
  const [first = '', ...more] = partition;
  let key = textOf(attributes[first]);
  for (const name of more) {
    const value = textOf(attributes[name]);
    key = key === undefined || value === undefined ? undefined : `${key} ${value}`;
  }
  return key;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

interface Query {
  readonly TableName?: string | undefined;
  readonly IndexName?: string | undefined;
  readonly KeyConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Attributes | undefined;
}

function equalitiesIn(query: Query): Attributes {
  const { KeyConditionExpression: text = '', ExpressionAttributeNames: names = {} } = query;
  const found: Record<string, unknown> = {};
  for (const [name, value] of termsOf(text))
    found[names[name] ?? name] = query.ExpressionAttributeValues?.[value];
  return found;
}

/** Expressions that were looked at: patterns have few, which come again and again. */
const known = new Map<string, readonly (readonly [string, string])[]>();
const mostKnown = 1000;

/** The equalities of a key condition: placeholders of names and values. */
function termsOf(text: string): readonly (readonly [string, string])[] {
  const before = known.get(text);
  if (before !== undefined) return before;
  const terms = [...text.matchAll(/([\w#.-]+) *= *(:\w+)/g)];
  const pairs = terms.map(([, name = '', value = '']) => [name, value] as const);
  if (known.size < mostKnown) known.set(text, pairs);
  return pairs;
}

interface Single {
  readonly TableName?: string | undefined;
  readonly Key?: Attributes | undefined;
  readonly Item?: Attributes | undefined;
}

type Batch =
  | { readonly Keys?: readonly Attributes[] | undefined }
  | readonly {
      readonly PutRequest?: { readonly Item?: Attributes | undefined } | undefined;
      readonly DeleteRequest?: { readonly Key?: Attributes | undefined } | undefined;
    }[];

interface Parameters extends Single {
  readonly RequestItems?: Readonly<Record<string, Batch>> | undefined;
  readonly TransactItems?: readonly Readonly<Record<string, Single | undefined>>[] | undefined;
}

/** Whatever the operation: the names of parameters mean the same in all of them. */
function namedIn({ RequestItems = {}, TransactItems = [], ...single }: Parameters): Named[] {
  const found: Named[] = [];
  const add = ({ TableName: table = '', Key, Item }: Single) => {
    const attributes = Item ?? Key;
    if (attributes !== undefined) found.push({ table, attributes });
  };
  add(single);
  for (const item of TransactItems) for (const part of Object.values(item)) if (part) add(part);
  for (const [table, batch] of Object.entries(RequestItems))
    for (const attributes of itemsIn(batch)) found.push({ table, attributes });
  return found;
}

function itemsIn(batch: Batch): readonly Attributes[] {
  if ('Keys' in batch) return batch.Keys ?? [];
  if (!Array.isArray(batch)) return [];
  return batch.flatMap(({ PutRequest: put, DeleteRequest: gone }) => put?.Item ?? gone?.Key ?? []);
}

/** How many keys a read by key requests; undefined for other operations. */
export function keysIn({ operation, input }: ObservedRequest): number | undefined {
  if (operation !== 'GetItem' && operation !== 'BatchGetItem') return undefined;
  return namedIn(input as Parameters).length;
}
