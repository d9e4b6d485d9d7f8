/** Two revisions of a project -> what a reviewer has to know of the difference. */

import { seal } from '../generator/lock.js';
import { accessFindings } from './access/access.js';
import { apiFindings } from './api/api.js';
import { behaviorFindings } from './behavior/behavior.js';
import { contractFindings } from './contracts/contracts.js';
import { costOfChange } from './cost/cost.js';
import { tableMap } from './map/map.js';
import { permissionsOfChange } from './permissions/permissions.js';
import { judged } from './policy/policy.js';
import { relaxedFindings } from './policy/relaxed.js';
import type { Report } from './report.js';
import { requestsOfChange } from './requests/requests.js';
import type { Revisions } from './revision.js';
import { storageFindings } from './storage/storage.js';

export interface ReviewOptions {
  /** `2026-11-29`, UTC: waivers end. */
  readonly today: string;
  /** The folder of the project below that of the repository: `services/garden/`; empty where they are one. */
  readonly root?: string;
}

export async function review(given: Revisions, { today, root = '' }: ReviewOptions): Promise<Report> {
  const revisions = withSealed(given);
  const { before, after } = revisions;
  const storage = storageFindings(revisions);
  const cost = costOfChange(revisions, storage);
  const requests = requestsOfChange(revisions);
  const permissions = permissionsOfChange(revisions);
  const found = [
    ...(await apiFindings(revisions)),
    ...behaviorFindings(revisions),
    ...accessFindings(revisions),
    ...storage,
    ...cost.found,
    ...requests.found,
    ...contractFindings(revisions),
    ...permissions.found,
    ...relaxedFindings(given),
  ];
  return {
    format: 1,
    before: before.name,
    after: after.name,
    root,
    patterns: after.patterns,
    findings: judged(found, revisions, today),
    map: tableMap(before.plan, after.plan),
    cost: cost.report,
    requests: requests.report,
    permissions: permissions.report,
  };
}

/** Where the lock is sealed now, records may be deployed: also where it was not committed before. */
function withSealed({ before, after }: Revisions): Revisions {
  return { before: after.lock.isSealed ? { ...before, lock: seal(before.lock) } : before, after };
}
