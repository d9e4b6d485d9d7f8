/** From table definitions to a database in one call, for a server that creates its own tables. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { createTables, resolveTableNames, type TableDefinition } from '../client/tables.js';
import { Database, type DatabaseOptions } from './database.js';

export interface OpenOptions extends Omit<DatabaseOptions, 'client' | 'tables' | 'cursorSecrets'> {
  /** `tables` of the generated `tables.ts`. */
  readonly tables: readonly TableDefinition[];
  /** Where DynamoDB is: `clientConfig` of an embedded engine, or `{ region }`. */
  readonly client: DynamoDBClientConfig;
  /** As for a `Database`. Default: a random one, so that cursors are valid in this process only. */
  readonly cursorSecrets?: readonly string[];
}

/**
 * A database whose tables exist: creates those that are missing and compares the others, as `createTables` does.
 * Completes their names from environment variables. Where others create the tables, or you manage the client's
 * lifetime, create a `Database`.
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
