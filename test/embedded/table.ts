import {
  type AttributeValue,
  CreateTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { uniqueName } from '../support/engines.js';

export type Item = Record<string, AttributeValue>;

export const S = (text: string): AttributeValue => ({ S: text });
export const N = (number: number | string): AttributeValue => ({ N: String(number) });

/**
 * A table with every kind of index: GSI1 (text sort key, all attributes), GSI2 (number sort key, `inc` included),
 * GSI3 (no sort key, keys only), LSI1 (text sort key, keys only).
 */
export async function createTable(client: DynamoDBClient): Promise<string> {
  const TableName = uniqueName('conformance');
  const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' as const });
  const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' as const });
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        ...['PK', 'SK', 'G1P', 'G1S', 'L1S'].map(text),
        { AttributeName: 'G2S', AttributeType: 'N' },
      ],
      KeySchema: [hash('PK'), range('SK')],
      GlobalSecondaryIndexes: [
        { IndexName: 'GSI1', KeySchema: [hash('G1P'), range('G1S')], Projection: { ProjectionType: 'ALL' } },
        {
          IndexName: 'GSI2',
          KeySchema: [hash('G1P'), range('G2S')],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['inc'] },
        },
        { IndexName: 'GSI3', KeySchema: [hash('G1P')], Projection: { ProjectionType: 'KEYS_ONLY' } },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'LSI1',
          KeySchema: [hash('PK'), range('L1S')],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  return TableName;
}

export async function put(client: DynamoDBClient, TableName: string, ...items: Item[]): Promise<void> {
  await Promise.all(items.map((Item) => client.send(new PutItemCommand({ TableName, Item }))));
}

export async function get(
  client: DynamoDBClient,
  TableName: string,
  PK: string,
  SK: string,
): Promise<Item | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName, Key: { PK: S(PK), SK: S(SK) }, ConsistentRead: true }),
  );
  return Item;
}

/** All pages of a query. */
export async function pages(client: DynamoDBClient, query: QueryCommandInput): Promise<QueryCommandOutput[]> {
  const found: QueryCommandOutput[] = [];
  let start: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({ ...query, ...(start && { ExclusiveStartKey: start }) }),
    );
    found.push(page);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return found;
}

/** The text of one attribute in the items of all pages. */
export async function texts(
  client: DynamoDBClient,
  query: QueryCommandInput,
  name: string,
): Promise<string[]> {
  const all = await pages(client, query);
  return all.flatMap((page) => page.Items ?? []).map((item) => item[name]?.S ?? item[name]?.N ?? '');
}

/** The error a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('it succeeded');
}
