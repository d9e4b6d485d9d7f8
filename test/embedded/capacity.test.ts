import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openEngine, type TestEngine, uniqueName } from '../support/engines.js';
import { createTable, type Item, N, put, S } from './table.js';

/*
 * Units as DynamoDB bills them (developer guide, "DynamoDB read and write operations" and "Transactions").
 * Only on the embedded engine: DynamoDB Local 1.25 bills a transaction of two small items 8 units instead of 4,
 * and one of a hundred 4 instead of 200.
 */

let engine: TestEngine;
let table: string;
let pk: string;

beforeAll(async () => {
  engine = await openEngine('embedded');
  table = await createTable(engine.client);
});
afterAll(() => engine.close());
beforeEach(() => {
  pk = uniqueName('c');
});

const asked = { ReturnConsumedCapacity: 'INDEXES' as const };
const key = (sk: string): Item => ({ PK: S(pk), SK: S(sk) });
/** An attribute `v` that makes the item with key `sk` this many bytes long. */
const filler = (sk: string, bytes: number): Item => ({
  v: S('x'.repeat(bytes - 'PKSKv'.length - pk.length - sk.length)),
});
const indexed = { G1P: S('g'), G1S: S('s'), G2S: N(1), L1S: S('l') };

describe('reads', () => {
  const get = async (sk: string, ConsistentRead: boolean) => {
    const command = new GetItemCommand({ TableName: table, Key: key(sk), ConsistentRead, ...asked });
    return (await engine.client.send(command)).ConsumedCapacity?.CapacityUnits;
  };

  test('cost a unit for 4 KB, half of it if eventually consistent', async () => {
    await put(
      engine.client,
      table,
      { ...key('a'), ...filler('a', 4096) },
      { ...key('b'), ...filler('b', 4097) },
    );
    expect(await Promise.all([get('a', true), get('a', false)])).toEqual([1, 0.5]);
    expect(await Promise.all([get('b', true), get('b', false)])).toEqual([2, 1]);
    expect(await Promise.all([get('none', true), get('none', false)])).toEqual([1, 0.5]);
    const batch = await engine.client.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys: ['a', 'b', 'none'].map(key) } }, ...asked }),
    );
    expect(batch.ConsumedCapacity).toEqual([
      { TableName: table, CapacityUnits: 2, Table: { CapacityUnits: 2 } },
    ]);
    const both = await engine.client.send(
      new TransactGetItemsCommand({
        TransactItems: ['a', 'b'].map((sk) => ({ Get: { TableName: table, Key: key(sk) } })),
        ...asked,
      }),
    );
    expect(both.ConsumedCapacity?.[0]).toMatchObject({ CapacityUnits: 6, ReadCapacityUnits: 6 });
  });

  test('of a Query add their bytes up first', async () => {
    const items = Array.from({ length: 10 }, (_, at) => ({ ...key(`${at}`), ...filler(`${at}`, 1000) }));
    await put(engine.client, table, ...items);
    const query = (more: object) =>
      engine.client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'PK = :p',
          ExpressionAttributeValues: { ':p': S(pk) },
          ...asked,
          ...more,
        }),
      );
    expect((await query({})).ConsumedCapacity).toEqual({
      TableName: table,
      CapacityUnits: 1.5,
      Table: { CapacityUnits: 1.5 },
    });
    expect((await query({ ConsistentRead: true })).ConsumedCapacity?.CapacityUnits).toBe(3);
    // What a projection or filter leaves out has been read all the same.
    expect((await query({ ProjectionExpression: 'SK' })).ConsumedCapacity?.CapacityUnits).toBe(1.5);
    const nothing = await query({ ExpressionAttributeValues: { ':p': S('nobody') } });
    expect(nothing.ConsumedCapacity?.CapacityUnits).toBe(0.5);
  });

  test('of an index cost what it projects', async () => {
    await put(engine.client, table, { ...key('a'), ...filler('a', 9000), G1P: S(pk), G1S: S('s') });
    const query = async (IndexName: string) => {
      const command = new QueryCommand({
        TableName: table,
        IndexName,
        KeyConditionExpression: 'G1P = :p',
        ExpressionAttributeValues: { ':p': S(pk) },
        ...asked,
      });
      return (await engine.client.send(command)).ConsumedCapacity;
    };
    expect(await query('GSI1')).toEqual({
      TableName: table,
      CapacityUnits: 1.5,
      Table: { CapacityUnits: 0 },
      GlobalSecondaryIndexes: { GSI1: { CapacityUnits: 1.5 } },
    });
    expect((await query('GSI3'))?.CapacityUnits).toBe(0.5);
  });
});

describe('writes', () => {
  const putUnits = async (item: Item) => {
    const { ConsumedCapacity } = await engine.client.send(
      new PutItemCommand({ TableName: table, Item: item, ...asked }),
    );
    const {
      CapacityUnits,
      Table,
      GlobalSecondaryIndexes = {},
      LocalSecondaryIndexes = {},
    } = ConsumedCapacity ?? {};
    const indexes = Object.entries({ ...GlobalSecondaryIndexes, ...LocalSecondaryIndexes });
    return [
      CapacityUnits,
      Table?.CapacityUnits,
      Object.fromEntries(indexes.map(([name, units]) => [name, units.CapacityUnits] as const)),
    ];
  };

  test('cost a unit for 1 KB of the larger of old and new item', async () => {
    expect(await putUnits({ ...key('a'), ...filler('a', 1024) })).toEqual([1, 1, {}]);
    expect(await putUnits({ ...key('a'), ...filler('a', 1025) })).toEqual([2, 2, {}]);
    expect(await putUnits(key('a'))).toEqual([2, 2, {}]);
    expect(await putUnits(key('a'))).toEqual([1, 1, {}]);
  });

  test('cost what they change in indexes', async () => {
    const item = { ...key('a'), ...indexed };
    const every = { GSI1: 1, GSI2: 1, GSI3: 1, LSI1: 1 };
    expect(await putUnits(item)).toEqual([5, 1, every]);
    expect(await putUnits(item)).toEqual([1, 1, {}]);
    expect(await putUnits({ ...item, inc: S('i') })).toEqual([3, 1, { GSI1: 1, GSI2: 1 }]);
    expect(await putUnits({ ...item, v: S('v'), inc: S('i') })).toEqual([2, 1, { GSI1: 1 }]);
    expect(await putUnits({ ...item, v: S('v'), inc: S('i'), G1P: S('h') })).toEqual([
      7,
      1,
      { GSI1: 2, GSI2: 2, GSI3: 2 },
    ]);
    expect(await putUnits(key('a'))).toEqual([5, 1, every]);
  });

  test('cost the same by update, delete and batch', async () => {
    const update = await engine.client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: key('a'),
        UpdateExpression: 'SET G1P = :g, G1S = :g',
        ExpressionAttributeValues: { ':g': S('g') },
        ...asked,
      }),
    );
    expect(update.ConsumedCapacity?.CapacityUnits).toBe(3);
    const remove = await engine.client.send(
      new DeleteItemCommand({ TableName: table, Key: key('a'), ...asked }),
    );
    expect(remove.ConsumedCapacity?.CapacityUnits).toBe(3);
    const batch = await engine.client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [table]: ['a', 'b'].map((sk) => ({ PutRequest: { Item: { ...key(sk), ...filler(sk, 1500) } } })),
        },
        ...asked,
      }),
    );
    expect(batch.ConsumedCapacity).toEqual([
      { TableName: table, CapacityUnits: 4, Table: { CapacityUnits: 4 } },
    ]);
  });

  test('cost double in a transaction, and reads when a token comes again', async () => {
    await put(engine.client, table, { ...key('checked'), ...filler('checked', 3000) });
    const command = new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName: table, Item: { ...key('a'), G1P: S('g'), G1S: S('s') } } },
        {
          ConditionCheck: {
            TableName: table,
            Key: key('checked'),
            ConditionExpression: 'attribute_exists(PK)',
          },
        },
      ],
      ClientRequestToken: pk.slice(-36),
      ...asked,
    });
    expect((await engine.client.send(command)).ConsumedCapacity).toEqual([
      {
        TableName: table,
        CapacityUnits: 12,
        WriteCapacityUnits: 12,
        Table: { CapacityUnits: 8, WriteCapacityUnits: 8 },
        GlobalSecondaryIndexes: {
          GSI1: { CapacityUnits: 2, WriteCapacityUnits: 2 },
          GSI3: { CapacityUnits: 2, WriteCapacityUnits: 2 },
        },
      },
    ]);
    expect((await engine.client.send(command)).ConsumedCapacity?.[0]).toMatchObject({
      CapacityUnits: 4,
      ReadCapacityUnits: 4,
    });
  });

  test('are not told unless asked for', async () => {
    const answer = await engine.client.send(new PutItemCommand({ TableName: table, Item: key('a') }));
    expect(answer.ConsumedCapacity).toBeUndefined();
  });
});
