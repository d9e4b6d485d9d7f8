/** A whole import under live traffic, its process killed again and again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import {
  createTables,
  Database,
  type Importer,
  type ImportProgress,
  type ImportVerifyReport,
  resolveTableNames,
} from 'tableloom/runtime';
import { tables } from '../../../generated/index.js';
import { Choices } from '../../../src/server/seed/random.js';
import { type Comparison, compare } from './compare.js';
import { createLegacyTables, writeLegacy } from './legacy.js';
import { tylerImport } from './project.js';
import { Traffic } from './traffic.js';

export interface HarnessOptions {
  /** Of an engine behind HTTP: the process that imports has to reach it. */
  readonly config: DynamoDBClientConfig & { readonly endpoint: string };
  /** Distinguishes tables of runs that share an engine. */
  readonly name: string;
  readonly rows: number;
  readonly kills: number;
  /** Callers that write and read by a bridge meanwhile. */
  readonly callers: number;
  readonly seed: number;
  /** Milliseconds between two calls of a caller. Default: none. */
  readonly pauseMs?: number;
  readonly rate?: number;
  readonly note?: (text: string) => void;
}

export interface HarnessReport {
  readonly kills: number;
  /** From the first start of the process to the end of the last, starts included. */
  readonly seconds: number;
  /** Read latencies in milliseconds, and how many calls there were. */
  readonly reads: readonly number[];
  readonly calls: number;
  /** What was found when the traffic had ended, and repaired. */
  readonly verified: ImportVerifyReport;
  readonly again: ImportVerifyReport;
  readonly comparison: Comparison;
}

export interface World {
  readonly client: DynamoDBClient;
  readonly documents: DynamoDBDocumentClient;
  readonly importer: Importer;
  readonly environment: Readonly<Record<string, string>>;
  readonly entities: string;
  readonly legacy: string;
  readonly mapping: string;
}

/** Legacy tables with their rows, and the target tables, empty. */
export async function openWorld({ config, name, rows, seed }: HarnessOptions): Promise<World> {
  const client = new DynamoDBClient(config);
  const documents = DynamoDBDocumentClient.from(client);
  const legacy = `${name}-legacy`;
  // The importer takes the names of sources from the environment, as the command line does.
  const environment = { TABLE_PREFIX: `${name}-new`, LEGACY_PREFIX: legacy };
  Object.assign(process.env, environment);
  const names = resolveTableNames(tables, environment);
  await createLegacyTables(client, legacy);
  await createTables(client, tables, names);
  await writeLegacy(documents, legacy, rows, seed);
  const database = new Database({
    client,
    tables: names,
    cursorSecrets: ['a secret of the tests, long enough'],
  });
  const project = await tylerImport();
  const importer = database.importer({ ...project, settleMs: 0 });
  const mapping = JSON.stringify(project.mapping);
  return { client, documents, importer, environment, entities: names['entities'] ?? '', legacy, mapping };
}

export async function runHarness(options: HarnessOptions): Promise<HarnessReport> {
  const { rows, kills, callers, seed, note = () => {}, pauseMs = 0 } = options;
  const world = await openWorld(options);
  const { importer } = world;
  note(`${rows} rows are in the legacy tables`);
  await importer.enter('dual');
  const traffic = new Traffic(importer.bridge(), { rows, seed, pauseMs });
  const stop = traffic.start(callers);
  const { killed, milliseconds } = await importKilled(world, options, kills);
  const seconds = milliseconds / 1000;
  note(`imported in ${seconds.toFixed(1)} s, killed ${killed} times`);
  await stop();
  const { calls, reads, failures } = traffic;
  const verified = await importer.verify({ repair: true, onProgress: every(100_000, note) });
  note(`verified: ${JSON.stringify(verified.counts)}`);
  const { importedAt } = await importer.status();
  const at = { legacy: world.legacy, entities: world.entities, importedAt: importedAt ?? '' };
  const comparison = await compare(world.documents, at);
  const { lost, doubled, stale } = comparison;
  note(`compared: ${lost.length} lost, ${doubled.length} doubled, ${stale.length} stale`);
  const again = await importer.verify({ onProgress: every(100_000, note) });
  note(`verified again: ${JSON.stringify(again.counts)}`);
  if (failures.length > 0) throw new Error(`the traffic failed: ${failures.slice(0, 3).join('; ')}`);
  world.client.destroy();
  return { kills: killed, seconds, reads, calls, verified, again, comparison };
}

/** Says of every so many rows how far a verification is. */
function every(rows: number, note: (text: string) => void): (progress: ImportProgress) => void {
  const said = new Map<string, number>();
  return ({ source, rows: done, of }) => {
    const next = (said.get(source) ?? 0) + rows;
    if (done < next) return;
    said.set(source, done);
    note(`${source}: ${done} of ${of} rows are verified`);
  };
}

/** Runs the process until it is done, and kills it so many times on the way. */
export async function importKilled(
  world: World,
  options: HarnessOptions,
  kills: number,
): Promise<{ readonly killed: number; readonly milliseconds: number }> {
  const began = performance.now();
  const dice = new Choices(options.seed + 1);
  // As many lines as there are batches, shared out among the kills.
  const most = Math.max(2, Math.floor((options.rows / 100 / (kills + 1)) * 1.6));
  for (let killed = 0; ; ) {
    const child = start(world, options);
    const after = killed < kills ? 1 + dice.below(most) : Number.POSITIVE_INFINITY;
    const { isDone, last, output } = await follow(child, after, dice.below(40));
    options.note?.(`${isDone ? 'ended' : 'killed'} at: ${last}`);
    if (isDone) return { killed, milliseconds: performance.now() - began };
    if (killed === kills) throw new Error(`the import ended by itself: ${output}`);
    killed += 1;
  }
}

function start({ environment, mapping }: World, { config, rate }: HarnessOptions): ChildProcess {
  const file = join(import.meta.dirname, 'migrator.ts');
  return spawn(process.execPath, ['--conditions=tableloom-source', '--import', 'tsx', file], {
    env: {
      PATH: process.env.PATH ?? '',
      ENDPOINT: config.endpoint,
      MAPPING: mapping,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...environment,
      ...(rate !== undefined && { RATE: String(rate) }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Kills the process so many milliseconds after a line of its output. */
async function follow(child: ChildProcess, lines: number, ms: number) {
  let seen = 0;
  let isDone = false;
  let last = '';
  let output = '';
  child.stderr?.on('data', (chunk) => {
    output += String(chunk);
  });
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      seen += 1;
      if (line.startsWith('done')) isDone = true;
      else last = line;
      if (seen === lines) void sleep(ms).then(() => child.kill('SIGKILL'));
    });
  await once(child, 'close');
  return { isDone, last, output };
}
