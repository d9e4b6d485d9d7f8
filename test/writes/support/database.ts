/** The reference application's table on a real engine, with a clock of its own. */

import { DeleteTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Database, DatabaseOptions } from 'tableloom/runtime';
import { refreshTokenKey } from '../../../generated/keys.js';
import { tables } from '../../../generated/tables.js';
import { openTables } from '../../support/databases.js';
import { openEngine } from '../../support/engines.js';
import { start } from './operations.js';
import { type Items, itemsIn } from './storage.js';

export interface Application {
  readonly database: Database;
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Another process of the application: it shares the table and nothing else. */
  open(options?: Partial<DatabaseOptions>): Database;
  /** The time, until it is moved on. */
  clock: Date;
  items(): Promise<Items>;
  /** Removes refresh tokens as DynamoDB does when they have expired. */
  sweep(ids: readonly string[]): Promise<void>;
}

const engine = openEngine();

/** Runs `use` with an empty table, which is gone afterwards. */
export async function withApplication<Result>(
  use: (application: Application) => Promise<Result>,
): Promise<Result> {
  const { client } = await engine;
  const { names, open: openDatabase } = await openTables(client, tables);
  const tableName = names.entities ?? '';
  const open: Application['open'] = (options) => openDatabase({ now: () => application.clock, ...options });
  const documents = DynamoDBDocumentClient.from(client);
  const application: Application = {
    client,
    tableName,
    open,
    clock: start,
    items: () => itemsIn(client, tableName),
    database: open(),
    async sweep(ids) {
      for (const id of ids) {
        await documents.send(new DeleteCommand({ TableName: tableName, Key: refreshTokenKey({ id }) }));
      }
    },
  };
  try {
    return await use(application);
  } finally {
    await client.send(new DeleteTableCommand({ TableName: tableName }));
  }
}
