/** The project as it is generated: a command that changes what is stored works by no older plan. */

import type { TableloomRun } from '../../generator/preset.js';
import { textOf } from '../files.js';
import { generateInMemory, loadProject } from '../host/codegen.js';
import { Mistake } from '../mistakes.js';
import type { Stages } from '../stages.js';

export async function currentRun(config: string, stages: Stages): Promise<TableloomRun> {
  const { files, runs } = await generateInMemory(await loadProject(config, stages));
  const [run, ...more] = runs;
  if (run === undefined || more.length > 0)
    throw new Mistake(`${config} has ${runs.length} outputs with the Tableloom preset; this takes one.`);
  for (const [path, text] of files)
    if (textOf(path) !== text)
      throw new Mistake(`${path} is out of date.`, 'Run `tableloom generate` first.');
  return run;
}
