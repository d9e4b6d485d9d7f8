/** Runs GraphQL Codegen as the project's codegen.ts sets it up: quietly, in this process. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { posix, resolve } from 'node:path';
import type { CodegenContext } from '@graphql-codegen/cli';
import { lockPath } from '../generator/lock.js';
import type { TableloomRun } from '../generator/preset.js';
import { filesBelow, slashes, textOf } from './files.js';
import { Mistake, unwrapped } from './mistakes.js';

const codegen = host();

export interface Outcome {
  /** Path -> text of every file codegen.ts asks for, ours and others'. */
  readonly files: ReadonlyMap<string, string>;
  readonly runs: readonly TableloomRun[];
}

/** Its CommonJS build: a second faster to load than the other, which is a thousand small modules. */
function host(): typeof import('@graphql-codegen/cli') {
  try {
    return createRequire(import.meta.url)('@graphql-codegen/cli');
  } catch (error) {
    const isMissing = error instanceof Error && /^Cannot find module '@graphql-codegen\//.test(error.message);
    if (!isMissing) throw error;
    throw new Mistake(
      'GraphQL Codegen is not installed.',
      'Run `npm install --save-dev @graphql-codegen/cli @graphql-codegen/typescript @graphql-codegen/typescript-resolvers`.',
    );
  }
}

export async function loadProject(configPath: string): Promise<CodegenContext> {
  if (!existsSync(configPath)) {
    throw new Mistake(
      `There is no ${configPath} in ${process.cwd()}.`,
      'Set its path with `--config`, or that of the project with `--root`.',
    );
  }
  const loaded = await codegen
    .loadCodegenConfig({ configFilePath: resolve(configPath) })
    .catch((error: unknown) => {
      throw new Mistake(
        `${configPath} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
  if (!loaded || loaded.isEmpty)
    throw new Mistake(`${configPath} is empty.`, 'Export a Codegen configuration from it.');
  const context = new codegen.CodegenContext({ filepath: loaded.filepath, config: loaded.config });
  context.updateConfig({ silent: true });
  return context;
}

/** Everything that would be generated, in memory. */
export async function generateInMemory(context: CodegenContext): Promise<Outcome> {
  return collect(context, async () => {
    const { result, error } = await codegen.executeCodegen(context);
    if (error) throw error;
    return result;
  });
}

/** Codegen writes: only files whose bytes change, and none if anything is wrong. */
export async function generateFiles(context: CodegenContext): Promise<Outcome> {
  return collect(context, () => codegen.generate(context, true));
}

/** The files that are there where codegen.ts generates to: path -> text. */
export function outputsOnDisk(context: CodegenContext): Map<string, string> {
  const outputs = Object.entries(context.getConfig().generates ?? {});
  const paths = outputs.flatMap(([path, output]) =>
    path.endsWith('/') || 'preset' in output ? [...filesBelow(path), ...locksOf(output)] : [path],
  );
  return new Map(
    paths.flatMap((path) => {
      const text = textOf(path);
      return text === undefined ? [] : [[posix.normalize(slashes(path)), text] as const];
    }),
  );
}

/** The lock lies beside the declarations, outside of the output folder. */
function locksOf(output: object): string[] {
  const config: unknown = 'presetConfig' in output ? output.presetConfig : undefined;
  const patterns: unknown =
    typeof config === 'object' && config !== null && 'patterns' in config ? config.patterns : undefined;
  return [lockPath(typeof patterns === 'string' ? patterns : 'access-patterns.yaml')];
}

async function collect(
  context: CodegenContext,
  run: () => Promise<{ filename: string; content: string }[]>,
): Promise<Outcome> {
  const runs: TableloomRun[] = [];
  context.getPluginContext().tableloomRuns = runs;
  const files = await run().catch(async (error: unknown) => {
    const { explained } = await import('./schema-errors.js');
    throw new AggregateError(await Promise.all(unwrapped(error).map((one) => explained(one, context))));
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
