/** What the verbs share: where the project is, and how a failure is reported. */

import { existsSync, statSync } from 'node:fs';
import { withHint } from './host/packages.js';
import { described, isFindings, Mistake, unwrapped } from './mistakes.js';
import { Stages } from './stages.js';
import { Terminal } from './terminal.js';

export interface Options {
  readonly root: string;
  readonly config: string;
  readonly prune?: boolean;
  /** Generated code is compiled. */
  readonly types?: boolean;
  /** Names of what stored records needed and is dealt with. */
  readonly accept?: readonly string[];
  readonly seal?: boolean;
  /** The commit whose lock the declarations are compared with. */
  readonly against?: string;
  /** Tells how long each stage took. */
  readonly verbose?: boolean;
}

export const terminal = new Terminal();

/** Everything below works with paths from the project's folder, as Codegen does. */
export function enter(root: string): void {
  const hint = 'Set the folder of the project with `--root`.';
  if (!existsSync(root)) throw new Mistake(`There is no folder ${root}.`, hint);
  if (!statSync(root).isDirectory()) throw new Mistake(`${root} is not a folder.`, hint);
  process.chdir(root);
}

/** Runs a verb, and with `--verbose` prints the times of its stages on stderr, whether it succeeds or fails. */
export async function staged(
  { verbose = false }: Pick<Options, 'verbose'>,
  run: (stages: Stages) => Promise<number>,
  format: 'text' | 'json' = 'text',
): Promise<number> {
  const stages = new Stages();
  try {
    return await run(stages);
  } finally {
    if (verbose) terminal.note(stages[format]());
  }
}

/** The exit code. A user's mistake is reported without a stack trace, a bug of ours with one. */
export async function withFailures(action: () => Promise<number>): Promise<number> {
  try {
    return await action();
  } catch (error) {
    return Math.max(...unwrapped(error).map((one) => told(withHint(one))));
  }
}

function told(error: unknown): number {
  if (isFindings(error)) {
    terminal.findings(error.message);
    return 1;
  }
  if (error instanceof Mistake) {
    terminal.findings(`tableloom: ${described(error)}`);
    return 2;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.findings(`tableloom: internal error. Please report it.\n${detail}`);
  return 2;
}
