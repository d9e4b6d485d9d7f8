/**
 * `tableloom tables`: the definitions of the tables, for whoever creates them by other means than `deploy`, and the policy
 * of the server's role.
 */

import { tableDefinition } from '../../generator/plan/lookup/table-definition.js';
import { writeAll } from '../files.js';
import { Mistake } from '../mistakes.js';
import { currentRun } from '../project/current.js';
import { definitionsText, formats } from '../project/definitions.js';
import { iamPolicy } from '../project/iam.js';
import type { Stages } from '../stages.js';
import { enter, type Options, staged, terminal } from '../verbs.js';

export interface TablesVerbOptions extends Options {
  readonly format?: string;
  readonly out?: string;
}

export function tablesVerb(options: TablesVerbOptions): Promise<number> {
  return staged(options, (stages) => tables(options, stages));
}

async function tables({ root, config, format = 'cloudformation', out }: TablesVerbOptions, stages: Stages) {
  const all = [...formats, 'iam'] as const;
  const known = all.find((one) => one === format);
  if (known === undefined)
    throw new Mistake(`\`${format}\` is not a format.`, `Use one of ${all.join(', ')}.`);
  enter(root);
  terminal.progress('Generating in memory …');
  const run = await currentRun(config, stages);
  const text =
    known === 'iam'
      ? iamPolicy(run, process.env)
      : definitionsText(run.plan.tables.map(tableDefinition), known);
  if (out === undefined) terminal.say(text.trimEnd());
  else {
    writeAll(new Map([[out, text]]));
    terminal.say(`written ${out}`);
  }
  return 0;
}
