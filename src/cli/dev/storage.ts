/** The DynamoDB of development, which keeps its records through every change of the plan. */

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type EmbeddedEngine, EngineOpenError, openEmbedded } from 'tableloom/embedded';
import {
  createTables,
  type Database,
  type ReindexReport,
  resolveTableNames,
  type TableDefinition,
  TableloomError,
} from 'tableloom/runtime';
import { Mistake } from '../mistakes.js';
import type { Code, GeneratedCode } from '../project/code.js';
import { variablesOf } from '../project/endpoint.js';
import { finishRebuild, rebuildTable } from './rebuild.js';
import { ReportingDatabase } from './tables/operations.js';

/** A hash of what records of each entity are stored as, by its name. */
type StoredForms = Readonly<Record<string, string>>;

interface Voice {
  readonly say: (text: string) => void;
  readonly complain: (text: string) => void;
}

export class DevelopmentStorage {
  readonly #folder: string;
  readonly #engine: EmbeddedEngine;
  readonly client: DynamoDBClient;
  readonly #secret: string;

  /** @param folder keeps the data */
  static async open(folder: string): Promise<DevelopmentStorage> {
    try {
      const engine = await openEmbedded({ path: join(folder, 'dynamodb') });
      return new DevelopmentStorage(folder, engine, await secretOf(folder));
    } catch (error) {
      if (error instanceof EngineOpenError) throw new Mistake(error.message);
      throw error;
    }
  }

  private constructor(folder: string, engine: EmbeddedEngine, secret: string) {
    this.#folder = folder;
    this.#engine = engine;
    this.client = new DynamoDBClient(engine.clientConfig);
    this.#secret = secret;
  }

  /** Brings tables and stored records to a version of the project, and says what it did. */
  async bring(
    { generated, rules, server }: Code<unknown>,
    stored: StoredForms,
    voice: Voice,
  ): Promise<{ readonly database: ReportingDatabase; readonly names: Readonly<Record<string, string>> }> {
    const missing = variablesOf(generated.tables).map((variable) => [variable, 'dev']);
    const tables = resolveTableNames(generated.tables, { ...Object.fromEntries(missing), ...process.env });
    for (const definition of generated.tables) await this.#bringTable(definition, tables, voice);
    const database = new ReportingDatabase({
      // Each operation shows its requests, and what it answers is what is stored.
      cache: false,
      // Records are brought to each version before it is served.
      planMs: false,
      client: this.client,
      capacity: true,
      tables,
      cursorSecrets: [this.#secret],
      compute: rules as never,
    });
    await this.#bringRecords(database, generated, stored, voice);
    await server?.seed?.(database);
    return { database, names: tables };
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.#engine.close();
  }

  async #bringTable(
    definition: TableDefinition,
    names: Readonly<Record<string, string>>,
    { say }: Voice,
  ): Promise<void> {
    const name = names[definition.table] ?? definition.name;
    const place = { name, file: join(this.#folder, `${name}.items`) };
    await finishRebuild(this.client, definition, place);
    try {
      await createTables(this.client, [definition], names);
    } catch (error) {
      if (!(error instanceof TableloomError && error.code === 'TABLE_MISMATCH')) throw error;
      const items = await rebuildTable(this.client, definition, place);
      const [difference = ''] = /^.*?\.(?= )/.exec(error.message) ?? [];
      say(`${difference} It was made anew, with its ${several(items, 'item')}.`);
    }
  }

  async #bringRecords(
    database: Database,
    generated: GeneratedCode,
    stored: StoredForms,
    { say, complain }: Voice,
  ): Promise<void> {
    const file = join(this.#folder, 'stored.json');
    const before = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as StoredForms;
    const behind = Object.keys(stored).filter((name) => before[name] !== stored[name]);
    if (behind.length === 0) return;
    // One at a time, to say of each what was done; all at once where there is a folder from before such files.
    const groups = Object.keys(before).length === 0 ? [behind] : behind.map((name) => [name]);
    for (const entities of groups) {
      const report = await database.reindex(generated, { entities });
      if (report.changed + report.deleted + report.aggregates > 0) say(brought(entities.join(', '), report));
      for (const { entity, key, message } of report.problems)
        complain(`${entity} ${Object.values(key).join(' / ')}: ${message}`);
    }
    await writeFile(file, `${JSON.stringify(stored, null, 2)}\n`);
  }
}

function brought(name: string, { changed, deleted, aggregates }: ReindexReport): string {
  const parts = [
    ...(changed > 0 ? [several(changed, 'record')] : []),
    ...(aggregates > 0 ? [several(aggregates, 'aggregate')] : []),
  ];
  const done = parts.length === 0 ? [] : [`Brought ${parts.join(' and ')} of ${name} to the plan.`];
  const gone =
    deleted === 0 ? [] : [`Deleted ${several(deleted, 'item')} of ${name} that no record has any more.`];
  return [...done, ...gone].join(' ');
}

function several(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
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
