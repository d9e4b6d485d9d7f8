/** `tableloom generate` */

import { rmSync } from 'node:fs';
import { formatDiagnostics } from '../generator/diagnostics/print.js';
import { acceptMoves, movedNames, printLock } from '../generator/lock.js';
import { readLock } from '../generator/parse/lock.js';
import { writeAll } from './files.js';
import { generateFiles, loadProject, outputsOnDisk } from './host/codegen.js';
import { Mistake } from './mistakes.js';
import type { Stages } from './stages.js';
import { enter, type Options, staged, terminal } from './verbs.js';

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
    acceptInLocks(
      [...files].filter(([path]) => path.endsWith('.lock.json')),
      new Set(accept),
    );
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

/** Writes to the locks that the keys which these patterns and entities left are dealt with. */
function acceptInLocks(
  texts: readonly (readonly [path: string, text: string])[],
  names: ReadonlySet<string>,
): void {
  const locks = texts.map(([path, text]) => [path, readLock(path, text).lock] as const);
  const moved = locks.flatMap(([, lock]) => movedNames(lock));
  const unknown = [...names].find((name) => !moved.includes(name));
  if (unknown !== undefined) {
    const known = moved.length > 0 ? `These have: ${[...new Set(moved)].join(', ')}.` : 'Nothing has.';
    throw new Mistake(`No pattern or entity called ${unknown} has left a key.`, known);
  }
  writeAll(new Map(locks.map(([path, lock]) => [path, printLock(acceptMoves(lock, names))])));
}
