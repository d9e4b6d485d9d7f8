import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EngineOpenError, openEmbedded } from '../../src/embedded/index.js';
import { until } from '../support/until.js';
import { createTable, failure, get, type Item, N, pages, put, S, texts } from './table.js';
import { table as survivors, width } from './writer.js';

let path: string;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'tableloom-engine-'));
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await rm(path, { recursive: true, force: true });
});

/** Opens the folder for the time of `use`. */
async function withFolder<Result>(use: (client: DynamoDBClient) => Promise<Result>): Promise<Result> {
  const engine = await openEmbedded({ path });
  try {
    return await use(new DynamoDBClient({ ...engine.clientConfig }));
  } finally {
    await engine.close();
  }
}

describe('a folder opened again', () => {
  test('has its tables, items, index entries and settings', async () => {
    const item = { PK: S('é😀'), SK: S('a'), G1P: S('g'), G1S: S('s'), L1S: S('l'), n: N('1.10') };
    const name = await withFolder(async (client) => {
      const made = await createTable(client);
      await put(client, made, item);
      await client.send(
        new UpdateTimeToLiveCommand({
          TableName: made,
          TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
        }),
      );
      return made;
    });
    await withFolder(async (client) => {
      expect(await get(client, name, 'é😀', 'a')).toEqual({ ...item, n: N('1.1') });
      for (const [IndexName, attribute, value] of [
        ['GSI1', 'G1P', 'g'],
        ['GSI3', 'G1P', 'g'],
        ['LSI1', 'PK', 'é😀'],
      ] as const) {
        const query = {
          TableName: name,
          IndexName,
          KeyConditionExpression: `${attribute} = :v`,
          ExpressionAttributeValues: { ':v': S(value) },
        };
        expect(await texts(client, query, 'SK')).toEqual(['a']);
      }
      const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
      expect(ttl.TimeToLiveDescription?.AttributeName).toBe('until');
      expect(await createTable(client)).not.toBe(name);
    });
  });

  test('knows the request tokens of its transactions', async () => {
    const add = (TableName: string) =>
      new TransactWriteItemsCommand({
        ClientRequestToken: 'once',
        TransactItems: [
          {
            Update: {
              TableName,
              Key: { PK: S('a'), SK: S('a') },
              UpdateExpression: 'ADD n :one',
              ExpressionAttributeValues: { ':one': N(1) },
            },
          },
        ],
      });
    const name = await withFolder(async (client) => {
      const made = await createTable(client);
      await client.send(add(made));
      return made;
    });
    await withFolder(async (client) => {
      await client.send(add(name));
      expect(await get(client, name, 'a', 'a')).toMatchObject({ n: N(1) });
    });
  });
});

/** Starts `writer.ts` on the folder; `said` grows with its lines. */
function start(...options: string[]): { child: ChildProcess; said: string[] } {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const script = fileURLToPath(new URL('writer.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', tsx, script, path, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  children.add(child);
  const said: string[] = [];
  let line = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (line + chunk.toString()).split('\n');
    line = lines.pop() ?? '';
    said.push(...lines);
  });
  return { child, said };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await gone;
}

describe('after SIGKILL', () => {
  test('every transaction and every item with its index entry is there wholly or not at all', async () => {
    let round = 0;
    for (const moment of [3, 17, 40, 71]) {
      const { child, said } = start('rounds', String(round + 1));
      await until(() => said.length > 0);
      await sleep(moment);
      await kill(child);
      const answered = Number(said.at(-1));
      round = await withFolder(async (client) => {
        const items = await itemsOf(client, 'PK', 'round');
        expect(items).toHaveLength(width);
        const [stored, ...others] = new Set(items.map(({ n }) => Number(n?.N)));
        expect(others).toEqual([]);
        expect(stored).toBeGreaterThanOrEqual(answered);
        const byIndex = await itemsOf(client, 'G1P', 'round');
        expect(new Set(byIndex)).toEqual(new Set(items));
        const solo = await itemsOf(client, 'PK', 'solo');
        expect(solo).toHaveLength(1);
        expect(await itemsOf(client, 'G1P', 'solo')).toEqual(solo);
        return Math.max(Number(stored), Number(solo[0]?.n?.N));
      });
    }
  });

  test('an index that was being filled is complete', async () => {
    const { child, said } = start('index');
    await until(() => said.includes('indexing'));
    await sleep(10);
    await kill(child);
    expect(said).not.toContain('indexed');
    await withFolder(async (client) => {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: survivors }));
      const late = Table?.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === 'Late');
      expect(late?.IndexStatus).toBe('ACTIVE');
      const found = await pages(client, {
        TableName: survivors,
        IndexName: 'Late',
        KeyConditionExpression: 'late = :late',
        ExpressionAttributeValues: { ':late': S('late') },
      });
      expect(found.reduce((sum, { Count = 0 }) => sum + Count, 0)).toBe(3000);
    });
  });
});

async function itemsOf(client: DynamoDBClient, attribute: 'PK' | 'G1P', value: string): Promise<Item[]> {
  const found = await pages(client, {
    TableName: survivors,
    ...(attribute === 'G1P' && { IndexName: 'GSI1' }),
    KeyConditionExpression: `${attribute} = :v`,
    ExpressionAttributeValues: { ':v': S(value) },
  });
  return found.flatMap(({ Items = [] }) => Items);
}

describe('a folder', () => {
  test('serves one engine at a time in a process', async () => {
    const engine = await openEmbedded({ path });
    const error = await failure(openEmbedded({ path }));
    expect(error).toBeInstanceOf(EngineOpenError);
    expect(error).toMatchObject({ code: 'LOCKED' });
    expect(error.message).toBe(`${path} is open in another engine; a folder serves one at a time`);
    await engine.close();
    await withFolder(createTable);
  });

  test('serves one process at a time', async () => {
    const { child, said } = start('hold');
    await until(() => said.includes('open'));
    expect(await failure(openEmbedded({ path }))).toMatchObject({ code: 'LOCKED' });
    await kill(child);
    await withFolder(createTable);
  });

  test('is made if it is not there, with the folders around it', async () => {
    path = join(path, 'a', 'b');
    await withFolder(createTable);
  });

  test('cannot be a file', async () => {
    path = join(path, 'file');
    await writeFile(path, 'text');
    expect(await failure(openEmbedded({ path }))).toMatchObject({
      name: 'EngineOpenError',
      code: 'UNREADABLE',
    });
  });
});

describe('close', () => {
  test('finishes what is under way, refuses what comes later, and can be called again', async () => {
    const engine = await openEmbedded({ path });
    const client = new DynamoDBClient({ ...engine.clientConfig, maxAttempts: 1 });
    const name = await createTable(client);
    const item = (at: number) =>
      new PutItemCommand({ TableName: name, Item: { PK: S('a'), SK: S(`${at}`) } });
    const sent = Array.from({ length: 50 }, (_, at) => client.send(item(at)));
    await Promise.all([sent[0], sent[25]]);
    await Promise.all([engine.close(), engine.close()]);
    await Promise.allSettled(sent);
    expect((await failure(client.send(item(51)))).message).toBe('the embedded DynamoDB is closed');
    const answered = (await Promise.allSettled(sent)).filter(({ status }) => status === 'fulfilled').length;
    await withFolder(async (again) => {
      const found = await pages(again, {
        TableName: name,
        KeyConditionExpression: 'PK = :p',
        ExpressionAttributeValues: { ':p': S('a') },
      });
      expect(found[0]?.Count).toBe(answered);
    });
  });
});
