/** From table definitions to a database in one call, for a server that creates its own tables. */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { createTables } from '../tables/create.js';
import { resolveTableNames, type TableDefinition } from '../tables/definition.js';
import { Database, type DatabaseOptions, type RulesOption } from './database.js';

export interface OpenSettings<Rules>
  extends Omit<DatabaseOptions, 'client' | 'tables' | 'cursorSecrets' | 'compute'> {
  /** `tables` of the generated `tables.ts`. */
  readonly tables: readonly TableDefinition<Rules>[];
  /** Where DynamoDB is: `clientConfig` of an embedded engine, or `{ region }`. */
  readonly client: DynamoDBClientConfig;
  /** As for a `Database`. Default: a random one, so that cursors are valid in this process only. */
  readonly cursorSecrets?: readonly string[];
}

export type OpenOptions<Rules = unknown> = OpenSettings<Rules> & RulesOption<Rules>;

/**
 * A database whose tables exist: creates those that are missing and compares the others, as `createTables` does.
 * Completes their names from environment variables. Where others create the tables, or you manage the client's
 * lifetime, create a `Database`.
 */
export async function openDatabase<Rules>(options: OpenOptions<Rules>): Promise<Database> {
  const { tables: definitions, client: config, cursorSecrets = [randomUUID()], ...rest } = options;
  const tables = resolveTableNames(definitions, process.env);
  const client = new DynamoDBClient(config);
  try {
    await createTables(client, definitions, tables);
    // Rules are passed on as they are required: `rest` has them, where its type cannot say so.
    return new Database<Rules>({ ...rest, client, tables, cursorSecrets } as DatabaseOptions<Rules>);
  } catch (error) {
    client.destroy();
    throw error;
  }
}
