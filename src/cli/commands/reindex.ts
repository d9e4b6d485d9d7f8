/** `tableloom reindex`: brings stored records to the plan. */

import type { ReindexProgress, ReindexReport } from 'tableloom/runtime';
import { Mistake } from '../mistakes.js';
import { Bar } from '../progress.js';
import { acceptRecords } from '../project/accepted.js';
import { loadCode } from '../project/code.js';
import { type ReadingOptions, readingOf } from '../project/counts.js';
import { currentRun } from '../project/current.js';
import type { EndpointOptions } from '../project/endpoint.js';
import { onTables } from '../project/job.js';
import { ProgressFile, usualFile } from '../project/progress-file.js';
import { itemsOf } from '../project/sizes.js';
import type { Stages } from '../stages.js';
import { enter, type Options, staged, terminal } from '../verbs.js';

export interface ReindexVerbOptions extends Options, EndpointOptions, ReadingOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
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
  const reading = readingOf(options);
  enter(root);
  terminal.progress('Generating in memory …');
  const run = await currentRun(config, stages);
  const code = await loadCode({ output: run.output, rules: run.rules, server: '' });
  const { generated } = code;
  return onTables(code, options, async ({ database, client, place, tables, signal }) => {
    const file = new ProgressFile(fileOf(options), place, tables);
    const resume = options.resume === undefined ? undefined : file.read();
    // Nothing is noted of a dry run: what it counted is of use as a whole.
    const notes = dryRun ? undefined : file;
    const shown = new Shown(await itemsOf(client, Object.values(tables)), notes);
    const report = await database.reindex(generated, {
      dryRun,
      signal,
      onProgress: (progress) => shown.progress(progress),
      ...(!all && { entities }),
      ...reading,
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
  });
}

function fileOf({ resume }: ReindexVerbOptions): string {
  return resume === undefined || resume === 'auto' ? usualFile : resume;
}

/** How often progress is noted in the file, in milliseconds. */
const interval = 1000;

class Shown {
  readonly #bar: Bar<ReindexProgress>;
  readonly #file: ProgressFile | undefined;
  #noted = 0;

  /** @param items how many there are in all tables; 0 where that is not known */
  constructor(items: number, file: ProgressFile | undefined) {
    this.#bar = new Bar(items, described);
    this.#file = file;
  }

  progress(progress: ReindexProgress): void {
    const now = performance.now();
    if (now - this.#noted >= interval) {
      this.#file?.write(progress.cursor);
      this.#noted = now;
    }
    this.#bar.show(progress);
  }
}

function described({ changed, deleted, failed }: ReindexProgress): string {
  const problems = failed === 0 ? '' : `, ${failed} failed`;
  return `${changed} records changed, ${deleted} items deleted${problems}`;
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
