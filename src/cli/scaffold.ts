/** `tableloom scaffold` */

import { formatDiagnostics } from '../generator/diagnostics/print.js';
import { generateInMemory, loadProject } from './codegen.js';
import { writeAll } from './files.js';
import { enter, type Options, terminal } from './verbs.js';

export async function scaffoldVerb({ root, config }: Options): Promise<number> {
  enter(root);
  terminal.progress('Loading …');
  const context = await loadProject(config);
  terminal.progress('Reading rules …');
  const { files, runs } = await generateInMemory(context);
  const { scaffoldRules } = await import('../generator/scaffold/scaffold.js');
  const results = runs.map((run) => ({
    run,
    ...scaffoldRules({ ...run, root: process.cwd(), generated: files }),
  }));

  const refused = results.filter(({ diagnostics }) => diagnostics.length > 0);
  for (const { run, diagnostics, sources } of refused) {
    terminal.findings(formatDiagnostics(diagnostics, new Map([...run.sources, ...sources])));
  }
  if (refused.length > 0) return 1;

  const texts = new Map(results.flatMap((one) => [...one.files]));
  writeAll(texts);
  const added = new Map(results.flatMap((one) => [...one.added]));
  for (const path of [...texts.keys()].sort())
    terminal.say(
      `wrote ${path}${(added.get(path) ?? []).map((name, at) => `${at === 0 ? ': ' : ', '}${name}`).join('')}`,
    );
  if (texts.size === 0) terminal.say('No rule is missing.');
  return 0;
}
