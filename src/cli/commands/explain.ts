/** `tableloom explain`: what operations cost, before they are sent. */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { posix, relative, resolve } from 'node:path';
import { budgetMermaid } from '../../budget/mermaid.js';
import { budgetText } from '../../budget/text.js';
import { budgetPath, operationPaths, operationsFolder, orphanedBudgets, recordOf } from '../check/budgets.js';
import { slashes, textOf, writeAll } from '../files.js';
import { loadProject, plansOf } from '../host/codegen.js';
import { Mistake } from '../mistakes.js';
import { budgetsOf, type Priced, priced, readOperations } from '../operations.js';
import type { Stages } from '../stages.js';
import { enter, type Options, staged, terminal } from '../verbs.js';

export interface ExplainOptions extends Options {
  readonly operation?: string;
  /** JSON, or a file of it. */
  readonly variables?: string;
  readonly format?: string;
  readonly record?: boolean;
  /** The plan as JSON, and no operation. */
  readonly plan?: boolean;
}

const formats = ['text', 'json', 'mermaid'] as const;

/** Where the result is JSON, the times of stages are too. */
export function explainVerb(files: readonly string[], options: ExplainOptions): Promise<number> {
  const isJson = options.plan === true || options.format === 'json';
  return staged(options, (stages) => explain(files, options, stages), isJson ? 'json' : 'text');
}

async function explain(files: readonly string[], options: ExplainOptions, stages: Stages): Promise<number> {
  const { measure } = stages;
  const { root, config, operation, format = 'text', record = false, plan = false } = options;
  if (!formats.some((one) => one === format))
    throw new Mistake(`\`${format}\` is not a format.`, `Use one of ${formats.join(', ')}.`);
  if (plan && (record || files.length > 0))
    throw new Mistake('`--plan` explains the project, not operations.', 'Remove the files and `--record`.');
  const absolute = files.map((file) => resolve(file));
  const variables = options.variables === undefined ? undefined : variablesOf(options.variables);
  enter(root);
  const paths =
    absolute.length === 0 ? operationPaths() : absolute.map((path) => slashes(relative('.', path)));
  if (paths.length === 0 && !plan)
    throw new Mistake(`${operationsFolder}/ contains no document.`, 'Name a file of GraphQL operations.');
  terminal.progress('Loading …');
  const project = await loadProject(config, stages);
  terminal.progress('Generating in memory …');
  const [run] = await plansOf(project);
  if (run === undefined) throw new Error('no run of the preset');
  if (plan) {
    terminal.say(JSON.stringify(run.plan, null, 2));
    return 0;
  }
  const prices = measure('count requests', () => priced(run));
  if (record) return measure('record', () => recorded(paths, prices, absolute.length === 0));
  const budgets = measure('count requests', () =>
    paths.flatMap((path) =>
      budgetsOf(readOperations(path, prices.schema), prices, { variables, operationName: operation }),
    ),
  );
  if (format === 'json') terminal.say(JSON.stringify(budgets, null, 2));
  else
    terminal.say(
      budgets
        .map(format === 'text' ? budgetText : budgetMermaid)
        .join('\n')
        .trimEnd(),
    );
  return 0;
}

function recorded(paths: readonly string[], prices: Priced, isWhole: boolean): number {
  const outside = paths.find((path) => !posix.normalize(path).startsWith(`${operationsFolder}/`));
  if (outside !== undefined)
    throw new Mistake(`${outside} is not in ${operationsFolder}/, whose documents have recorded budgets.`);
  const files = new Map<string, string>();
  for (const path of paths) {
    const text = recordOf(readOperations(path, prices.schema), prices);
    if (textOf(budgetPath(path)) !== text) files.set(budgetPath(path), text);
  }
  const orphans = isWhole ? orphanedBudgets() : [];
  writeAll(files);
  for (const path of orphans) rmSync(path);
  for (const path of files.keys()) terminal.say(`recorded ${path}`);
  for (const path of orphans) terminal.say(`deleted ${path}`);
  if (files.size + orphans.length === 0) terminal.say('All budgets are recorded.');
  return 0;
}

function variablesOf(given: string): Record<string, unknown> {
  const text = existsSync(given) ? readFileSync(given, 'utf8') : given;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Mistake(`\`--variables\` is neither a file nor JSON: ${reason}.`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Mistake('`--variables` must be a JSON object.', 'Write for example `{"first": 50}`.');
}
