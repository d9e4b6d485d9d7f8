/** Projects written in a test itself: generated into a folder of the test, then imported. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Session } from 'tableloom/runtime';
import type { Diagnostic } from '../../src/generator/diagnostics/diagnostic.js';
import type { Plan } from '../../src/generator/plan/types/plan.js';
import type { TableloomRun } from '../../src/generator/preset.js';
import { generateProject } from './projects.js';
import type { Generated } from './running.js';
import { temporaryFolder } from './temporary.js';

export interface Written {
  readonly generated: Generated;
  readonly plan: Plan;
  readonly run: TableloomRun;
  readonly lock: string;
  readonly warnings: readonly Diagnostic[];
  /** What a generated file exports: `module('writes')`. */
  readonly module: (name: string) => Promise<Readonly<Record<string, unknown>>>;
}

/** @param lock what an earlier version was generated with */
export async function written(yaml: string, sdl: string, lock?: string): Promise<Written> {
  const folder = temporaryFolder();
  const inputs = {
    'access-patterns.yaml': yaml,
    'schema/schema.graphql': sdl,
    ...(lock === undefined ? {} : { 'access-patterns.lock.json': lock }),
  };
  writeInto(folder, Object.entries(inputs));
  const { files, run } = await generateProject(relative(process.cwd(), folder));
  writeInto(folder, files);
  const module: Written['module'] = async (name) =>
    import(/* @vite-ignore */ join(folder, 'generated', `${name}.ts`));
  const [schema = {}, tables = {}, resolvers = {}, loaders = {}] = await Promise.all(
    ['schema', 'tables', 'resolvers', 'loaders'].map(module),
  );
  return {
    generated: {
      typeDefs: schema.typeDefs as string,
      tables: tables.tables as Generated['tables'],
      resolvers: (resolvers.createResolvers as (rules: object) => object)({}),
      createLoaders: loaders.createLoaders as (session: Session) => object,
    },
    plan: run.plan,
    run,
    lock: files.get('access-patterns.lock.json') ?? '',
    warnings: run.warnings,
    module,
  };
}

function writeInto(folder: string, files: Iterable<readonly [path: string, text: string]>): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
