/** `tableloom review` */

import type { Format } from '../../review/print/print.js';
import type { Report } from '../../review/report.js';
import { writeAll } from '../files.js';
import { loadProject } from '../host/codegen.js';
import { Mistake } from '../mistakes.js';
import { pageFiles } from '../page-files.js';
import { currentRevision, revisionAt } from '../project/revisions.js';
import { commitOf, forkOf, mainBranch, rootInRepository, textIn } from '../revision.js';
import type { Stages } from '../stages.js';
import { enter, type Options, staged, terminal } from '../verbs.js';

export interface ReviewOptions extends Options {
  readonly format: string;
  readonly out?: readonly string[];
}

export function reviewVerb(options: ReviewOptions): Promise<number> {
  return staged(options, (stages) => run(options, stages), options.format === 'json' ? 'json' : 'text');
}

async function run(
  { root, config, against, format, out = [] }: ReviewOptions,
  stages: Stages,
): Promise<number> {
  const { measure } = stages;
  const { print, formatOf, formats } = await import('../../review/print/print.js');
  const [wanted, ...files] = [
    { format, path: undefined },
    ...out.map((path) => ({ format: formatOf(path), path })),
  ].map(({ format: name, path }): { format: Format; path: string | undefined } => {
    const known = formats.find((one) => one === name);
    if (known === undefined)
      throw new Mistake(
        path === undefined ? `There is no format ${name}.` : `${path} has the ending of no format.`,
        path === undefined
          ? `Choose one of ${formats.join(', ')}.`
          : 'Write to a file that ends in .md, .json, .sarif or .html.',
      );
    return { format: known, path };
  });
  enter(root);
  terminal.progress('Loading …');
  const commit = measure('git', () => forkOf(against === undefined ? mainBranch() : commitOf(against)));
  const project = await loadProject(config, stages);
  terminal.progress('Planning the working tree …');
  const after = await currentRevision(project, 'working tree', stages);
  if (measure('git', () => textIn(commit, after.patterns)) === undefined) {
    terminal.say(`${commit.name} has no ${after.patterns}: there is nothing to compare with.`);
    return 0;
  }
  terminal.progress(`Planning ${commit.name} …`);
  const before = await revisionAt(project, commit, after.patterns, stages);
  terminal.progress('Comparing …');
  const { review } = await import('../../review/review.js');
  const { isFailed } = await import('../../review/policy/policy.js');
  const today = new Date().toISOString().slice(0, 10);
  const report: Report = await measure('compare', () =>
    review({ before, after }, { today, root: rootInRepository() }),
  );
  const texts = files.flatMap(({ format: one, path }) =>
    path === undefined ? [] : [[path, print(report, one, pageFiles)] as const],
  );
  measure('write', () => writeAll(new Map(texts)));
  if (wanted) terminal.say(print(report, wanted.format, pageFiles).trimEnd());
  return isFailed(report.findings) ? 1 : 0;
}
