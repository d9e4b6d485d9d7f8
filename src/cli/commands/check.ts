/** `tableloom check` */

import type { Diagnostic } from '../../generator/diagnostics/diagnostic.js';
import { formatDiagnostics } from '../../generator/diagnostics/print.js';
import { type Lock, pendingCodes } from '../../generator/lock.js';
import { hasRules } from '../../generator/scaffold/rule-files.js';
import { locksAt } from '../check/against.js';
import { checkBudgets } from '../check/budgets.js';
import { checkDocuments } from '../check/documents.js';
import { staleness } from '../check/staleness.js';
import { generateInMemory, loadProject, outputsOnDisk } from '../host/codegen.js';
import { priced } from '../operations.js';
import type { Stages } from '../stages.js';
import { enter, type Options, staged, terminal } from '../verbs.js';

export function checkVerb(options: Options): Promise<number> {
  return staged(options, (stages) => check(options, stages));
}

async function check({ root, config, types = false, against }: Options, stages: Stages): Promise<number> {
  const { measure } = stages;
  enter(root);
  terminal.progress('Loading …');
  const project = await loadProject(config, stages);
  terminal.progress('Generating in memory …');
  const { files, runs } = await generateInMemory(
    project,
    against === undefined ? undefined : locksAt(against),
  );
  const onDisk = outputsOnDisk(project);
  const diagnostics: Diagnostic[] = measure('compare', () => staleness(files, onDisk));
  const sources = new Map(onDisk);

  for (const run of runs) {
    diagnostics.push(
      ...withCompared(
        run.warnings.map((one) => refused(one, run.lock)),
        run.compared,
      ),
    );
    for (const [path, text] of run.sources) sources.set(path, text);
  }

  terminal.progress('Checking rules …');
  for (const run of runs.filter(hasRules)) {
    const { verifyRules } = await measure(
      'load TypeScript',
      () => import('../../generator/scaffold/verify.js'),
    );
    const input = { ...run, root: process.cwd(), generated: files };
    const rules = measure('check rules', () => verifyRules(input));
    diagnostics.push(...rules.diagnostics);
    for (const [path, text] of rules.sources) sources.set(path, text);
  }

  if (types) {
    terminal.progress('Checking types …');
    const { generatedTypes } = await import('../../generator/scaffold/generated-types.js');
    diagnostics.push(...measure('check types', () => generatedTypes(process.cwd(), files)));
    for (const [path, text] of files) sources.set(path, text);
  }

  terminal.progress('Counting requests …');
  const [first] = runs;
  const budgets = first && measure('count requests', () => checkBudgets(priced(first)));
  diagnostics.push(...(budgets?.diagnostics ?? []));
  for (const [path, text] of budgets?.sources ?? []) sources.set(path, text);
  if (first) diagnostics.push(...checkDocuments(priced(first).schema));

  if (diagnostics.length > 0) terminal.findings(formatDiagnostics(diagnostics, sources));
  if (diagnostics.some((one) => one.severity === 'error')) return 1;
  const rules = runs.reduce((sum, { plan }) => sum + plan.rules.length, 0);
  const operations = budgets?.operations ?? 0;
  const within = operations === 0 ? '' : `, ${operations} operations are within their budgets`;
  terminal.say(`${files.size} generated files are up to date, ${rules} rules match${within}.`);
  return 0;
}

/** What was found against another lock comes in the place of the same warning. */
function withCompared(warnings: readonly Diagnostic[], compared: readonly Diagnostic[]): Diagnostic[] {
  const said = new Set(compared.map(({ code, message }) => `${code} ${message}`));
  return [...compared, ...warnings.filter(({ code, message }) => !said.has(`${code} ${message}`))];
}

/** What stored records need until somebody says that it is dealt with, by name: a warning when generating, no more here. */
function refused(warning: Diagnostic, { isSealed }: Lock): Diagnostic {
  const isPending = pendingCodes.some((code) => code === warning.code);
  return isSealed && isPending ? { ...warning, severity: 'error' } : warning;
}
