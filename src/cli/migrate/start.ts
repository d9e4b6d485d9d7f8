/** By which version records are stored: what the tables note, or else a commit. */

import type { Found } from '../../review/found.js';
import { differing, type PlanRecord, type StoredPlan } from '../../runtime/migrate/plan-record.js';
import { loadProject } from '../host/codegen.js';
import { Mistake } from '../mistakes.js';
import { currentRevision, revisionAt } from '../project/revisions.js';
import { commitOf, textIn } from '../revision.js';
import type { Stages } from '../stages.js';
import { terminal } from '../verbs.js';
import { storedPlanOf } from './stored-plan.js';

export interface Start {
  readonly plan: StoredPlan;
  /** Where it is said: `the tables`, `main (448909f)`. */
  readonly source: string;
  /** What a review says of stored records; empty where no commit was named. */
  readonly findings: readonly Found[];
}

export async function startOf(
  record: PlanRecord | null,
  { from, config }: { readonly from?: string | undefined; readonly config: string },
  stages: Stages,
): Promise<Start> {
  if (from === undefined) {
    if (record) return { plan: record.from, source: 'the tables', findings: [] };
    throw new Mistake(
      'The tables do not say by which version their records are stored.',
      'Name the commit that is deployed: `--from <commit>`.',
    );
  }
  const commit = commitOf(from, '--from');
  terminal.progress(`Planning ${commit.name} …`);
  const project = await loadProject(config, stages);
  const after = await currentRevision(project, 'working tree', stages);
  if (textIn(commit, after.patterns) === undefined)
    throw new Mistake(`${commit.name} has no ${after.patterns}.`, 'Name the commit that is deployed.');
  const before = await revisionAt(project, commit, after.patterns, stages);
  const plan = storedPlanOf(before.plan);
  if (record && record.from.fingerprint !== plan.fingerprint && isOther(record.from, plan))
    throw new Mistake(
      `The tables note another version than ${commit.name}.`,
      'Leave `--from` out, or name the commit that is deployed.',
    );
  const { storageFindings } = await import('../../review/storage/storage.js');
  const findings = storageFindings({ before, after }).filter((one) => one.remedy !== undefined);
  return { plan: record?.from ?? plan, source: commit.name, findings };
}

/** Whether records of an entity are stored otherwise, or there are other entities. */
export function isOther(one: StoredPlan, other: StoredPlan): boolean {
  const names = (plan: StoredPlan) => Object.keys(plan.hashes).sort().join();
  return names(one) !== names(other) || differing(one, other).length > 0;
}
