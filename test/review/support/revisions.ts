/** Revisions of projects that are folders, for reviews without a repository. */

import { relative } from 'node:path';
import { printLock, seal } from '../../../src/generator/lock.js';
import { type Revision, type Revisions, revisionOf } from '../../../src/review/revision.js';
import { filesBelow, textOf, writeFolder } from '../../support/files.js';
import { generateProject } from '../../support/projects.js';
import { newFolder, removeFolder } from '../../support/temporary.js';

/** Path -> text, of a whole project. */
export type Texts = ReadonlyMap<string, string>;

const lockFile = 'access-patterns.lock.json';

export function textsIn(folder: string): Map<string, string> {
  return new Map(filesBelow(folder).map((path) => [path, textOf(`${folder}/${path}`) ?? '']));
}

/** The lock of `before` is sealed, and `after` goes on from it: records are stored that nobody may lose. */
export async function revisionsOf(before: Texts, after: Texts): Promise<Revisions> {
  const first = await revision('before', before);
  const sealed = { ...first, lock: seal(first.lock) };
  return {
    before: sealed,
    after: await revision('after', new Map([[lockFile, printLock(sealed.lock)], ...after])),
  };
}

async function revision(name: string, texts: Texts): Promise<Revision> {
  const folder = newFolder();
  writeFolder(folder, texts);
  const { run } = await generateProject(relative(process.cwd(), folder)).finally(() => removeFolder(folder));
  return revisionOf(name, run, new Map([...texts].filter(([path]) => path.startsWith('operations/'))));
}
