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
import { ProgressFile } from '../project/progress-file.js';
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
    const file = new ProgressFile('reindex', options.resume, { place, tables });
    const resume = options.resume === undefined ? undefined : file.read();
    // Nothing is noted of a dry run: what it counted is of use as a whole.
    const notes = dryRun ? undefined : file;
    const bar = new Bar<ReindexProgress>(await itemsOf(client, Object.values(tables)), described);
    const report = await database
      .reindex(generated, {
        dryRun,
        signal,
        onProgress: (progress) => {
          notes?.progress(progress.cursor);
          bar.show(progress);
        },
        ...(!all && { entities }),
        ...reading,
        ...(resume !== undefined && { resume }),
      })
      .catch((error: unknown) => {
        throw notes?.failed(error) ?? error;
      });
    notes?.end(report.cursor);
    if (json) terminal.say(JSON.stringify(report, null, 2));
    else for (const line of told(report, options, place, file.option)) terminal.say(line);
    if (report.cursor !== null || report.failed > 0) return 1;
    if (dryRun) return report.changed + report.deleted + report.aggregates > 0 ? 1 : 0;
    acceptRecords(run, all ? generated.codecs.map(({ name }) => name) : entities);
    return 0;
  });
}

function described({ changed, deleted, failed }: ReindexProgress): string {
  const problems = failed === 0 ? '' : `, ${failed} failed`;
  return `${changed} records changed, ${deleted} items deleted${problems}`;
}

function told(report: ReindexReport, options: ReindexVerbOptions, place: string, resume: string): string[] {
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
      : [`Stopped. Resume with the same command and \`--resume ${resume}\`.`]),
  ];
}
