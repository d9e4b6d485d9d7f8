/** A table whose key or local indexes change is made anew: Amazon DynamoDB cannot alter these, and development keeps its records. */

import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { createTables, type TableDefinition } from 'tableloom/runtime';

type WireItem = Record<string, AttributeValue>;

/** What is written to a file before the table goes, so that a process that ends meanwhile loses nothing. */
interface Saved {
  readonly key: readonly KeySchemaElement[];
  readonly items: readonly WireItem[];
}

/**
 * Makes a table as it is declared now, with all its items, and returns their number. They keep the values of their keys, under the names that the
 * key has now: a reindex gives them those of the plan.
 *
 * @param file holds the items meanwhile
 */
export async function rebuildTable(
  client: DynamoDBClient,
  definition: TableDefinition,
  { name, file }: { readonly name: string; readonly file: string },
): Promise<number> {
  const items = await save(client, name, file);
  await finishRebuild(client, definition, { name, file });
  return items;
}

/** Goes on where a process ended. */
export async function finishRebuild(
  client: DynamoDBClient,
  definition: TableDefinition,
  { name, file }: { readonly name: string; readonly file: string },
): Promise<void> {
  if (!existsSync(file)) return;
  const { key, items } = deserialize(await readFile(file)) as Saved;
  await client.send(new DeleteTableCommand({ TableName: name })).catch((error: Error) => {
    if (error.name !== 'ResourceNotFoundException') throw error;
  });
  await createTables(client, [definition], { [definition.table]: name });
  const moved = items.map((item) => underKey(item, key, definition));
  for (let at = 0; at < moved.length; at += 25)
    await client.send(
      new BatchWriteItemCommand({
        RequestItems: { [name]: moved.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } })) },
      }),
    );
  await rm(file);
}

async function save(client: DynamoDBClient, name: string, file: string): Promise<number> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
  const items: WireItem[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: name, ConsistentRead: true }))
    items.push(...Items);
  const saved: Saved = { key: Table?.KeySchema ?? [], items };
  // Whole or not at all.
  await writeFile(`${file}.tmp`, serialize(saved));
  await rename(`${file}.tmp`, file);
  return items.length;
}

function underKey(item: WireItem, before: readonly KeySchemaElement[], { key }: TableDefinition): WireItem {
  const named = (type: 'HASH' | 'RANGE') => before.find(({ KeyType }) => KeyType === type)?.AttributeName;
  const [partition = '', sort] = [named('HASH'), named('RANGE')];
  const { [partition]: first = { S: '' }, ...rest } = item;
  const { [sort ?? '']: second, ...others } = rest;
  // Of two items that differ in a sort key which is no more, each keeps a key of its own.
  const whole = key.sort === undefined && second?.S !== undefined ? { S: `${first.S}#${second.S}` } : first;
  return {
    ...others,
    [key.partition]: whole,
    ...(key.sort === undefined ? {} : { [key.sort]: second ?? { S: '#' } }),
  };
}
