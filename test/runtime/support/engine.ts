/** A database on a fresh table of a real engine. */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import {
  createTables,
  Database,
  type DatabaseOptions,
  type Item,
  type RequestReport,
} from 'tableloom/runtime';
import { onTestFinished } from 'vitest';
import { openEngine, uniqueName } from '../../support/engines.js';
import { definition } from './domain.js';
import { type Fault, faultyHandler } from './faults.js';

export const secret = 'a secret of the tests, long enough';

/** What goes wrong on the way to the engine, and how often the SDK tries by itself. */
interface Faults {
  /** Each request waits for this before it is sent. */
  readonly delay?: (operation: string) => Promise<void>;
  readonly faults?: readonly Fault[];
  readonly maxAttempts?: number;
}

export interface TestDatabase {
  readonly database: Database;
  readonly client: DynamoDBClient;
  /** The physical name of the table `main`. */
  readonly tableName: string;
  /** Every request so far. */
  readonly requests: RequestReport[];
  /** Another database on the same table. */
  open(options?: Partial<DatabaseOptions> & Faults): Database;
  /** Every item of the table, sorted by key. */
  items(): Promise<Item[]>;
}

const engine = openEngine();

/** Opens a database; the table goes with the engine. */
export async function openDatabase(options: Partial<DatabaseOptions> & Faults = {}): Promise<TestDatabase> {
  const { client, clientConfig } = await engine;
  const tableName = uniqueName('runtime');
  await createTables(client, [definition], { main: tableName });
  const requests: RequestReport[] = [];
  const open: TestDatabase['open'] = ({ faults, delay, maxAttempts = 3, ...others } = {}) =>
    new Database({
      client: delay
        ? slowClient(clientConfig, delay)
        : faults === undefined
          ? client
          : faultyClient(clientConfig, faults, maxAttempts),
      tables: { main: tableName },
      cursorSecrets: [secret],
      onRequest: (report) => requests.push(report),
      ...others,
    });
  return {
    database: open(options),
    client,
    tableName,
    requests,
    open,
    items: () => allItems(client, tableName),
  };
}

function faultyClient(
  config: DynamoDBClientConfig,
  faults: readonly Fault[],
  maxAttempts: number,
): DynamoDBClient {
  const client = new DynamoDBClient({
    ...config,
    maxAttempts,
    requestHandler: faultyHandler(new DynamoDBClient(config).config.requestHandler, faults),
  });
  onTestFinished(() => client.destroy());
  return client;
}

function slowClient(
  config: DynamoDBClientConfig,
  delay: (operation: string) => Promise<void>,
): DynamoDBClient {
  const client = new DynamoDBClient(config);
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        await delay(commandName.replace(/Command$/, ''));
        return next(args);
      },
    { step: 'initialize' },
  );
  onTestFinished(() => client.destroy());
  return client;
}

async function allItems(client: DynamoDBClient, TableName: string): Promise<Item[]> {
  const documents = DynamoDBDocumentClient.from(client);
  const items: Item[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new ScanCommand({ TableName, ExclusiveStartKey, ConsistentRead: true }),
    );
    items.push(...((page.Items ?? []) as Item[]));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return items.sort((a, b) => (keyText(a) < keyText(b) ? -1 : 1));
}

function keyText(item: Item): string {
  return JSON.stringify([item.PK, item.SK]);
}
