import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  ListTablesCommand,
  PutItemCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedEngine, openEmbedded } from '../../src/embedded/index.js';
import { createTable, failure, get, N, put, S, texts } from './table.js';

let engine: EmbeddedEngine;
let client: DynamoDBClient;

beforeAll(async () => {
  engine = await openEmbedded();
  client = new DynamoDBClient({ ...engine.clientConfig });
});
afterAll(() => engine.close());

const describeTable = async (TableName: string) =>
  (await client.send(new DescribeTableCommand({ TableName }))).Table;

describe('tables', () => {
  test('are active at once and described as they were declared', async () => {
    const name = await createTable(client);
    const table = await describeTable(name);
    expect(table?.TableStatus).toBe('ACTIVE');
    expect(table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
    expect(table?.GlobalSecondaryIndexes?.map((index) => [index.IndexName, index.IndexStatus])).toEqual([
      ['GSI1', 'ACTIVE'],
      ['GSI2', 'ACTIVE'],
      ['GSI3', 'ACTIVE'],
    ]);
    expect(table?.LocalSecondaryIndexes?.map(({ Projection }) => Projection)).toEqual([
      { ProjectionType: 'KEYS_ONLY' },
    ]);
  });

  test('cannot be created twice', async () => {
    const TableName = await createTable(client);
    const again = new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
    });
    expect(await failure(client.send(again))).toBeInstanceOf(ResourceInUseException);
  });

  test('are gone with all they held when deleted', async () => {
    const name = await createTable(client);
    const declared = await describeTable(name);
    await put(client, name, { PK: S('a'), SK: S('a'), G1P: S('g'), G1S: S('s') });
    await client.send(new DeleteTableCommand({ TableName: name }));
    expect(await failure(describeTable(name))).toBeInstanceOf(ResourceNotFoundException);
    expect(await failure(get(client, name, 'a', 'a'))).toBeInstanceOf(ResourceNotFoundException);
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: declared?.AttributeDefinitions,
        KeySchema: declared?.KeySchema,
        GlobalSecondaryIndexes: declared?.GlobalSecondaryIndexes?.map(
          ({ IndexName, KeySchema, Projection }) => ({
            IndexName,
            KeySchema,
            Projection,
          }),
        ),
        LocalSecondaryIndexes: declared?.LocalSecondaryIndexes?.map(
          ({ IndexName, KeySchema, Projection }) => ({
            IndexName,
            KeySchema,
            Projection,
          }),
        ),
      }),
    );
    expect(await get(client, name, 'a', 'a')).toBeUndefined();
    expect(await texts(client, gsi1(name), 'SK')).toEqual([]);
  });

  test('are listed by name, in pages', async () => {
    const other = await openEmbedded();
    const there = new DynamoDBClient({ ...other.clientConfig });
    const names = (await Promise.all([1, 2, 3].map(() => createTable(there)))).sort();
    const first = await there.send(new ListTablesCommand({ Limit: 2 }));
    expect(first.TableNames).toEqual(names.slice(0, 2));
    const rest = await there.send(
      new ListTablesCommand({ ExclusiveStartTableName: first.LastEvaluatedTableName }),
    );
    expect([rest.TableNames, rest.LastEvaluatedTableName]).toEqual([names.slice(2), undefined]);
    await other.close();
  });

  test('a write together with its deletion leaves nothing behind', async () => {
    const name = await createTable(client);
    const writes = Array.from({ length: 20 }, (_, at) =>
      client
        .send(new PutItemCommand({ TableName: name, Item: { PK: S('a'), SK: S(`${at}`) } }))
        .catch((error: unknown) => expect(error).toBeInstanceOf(ResourceNotFoundException)),
    );
    await Promise.all([...writes, client.send(new DeleteTableCommand({ TableName: name }))]);
    expect(await failure(describeTable(name))).toBeInstanceOf(ResourceNotFoundException);
  });
});

describe('global indexes', () => {
  const create = (IndexName: string, AttributeName: string) => ({
    AttributeDefinitions: [{ AttributeName, AttributeType: 'S' as const }],
    GlobalSecondaryIndexUpdates: [
      {
        Create: {
          IndexName,
          KeySchema: [{ AttributeName, KeyType: 'HASH' as const }],
          Projection: { ProjectionType: 'ALL' as const },
        },
      },
    ],
  });
  const query = (TableName: string, IndexName: string, attribute: string, value: string) => ({
    TableName,
    IndexName,
    KeyConditionExpression: `${attribute} = :v`,
    ExpressionAttributeValues: { ':v': S(value) },
  });

  test('are filled with what is there, and kept while they are', async () => {
    const name = await createTable(client);
    const items = Array.from({ length: 600 }, (_, at) => ({ PK: S('p'), SK: S(`${at}`), late: S('x') }));
    await put(client, name, ...items, { PK: S('p'), SK: S('number'), late: N(1) });
    const made = client.send(new UpdateTableCommand({ TableName: name, ...create('Late', 'late') }));
    await put(
      client,
      name,
      { PK: S('p'), SK: S('0'), late: S('y') },
      { PK: S('p'), SK: S('new'), late: S('x') },
    );
    expect((await made).TableDescription?.GlobalSecondaryIndexes?.at(-1)?.IndexStatus).toBe('ACTIVE');
    const found = await texts(client, query(name, 'Late', 'late', 'x'), 'SK');
    expect(found.sort()).toEqual([...items.slice(1).map(({ SK }) => SK.S ?? ''), 'new'].sort());
    expect(await texts(client, query(name, 'Late', 'late', 'y'), 'SK')).toEqual(['0']);
    // An item whose attribute was no key before can still be changed otherwise.
    await client.send(
      new UpdateItemCommand({
        TableName: name,
        Key: { PK: S('p'), SK: S('number') },
        UpdateExpression: 'SET v = :v',
        ExpressionAttributeValues: { ':v': S('x') },
      }),
    );
    expect(await get(client, name, 'p', 'number')).toMatchObject({ late: N(1), v: S('x') });
  });

  test('can be removed and made again with another key', async () => {
    const name = await createTable(client);
    await put(client, name, { PK: S('p'), SK: S('a'), G1P: S('g'), more: S('m') });
    const remove = { GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'GSI3' } }] };
    await client.send(new UpdateTableCommand({ TableName: name, ...remove }));
    expect((await failure(texts(client, query(name, 'GSI3', 'G1P', 'g'), 'SK'))).name).toBe(
      'ValidationException',
    );
    await client.send(new UpdateTableCommand({ TableName: name, ...create('GSI3', 'more') }));
    expect(await texts(client, query(name, 'GSI3', 'more', 'm'), 'SK')).toEqual(['a']);
    expect(
      (await failure(client.send(new UpdateTableCommand({ TableName: name, ...create('GSI3', 'more') }))))
        .name,
    ).toBe('ValidationException');
  });
});

describe('time to live', () => {
  const ttl = (TableName: string, AttributeName: string, Enabled: boolean) =>
    client.send(
      new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName, Enabled } }),
    );
  const status = async (TableName: string) =>
    (await client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;

  test('can be turned on and off', async () => {
    const name = await createTable(client);
    expect(await status(name)).toEqual({ TimeToLiveStatus: 'DISABLED' });
    await ttl(name, 'until', true);
    expect(await status(name)).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'until' });
    expect((await failure(ttl(name, 'until', true))).message).toBe('TimeToLive is already enabled');
    expect((await failure(ttl(name, 'more', true))).message).toBe(
      'TimeToLive is active on a different AttributeName',
    );
    await ttl(name, 'until', false);
    expect(await status(name)).toEqual({ TimeToLiveStatus: 'DISABLED' });
    expect((await failure(ttl(name, 'until', false))).message).toBe('TimeToLive is already disabled');
  });

  test('ends when the engine is told so', async () => {
    const name = await createTable(client);
    const now = 2_000_000_000;
    const item = (SK: string, until: number) => ({
      PK: S('p'),
      SK: S(SK),
      until: N(until),
      G1P: S('g'),
      G1S: S(SK),
    });
    await put(client, name, item('over', now - 1), item('not yet', now), item('no time', 1), {
      PK: S('p'),
      SK: S('without'),
      G1P: S('g'),
      G1S: S('without'),
    });
    expect(await engine.expire(now)).toBe(0);
    await ttl(name, 'until', true);
    expect(await engine.expire(now)).toBe(1);
    expect(await texts(client, gsi1(name), 'SK')).toEqual(['no time', 'not yet', 'without']);
  });
});

test('what it does not know is refused', async () => {
  const name = await createTable(client);
  const statement = new ExecuteStatementCommand({ Statement: `SELECT * FROM "${name}"` });
  expect((await failure(client.send(statement))).name).toBe('UnknownOperationException');
  const proto = new PutItemCommand({
    TableName: name,
    Item: { PK: S('a'), SK: S('a'), map: { M: JSON.parse('{"__proto__": {"S": "x"}}') } },
  });
  expect((await failure(client.send(proto))).message).toMatch(/__proto__/);
});

function gsi1(TableName: string) {
  return {
    TableName,
    IndexName: 'GSI1',
    KeyConditionExpression: 'G1P = :g',
    ExpressionAttributeValues: { ':g': S('g') },
  };
}
