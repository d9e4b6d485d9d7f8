/** Wakes from the stream of a table. The embedded engine has none: this runs on DynamoDB Local, in `npm run test:engines`. */

import { CreateTableCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Wake } from 'tableloom/runtime';
import { streamsWaker } from 'tableloom/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { engineKind, openEngine, uniqueName } from '../../support/engines.js';
import { until } from '../../support/until.js';

async function tableWith(client: DynamoDBClient, hasStream: boolean): Promise<string> {
  const TableName = uniqueName('events');
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      ...(hasStream && {
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const },
      }),
    }),
  );
  return TableName;
}

async function listening(hasStream: boolean) {
  const engine = await openEngine();
  onTestFinished(() => engine.close());
  const stream = await tableWith(engine.client, hasStream);
  const waker = await streamsWaker({ config: engine.clientConfig, stream, entity: 'Event', pollMs: 20 });
  onTestFinished(() => waker.close());
  const heard: Wake[] = [];
  waker.listen((wakes) => heard.push(...wakes));
  const put = (id: string, item: Record<string, string>) =>
    engine.client.send(
      new PutItemCommand({
        TableName: stream,
        Item: {
          PK: { S: id },
          ...Object.fromEntries(Object.entries(item).map(([name, S]) => [name, { S }])),
        },
      }),
    );
  return { waker, heard, put };
}

describe.runIf(engineKind() === 'dynamodb-local')('on DynamoDB Local', () => {
  test('hears of events that were inserted, and of nothing else', async () => {
    const { waker, heard, put } = await listening(true);
    await until(() => waker.isConnected);
    const event = { _type: 'Event', type: 'USER_CREATED', timestamp: '2026-01-31T09:30:00.000Z' };
    await put('user', { _type: 'User', type: 'USER_CREATED', timestamp: event.timestamp });
    await put('other', { _type: 'Event' });
    await put('a', event);
    await until(() => heard.length === 1);
    await put('a', { ...event, type: 'CHANGED' });
    await put('b', { ...event, type: 'USER_DELETED' });
    await until(() => heard.length === 2);
    expect(heard).toEqual([
      { type: 'USER_CREATED', timestamp: event.timestamp },
      { type: 'USER_DELETED', timestamp: event.timestamp },
    ]);
    await waker.close();
    expect(waker.isConnected).toBe(false);
  });
});

test('a table without a stream leaves it unconnected, and it closes', async () => {
  const { waker, heard } = await listening(false);
  waker.wake([]);
  await waker.close();
  expect(waker.isConnected).toBe(false);
  expect(heard).toEqual([]);
});
