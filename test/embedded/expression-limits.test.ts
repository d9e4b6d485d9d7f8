/** What DynamoDB refuses for its size: code that passes here must not fail there. */

import {
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine, type TestEngine } from '../support/engines.js';
import { createTable, failure, S } from './table.js';

let engine: TestEngine;
let TableName: string;

beforeAll(async () => {
  engine = await openEngine();
  TableName = await createTable(engine.client);
});
afterAll(() => engine.close());

const Key = { PK: S('a'), SK: S('a') };
const value = { ':v': S('x') };

function put(input: Partial<PutItemCommandInput>) {
  return engine.client.send(new PutItemCommand({ TableName, Item: Key, ...input }));
}

function padded(expression: string, bytes: number): string {
  return expression.padEnd(bytes, ' ');
}

/** The outcome: what was refused, or nothing. */
async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => '',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

test.each([4096, 4097])('expressions of %i bytes', async (bytes) => {
  const outcomes = await Promise.all(
    [
      engine.client.send(
        new UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression: padded('SET a = :v', bytes),
          ExpressionAttributeValues: value,
        }),
      ),
      put({ ConditionExpression: padded('attribute_not_exists(b)', bytes) }),
      engine.client.send(new GetItemCommand({ TableName, Key, ProjectionExpression: padded('a', bytes) })),
      engine.client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: padded('PK = :v', bytes),
          ExpressionAttributeValues: value,
        }),
      ),
      engine.client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'PK = :v',
          FilterExpression: padded('attribute_not_exists(b)', bytes),
          ExpressionAttributeValues: value,
        }),
      ),
    ].map(refusal),
  );
  for (const outcome of outcomes) {
    if (bytes === 4096) expect(outcome).toBe('');
    else
      expect(outcome).toMatch(
        /^ValidationException: .*Expression size has exceeded the maximum allowed size/,
      );
  }
});

test.each([255, 256])('placeholders of %i bytes', async (bytes) => {
  const name = `#${'n'.repeat(bytes - 1)}`;
  const placeholder = `:${'v'.repeat(bytes - 1)}`;
  const outcomes = [
    await refusal(
      put({
        ConditionExpression: `attribute_not_exists(${name})`,
        ExpressionAttributeNames: { [name]: 'b' },
      }),
    ),
    await refusal(
      put({
        ConditionExpression: `b <> ${placeholder}`,
        ExpressionAttributeValues: { [placeholder]: S('x') },
      }),
    ),
  ];
  for (const outcome of outcomes)
    if (bytes === 255) expect(outcome).toBe('');
    else expect(outcome).toMatch(/^ValidationException: .*contains a key that is too long/);
});

test.each([
  ['operators', (count: number) => Array.from({ length: count / 2 }, () => 'b<>:v').join(' OR '), 300, 302],
  ['operands of IN', (count: number) => `NOT b IN (${Array.from({ length: count }, () => ':v')})`, 100, 101],
  [
    'levels of a path',
    (count: number) => `attribute_not_exists(${'b.'.repeat(count - 1)}b) OR b<>:v`,
    31,
    40,
  ],
])('so many %s and no more', async (_, made, most, more) => {
  const given = (count: number) =>
    put({ ConditionExpression: made(count), ExpressionAttributeValues: value });
  await given(most);
  expect(await failure(given(more))).toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(/too many (operators|operands|nesting levels)/),
  });
});

test('values of 2 MB together and no more', async () => {
  const given = (bytes: number) =>
    put({
      ConditionExpression: 'b <> :v AND b <> :w',
      ExpressionAttributeValues: { ':v': S('x'.repeat(bytes)), ':w': S('x'.repeat(bytes)) },
    });
  await given(400_000);
  expect(await failure(given(1_100_000))).toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('size'),
  });
});
