/** Runs GraphQL Codegen as the project's codegen.ts sets it up: quietly, in this process. */

import { existsSync } from 'node:fs';
import { extname, posix, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lockPath } from '../../generator/lock.js';
import type { LockBefore, TableloomRun } from '../../generator/preset.js';
import { filesBelow, slashes, textOf } from '../files.js';
import { Mistake, unwrapped } from '../mistakes.js';
import { Stages } from '../stages.js';
import { completeConfig, completeHost } from './complete.js';
import { directConfig, directHost } from './direct.js';
import type { Config, Host, Output, PluginContext } from './host.js';

export interface Outcome {
  /** Path -> text of every file codegen.ts asks for, ours and others'. */
  readonly files: ReadonlyMap<string, string>;
  readonly runs: readonly TableloomRun[];
}

export interface Project {
  readonly config: Config;
  readonly host: Host;
  readonly stages: Stages;
}

export async function loadProject(path: string, stages = new Stages()): Promise<Project> {
  if (!existsSync(path)) {
    throw new Mistake(
      `There is no ${path} in ${process.cwd()}.`,
      'Set its path with `--config`, or that of the project with `--root`.',
    );
  }
  const config = await stages.measure('load configuration', () => readConfig(path));
  if (config === undefined) throw new Mistake(`${path} is empty.`, 'Export a Codegen configuration from it.');
  return stages.measure('load GraphQL Codegen', () => projectOf(path, config, stages));
}

/** tsx runs our sources, and reads codegen.ts as well: what that imports of the generator is loaded already. */
const isCheckout =
  extname(import.meta.url) === '.ts' && process.execArgv.some((argument) => /\btsx\b/.test(argument));

async function readConfig(path: string): Promise<Config | undefined> {
  try {
    if (isCheckout) return (await import(pathToFileURL(resolve(path)).href)).default as Config | undefined;
    return (await directConfig(path)) ?? (await completeConfig(path));
  } catch (error) {
    if (error instanceof Mistake) throw error;
    throw new Mistake(`${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `path` is where the configuration comes from. */
export function projectOf(path: string, config: Config, stages = new Stages()): Project {
  const whole = completeHost(resolve(path), config);
  return { config, host: directHost(config, whole) ?? whole, stages };
}

/** Everything that would be generated, in memory. */
export function generateInMemory(project: Project, lockBefore?: LockBefore): Promise<Outcome> {
  return collect(project, project.host.generate, { tableloomLockBefore: lockBefore });
}

/** What codegen.ts asks our preset for, without a file of it. */
export async function plansOf(project: Project): Promise<Outcome['runs']> {
  const { runs } = await collect(project, project.host.generate, { tableloomPlansOnly: true });
  return runs;
}

/** Writes: only files whose bytes change, and none if anything is wrong. */
export function generateFiles(project: Project): Promise<Outcome> {
  return collect(project, project.host.write);
}

/** The files that are there where codegen.ts generates to: path -> text. */
export function outputsOnDisk({ config, stages }: Project): Map<string, string> {
  return stages.measure('read outputs', () => {
    const paths = Object.entries(config.generates ?? {}).flatMap(([path, output]) =>
      path.endsWith('/') || 'preset' in output ? [...filesBelow(path), ...locksOf(output)] : [path],
    );
    return new Map(
      paths.flatMap((path) => {
        const text = textOf(path);
        return text === undefined ? [] : [[posix.normalize(slashes(path)), text] as const];
      }),
    );
  });
}

/** The lock is next to the declarations, outside of the output folder. */
function locksOf(output: object): string[] {
  const config: unknown = 'presetConfig' in output ? output.presetConfig : undefined;
  const patterns: unknown =
    typeof config === 'object' && config !== null && 'patterns' in config ? config.patterns : undefined;
  return [lockPath(typeof patterns === 'string' ? patterns : 'access-patterns.yaml')];
}

async function collect(
  { config, stages }: Project,
  run: (context: PluginContext, stages: Stages) => Promise<readonly Output[]>,
  more: PluginContext = {},
): Promise<Outcome> {
  const runs: TableloomRun[] = [];
  const context = { tableloomRuns: runs, tableloomMeasure: stages.measure, ...more };
  const files = await run(context, stages).catch(async (error: unknown) => {
    const { explained } = await import('./schema-errors.js');
    throw new AggregateError(await Promise.all(unwrapped(error).map((one) => explained(one, config))));
  });
  if (runs.length === 0) {
    throw new Mistake(
      'codegen.ts generates nothing with the Tableloom preset.',
      "Add `generates: { 'generated/': { preset } }`.",
    );
  }
  return {
    files: new Map(files.map(({ filename, content }) => [posix.normalize(slashes(filename)), content])),
    runs,
  };
}
