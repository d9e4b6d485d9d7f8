/** From a table's definitions to a database in one step, for a server that makes its own tables. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { createTables, resolveTableNames, type TableDefinition } from '../client/tables.js';
import { Database, type DatabaseOptions } from './database.js';

export interface OpenOptions extends Omit<DatabaseOptions, 'client' | 'tables' | 'cursorSecrets'> {
  /** `tables` of the generated `tables.ts`. */
  readonly tables: readonly TableDefinition[];
  /** Where DynamoDB is: `clientConfig` of an embedded engine, or `{ region }`. */
  readonly client: DynamoDBClientConfig;
  /** As for a `Database`. Left out, one is made up: cursors then end with the process, and are for this process alone. */
  readonly cursorSecrets?: readonly string[];
}

/**
 * A database whose tables are there: those that are missing are made, the others compared as `createTables` does.
 * Names are completed from the environment's variables. Where tables are made by others, or the client's life is
 * the caller's business, make a `Database`.
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const { tables: definitions, client: config, cursorSecrets = [randomUUID()], ...rest } = options;
  const tables = resolveTableNames(definitions, process.env);
  const client = new DynamoDBClient(config);
  try {
    await createTables(client, definitions, tables);
    return new Database({ ...rest, client, tables, cursorSecrets });
  } catch (error) {
    client.destroy();
    throw error;
  }
}
