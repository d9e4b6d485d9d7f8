/** Parameters from before expressions, which older code and tools still send. */

import {
  type AttributeValue,
  BatchGetItemCommand,
  type Condition,
  DeleteItemCommand,
  type ExpectedAttributeValue,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine, type TestEngine } from '../support/engines.js';
import { createTable, failure, get, type Item, N, put, S } from './table.js';

let engine: TestEngine;
let TableName: string;

const item: Item = {
  PK: S('a'),
  SK: S('1'),
  text: S('é and more'),
  n: N('5'),
  tags: { SS: ['x', 'y'] },
  list: { L: [S('z')] },
};
const Key = { PK: S('a'), SK: S('1') };

beforeAll(async () => {
  engine = await openEngine();
  TableName = await createTable(engine.client);
  for (const SK of ['1', '2', '3']) await put(engine.client, TableName, { ...item, SK: S(SK), n: N(SK) });
  await put(engine.client, TableName, item);
});
afterAll(() => engine.close());

type Wanted = [operator: Condition['ComparisonOperator'], ...values: AttributeValue[]];

const conditionOf = ([ComparisonOperator, ...values]: Wanted): Condition => ({
  ComparisonOperator,
  ...(values.length > 0 && { AttributeValueList: values }),
});

/** Whether the item meets a condition. */
async function meets(
  Expected: Record<string, ExpectedAttributeValue>,
  ConditionalOperator?: 'AND' | 'OR',
): Promise<boolean> {
  return engine.client
    .send(
      new PutItemCommand({
        TableName,
        Item: item,
        Expected,
        ...(ConditionalOperator && { ConditionalOperator }),
      }),
    )
    .then(
      () => true,
      (error: Error) => {
        if (error.name === 'ConditionalCheckFailedException') return false;
        throw error;
      },
    );
}

test.each<[string, Wanted, boolean]>([
  ['n', ['EQ', N('5.0')], true],
  ['n', ['NE', N('5')], false],
  ['n', ['LT', N('6')], true],
  ['n', ['LE', N('4')], false],
  ['n', ['GT', N('4')], true],
  ['n', ['GE', N('6')], false],
  ['n', ['BETWEEN', N('5'), N('7')], true],
  ['n', ['IN', N('4'), N('5')], true],
  ['text', ['BEGINS_WITH', S('é')], true],
  ['text', ['CONTAINS', S('and')], true],
  ['tags', ['CONTAINS', S('x')], true],
  ['tags', ['NOT_CONTAINS', S('x')], false],
  ['list', ['CONTAINS', S('z')], true],
  ['text', ['NOT_NULL'], true],
  ['text', ['NULL'], false],
  ['missing', ['NULL'], true],
])('Expected: %s %j is %s', async (attribute, wanted, met) => {
  expect(await meets({ [attribute]: conditionOf(wanted) })).toBe(met);
});

test('Expected with a value or an absence, and several together', async () => {
  expect(await meets({ n: { Value: N('5') } })).toBe(true);
  expect(await meets({ n: { Exists: true, Value: N('6') } })).toBe(false);
  expect(await meets({ n: { Exists: false } })).toBe(false);
  expect(await meets({ missing: { Exists: false } })).toBe(true);
  const one = { n: { Value: N('5') }, text: { Value: S('other') } };
  expect(await meets(one)).toBe(false);
  expect(await meets(one, 'AND')).toBe(false);
  expect(await meets(one, 'OR')).toBe(true);
});

test('Expected of deletes and updates', async () => {
  const Expected = { n: { Value: N('6') } };
  for (const command of [
    new DeleteItemCommand({ TableName, Key, Expected }),
    new UpdateItemCommand({ TableName, Key, Expected, AttributeUpdates: { n: { Value: N('1') } } }),
  ])
    expect((await failure(engine.client.send(command as DeleteItemCommand))).name).toBe(
      'ConditionalCheckFailedException',
    );
});

test('AttributeUpdates put, add, delete and remove', async () => {
  const own = { PK: S('updates'), SK: S('1') };
  await put(engine.client, TableName, { ...item, ...own });
  const { Attributes } = await engine.client.send(
    new UpdateItemCommand({
      TableName,
      Key: own,
      AttributeUpdates: {
        made: { Value: S('new') },
        n: { Action: 'ADD', Value: N('2') },
        tags: { Action: 'DELETE', Value: { SS: ['x'] } },
        text: { Action: 'DELETE' },
      },
      ReturnValues: 'ALL_NEW',
    }),
  );
  const { text: _, ...left } = item;
  expect(Attributes).toEqual({ ...left, ...own, made: S('new'), n: N('7'), tags: { SS: ['y'] } });
  expect(await get(engine.client, TableName, 'updates', '1')).toEqual(Attributes);
});

test('AttributesToGet of every read', async () => {
  const AttributesToGet = ['SK', 'missing'];
  const { Item: got } = await engine.client.send(new GetItemCommand({ TableName, Key, AttributesToGet }));
  expect(got).toEqual({ SK: S('1') });
  const { Responses } = await engine.client.send(
    new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [Key], AttributesToGet } } }),
  );
  expect(Responses?.[TableName]).toEqual([{ SK: S('1') }]);
  const scanned = await engine.client.send(new ScanCommand({ TableName, AttributesToGet }));
  for (const one of scanned.Items ?? []) expect(Object.keys(one)).toEqual(['SK']);
});

test('KeyConditions, QueryFilter and ScanFilter', async () => {
  const sorts = async (
    range: Wanted,
    filter?: Wanted,
    ScanIndexForward = true,
  ): Promise<(string | undefined)[]> => {
    const { Items = [] } = await engine.client.send(
      new QueryCommand({
        TableName,
        KeyConditions: { PK: conditionOf(['EQ', S('a')]), SK: conditionOf(range) },
        ...(filter && { QueryFilter: { n: conditionOf(filter) } }),
        ScanIndexForward,
      }),
    );
    return Items.map(({ SK }) => SK?.S);
  };
  expect(await sorts(['GT', S('1')])).toEqual(['2', '3']);
  expect(await sorts(['BETWEEN', S('1'), S('2')], undefined, false)).toEqual(['2', '1']);
  expect(await sorts(['BEGINS_WITH', S('3')])).toEqual(['3']);
  expect(await sorts(['GE', S('1')], ['LT', N('3')])).toEqual(['2']);
  const { Items = [] } = await engine.client.send(
    new ScanCommand({
      TableName,
      ScanFilter: { PK: conditionOf(['EQ', S('a')]), n: conditionOf(['EQ', N('3')]) },
      ConditionalOperator: 'AND',
    }),
  );
  expect(Items.map(({ SK }) => SK?.S)).toEqual(['3']);
});

test('are refused next to expressions, and with the wrong number of values', async () => {
  const both = new PutItemCommand({
    TableName,
    Item: item,
    Expected: { n: { Exists: false } },
    ConditionExpression: 'attribute_not_exists(n)',
  });
  expect((await failure(engine.client.send(both))).message).toBe(
    'Can not use both expression and non-expression parameters in the same request: ' +
      'Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}',
  );
  await expect(meets({ n: conditionOf(['BETWEEN', N('1')]) })).rejects.toThrow(/number of argument/i);
});
