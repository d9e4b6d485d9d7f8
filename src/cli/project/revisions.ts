/** A project as it is, and as it was in a commit, each planned by this version of the tool. */

import { type Revision, revisionOf } from '../../review/revision.js';
import { operationPaths } from '../check/budgets.js';
import { textOf } from '../files.js';
import { type Project, plansOf } from '../host/codegen.js';
import { Mistake } from '../mistakes.js';
import { type Commit, withFilesOf } from '../revision.js';
import type { Stages } from '../stages.js';
import { enter, terminal } from '../verbs.js';

/** What the project in the current folder is. */
export async function currentRevision(project: Project, name: string, stages: Stages): Promise<Revision> {
  const runs = await plansOf(project);
  const [run, ...others] = runs;
  if (!run || others.length > 0)
    throw new Mistake(
      'codegen.ts has several outputs of Tableloom, and this is about one.',
      'Write a configuration for each, and name one of them with `--config`.',
    );
  const operations = stages.measure('read operations', () =>
    operationPaths().map((path) => [path, textOf(path) ?? ''] as const),
  );
  return revisionOf(name, run, new Map(operations));
}

/** What it was, planned by this version of the tool and as codegen.ts says now. */
export function revisionAt(
  project: Project,
  commit: Commit,
  patterns: string,
  stages: Stages,
): Promise<Revision> {
  const here = process.cwd();
  const isInput = (path: string) =>
    /\.(graphqls?|gqls?)$/.test(path) || path === patterns || path.endsWith('.lock.json');
  return withFilesOf(commit, isInput, async (folder) => {
    enter(folder);
    try {
      return await currentRevision(project, commit.name, stages);
    } catch (error) {
      terminal.note(`${commit.name} cannot be planned by this version:`);
      throw error;
    } finally {
      enter(here);
    }
  });
}
