/** import.yaml, whole: text, plan and the project's own transforms in, the mapping out. */

import type { Diagnostic, Sources } from '../diagnostics/diagnostic.js';
import { DiagnosticsError } from '../diagnostics/print.js';
import type { Plan } from '../plan/types/plan.js';
import { checkImport } from './check.js';
import type { ImportModel, MappingPlan, OwnTransform } from './model.js';
import { readImport } from './read.js';

export interface ImportInput {
  readonly path: string;
  readonly text: string;
  readonly plan: Plan;
  /** The exports of the module that the file names. */
  readonly transforms: (model: ImportModel) => readonly OwnTransform[] | Promise<readonly OwnTransform[]>;
}

export interface ImportOutput {
  readonly mapping: MappingPlan;
  readonly model: ImportModel;
  readonly warnings: readonly Diagnostic[];
  readonly sources: Sources;
}

/** Throws DiagnosticsError with all that is wrong. */
export async function importMapping({ path, text, plan, transforms }: ImportInput): Promise<ImportOutput> {
  const sources = new Map([[path, text]]);
  const { model, diagnostics } = readImport(path, text);
  if (diagnostics.length > 0) throw new DiagnosticsError(diagnostics, sources);
  const checked = checkImport(model, plan, await transforms(model));
  if (checked.diagnostics.some(({ severity }) => severity === 'error'))
    throw new DiagnosticsError(checked.diagnostics, sources);
  return { mapping: checked.mapping, model, warnings: checked.diagnostics, sources };
}
