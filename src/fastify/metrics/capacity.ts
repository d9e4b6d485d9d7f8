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

/** The partitions of the table and of its indexes that a request reads or writes, as far as its parameters name them. */
export function partitionsOf(
  { operation, input, tables }: ObservedRequest,
  definitions: ReadonlyMap<string, TableDefinition>,
): Partition[] {
  const definition = (physical: string) => definitions.get(tables[physical] ?? '');
  if (operation === 'Query') {
    const { TableName = '', IndexName } = input as Query;
    const table = definition(TableName);
    const index = table?.indexes.find(({ name }) => name === IndexName);
    if (table === undefined || (IndexName !== undefined && index === undefined)) return [];
    const key = keyIn(attributesOf(index) ?? [table.key.partition], equalitiesIn(input as Query));
    return key === undefined ? [] : [{ table: table.table, index: IndexName ?? 'table', key }];
  }
  return namedIn(input as Parameters).flatMap(({ table: physical, attributes }) => {
    const table = definition(physical);
    if (table === undefined) return [];
    const places = [
      { index: 'table', of: [table.key.partition] },
      ...table.indexes.map((index) => ({ index: index.name, of: attributesOf(index) ?? [] })),
    ];
    return places.flatMap(({ index, of }) => {
      const key = keyIn(of, attributes);
      return key === undefined ? [] : { table: table.table, index, key };
    });
  });
}

/** The attributes of an index's partition key. */
function attributesOf(index: TableDefinition['indexes'][number] | undefined): string[] | undefined {
  if (index === undefined) return undefined;
  return index.multiAttribute ? Object.keys(index.multiAttribute.partition) : [index.partition];
}

function keyIn(partition: readonly string[], attributes: Attributes): string | undefined {
  const values = partition.map((name) => attributes[name]);
  const isWhole = values.every((value) => typeof value === 'string' || typeof value === 'number');
  return isWhole && values.length > 0 ? values.join(' ') : undefined;
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
  const terms = [...text.matchAll(/([\w#.-]+) *= *(:\w+)/g)];
  return Object.fromEntries(
    terms.map(([, name = '', value = '']) => [names[name] ?? name, query.ExpressionAttributeValues?.[value]]),
  );
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
function namedIn({ RequestItems, TransactItems, ...single }: Parameters): Named[] {
  const one = ({ TableName: table = '', Key, Item }: Single): Named[] => {
    const attributes = Item ?? Key;
    return attributes === undefined ? [] : [{ table, attributes }];
  };
  return [
    ...one(single),
    ...(TransactItems ?? []).flatMap((item) =>
      Object.values(item).flatMap((part) => (part ? one(part) : [])),
    ),
    ...Object.entries(RequestItems ?? {}).flatMap(([table, batch]) =>
      itemsIn(batch).map((attributes) => ({ table, attributes })),
    ),
  ];
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
