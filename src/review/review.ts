/** Two revisions of a project -> what a reviewer has to know of the difference. */

import { accessFindings } from './access/access.js';
import { apiFindings } from './api/api.js';
import { behaviorFindings } from './behavior/behavior.js';
import { contractFindings } from './contracts/contracts.js';
import { costOfChange } from './cost/cost.js';
import { tableMap } from './map/map.js';
import { permissionsOfChange } from './permissions/permissions.js';
import { judged } from './policy/policy.js';
import type { Report } from './report.js';
import { requestsOfChange } from './requests/requests.js';
import type { Revisions } from './revision.js';
import { storageFindings } from './storage/storage.js';

/** @param today `2026-11-29`, UTC: waivers end */
export async function review(revisions: Revisions, today: string): Promise<Report> {
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
  ];
  return {
    format: 1,
    before: before.name,
    after: after.name,
    patterns: after.patterns,
    findings: judged(found, after, today),
    map: tableMap(before.plan, after.plan),
    cost: cost.report,
    requests: requests.report,
    permissions: permissions.report,
  };
}
