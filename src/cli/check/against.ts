/** The lock as it was in a commit: what records that were stored then need. The working tree is not touched. */

import { commitOf, textIn } from '../revision.js';
import { terminal } from '../verbs.js';

/** @returns the text of a lock in the commit, undefined where it had none */
export function locksAt(reference: string): (path: string) => string | undefined {
  const commit = commitOf(reference);
  return (path) => {
    const text = textIn(commit, path);
    if (text === undefined) terminal.note(`${reference} has no ${path}: nothing is compared.`);
    return text;
  };
}
