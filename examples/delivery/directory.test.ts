/**
 * The index of several attributes as they are. DynamoDB has had those since late 2025; the engines of the tests do not:
 * what would be sent is held to the letter.
 */

import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { createTables, Database } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { listings } from './generated/queries.js';
import { tables } from './generated/tables.js';
import { listingWrites } from './generated/writes.js';

interface Sent {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A client that answers by itself, and keeps what it is sent. */
function recording(answer: (operation: string, at: number) => object) {
  const sent: Sent[] = [];
  const handle = async (request: { headers: Record<string, string>; body: unknown }) => {
    const operation = request.headers['x-amz-target']?.split('.')[1] ?? '';
    const given = answer(operation, sent.length);
    const { body } = request;
    // The SDK's own kind of bytes complains where its methods are called.
    const text = body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.length) : body;
    sent.push({ operation, body: JSON.parse(String(text)) as Sent['body'] });
    const headers = { 'content-type': 'application/x-amz-json-1.0' };
    return { response: { statusCode: 200, headers, body: Buffer.from(JSON.stringify(given)) } };
  };
  const requestHandler = {
    handle,
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  } as unknown as NonNullable<DynamoDBClientConfig['requestHandler']>;
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
  const client = new DynamoDBClient({ region: 'local', credentials, requestHandler });
  const database = new Database({
    client,
    tables: { directory: 'directory' },
    cursorSecrets: ['a secret of the tests, long enough'],
  });
  return { sent, client, database };
}

const key = (partition: readonly string[], sort: readonly string[]) => [
  ...partition.map((AttributeName) => ({ AttributeName, KeyType: 'HASH' })),
  ...sort.map((AttributeName) => ({ AttributeName, KeyType: 'RANGE' })),
];
const index = {
  IndexName: 'ByCityAndRating',
  KeySchema: key(['city'], ['category', 'rating', 'openedAt']),
  Projection: { ProjectionType: 'ALL' },
};

test('the table is defined with each attribute of the index and its type', async () => {
  const { client, sent } = recording((operation) =>
    operation === 'CreateTable' || sent.some((one) => one.operation === 'CreateTable')
      ? {
          Table: {
            TableStatus: 'ACTIVE',
            KeySchema: key(['PK'], ['SK']),
            AttributeDefinitions: definitions,
            GlobalSecondaryIndexes: [{ ...index, IndexStatus: 'ACTIVE' }],
          },
        }
      : {},
  );
  const types = { PK: 'S', SK: 'S', category: 'S', city: 'S', openedAt: 'S', rating: 'N' };
  const definitions = Object.entries(types).map(([AttributeName, AttributeType]) => ({
    AttributeName,
    AttributeType,
  }));
  await createTables(
    client,
    tables.filter(({ table }) => table === 'directory'),
    { directory: 'directory' },
  );
  const creation = sent.find(({ operation }) => operation === 'CreateTable')?.body;
  expect(creation?.GlobalSecondaryIndexes).toEqual([index]);
  const defined = creation?.AttributeDefinitions as typeof definitions;
  expect([...defined].sort((a, b) => (a.AttributeName < b.AttributeName ? -1 : 1))).toEqual(
    [...definitions].sort((a, b) => (a.AttributeName < b.AttributeName ? -1 : 1)),
  );
});

const listing = (at: number) => ({
  PK: { S: `LISTING#w${at}` },
  SK: { S: 'DETAILS' },
  warehouseId: { S: `w${at}` },
  name: { S: 'Depot' },
  city: { S: 'Porto#' },
  category: { S: 'Food' },
  rating: { N: String(5 - at / 2) },
  openedAt: { S: '2024-02-29T23:59:59.999Z' },
  version: { N: '1' },
});

test('a query has a term for each attribute asked, and a page goes on after the whole key', async () => {
  const { database, sent } = recording(() => ({
    Items: [listing(0), listing(1), listing(2)],
    Count: 3,
    ScannedCount: 3,
    LastEvaluatedKey: { ...listing(2), warehouseId: undefined, name: undefined, version: undefined },
  }));
  const db = database.session();
  const query = listings({ city: 'Porto#', category: 'Food', from: 3.5 });
  const wants = { edges: true, hasNextPage: false, hasPreviousPage: false, cursors: true };
  const page = await db.connection(query, { first: 2 }, { wants });
  expect(page.nodes.map(({ rating }) => rating)).toEqual([5, 4.5]);
  await db.connection(query, { first: 2, after: page.pageInfo.endCursor }, { wants });
  const [first, second] = sent.map(({ body }) => body);
  expect(first).toMatchObject({
    TableName: 'directory',
    IndexName: 'ByCityAndRating',
    KeyConditionExpression: '#_p = :_p AND #_e0 = :_e0 AND #_s >= :_s',
    ExpressionAttributeNames: { '#_p': 'city', '#_e0': 'category', '#_s': 'rating' },
    ExpressionAttributeValues: { ':_p': { S: 'Porto#' }, ':_e0': { S: 'Food' }, ':_s': { N: '3.5' } },
    ScanIndexForward: false,
  });
  expect(first).not.toHaveProperty('ExclusiveStartKey');
  const { PK, SK, city, category, rating, openedAt } = listing(1);
  expect(second?.ExclusiveStartKey).toEqual({ PK, SK, city, category, rating, openedAt });
});

test('without a range only the equalities are asked', async () => {
  const { database, sent } = recording(() => ({ Items: [], Count: 0, ScannedCount: 0 }));
  await database.session().list(listings({ city: 'Porto', category: 'Food' }));
  expect(sent[0]?.body.KeyConditionExpression).toBe('#_p = :_p AND #_e0 = :_e0');
});

test('a record is stored with its attributes only: they are the keys', async () => {
  const { database, sent } = recording(() => ({}));
  const { PK, SK, ...attributes } = listing(0);
  await database.session().write(
    listingWrites.create({
      warehouseId: 'w0',
      name: 'Depot',
      city: 'Porto#',
      category: 'Food',
      rating: 5,
      openedAt: '2024-02-29T23:59:59.999Z',
    }),
  );
  expect(sent.map(({ operation }) => operation)).toEqual(['PutItem']);
  expect(sent[0]?.body.Item).toEqual({ PK, SK, ...attributes, _type: { S: 'Listing' } });
});
