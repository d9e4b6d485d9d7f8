/** Answers that code and tools read: DynamoDB's words for mistakes, sizes of item collections, tags. */

import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type BillingMode,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEngine, type TestEngine, uniqueName } from '../support/engines.js';
import { createTable, failure, S } from './table.js';

let engine: TestEngine;
let client: DynamoDBClient;
let TableName: string;

beforeAll(async () => {
  engine = await openEngine('embedded');
  client = engine.client;
  TableName = await createTable(client);
});
afterAll(() => engine.close());

const Key = { PK: S('a'), SK: S('a') };
const keys = (count: number) => Array.from({ length: count }, (_, at) => ({ PK: S('a'), SK: S(`${at}`) }));

function newTable(name: string, more: Partial<ConstructorParameters<typeof CreateTableCommand>[0]> = {}) {
  return new CreateTableCommand({
    TableName: name,
    AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    ...more,
  });
}

describe('a syntax error names the token and what is around it', () => {
  test.each([
    ['!!! INVALID !!!', '!', '!!'],
    ['a, , b', ',', ', ,'],
    ['a.', '<EOF>', '.'],
  ])('of a projection: %s', async (ProjectionExpression, token, near) => {
    const error = await failure(client.send(new GetItemCommand({ TableName, Key, ProjectionExpression })));
    expect(error.message).toContain(
      `Invalid ProjectionExpression: Syntax error; token: "${token}", near: "${near}`,
    );
  });

  test.each([
    ['INVALID SYNTAX HERE', 'INVALID', 'INVALID SYNTAX'],
    ['SET a = = :v', '=', '= = :v'],
  ])('of an update: %s', async (UpdateExpression, token, near) => {
    const ExpressionAttributeValues = { ':v': S('x') };
    const command = new UpdateItemCommand({ TableName, Key, UpdateExpression, ExpressionAttributeValues });
    expect((await failure(client.send(command))).message).toBe(
      `Invalid UpdateExpression: Syntax error; token: "${token}", near: "${near}"`,
    );
  });
});

test.each([
  [
    () => new BatchGetItemCommand({ RequestItems: {} }),
    'The requestItems parameter is required for BatchGetItem',
  ],
  [
    () => new BatchWriteItemCommand({ RequestItems: {} }),
    'The requestItems parameter is required for BatchWriteItem',
  ],
  [
    () => new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: keys(101) } } }),
    'less than or equal to 100',
  ],
  [
    () =>
      new BatchWriteItemCommand({
        RequestItems: { [TableName]: keys(26).map((Item) => ({ PutRequest: { Item } })) },
      }),
    'less than or equal to 25',
  ],
  [
    () => new QueryCommand({ TableName, Limit: 0 }),
    "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
  ],
  [
    () => new ScanCommand({ TableName, Segment: 5, TotalSegments: 5 }),
    'must be less than parameter TotalSegments: Segment: 5 is not less than TotalSegments: 5',
  ],
  [() => new ScanCommand({ TableName, Segment: 0 }), 'The TotalSegments parameter is required'],
  [() => new ScanCommand({ TableName, TotalSegments: 2 }), 'The Segment parameter is required'],
  [
    () => newTable('ab'),
    "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3",
  ],
  [
    () => new PutItemCommand({ TableName: '', Item: Key }),
    "1 validation error detected: Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
  [
    () =>
      newTable('three', {
        KeySchema: ['PK', 'SK', 'more'].map((AttributeName) => ({ AttributeName, KeyType: 'HASH' })),
      }),
    "at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2",
  ],
])('a mistake is told in the words of DynamoDB (%#)', async (command, words) => {
  const error = await failure(client.send(command() as PutItemCommand));
  expect(error).toMatchObject({ name: 'ValidationException', message: expect.stringContaining(words) });
});

test('a table’s throughput changes or is refused', async () => {
  const name = uniqueName('throughput');
  const five = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
  await client.send(newTable(name, { BillingMode: 'PROVISIONED', ProvisionedThroughput: five }));
  const change = (mode: BillingMode, ProvisionedThroughput?: typeof five) =>
    client.send(
      new UpdateTableCommand({
        TableName: name,
        BillingMode: mode,
        ...(ProvisionedThroughput && { ProvisionedThroughput }),
      }),
    );
  await expect(change('PROVISIONED', five)).rejects.toThrow(
    'The provisioned throughput for the table will not change',
  );
  await expect(change('PAY_PER_REQUEST', five)).rejects.toThrow('when BillingMode is PAY_PER_REQUEST');
  await change('PROVISIONED', { ReadCapacityUnits: 6, WriteCapacityUnits: 5 });
  await change('PAY_PER_REQUEST');
});

test('writes tell the item collection that they changed, where they are asked', async () => {
  const asked = { TableName, ReturnItemCollectionMetrics: 'SIZE' } as const;
  const metrics = { ItemCollectionKey: { PK: S('a') }, SizeEstimateRangeGB: [0, 1] };
  for (const command of [
    new PutItemCommand({ ...asked, Item: Key }),
    new UpdateItemCommand({ ...asked, Key }),
    new DeleteItemCommand({ ...asked, Key }),
  ])
    expect((await client.send(command as PutItemCommand)).ItemCollectionMetrics).toEqual(metrics);
  const batch = new BatchWriteItemCommand({
    RequestItems: { [TableName]: [{ PutRequest: { Item: Key } }] },
    ReturnItemCollectionMetrics: 'SIZE',
  });
  expect((await client.send(batch)).ItemCollectionMetrics).toEqual({ [TableName]: [metrics] });
  expect(
    (await client.send(new PutItemCommand({ TableName, Item: Key }))).ItemCollectionMetrics,
  ).toBeUndefined();
});

test('tables keep their tags', async () => {
  const name = uniqueName('tags');
  await client.send(newTable(name, { Tags: [{ Key: 'team', Value: 'one' }] }));
  const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
  const ResourceArn = Table?.TableArn;
  const tags = async () => (await client.send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags;
  await client.send(
    new TagResourceCommand({
      ResourceArn,
      Tags: [
        { Key: 'team', Value: 'two' },
        { Key: 'env', Value: 'test' },
      ],
    }),
  );
  await client.send(new UpdateTableCommand({ TableName: name, BillingMode: 'PAY_PER_REQUEST' }));
  expect(await tags()).toEqual([
    { Key: 'team', Value: 'two' },
    { Key: 'env', Value: 'test' },
  ]);
  await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['team', 'none'] }));
  expect(await tags()).toEqual([{ Key: 'env', Value: 'test' }]);
  const others = [
    ['no ARN', 'ValidationException'],
    [`${ResourceArn}-more`, 'AccessDeniedException'],
  ] as const;
  for (const [arn, code] of others)
    expect(await failure(client.send(new ListTagsOfResourceCommand({ ResourceArn: arn })))).toMatchObject({
      name: code,
    });
});
