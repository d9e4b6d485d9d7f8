/** What the verbs of `tableloom import` work with: the checked mapping, generated code, and a DynamoDB. */

import type { Importer, ImportMapping, Transforms } from 'tableloom/runtime';
import { formatDiagnostic } from '../../generator/diagnostics/print.js';
import { importMapping } from '../../generator/importing/importing.js';
import type { ImportModel, OwnTransform } from '../../generator/importing/model.js';
import { textOf } from '../files.js';
import { Mistake } from '../mistakes.js';
import { loadCode, loadModule } from '../project/code.js';
import { currentRun } from '../project/current.js';
import type { EndpointOptions } from '../project/endpoint.js';
import { type Job, onTables } from '../project/job.js';
import type { Stages } from '../stages.js';
import { enter, type Options, terminal } from '../verbs.js';

export interface ImportVerbOptions extends Options, EndpointOptions {
  /** The mapping file. */
  readonly mapping: string;
  readonly json?: boolean;
  /** How long a change of phase waits for writes that have begun, in milliseconds: for tests. */
  readonly settleMs?: number;
}

export interface CheckedMapping {
  readonly mapping: ImportMapping;
  readonly transforms: Transforms;
  readonly generated: Awaited<ReturnType<typeof loadCode>>['generated'];
  readonly rules: Awaited<ReturnType<typeof loadCode>>['rules'];
  /** The module of the project's own transforms. */
  readonly module: string | undefined;
}

/** Throws DiagnosticsError for what is wrong with the mapping. */
export async function checkedMapping(options: ImportVerbOptions, stages: Stages): Promise<CheckedMapping> {
  const { root, config, mapping: path } = options;
  enter(root);
  terminal.progress('Generating in memory …');
  const run = await currentRun(config, stages);
  const text = textOf(path);
  if (text === undefined)
    throw new Mistake(
      `There is no ${path}.`,
      'Write the mapping file, or name it with `--mapping`: see docs/importing.md.',
    );
  let transforms: Transforms = {};
  const own = async ({ transforms: module }: ImportModel): Promise<OwnTransform[]> => {
    if (module === undefined) return [];
    const exported = await loadModule(module.text);
    if (exported === undefined)
      throw new Mistake(
        `There is no ${module.text}, which ${path} names.`,
        'Write the module, or correct `transforms`.',
      );
    transforms = transformsIn(exported);
    return Object.entries(transforms).map(([name, one]) => ({ name, isInvertible: typeof one === 'object' }));
  };
  const { mapping, model, warnings, sources } = await importMapping({
    path,
    text,
    plan: run.plan,
    transforms: own,
  });
  for (const warning of warnings) terminal.findings(`${formatDiagnostic(warning, sources)}\n`);
  const { generated, rules } = await loadCode({ output: run.output, rules: run.rules, server: '' });
  return { mapping, transforms, generated, rules, module: model.transforms?.text };
}

function transformsIn(exported: Readonly<Record<string, unknown>>): Transforms {
  return Object.fromEntries(Object.entries(exported).filter(([, one]) => isTransform(one))) as Transforms;
}

function isTransform(one: unknown): boolean {
  if (typeof one === 'function') return true;
  return typeof one === 'object' && one !== null && 'forward' in one && 'back' in one;
}

export interface OpenImport extends CheckedMapping, Job {
  readonly importer: Importer;
}

/** Runs `use` on the DynamoDB that is meant; see `onTables`. */
export async function withImport(
  options: ImportVerbOptions,
  stages: Stages,
  use: (open: OpenImport) => Promise<number>,
): Promise<number> {
  const checked = await checkedMapping(options, stages);
  const { settleMs } = options;
  const project = { ...checked, ...(settleMs !== undefined && { settleMs }) };
  return onTables(checked, options, (job) =>
    use({ ...checked, ...job, importer: job.database.importer(project) }),
  );
}
