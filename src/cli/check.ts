/** `tableloom check` */

import type { Diagnostic } from '../generator/diagnostics/diagnostic.js';
import { formatDiagnostics } from '../generator/diagnostics/print.js';
import { checkBudgets } from './budgets.js';
import { generateInMemory, loadProject, outputsOnDisk } from './codegen.js';
import { priced } from './operations.js';
import { staleness } from './staleness.js';
import { enter, type Options, terminal } from './verbs.js';

export async function checkVerb({ root, config }: Options): Promise<number> {
  enter(root);
  terminal.progress('Loading …');
  const context = await loadProject(config);
  terminal.progress('Generating in memory …');
  const { files, runs } = await generateInMemory(context);
  const onDisk = outputsOnDisk(context);
  const diagnostics: Diagnostic[] = staleness(files, onDisk);
  const sources = new Map(onDisk);

  terminal.progress('Checking rules …');
  const { verifyRules } = await import('../generator/scaffold/verify.js');
  for (const run of runs) {
    const rules = verifyRules({ ...run, root: process.cwd(), generated: files });
    diagnostics.push(...run.warnings, ...rules.diagnostics);
    for (const [path, text] of [...run.sources, ...rules.sources]) sources.set(path, text);
  }

  terminal.progress('Counting requests …');
  const [first] = runs;
  const budgets = first && checkBudgets(priced(first));
  diagnostics.push(...(budgets?.diagnostics ?? []));
  for (const [path, text] of budgets?.sources ?? []) sources.set(path, text);

  if (diagnostics.length > 0) terminal.findings(formatDiagnostics(diagnostics, sources));
  if (diagnostics.some((one) => one.severity === 'error')) return 1;
  const rules = runs.reduce((sum, { plan }) => sum + plan.rules.length, 0);
  const operations = budgets?.operations ?? 0;
  const within = operations === 0 ? '' : `, ${operations} operations are within their budgets`;
  terminal.say(`${files.size} generated files are up to date, ${rules} rules match${within}.`);
  return 0;
}
