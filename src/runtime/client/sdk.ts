/** The runtime's own requests by the AWS SDK, with as little work for each as the SDK allows. */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
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
import type {
  BatchGetCommandInput,
  BatchGetCommandOutput,
  BatchWriteCommandInput,
  BatchWriteCommandOutput,
  DeleteCommandInput,
  DeleteCommandOutput,
  GetCommandInput,
  GetCommandOutput,
  PutCommandInput,
  PutCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  TransactGetCommandInput,
  TransactGetCommandOutput,
  TransactWriteCommandInput,
  TransactWriteCommandOutput,
  UpdateCommandInput,
  UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import type { Item } from '../types.js';
import { bind, bounded, type Call } from './call.js';
import { marshall, unmarshall } from './marshall.js';

/**
 * Input and output of each operation the runtime makes, by DynamoDB's name for it, with JavaScript's values as in
 * the document client's commands. There is no Scan.
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

/** Sends one attempt of a request of each kind. Throws what the SDK throws. */
export type Requests = {
  readonly [O in keyof Operations]: (input: Operations[O][0], call?: Call) => Promise<Operations[O][1]>;
};

/** The operations of a client, whose own configuration stays as it is. */
export function sdkOf(client: DynamoDBClient): Requests {
  const view = viewOf(client, { cacheMiddleware: true });
  return { ...readsOf(view), ...writesOf(view) };
}

/**
 * The same client (connections, credentials, middleware) with settings of ours. The document client writes its
 * options into the configuration it is given: without a view, two document clients of one client would share them.
 *
 * @param cacheMiddleware whether the SDK composes a command's handlers once, not for each request
 * @param attemptMs how long one attempt waits for its answer, in milliseconds, where the SDK repeats it. Left out, requests are
 *   attempts of calls, which bound and repeat them: two layers that repeat would multiply what is sent
 */
export function viewOf(
  client: DynamoDBClient,
  { cacheMiddleware, attemptMs }: { readonly cacheMiddleware: boolean; readonly attemptMs?: number },
): DynamoDBClient {
  const { logger } = client.config;
  const { middlewareStack, requestHandler } = bounded(client, attemptMs);
  // For a logger that does nothing, the SDK would still copy everything it does not log: a fifth of a read's time.
  const quiet = logger?.constructor.name === 'NoOpLogger' ? {} : logger;
  return Object.assign(Object.create(client) as DynamoDBClient, {
    config: { ...client.config, cacheMiddleware, logger: quiet, requestHandler },
    middlewareStack,
    // The SDK caches handlers in the client: this one needs its own.
    handlers: undefined,
  });
}

type Reads = Pick<Requests, 'GetItem' | 'BatchGetItem' | 'Query' | 'TransactGetItems'>;

function readsOf(client: DynamoDBClient): Reads {
  return {
    async GetItem(input, call) {
      const Key = marshall(input.Key ?? {});
      const output = await client.send(bind(new GetItemCommand({ ...input, Key }), call));
      return { ...output, Item: output.Item && unmarshall(output.Item) };
    },
    async Query(input, call) {
      const { ExclusiveStartKey: start } = input;
      const command = new QueryCommand({ ...valued(input), ExclusiveStartKey: start && marshall(start) });
      const output = await client.send(bind(command, call));
      const { Items, LastEvaluatedKey: last } = output;
      return { ...output, Items: Items?.map(unmarshall), LastEvaluatedKey: last && unmarshall(last) };
    },
    async TransactGetItems(input, call) {
      const TransactItems = input.TransactItems?.map(({ Get: wanted }) => ({
        Get: { ...wanted, TableName: wanted?.TableName, Key: marshall(wanted?.Key ?? {}) },
      }));
      const output = await client.send(bind(new TransactGetItemsCommand({ ...input, TransactItems }), call));
      return {
        ...output,
        Responses: output.Responses?.map(({ Item: item }) =>
          item === undefined ? {} : { Item: unmarshall(item) },
        ),
      };
    },
    async BatchGetItem(input, call) {
      const RequestItems = mapped(input.RequestItems, ({ Keys, ...wanted }) => ({
        ...wanted,
        Keys: Keys?.map(marshall),
      }));
      const output = await client.send(bind(new BatchGetItemCommand({ ...input, RequestItems }), call));
      return {
        ...output,
        Responses: mapped(output.Responses, (items) => items.map(unmarshall)),
        UnprocessedKeys: mapped(output.UnprocessedKeys, ({ Keys, ...left }) => ({
          ...left,
          Keys: Keys?.map(unmarshall),
        })),
      };
    },
  };
}

function mapped<A, B>(
  tables: Record<string, A> | undefined,
  change: (value: A) => B,
): Record<string, B> | undefined {
  return tables && Object.fromEntries(Object.entries(tables).map(([name, value]) => [name, change(value)]));
}

type Writes = Omit<Requests, keyof Reads>;

/** Their answers hold no attribute values except unprocessed items and updated ones: the runtime requests no others. */
function writesOf(client: DynamoDBClient): Writes {
  return {
    async PutItem(input, call) {
      const { Attributes: _, ...output } = await client.send(bind(new PutItemCommand(put(input)), call));
      return output;
    },
    async UpdateItem(input, call) {
      const output = await client.send(bind(new UpdateItemCommand(keyed(input)), call));
      return { ...output, Attributes: output.Attributes && unmarshall(output.Attributes) };
    },
    async DeleteItem(input, call) {
      const { Attributes: _, ...output } = await client.send(bind(new DeleteItemCommand(keyed(input)), call));
      return output;
    },
    async TransactWriteItems({ TransactItems, ...input }, call) {
      const { ItemCollectionMetrics: _, ...output } = await client.send(
        bind(
          new TransactWriteItemsCommand({ ...input, TransactItems: TransactItems?.map(transactItem) }),
          call,
        ),
      );
      return output;
    },
    async BatchWriteItem(input, call) {
      const RequestItems = mapped(input.RequestItems, (requests) => requests.map(translated(marshall)));
      const {
        ItemCollectionMetrics: _,
        UnprocessedItems,
        ...output
      } = await client.send(bind(new BatchWriteItemCommand({ ...input, RequestItems }), call));
      return {
        ...output,
        UnprocessedItems: mapped(UnprocessedItems, (requests) => requests.map(translated(unmarshall))),
      };
    },
  };
}

interface BatchWrite<Attributes> {
  readonly PutRequest?: { readonly Item: Attributes | undefined } | undefined;
  readonly DeleteRequest?: { readonly Key: Attributes | undefined } | undefined;
}

function translated<From extends object, To>(change: (attributes: From) => To) {
  const changed = (attributes: From | undefined) => change(attributes ?? ({} as From));
  return ({ PutRequest: put, DeleteRequest: gone }: BatchWrite<From>) =>
    put === undefined
      ? { DeleteRequest: { Key: changed(gone?.Key) } }
      : { PutRequest: { Item: changed(put.Item) } };
}

/** The values of a request's expressions. */
interface Values {
  readonly ExpressionAttributeValues?: Item | undefined;
}

/** Parameters that expressions replaced. They hold values, too; the runtime sends none of them. */
type Legacy = 'Expected' | 'AttributeUpdates' | 'KeyConditions' | 'QueryFilter';
type WithoutLegacy<P> = Omit<P, Legacy> & { readonly [Name in Legacy]?: never };

function put<P extends Values & { readonly Item: Item | undefined }>(input: P) {
  return { ...valued(input), Item: marshall(input.Item ?? {}) };
}

function keyed<P extends Values & { readonly Key: Item | undefined }>(input: P) {
  return { ...valued(input), Key: marshall(input.Key ?? {}) };
}

function valued<P extends Values>(input: P) {
  const { ExpressionAttributeValues: values } = input;
  return { ...(input as WithoutLegacy<P>), ExpressionAttributeValues: values && marshall(values) };
}

type Documented = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

function transactItem({ Put, Update, Delete, ConditionCheck }: Documented): TransactWriteItem {
  if (Put) return { Put: put(Put) };
  if (Update) return { Update: keyed(Update) };
  return Delete ? { Delete: keyed(Delete) } : { ConditionCheck: ConditionCheck && keyed(ConditionCheck) };
}
