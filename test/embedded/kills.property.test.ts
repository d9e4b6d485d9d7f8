/** A process that is killed while it writes to a folder: everything is there wholly or not at all. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbedded } from '../../src/embedded/index.js';
import { Dice } from '../support/dice.js';
import { runs } from '../support/runs.js';
import { until } from '../support/until.js';
import { type Item, pages, S } from './table.js';
import { table as survivors, width } from './writer.js';
import { startWriting } from './writing.js';

let path: string;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'tableloom-engine-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

/** Opens the folder for the time of `use`. */
async function withFolder<Result>(use: (client: DynamoDBClient) => Promise<Result>): Promise<Result> {
  const engine = await openEmbedded({ path });
  try {
    return await use(new DynamoDBClient({ ...engine.clientConfig }));
  } finally {
    await engine.close();
  }
}

describe('after SIGKILL', () => {
  test('every transaction and every item with its index entry is there wholly or not at all', async () => {
    let round = 0;
    const dice = new Dice(1);
    for (let killed = 0; killed < runs(4); killed++) {
      const { said, kill } = startWriting(path, 'rounds', String(round + 1));
      await until(() => said.length > 0);
      await sleep(dice.below(80));
      await kill();
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
    const { said, kill } = startWriting(path, 'index');
    await until(() => said.includes('indexing'));
    await sleep(10);
    await kill();
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
