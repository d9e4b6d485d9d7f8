/** `tableloom verify`: compares everything that is stored with what the records say. */

import { randomUUID } from 'node:crypto';
import { Database, type Finding, type VerifyProgress, type VerifyReport } from 'tableloom/runtime';
import { storedTypes } from '../../generator/plan/lookup/stored-types.js';
import { Bar } from '../progress-bar.js';
import { loadCode } from '../project/code.js';
import { countOf } from '../project/counts.js';
import { currentRun } from '../project/current.js';
import { asMistake, type EndpointOptions, endpointOf, namesOf } from '../project/endpoint.js';
import { itemsOf } from '../project/sizes.js';
import type { Stages } from '../stages.js';
import { enter, type Options, staged, terminal } from '../verbs.js';

export interface VerifyVerbOptions extends Options, EndpointOptions {
  readonly repair?: boolean;
  readonly segments?: string;
  readonly rate?: string;
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
    const bar = new Bar<VerifyProgress>(await itemsOf(client, Object.values(tables)), describe);
    const database = new Database({ client, tables, cursorSecrets: [randomUUID()], compute: rules as never });
    const { tables: definitions, codecs } = generated;
    const project = { tables: definitions, codecs, types: storedTypes(run.plan) };
    const report = await database.verify(project, {
      repair,
      signal: abort.signal,
      onProgress: (progress) => bar.show(progress),
      ...(entities.length > 0 && { entities }),
      ...(segments !== undefined && { segments }),
      ...(rate !== undefined && { rate }),
    });
    if (json) terminal.say(JSON.stringify(report, asJson, 2));
    else for (const line of lines(report, place)) terminal.say(line);
    return report.found > report.repaired || !report.isComplete ? 1 : 0;
  } catch (error) {
    throw asMistake(error);
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
    client.destroy();
  }
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

function lines(report: VerifyReport, place: string): string[] {
  const { findings, more, unchecked, uncheckedCount, records, scanned, found, repaired } = report;
  const { isComplete, readUnits, writeUnits } = report;
  const left = found - repaired;
  return [
    ...findings.flatMap(lineOf),
    ...(more > 0 ? [`… and ${more} more`] : []),
    ...unchecked.map(({ entity, key, why }) => `not compared: ${entity} ${JSON.stringify(key)}: ${why}`),
    ...(uncheckedCount > unchecked.length ? [`… and ${uncheckedCount - unchecked.length} more`] : []),
    `${place}: ${records} records, ${scanned} items read; ${found} findings${repaired > 0 ? `, ${repaired} of them repaired, ${left} left` : ''}.`,
    `It took ${Math.round(readUnits)} read units and ${Math.round(writeUnits)} write units.`,
    ...(isComplete ? [] : ['Stopped: not everything was compared.']),
    ...(isComplete && findings.some(({ isRepairable, isRepaired }) => isRepairable && !isRepaired)
      ? ['`tableloom verify --repair` corrects what follows from the records.']
      : []),
  ];
}

function lineOf({ kind, part, entity, table, key, has, should, isRepaired, why }: Finding): string[] {
  const what = [kind, part === 'item' ? '' : part, entity].filter((word) => word !== '').join(' ');
  const values = [
    ...(has === null ? [] : [`  has ${shortened(has)}`]),
    ...(should === null ? [] : [`  should have ${shortened(should)}`]),
  ];
  const state = isRepaired ? ' (repaired)' : '';
  return [
    `${what} in ${table} ${JSON.stringify(key)}${state}${why === undefined ? '' : `: ${why}`}`,
    ...values,
  ];
}

function shortened(item: object): string {
  const text = JSON.stringify(item, asJson);
  return text.length <= widest ? text : `${text.slice(0, widest - 1)}…`;
}
