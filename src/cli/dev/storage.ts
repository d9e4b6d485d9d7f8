/** The DynamoDB of development, which keeps its records through every change of the plan. */

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type EmbeddedEngine, EngineOpenError, openEmbedded } from 'tableloom/embedded';
import { createTables, Database, resolveTableNames, type TableDefinition } from 'tableloom/runtime';
import { Mistake } from '../mistakes.js';
import type { Code } from '../project/code.js';

export class DevelopmentStorage {
  readonly #engine: EmbeddedEngine;
  readonly #client: DynamoDBClient;
  readonly #secret: string;

  /** @param folder keeps the data */
  static async open(folder: string): Promise<DevelopmentStorage> {
    try {
      const engine = await openEmbedded({ path: join(folder, 'dynamodb') });
      return new DevelopmentStorage(engine, await secretOf(folder));
    } catch (error) {
      if (error instanceof EngineOpenError) throw new Mistake(error.message);
      throw error;
    }
  }

  private constructor(engine: EmbeddedEngine, secret: string) {
    this.#engine = engine;
    this.#client = new DynamoDBClient(engine.clientConfig);
    this.#secret = secret;
  }

  /** Brings the tables to a version of the project. */
  async bring({ generated, rules, server }: Code<unknown>): Promise<Database> {
    const tables = resolveTableNames(generated.tables, { ...namesFor(generated.tables), ...process.env });
    await createTables(this.#client, generated.tables, tables);
    const database = new Database({
      client: this.#client,
      tables,
      cursorSecrets: [this.#secret],
      compute: rules as never,
    });
    await server?.seed?.(database);
    return database;
  }

  async close(): Promise<void> {
    this.#client.destroy();
    await this.#engine.close();
  }
}

/** Variables of table names that the environment lacks. */
function namesFor(tables: readonly TableDefinition[]): Record<string, string> {
  const variables = tables.flatMap(({ name }) => name.match(/(?<=\$\{)\w+(?=\})/g) ?? []);
  return Object.fromEntries(variables.map((variable) => [variable, 'dev']));
}

/** Cursors stay valid as long as the data does. */
async function secretOf(folder: string): Promise<string> {
  const file = join(folder, 'cursor-secret');
  await mkdir(folder, { recursive: true });
  const made = randomBytes(32).toString('base64url');
  try {
    await writeFile(file, made, { mode: 0o600, flag: 'wx' });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFile(file, 'utf8');
  }
}
