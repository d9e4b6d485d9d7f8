/** How requests reach the AWS SDK: reads and writes as the fewest microseconds have them. */
import {
  BatchGetItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type BatchWriteCommandOutput,
  type DeleteCommandInput,
  type DeleteCommandOutput,
  DynamoDBDocumentClient,
  type GetCommandInput,
  type GetCommandOutput,
  type PutCommandInput,
  type PutCommandOutput,
  type QueryCommandInput,
  type QueryCommandOutput,
  type TransactGetCommandInput,
  type TransactGetCommandOutput,
  type TransactWriteCommandInput,
  type TransactWriteCommandOutput,
  type UpdateCommandInput,
  type UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import type { Item } from '../types.js';
import { fromWire, toWire } from './wire.js';

/**
 * Input and output of each operation the runtime makes, by DynamoDB's name for it, in the document client's form.
 * There is no Scan.
 */
export interface Operations {
  GetItem: [GetCommandInput, GetCommandOutput];
  BatchGetItem: [BatchGetCommandInput, BatchGetCommandOutput];
  Query: [QueryCommandInput, QueryCommandOutput];
  TransactGetItems: [TransactGetCommandInput, TransactGetCommandOutput];
  PutItem: [PutCommandInput, PutCommandOutput];
  UpdateItem: [UpdateCommandInput, UpdateCommandOutput];
  DeleteItem: [DeleteCommandInput, DeleteCommandOutput];
  TransactWriteItems: [TransactWriteCommandInput, TransactWriteCommandOutput];
  BatchWriteItem: [BatchWriteCommandInput, BatchWriteCommandOutput];
}

export type Operation = keyof Operations;
export type InputOf<O extends Operation> = Operations[O][0];
export type OutputOf<O extends Operation> = Operations[O][1];

/** Sends one request of each kind. What the SDK throws passes as it is. */
export type Sdk = {
  readonly [O in Operation]: (input: InputOf<O>, signal?: AbortSignal) => Promise<OutputOf<O>>;
};

/** The operations of a client, whose own configuration stays as it is. */
export function sdkOf(client: DynamoDBClient): Sdk {
  const direct = viewOf(client, true);
  return { ...readsOf(direct), ...writesOf(direct), BatchWriteItem: bulkOf(client) };
}

/**
 * The same client with settings of ours. It is a view because the document client writes its options into the
 * configuration it is given, where another document client of the same client would write other ones.
 */
function viewOf(client: DynamoDBClient, cacheMiddleware: boolean): DynamoDBClient {
  const { logger } = client.config;
  // For a logger that does nothing, the SDK would still copy everything it does not log: a fifth of a read's time.
  const quiet = logger?.constructor.name === 'NoOpLogger' ? {} : logger;
  return Object.assign(Object.create(client) as DynamoDBClient, {
    config: { ...client.config, cacheMiddleware, logger: quiet },
  });
}

type Reads = Pick<Sdk, 'GetItem' | 'BatchGetItem' | 'Query' | 'TransactGetItems'>;

/** Options of any kind, even none, would have a command's handlers worked out again. */
function options(signal: AbortSignal | undefined) {
  return signal && { abortSignal: signal };
}

/** Reads, with the attribute values translated by us and a command's handlers worked out once. */
function readsOf(reads: DynamoDBClient): Reads {
  return {
    async GetItem(input, signal) {
      const Key = toWire(input.Key ?? {});
      const output = await reads.send(new GetItemCommand({ ...input, Key }), options(signal));
      return { ...output, Item: output.Item && fromWire(output.Item) };
    },
    async Query(input, signal) {
      const { ExclusiveStartKey: start, ExpressionAttributeValues: values } = input;
      const output = await reads.send(
        new QueryCommand({
          ...(input as Omit<QueryCommandInput, 'KeyConditions' | 'QueryFilter'> & PlainQuery),
          ExclusiveStartKey: start && toWire(start),
          ExpressionAttributeValues: values && toWire(values),
        }),
        options(signal),
      );
      const { Items, LastEvaluatedKey: last } = output;
      return { ...output, Items: Items?.map(fromWire), LastEvaluatedKey: last && fromWire(last) };
    },
    async TransactGetItems(input, signal) {
      const TransactItems = input.TransactItems?.map(({ Get: asked }) => ({
        Get: { ...asked, TableName: asked?.TableName, Key: toWire(asked?.Key ?? {}) },
      }));
      const output = await reads.send(
        new TransactGetItemsCommand({ ...input, TransactItems }),
        options(signal),
      );
      return {
        ...output,
        Responses: output.Responses?.map(({ Item: item }) =>
          item === undefined ? {} : { Item: fromWire(item) },
        ),
      };
    },
    async BatchGetItem(input, signal) {
      const RequestItems = mapped(input.RequestItems, ({ Keys, ...asked }) => ({
        ...asked,
        Keys: Keys?.map(toWire),
      }));
      const output = await reads.send(new BatchGetItemCommand({ ...input, RequestItems }), options(signal));
      return {
        ...output,
        Responses: mapped(output.Responses, (items) => items.map(fromWire)),
        UnprocessedKeys: mapped(output.UnprocessedKeys, ({ Keys, ...left }) => ({
          ...left,
          Keys: Keys?.map(fromWire),
        })),
      };
    },
  };
}

/** Legacy parameters of Query that hold values the runtime never uses. */
interface PlainQuery {
  readonly KeyConditions?: never;
  readonly QueryFilter?: never;
}

function mapped<A, B>(
  tables: Record<string, A> | undefined,
  change: (value: A) => B,
): Record<string, B> | undefined {
  return tables && Object.fromEntries(Object.entries(tables).map(([name, value]) => [name, change(value)]));
}

type Writes = Pick<Sdk, 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'TransactWriteItems'>;

/** Writes of single items and transactions, as the reads. Their answers hold no attribute values: none are asked for. */
function writesOf(writes: DynamoDBClient): Writes {
  return {
    async PutItem(input, signal) {
      const { Attributes: _, ...output } = await writes.send(new PutItemCommand(put(input)), options(signal));
      return output;
    },
    async UpdateItem(input, signal) {
      const { Attributes: _, ...output } = await writes.send(
        new UpdateItemCommand(keyed(input)),
        options(signal),
      );
      return output;
    },
    async DeleteItem(input, signal) {
      const { Attributes: _, ...output } = await writes.send(
        new DeleteItemCommand(keyed(input)),
        options(signal),
      );
      return output;
    },
    async TransactWriteItems({ TransactItems, ...input }, signal) {
      const { ItemCollectionMetrics: _, ...output } = await writes.send(
        new TransactWriteItemsCommand({ ...input, TransactItems: TransactItems?.map(transactItem) }),
        options(signal),
      );
      return output;
    },
  };
}

/** Part of a write: its key or item, and the values of its expressions. */
interface Values {
  readonly ExpressionAttributeValues?: Item | undefined;
}

/** Legacy parameters of writes that hold values the runtime never uses. */
interface PlainWrite {
  readonly Expected?: never;
  readonly AttributeUpdates?: never;
}

function put<P extends Values & { readonly Item: Item | undefined }>(input: P) {
  return { ...valued(input), Item: toWire(input.Item ?? {}) };
}

function keyed<P extends Values & { readonly Key: Item | undefined }>(input: P) {
  return { ...valued(input), Key: toWire(input.Key ?? {}) };
}

function valued<P extends Values>(input: P) {
  const { ExpressionAttributeValues: values } = input;
  return {
    ...(input as Omit<P, 'Expected' | 'AttributeUpdates'> & PlainWrite),
    ExpressionAttributeValues: values && toWire(values),
  };
}

type Documented = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

function transactItem({ Put, Update, Delete, ConditionCheck }: Documented): TransactWriteItem {
  if (Put) return { Put: put(Put) };
  if (Update) return { Update: keyed(Update) };
  return Delete ? { Delete: keyed(Delete) } : { ConditionCheck: ConditionCheck && keyed(ConditionCheck) };
}

/** Bulk loads, by the document client. */
function bulkOf(client: DynamoDBClient): Sdk['BatchWriteItem'] {
  const documents = DynamoDBDocumentClient.from(viewOf(client, false), {
    // Numbers are JavaScript's: the shortest text that reads back as the same double fits DynamoDB's 38 digits.
    marshallOptions: { removeUndefinedValues: true, allowImpreciseNumbers: true },
    unmarshallOptions: { wrapNumbers: Number },
  });
  return (input, signal) => documents.send(new BatchWriteCommand(input), options(signal));
}
