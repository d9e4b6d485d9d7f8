/** Tables that `tableloom dev` makes anew, with what they hold. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { openEmbedded } from 'tableloom/embedded';
import { createTables, type TableDefinition } from 'tableloom/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { finishRebuild, rebuildTable } from '../../src/cli/dev/rebuild.js';

const before: TableDefinition = {
  table: 'main',
  name: 'club',
  key: { partition: 'PK', sort: 'SK' },
  indexes: [],
};
const after: TableDefinition = {
  table: 'main',
  name: 'club',
  key: { partition: 'pk', sort: 'sk' },
  indexes: [{ name: 'LSI1', kind: 'local', partition: 'pk', sort: 'LSI1SK', project: { kind: 'all' } }],
};

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'tableloom-rebuild-'));
  const engine = await openEmbedded();
  const client = new DynamoDBClient(engine.clientConfig);
  onTestFinished(async () => {
    client.destroy();
    await engine.close();
    rmSync(folder, { recursive: true });
  });
  const items = Array.from({ length: 60 }, (_, at) => ({
    PK: { S: `MEMBER#${at}` },
    SK: { S: 'METADATA' },
    photo: { B: Buffer.from([at]) },
  }));
  await createTables(client, [before], { main: 'club' });
  for (const Item of items) await client.send(new PutItemCommand({ TableName: 'club', Item }));
  const held = async () => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: 'club' }));
    return Items.map(({ pk, sk, photo }) => `${pk?.S} ${sk?.S} ${photo?.B?.[0]}`).sort();
  };
  const wanted = items.map((_, at) => `MEMBER#${at} METADATA ${at}`).sort();
  return { client, held, wanted, place: { name: 'club', file: join(folder, 'club.rebuild') } };
}

test('a table with another key and another local index has every item it had', async () => {
  const { client, held, wanted, place } = await open();
  await rebuildTable(client, after, place);
  expect(await held()).toEqual(wanted);
});

test('a process that ends while the table is made anew loses nothing', async () => {
  const { client, held, wanted, place } = await open();
  let left = 2;
  // Ends after the table is gone and some of the items are back.
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === 'BatchWriteItemCommand' && left-- === 0) throw new Error('killed');
        return next(args);
      },
    { step: 'initialize', name: 'death' },
  );
  await expect(rebuildTable(client, after, place)).rejects.toThrow('killed');
  client.middlewareStack.remove('death');
  await finishRebuild(client, after, place);
  expect(await held()).toEqual(wanted);
});
