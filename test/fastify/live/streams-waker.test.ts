/** Wakes from the stream of a table. The embedded engine has none: this runs on DynamoDB Local, in `npm run test:engines`. */

import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Wake } from 'tableloom/runtime';
import { streamsWaker } from 'tableloom/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Chaos, chaotic } from '../../support/chaos.js';
import { Dice } from '../../support/dice.js';
import { engineKind, openEngine, uniqueName } from '../../support/engines.js';
import { until } from '../../support/until.js';

const timestamp = '2026-01-31T09:30:00.000Z';

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
  const chaos = chaotic({ ...engine.clientConfig, maxAttempts: 1 }, new Dice(23));
  const waker = await streamsWaker({ config: chaos.clientConfig, stream, entity: 'Event', pollMs: 20 });
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
  /** DynamoDB Local reads on from the moment of the last reading, and misses what is being written just then: it may take several events. */
  const untilHeard = async (id: string, type: string) => {
    for (let count = 1; !heard.some((wake) => wake.type === type); count++) {
      await put(`${id}${count}`, { _type: 'Event', type, timestamp });
      await sleep(100);
    }
  };
  return { waker, heard, put, untilHeard, chaos };
}

describe.runIf(engineKind() === 'dynamodb-local')('on DynamoDB Local', () => {
  test('hears of events that were inserted, and of nothing else', async () => {
    const { waker, heard, put, untilHeard } = await listening(true);
    await until(() => waker.isConnected);
    await put('user', { _type: 'User', type: 'USER_UPDATED', timestamp });
    await put('other', { _type: 'Event' });
    await untilHeard('a', 'USER_CREATED');
    await put('a1', { _type: 'Event', type: 'USER_CHANGED', timestamp });
    await untilHeard('b', 'USER_DELETED');
    const different = new Set(heard.map((wake) => JSON.stringify(wake)));
    expect([...different]).toEqual([
      JSON.stringify({ type: 'USER_CREATED', timestamp }),
      JSON.stringify({ type: 'USER_DELETED', timestamp }),
    ]);
    await waker.close();
    expect(waker.isConnected).toBe(false);
  });

  test.each([
    ['fails', (chaos: Chaos) => chaos.fail(1), (chaos: Chaos) => chaos.fail(0)],
    ['is silent', (chaos: Chaos) => chaos.cut(true), (chaos: Chaos) => chaos.cut(false)],
  ])(
    'while DynamoDB %s it is not connected, and hears afterwards what was written meanwhile',
    async (_, break_, mend) => {
      const { waker, heard, put, chaos } = await listening(true);
      await until(() => waker.isConnected);
      break_(chaos);
      await until(() => !waker.isConnected);
      await put('a', { _type: 'Event', type: 'USER_CREATED', timestamp });
      expect(heard).toEqual([]);
      mend(chaos);
      await until(() => heard.length === 1 && waker.isConnected);
    },
  );
});

test('a table without a stream leaves it unconnected, and it closes', async () => {
  const { waker, heard } = await listening(false);
  waker.wake([]);
  await waker.close();
  expect(waker.isConnected).toBe(false);
  expect(heard).toEqual([]);
});
