import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ResourceInUseException,
  TransactWriteItemsCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { openEmbedded } from '../../src/embedded/index.js';

/*
 * A process that writes to a folder until it is killed, for persistence.test.ts:
 *   writer.ts <folder> rounds   transactions of `width` items that all carry the number of the round, and puts
 *                               of one item; says every number it has an answer for
 *   writer.ts <folder> index    3000 items, then a new index for them
 */

export const table = 'survivors';
export const width = 50;

const key = (PK: string, SK: string) => ({ PK: { S: PK }, SK: { S: SK } });
const indexed = (place: string, n: number) => ({
  G1P: { S: place },
  G1S: { S: String(n).padStart(8, '0') },
  n: { N: String(n) },
});

async function rounds(client: DynamoDBClient, first: number): Promise<never> {
  for (let n = first; ; n++) {
    await Promise.all([
      client.send(
        new TransactWriteItemsCommand({
          TransactItems: Array.from({ length: width }, (_, at) => ({
            Put: {
              TableName: table,
              Item: { ...key('round', String(at)), ...indexed('round', n), fill: { S: 'x'.repeat(2000) } },
            },
          })),
        }),
      ),
      client.send(
        new PutItemCommand({ TableName: table, Item: { ...key('solo', 'a'), ...indexed('solo', n) } }),
      ),
    ]);
    process.stdout.write(`${n}\n`);
  }
}

async function index(client: DynamoDBClient): Promise<void> {
  const items = Array.from({ length: 3000 }, (_, at) => ({
    ...key('many', String(at)),
    late: { S: 'late' },
  }));
  await Promise.all(items.map((Item) => client.send(new PutItemCommand({ TableName: table, Item }))));
  process.stdout.write('indexing\n');
  await client.send(
    new UpdateTableCommand({
      TableName: table,
      AttributeDefinitions: [{ AttributeName: 'late', AttributeType: 'S' }],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'Late',
            KeySchema: [{ AttributeName: 'late', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        },
      ],
    }),
  );
  process.stdout.write('indexed\n');
}

async function main([path = '', what, first = '1']: readonly string[]): Promise<void> {
  const engine = await openEmbedded({ path });
  const client = new DynamoDBClient({ ...engine.clientConfig });
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  const create = new CreateTableCommand({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['PK', 'SK', 'G1P', 'G1S'].map(text),
    KeySchema: [
      { AttributeName: 'PK', KeyType: 'HASH' },
      { AttributeName: 'SK', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'GSI1',
        KeySchema: [
          { AttributeName: 'G1P', KeyType: 'HASH' },
          { AttributeName: 'G1S', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  await client.send(create).catch((error: unknown) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
  if (what === 'rounds') await rounds(client, Number(first));
  if (what === 'index') await index(client);
  // 'hold' keeps the folder open.
  if (what === 'hold') process.stdout.write('open\n');
  setInterval(() => {}, 60_000);
}

if (process.argv[1]?.endsWith('writer.ts')) await main(process.argv.slice(2));
