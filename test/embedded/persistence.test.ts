import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EngineOpenError, openEmbedded } from '../../src/embedded/index.js';
import { damagedFile } from '../../src/embedded/store/integrity.js';
import { until } from '../support/until.js';
import { createTable, failure, get, N, pages, put, S, texts } from './table.js';
import { startWriting } from './writing.js';

let path: string;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'tableloom-engine-'));
});
afterEach(async () => {
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
    const { said, kill } = startWriting(path, 'hold');
    await until(() => said.includes('open'));
    expect(await failure(openEmbedded({ path }))).toMatchObject({ code: 'LOCKED' });
    await kill();
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

describe('a damaged file', () => {
  /** Items of several sizes, in tables and in the log. */
  async function write(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      await withFolder(async (client) => {
        const name = await createTable(client);
        for (let at = 0; at < 40; at++)
          await put(client, name, { PK: S('a'), SK: S(`${at}`), text: S(`${at} `.repeat(at * 60)) });
      });
    }
  }

  async function filesWith(pattern: RegExp): Promise<string[]> {
    const names = (await readdir(path)).filter((name) => pattern.test(name));
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(path, name))).size));
    return names.filter((_, at) => (sizes[at] ?? 0) > 0);
  }

  test.each([/\.ldb$/, /\.log$/, /^MANIFEST-/])('is named when the folder is opened: %s', async (pattern) => {
    await write();
    const files = await filesWith(pattern);
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) {
      const file = join(path, name);
      const whole = await readFile(file);
      for (const share of [0, 0.1, 0.5, 0.9]) {
        const damaged = Buffer.from(whole);
        const from = Math.floor(damaged.length * share);
        for (let at = from; at < Math.min(from + 200, damaged.length); at++)
          damaged[at] = (damaged[at] ?? 0) ^ 0x5a;
        await writeFile(file, damaged);
        const error = await failure(openEmbedded({ path }));
        expect(error).toMatchObject({ name: 'EngineOpenError', code: 'DAMAGED' });
        // The last record of a manifest may also have been cut short: then level says what it misses.
        if (!error.message.includes('Corruption'))
          expect(error.message).toBe(
            `${path} is damaged: ${name} is not as it was written. Restore it from a copy, or delete it to begin with empty tables`,
          );
      }
      await writeFile(file, whole);
    }
    await withFolder(createTable);
  });

  test('is no log that was cut short when its process ended', async () => {
    await write();
    const [log = ''] = await filesWith(/\.log$/);
    const whole = await readFile(join(path, log));
    for (const cut of [1, 3, 8, 100]) {
      await writeFile(join(path, log), whole.subarray(0, whole.length - cut));
      expect(await damagedFile(path)).toBeUndefined();
    }
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
