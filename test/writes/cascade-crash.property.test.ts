/** A process that is killed again and again while it deletes a record with a thousand that go with it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openEmbedded } from 'tableloom/embedded';
import { createTables, Database } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { tables } from '../fixtures/ok/references/generated/tables.js';
import {
  customerWrites,
  lineWrites,
  orderWrites,
  productWrites,
} from '../fixtures/ok/references/generated/writes.js';
import { run } from '../server/support/process.js';
import { Dice } from '../support/dice.js';
import { expectWhole, shopItems } from './support/shop.js';

const names = { shop: 'shop', visits: 'visits' };
const orders = 1000;
const cascader = fileURLToPath(new URL('support/cascader.ts', import.meta.url));

/** Opens the folder, which one process at a time can. */
async function inFolder<T>(path: string, use: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const engine = await openEmbedded({ path });
  const client = new DynamoDBClient({ ...engine.clientConfig });
  try {
    return await use(client);
  } finally {
    client.destroy();
    await engine.close();
  }
}

async function fill(client: DynamoDBClient): Promise<void> {
  await createTables(client, tables, names);
  const database = new Database({
    client,
    tables: names,
    cursorSecrets: ['a secret of the tests, long enough'],
  });
  const db = database.session();
  await db.write(customerWrites.create({ id: 'a', name: 'a' }), productWrites.create({ id: 'p', name: 'p' }));
  const create = (number: number) => orderWrites.create({ id: `o${number}`, number, customerId: 'a' });
  for (let at = 0; at < orders; at += 40)
    await db.write(...Array.from({ length: 40 }, (_, n) => create(at + n)));
  const line = (n: number) => lineWrites.create({ orderId: `o${n * 50}`, productId: 'p', pieces: 1 });
  await db.write(...Array.from({ length: 20 }, (_, n) => line(n)));
}

test('a deletion that is killed on its way goes on, and at last nothing is left of it', async () => {
  const path = await mkdtemp(join(tmpdir(), 'tableloom-cascade-'));
  try {
    await inFolder(path, fill);
    const dice = new Dice(1);
    const seen: number[] = [];
    for (let writes = 2; ; writes += 2) {
      const program = run(process.cwd(), cascader, {}, [path]);
      // In the midst of one of its writes, or at its end.
      await program.saw(new RegExp(`(write\\n){${writes}}|done`));
      await sleep(dice.below(10));
      await program.stop('SIGKILL');
      const {
        Customer = 0,
        Order = 0,
        marked,
      } = expectWhole(await inFolder(path, (client) => shopItems(client, names)));
      seen.push(Order);
      if (Customer === 0) break;
      if (Order < orders) expect(marked).toBeGreaterThan(0);
    }
    // Each time there were fewer, and several times some.
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
    expect(seen.filter((count) => count > 0 && count < orders).length).toBeGreaterThan(1);
    const left = await inFolder(path, (client) => shopItems(client, names));
    expect(expectWhole(left)).toEqual({ Product: 1 });
    // The number of lines that name the product is at nothing, and goes with it.
    expect([...left.values()].flat()).toHaveLength(2);
  } finally {
    await rm(path, { recursive: true, force: true });
  }
});
