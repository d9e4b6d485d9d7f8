import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEmbedded } from '../../src/embedded/index.js';
import { engineKind, openEngine, uniqueName } from '../support/engines.js';
import { createTable, get, N, S, texts } from './table.js';

interface Opened {
  readonly client: DynamoDBClient;
  close(): Promise<void>;
}

async function openFolder(): Promise<Opened> {
  const path = await mkdtemp(join(tmpdir(), 'tableloom-engine-'));
  const engine = await openEmbedded({ path });
  return {
    client: new DynamoDBClient({ ...engine.clientConfig }),
    async close() {
      await engine.close();
      await rm(path, { recursive: true });
    },
  };
}

const engines: [string, () => Promise<Opened>][] = [[engineKind(), openEngine]];
if (engineKind() === 'embedded') engines.push(['embedded in a folder', openFolder]);

describe.each(engines)('64 writers at once, %s', (_, open) => {
  let engine: Opened;
  let table: string;
  beforeAll(async () => {
    engine = await open();
    table = await createTable(engine.client);
  });
  afterAll(() => engine.close());

  const writers = <Result>(write: (at: number) => Promise<Result>) =>
    Promise.all(Array.from({ length: 64 }, (_, at) => write(at)));

  test('count up by condition without losing one', async () => {
    const pk = uniqueName('counter');
    const key = { PK: S(pk), SK: S('a') };
    const index = { G1P: S(pk), G1S: S('x') };
    await engine.client.send(new PutItemCommand({ TableName: table, Item: { ...key, ...index, n: N(0) } }));
    await writers(async () => {
      for (;;) {
        const n = Number((await get(engine.client, table, pk, 'a'))?.n?.N);
        const next = new PutItemCommand({
          TableName: table,
          Item: { ...key, G1P: S(pk), G1S: S(String(n + 1)), n: N(n + 1) },
          ConditionExpression: 'n = :n',
          ExpressionAttributeValues: { ':n': N(n) },
        });
        try {
          return await engine.client.send(next);
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      }
    });
    expect(await get(engine.client, table, pk, 'a')).toMatchObject({ n: N(64) });
    const query = {
      TableName: table,
      IndexName: 'GSI1',
      KeyConditionExpression: 'G1P = :p',
      ExpressionAttributeValues: { ':p': S(pk) },
    };
    expect(await texts(engine.client, query, 'G1S')).toEqual(['64']);
  });

  test('add to one number without losing one', async () => {
    const pk = uniqueName('sum');
    await writers(() =>
      engine.client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { PK: S(pk), SK: S('a') },
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: { ':one': N(1) },
        }),
      ),
    );
    expect(await get(engine.client, table, pk, 'a')).toMatchObject({ n: N(64) });
  });

  test('create one item once', async () => {
    const pk = uniqueName('guard');
    const results = await writers((at) =>
      engine.client
        .send(
          new PutItemCommand({
            TableName: table,
            Item: { PK: S(pk), SK: S('a'), owner: N(at) },
            ConditionExpression: 'attribute_not_exists(PK)',
          }),
        )
        .then(
          () => [at],
          () => [],
        ),
    );
    const [winner, ...others] = results.flat();
    expect(others).toEqual([]);
    expect(await get(engine.client, table, pk, 'a')).toMatchObject({ owner: N(winner ?? -1) });
  });

  test('leave one index entry for an item they write in batches and alone', async () => {
    const pk = uniqueName('mixed');
    const item = (at: number) => ({ PK: S(pk), SK: S('a'), G1P: S(pk), G1S: S(`${at}`), n: N(at) });
    await writers(async (at) => {
      const alone = new PutItemCommand({ TableName: table, Item: item(at) });
      const batch = new BatchWriteItemCommand({
        RequestItems: { [table]: [{ PutRequest: { Item: item(at) } }] },
      });
      if (at % 2 === 0) await engine.client.send(alone);
      else await engine.client.send(batch);
    });
    const last = await get(engine.client, table, pk, 'a');
    const query = {
      TableName: table,
      IndexName: 'GSI1',
      KeyConditionExpression: 'G1P = :p',
      ExpressionAttributeValues: { ':p': S(pk) },
    };
    expect(await texts(engine.client, query, 'n')).toEqual([last?.n?.N]);
  });

  test('never show half of a transaction to a reader', async () => {
    const pk = uniqueName('halves');
    const keys = Array.from({ length: 25 }, (_, at) => ({ PK: S(pk), SK: S(`${at}`) }));
    const write = (n: number) =>
      engine.client.send(
        new TransactWriteItemsCommand({
          TransactItems: keys.map((key) => ({ Put: { TableName: table, Item: { ...key, n: N(n) } } })),
        }),
      );
    await write(0);
    let writing = true;
    const done = (async () => {
      // DynamoDB Local cancels some of them: they meet a reader.
      for (let n = 1; n <= 64; n++) await write(n).catch(() => undefined);
      writing = false;
    })();
    const seen = new Set<string>();
    while (writing) {
      const read = new TransactGetItemsCommand({
        TransactItems: keys.map((Key) => ({ Get: { TableName: table, Key } })),
      });
      const answer = await engine.client.send(read).catch(() => undefined);
      const numbers = new Set(answer?.Responses?.map(({ Item }) => Item?.n?.N ?? ''));
      expect(numbers.size).toBeLessThanOrEqual(1);
      for (const n of numbers) seen.add(n);
    }
    await done;
    expect(seen.size).toBeGreaterThan(1);
  });
});

test('requests in a row leave timers their turn', async () => {
  const engine = await openEngine();
  const table = await createTable(engine.client);
  let rang = false;
  setTimeout(() => {
    rang = true;
  }, 1);
  for (let sent = 0; !rang; sent++) {
    expect(sent).toBeLessThan(100_000);
    await get(engine.client, table, 'a', 'a');
  }
  await engine.close();
});
