/** `tableloom scaffold` */

import { formatDiagnostics } from '../../generator/diagnostics/print.js';
import { hasRules } from '../../generator/scaffold/rule-files.js';
import { writeAll } from '../files.js';
import { generateInMemory, loadProject } from '../host/codegen.js';
import type { Stages } from '../stages.js';
import { enter, type Options, staged, terminal } from '../verbs.js';

export function scaffoldVerb(options: Options): Promise<number> {
  return staged(options, (stages) => scaffold(options, stages));
}

async function scaffold({ root, config }: Options, stages: Stages): Promise<number> {
  const { measure } = stages;
  enter(root);
  terminal.progress('Loading …');
  const project = await loadProject(config, stages);
  terminal.progress('Reading rules …');
  const { files, runs } = await generateInMemory(project);
  const results = await Promise.all(
    runs.filter(hasRules).map(async (run) => {
      const { scaffoldRules } = await measure(
        'load TypeScript',
        () => import('../../generator/scaffold/scaffold.js'),
      );
      const input = { ...run, root: process.cwd(), generated: files };
      return { run, ...measure('read rules', () => scaffoldRules(input)) };
    }),
  );

  const refused = results.filter(({ diagnostics }) => diagnostics.length > 0);
  for (const { run, diagnostics, sources } of refused) {
    terminal.findings(formatDiagnostics(diagnostics, new Map([...run.sources, ...sources])));
  }
  if (refused.length > 0) return 1;

  const texts = new Map(results.flatMap((one) => [...one.files]));
  measure('write', () => writeAll(texts));
  const added = new Map(results.flatMap((one) => [...one.added]));
  for (const path of [...texts.keys()].sort())
    terminal.say(
      `wrote ${path}${(added.get(path) ?? []).map((name, at) => `${at === 0 ? ': ' : ', '}${name}`).join('')}`,
    );
  if (texts.size === 0) terminal.say('No rule is missing.');
  return 0;
}
