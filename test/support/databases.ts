/** A database with the tables of a generated project, on a fresh engine. */
import { createTables, Database, type DatabaseOptions, type TableDefinition } from 'tableloom/runtime';
import { onTestFinished } from 'vitest';
import { openEngine, type TestEngine, uniqueName } from './engines.js';

export interface ProjectDatabase {
  readonly database: Database;
  readonly engine: TestEngine;
  /** Physical table names by logical ones. */
  readonly names: Readonly<Record<string, string>>;
}

/** Closes with the test that opened it. */
export async function openProject(
  tables: readonly TableDefinition[],
  options: Partial<DatabaseOptions> = {},
): Promise<ProjectDatabase> {
  const engine = await openEngine();
  onTestFinished(() => engine.close());
  const names = Object.fromEntries(tables.map(({ table }) => [table, uniqueName(table)]));
  await createTables(engine.client, tables, names);
  const database = new Database({
    client: engine.client,
    tables: names,
    cursorSecrets: ['a secret of the tests, long enough'],
    ...options,
  });
  return { database, engine, names };
}
