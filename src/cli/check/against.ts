/** The lock as it was in a commit: what records that were stored then need. The working tree is not touched. */

import { spawnSync } from 'node:child_process';
import { Mistake } from '../mistakes.js';
import { terminal } from '../verbs.js';

/** @returns the text of a lock in the commit, undefined where it had none */
export function locksAt(reference: string): (path: string) => string | undefined {
  const commit = git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${reference}^{commit}`]);
  if (commit === undefined)
    throw new Mistake(
      `There is no commit ${reference} in the repository of ${process.cwd()}.`,
      'Give a branch, a tag or a hash to `--against`, and fetch it where the checkout is shallow.',
    );
  return (path) => {
    const text = git(['show', `${commit.trim()}:./${path}`]);
    if (text === undefined) terminal.note(`${reference} has no ${path}: nothing is compared.`);
    return text;
  };
}

function git(call: readonly string[]): string | undefined {
  const { error, status, stdout } = spawnSync('git', call, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error) throw new Mistake(`git cannot be run: ${error.message}`);
  return status === 0 ? stdout : undefined;
}
