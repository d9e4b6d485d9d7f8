/** `tableloom tables`: the definitions of the tables, for whoever creates them by other means than `deploy`. */

import { tableDefinition } from '../../generator/plan/lookup/table-definition.js';
import { writeAll } from '../files.js';
import { Mistake } from '../mistakes.js';
import { currentRun } from '../project/current.js';
import { definitionsText, formats } from '../project/definitions.js';
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
  const known = formats.find((one) => one === format);
  if (known === undefined)
    throw new Mistake(`\`${format}\` is not a format.`, `Use one of ${formats.join(', ')}.`);
  enter(root);
  terminal.progress('Generating in memory …');
  const run = await currentRun(config, stages);
  const text = definitionsText(run.plan.tables.map(tableDefinition), known);
  if (out === undefined) terminal.say(text.trimEnd());
  else {
    writeAll(new Map([[out, text]]));
    terminal.say(`written ${out}`);
  }
  return 0;
}
