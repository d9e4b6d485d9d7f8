/** `tableloom reindex`: brings stored records to the plan. */

import { randomUUID } from 'node:crypto';
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Database, type ReindexProgress, type ReindexReport } from 'tableloom/runtime';
import { Mistake } from '../mistakes.js';
import { acceptRecords } from '../project/accepted.js';
import { loadCode } from '../project/code.js';
import { countOf } from '../project/counts.js';
import { currentRun } from '../project/current.js';
import { asMistake, type EndpointOptions, endpointOf, namesOf } from '../project/endpoint.js';
import { ProgressFile, usualFile } from '../project/progress-file.js';
import type { Stages } from '../stages.js';
import { enter, type Options, staged, terminal } from '../verbs.js';

export interface ReindexVerbOptions extends Options, EndpointOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly segments?: string;
  readonly rate?: string;
  /** A file, or `auto`. */
  readonly resume?: string;
  readonly json?: boolean;
}

export function reindexVerb(entities: readonly string[], options: ReindexVerbOptions): Promise<number> {
  return staged(options, (stages) => reindex(entities, options, stages), options.json ? 'json' : 'text');
}

async function reindex(
  entities: readonly string[],
  options: ReindexVerbOptions,
  stages: Stages,
): Promise<number> {
  const { root, config, all = false, dryRun = false, json = false } = options;
  if (all === entities.length > 0)
    throw new Mistake(
      'It is not said which records are meant.',
      'Name entities, as in `tableloom reindex Order`, or pass `--all`.',
    );
  const segments = countOf('--segments', options.segments, 64);
  const rate = countOf('--rate', options.rate, 1_000_000);
  enter(root);
  terminal.progress('Generating in memory …');
  const run = await currentRun(config, stages);
  const { generated, rules } = await loadCode({ output: run.output, rules: run.rules, server: '' });
  const tables = namesOf(generated.tables);
  const { client, place } = endpointOf(options);
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const file = new ProgressFile(fileOf(options), place, tables);
    const resume = options.resume === undefined ? undefined : file.read();
    // Nothing is noted of a dry run: what it counted is of use as a whole.
    const notes = dryRun ? undefined : file;
    const shown = new Shown(await itemsOf(client, Object.values(tables)), notes);
    const database = new Database({ client, tables, cursorSecrets: [randomUUID()], compute: rules as never });
    const report = await database.reindex(generated, {
      dryRun,
      signal: abort.signal,
      onProgress: (progress) => shown.progress(progress),
      ...(!all && { entities }),
      ...(segments !== undefined && { segments }),
      ...(rate !== undefined && { rate }),
      ...(resume !== undefined && { resume }),
    });
    if (report.cursor === null) notes?.remove();
    else notes?.write(report.cursor);
    if (json) terminal.say(JSON.stringify(report, null, 2));
    else for (const line of told(report, options, place, file.path)) terminal.say(line);
    if (report.cursor !== null || report.failed > 0) return 1;
    if (dryRun) return report.changed + report.deleted + report.aggregates > 0 ? 1 : 0;
    acceptRecords(run, all ? generated.codecs.map(({ name }) => name) : entities);
    return 0;
  } catch (error) {
    throw asMistake(error);
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
    client.destroy();
  }
}

function fileOf({ resume }: ReindexVerbOptions): string {
  return resume === undefined || resume === 'auto' ? usualFile : resume;
}

/** How many items there are, as DynamoDB counts them some six hours late; 0 where it does not say. */
async function itemsOf(client: DynamoDBClient, names: readonly string[]): Promise<number> {
  const counts = names.map(async (TableName) => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName })).catch((error: Error) => {
      if (error.name !== 'ResourceNotFoundException') throw error;
      throw new Mistake(`There is no table ${TableName}.`, 'Run `tableloom deploy` first.');
    });
    return Table?.ItemCount ?? 0;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** How often progress is noted in the file, and printed where nobody watches a bar; in milliseconds. */
const intervals = { noted: 1000, printed: 10_000 };
const width = 24;

class Shown {
  readonly #items: number;
  readonly #file: ProgressFile | undefined;
  #noted = 0;
  #printed = 0;
  #phase = '';
  /** What had been read when the phase began. */
  #before = 0;
  #last = 0;

  /** @param items how many there are in all tables; 0 where that is not known */
  constructor(items: number, file: ProgressFile | undefined) {
    this.#items = items;
    this.#file = file;
  }

  progress(progress: ReindexProgress): void {
    const { phase, scanned, cursor } = progress;
    if (phase !== this.#phase) this.#before = this.#phase === '' ? 0 : this.#last;
    this.#phase = phase;
    this.#last = scanned;
    const now = performance.now();
    if (now - this.#noted >= intervals.noted) {
      this.#file?.write(cursor);
      this.#noted = now;
    }
    const line = this.#line(progress);
    if (process.stderr.isTTY) terminal.progress(line);
    else if (now - this.#printed >= intervals.printed) {
      terminal.note(line);
      this.#printed = now;
    }
  }

  #line({ phase, table, scanned, changed, deleted, failed }: ReindexProgress): string {
    const done = this.#items === 0 ? undefined : Math.min(1, (scanned - this.#before) / this.#items);
    const filled = Math.round((done ?? 0) * width);
    const bar = done === undefined ? '' : `${'█'.repeat(filled)}${'░'.repeat(width - filled)} `;
    const problems = failed === 0 ? '' : `, ${failed} failed`;
    return `${phase} of ${table} ${bar}${scanned} items read, ${changed} records changed, ${deleted} items deleted${problems}`;
  }
}

function told(report: ReindexReport, options: ReindexVerbOptions, place: string, file: string): string[] {
  const { records, changed, moved, written, deleted, aggregates, failed, problems, cursor } = report;
  const { readUnits, writeUnits } = report;
  const would = options.dryRun ? 'would be ' : '';
  return [
    ...problems.map(
      ({ entity, key, code, message }) => `${entity} ${JSON.stringify(key)}: ${message} (${code})`,
    ),
    ...(failed > problems.length ? [`… and ${failed - problems.length} more`] : []),
    `${place}: of ${records} records, ${changed} ${would}changed, ${moved} of them moved to another key.`,
    `${written} items ${would}written, ${deleted} deleted, ${aggregates} counts and sums corrected; ${failed} problems.`,
    `It took ${Math.round(readUnits)} read units and ${Math.round(writeUnits)} write units.`,
    ...(cursor === null || options.dryRun
      ? []
      : [`Stopped. Resume with the same command and \`--resume ${file === usualFile ? 'auto' : file}\`.`]),
  ];
}
