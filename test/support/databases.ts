/** A database with the tables of a generated project, on a fresh engine. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTables, Database, type DatabaseOptions, type TableDefinition } from 'tableloom/runtime';
import { onTestFinished } from 'vitest';
import { openEngine, type TestEngine, uniqueName } from './engines.js';

export interface ProjectDatabase {
  readonly database: Database;
  readonly engine: TestEngine;
  /** Physical table names by logical ones. */
  readonly names: Readonly<Record<string, string>>;
}

/** Fresh tables on an engine, and databases on them. */
export interface TestTables {
  /** Physical names by logical ones. */
  readonly names: Readonly<Record<string, string>>;
  open(options?: Partial<DatabaseOptions>): Database;
}

export async function openTables(
  client: DynamoDBClient,
  definitions: readonly TableDefinition[],
): Promise<TestTables> {
  const names = Object.fromEntries(definitions.map(({ table }) => [table, uniqueName(table)]));
  await createTables(client, definitions, names);
  return {
    names,
    open: (options) =>
      new Database({
        client,
        tables: names,
        cursorSecrets: ['a secret of the tests, long enough'],
        // Tests look at what is stored, whoever wrote it.
        cache: false,
        planMs: false,
        ...options,
      }),
  };
}

/** Closes with the test that opened it. */
export async function openProject(
  tables: readonly TableDefinition[],
  options: Partial<DatabaseOptions> = {},
): Promise<ProjectDatabase> {
  const engine = await openEngine();
  onTestFinished(() => engine.close());
  const { names, open } = await openTables(engine.client, tables);
  return { database: open(options), engine, names };
}
