/** Tyler Setup's plan and mapping, as the command line has them. */
import { readFileSync } from 'node:fs';
import type { ImportMapping, ImportProject, Transforms } from 'tableloom/runtime';
import { codecs, tables } from '../../../generated/index.js';
import { importMapping } from '../../../src/generator/importing/importing.js';
import type { Plan } from '../../../src/generator/plan/types/plan.js';
import * as own from '../../../src/import/legacy.js';
import { generateProject } from '../projects.js';

let plan: Promise<Plan> | undefined;

/** The plan of the reference application. */
export function tylerPlan(): Promise<Plan> {
  plan ??= generateProject('.').then(({ run }) => run.plan);
  return plan;
}

export async function tylerMapping(): Promise<ImportMapping> {
  const text = readFileSync('import.yaml', 'utf8');
  const transforms = Object.entries(own).map(([name, one]) => ({
    name,
    isInvertible: typeof one === 'object',
  }));
  const input = { path: 'import.yaml', text, plan: await tylerPlan(), transforms: () => transforms };
  return (await importMapping(input)).mapping;
}

export async function tylerImport(): Promise<ImportProject> {
  return { mapping: await tylerMapping(), generated: { tables, codecs }, transforms: own as Transforms };
}
