/** `tableloom lock` */

import { type Lock, printLock, seal } from '../../generator/lock.js';
import { textOf, writeAll } from '../files.js';
import { loadProject, plansOf } from '../host/codegen.js';
import { Mistake } from '../mistakes.js';
import type { Stages } from '../stages.js';
import { enter, type Options, staged, terminal } from '../verbs.js';

export function lockVerb(options: Options): Promise<number> {
  return staged(options, (stages) => lock(options, stages));
}

async function lock(options: Options, stages: Stages): Promise<number> {
  enter(options.root);
  terminal.progress('Loading …');
  const project = await loadProject(options.config, stages);
  const runs = await plansOf(project);
  const locks = runs.map((run) => ({ path: run.lockPath, lock: options.seal ? seal(run.lock) : run.lock }));
  for (const { lock: current, lockPath } of runs)
    if (textOf(lockPath) !== printLock(current))
      throw new Mistake(`${lockPath} is out of date.`, 'Run `tableloom generate` first.');
  if (options.seal) writeAll(new Map(locks.map(({ path, lock }) => [path, printLock(lock)])));
  for (const { path, lock } of locks) for (const line of stateOf(path, lock)) terminal.say(line);
  return 0;
}

function stateOf(path: string, { isSealed, pending }: Lock): string[] {
  const state = isSealed
    ? `${path} is sealed: what is gone from the declarations is retired.`
    : `${path} is a draft: what is gone from the declarations just goes. The first \`tableloom deploy\` seals it.`;
  return [state, ...pending.map(({ code, name, owner }) => `pending ${code} ${name} (${owner})`)];
}
