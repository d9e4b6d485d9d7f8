/** `tableloom generate` */

import { rmSync } from 'node:fs';
import { formatDiagnostics } from '../../generator/diagnostics/print.js';
import { printLock, settle } from '../../generator/lock.js';
import type { TableloomRun } from '../../generator/preset.js';
import { writeAll } from '../files.js';
import { generateFiles, loadProject, outputsOnDisk } from '../host/codegen.js';
import { Mistake } from '../mistakes.js';
import type { Stages } from '../stages.js';
import { enter, type Options, staged, terminal } from '../verbs.js';

export function generateVerb(options: Options): Promise<number> {
  return staged(options, (stages) => generate(options, stages));
}

async function generate(
  { root, config, prune = false, accept = [] }: Options,
  stages: Stages,
): Promise<number> {
  enter(root);
  terminal.progress('Loading …');
  const project = await loadProject(config, stages);
  const before = outputsOnDisk(project);
  terminal.progress('Generating …');
  let { files, runs } = await generateFiles(project);
  if (accept.length > 0) {
    acceptInLocks(runs, accept);
    ({ files, runs } = await generateFiles(project));
  }
  for (const { warnings, sources } of runs) {
    if (warnings.length > 0) terminal.findings(formatDiagnostics(warnings, sources));
  }

  const created = [...files.keys()].filter((path) => !before.has(path));
  const changed = [...files].filter(([path, text]) => before.has(path) && before.get(path) !== text);
  const orphans = [...before.keys()].filter((path) => !files.has(path));
  if (prune) for (const path of orphans) rmSync(path);

  for (const path of created) terminal.say(`created ${path}`);
  for (const [path] of changed) terminal.say(`changed ${path}`);
  for (const path of orphans) {
    terminal.say(prune ? `deleted ${path}` : `orphan  ${path}: not generated; --prune deletes it`);
  }
  const counts = {
    created: created.length,
    changed: changed.length,
    deleted: prune ? orphans.length : 0,
    unchanged: files.size - created.length - changed.length,
  };
  const told = Object.entries(counts).filter(([what, count]) => count > 0 || what === 'unchanged');
  terminal.say(told.map(([what, count]) => `${what} ${count}`).join(', '));
  return 0;
}

/** Writes to the locks that what these names mean is dealt with. */
function acceptInLocks(runs: readonly TableloomRun[], names: readonly string[]): void {
  const pending = new Set(runs.flatMap(({ lock }) => lock.pending.map(({ name }) => name)));
  const unknown = names.find((name) => !pending.has(name));
  if (unknown !== undefined) {
    const known = pending.size > 0 ? `These are pending: ${[...pending].join(', ')}.` : 'Nothing is pending.';
    throw new Mistake(`Nothing is pending for ${unknown}.`, known);
  }
  writeAll(new Map(runs.map(({ lock, lockPath }) => [lockPath, printLock(settle(lock, names))])));
}
