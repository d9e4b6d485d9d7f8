/** `tableloom verify`: compares everything that is stored with what the records say. */

import type { Finding, VerifyProgress, VerifyReport } from 'tableloom/runtime';
import { storedTypes } from '../../generator/plan/lookup/stored-types.js';
import { Bar } from '../progress.js';
import { loadCode } from '../project/code.js';
import { type ReadingOptions, readingOf } from '../project/counts.js';
import { currentRun } from '../project/current.js';
import type { EndpointOptions } from '../project/endpoint.js';
import { onTables } from '../project/job.js';
import { ProgressFile } from '../project/progress-file.js';
import { itemsOf } from '../project/sizes.js';
import type { Stages } from '../stages.js';
import { enter, type Options, staged, terminal } from '../verbs.js';

export interface VerifyVerbOptions extends Options, EndpointOptions, ReadingOptions {
  readonly repair?: boolean;
  /** A file, or `auto`. */
  readonly resume?: string;
  readonly json?: boolean;
}

export function verifyVerb(entities: readonly string[], options: VerifyVerbOptions): Promise<number> {
  return staged(options, (stages) => verify(entities, options, stages), options.json ? 'json' : 'text');
}

async function verify(
  entities: readonly string[],
  options: VerifyVerbOptions,
  stages: Stages,
): Promise<number> {
  const { root, config, repair = false, json = false } = options;
  const reading = readingOf(options);
  enter(root);
  terminal.progress('Generating in memory …');
  const run = await currentRun(config, stages);
  const code = await loadCode({ output: run.output, rules: run.rules, server: '' });
  return onTables(code, options, async ({ database, client, place, tables, signal }) => {
    const file = new ProgressFile('verify', options.resume, { place, tables });
    const resume = options.resume === undefined ? undefined : file.read();
    const bar = new Bar<VerifyProgress>(await itemsOf(client, Object.values(tables)), describe);
    const { tables: definitions, codecs } = code.generated;
    const project = { tables: definitions, codecs, types: storedTypes(run.plan) };
    const report = await database
      .verify(project, {
        repair,
        signal,
        onProgress: (progress) => {
          file.progress(progress.cursor);
          bar.show(progress);
        },
        ...(entities.length > 0 && { entities }),
        ...reading,
        ...(resume !== undefined && { resume }),
      })
      .catch((error: unknown) => {
        throw file.failed(error);
      });
    file.end(report.cursor);
    if (json) terminal.say(JSON.stringify(report, asJson, 2));
    else for (const line of lines(report, place, file.option)) terminal.say(line);
    return report.found > report.repaired || !report.isComplete ? 1 : 0;
  });
}

function describe({ found, repaired }: VerifyProgress): string {
  return `${found} findings${repaired === 0 ? '' : `, ${repaired} repaired`}`;
}

/** Sets as lists, and bytes as base64. */
function asJson(_name: string, value: unknown): unknown {
  if (value instanceof Set) return [...(value as Set<unknown>)];
  return value;
}

/** A line of text is enough for an item: `--json` has all. */
const widest = 160;

function lines(report: VerifyReport, place: string, resume: string): string[] {
  const { findings, more, earlier, unchecked, uncheckedCount, records, scanned, found, repaired } = report;
  const { isComplete, readUnits, writeUnits } = report;
  const left = found - repaired;
  return [
    ...findings.flatMap(lineOf),
    ...(more > 0 ? [`… and ${more} more`] : []),
    ...unchecked.map(({ entity, key, why }) => `not compared: ${entity} ${JSON.stringify(key)}: ${why}`),
    ...(uncheckedCount > unchecked.length ? [`… and ${uncheckedCount - unchecked.length} more`] : []),
    `${place}: ${records} records, ${scanned} items read; ${found} findings${repaired > 0 ? `, ${repaired} of them repaired, ${left} left` : ''}.`,
    ...(earlier > 0
      ? [`${earlier} of them were found before it was resumed, and are not listed again.`]
      : []),
    `It took ${Math.round(readUnits)} read units and ${Math.round(writeUnits)} write units.`,
    ...(isComplete
      ? []
      : [`Stopped: not everything was compared. Resume with the same command and \`--resume ${resume}\`.`]),
    ...(isComplete && findings.some(({ isRepairable, isRepaired }) => isRepairable && !isRepaired)
      ? ['`tableloom verify --repair` corrects what follows from the records.']
      : []),
  ];
}

function lineOf(finding: Finding): string[] {
  const { kind, part, entity, table, key, has, should, isRepaired, why, remedy } = finding;
  const what = [kind, part === 'item' ? '' : part, entity].filter((word) => word !== '').join(' ');
  const values = [
    ...(has === null ? [] : [`  has ${shortened(has)}`]),
    ...(should === null ? [] : [`  should have ${shortened(should)}`]),
  ];
  const state = isRepaired ? ' (repaired)' : '';
  return [
    `${what} in ${table} ${JSON.stringify(key)}${state}${why === undefined ? '' : `: ${why}`}`,
    ...values,
    ...(remedy === undefined ? [] : [`  hint: ${remedy}`]),
  ];
}

function shortened(item: object): string {
  const text = JSON.stringify(item, asJson);
  return text.length <= widest ? text : `${text.slice(0, widest - 1)}…`;
}
