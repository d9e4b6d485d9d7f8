/** Whole small projects as tests: generated in memory by the real Codegen host, compared byte by byte. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { CodegenContext, executeCodegen } from '@graphql-codegen/cli';
import { expect } from 'vitest';
import { preset, type TableloomConfig, type TableloomRun } from '../../src/generator/preset.js';
import { filesBelow, writeFolder } from './files.js';

const home = process.cwd();
const isUpdate = process.env.UPDATE === '1';
if (isUpdate && process.env.CI) throw new Error('UPDATE=1 rewrites what is expected: not under CI');

export interface Generated {
  /** Path below the project -> text. */
  readonly files: ReadonlyMap<string, string>;
  readonly run: TableloomRun;
}

export interface Setup extends TableloomConfig {
  /** Default `generated/`. */
  readonly output?: string;
  /** Default `schema/**\/*.graphql`. */
  readonly schema?: string | readonly string[];
}

/** What a project would generate, with paths as its own command line shows them. */
export async function generateProject(folder: string, setup: Setup = {}): Promise<Generated> {
  const { output = 'generated/', schema = 'schema/**/*.graphql', ...presetConfig } = setup;
  process.chdir(join(home, folder));
  try {
    const pointers = typeof schema === 'string' ? schema : [...schema];
    const config = { schema: pointers, generates: { [output]: { preset, presetConfig } }, silent: true };
    const context = new CodegenContext({ config });
    const runs: TableloomRun[] = [];
    context.getPluginContext().tableloomRuns = runs;
    const { result, error } = await executeCodegen(context);
    if (error) throw error instanceof AggregateError ? error.errors[0] : error;
    const [run] = runs;
    if (!run) throw new Error('the preset was not asked');
    return { run, files: new Map(result.map((file) => [posix.normalize(file.filename), file.content])) };
  } finally {
    process.chdir(home);
  }
}

/** The folder holds exactly these files, with these bytes; `UPDATE=1` makes it so. */
export function expectFolder(folder: string, files: ReadonlyMap<string, string>): void {
  if (isUpdate) writeFolder(folder, files);
  const expected = new Map(
    filesBelow(folder).map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  );
  expect([...files.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [path, text] of files) expect(text, `${folder}/${path}`).toBe(expected.get(path));
}

/** One file that holds exactly this text; `UPDATE=1` makes it so. */
export function expectFile(path: string, text: string): void {
  if (isUpdate) writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
