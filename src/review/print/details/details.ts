/** What each section shows besides its findings; empty where nothing changed. */

import type { Report } from '../../report.js';
import type { SectionName } from '../../rules.js';
import { costDetails } from './cost.js';
import type { Detail } from './detail.js';
import { permissionDetails } from './permissions.js';
import { requestDetails } from './requests.js';

export function detailsOf(report: Report, section: SectionName): Detail[] {
  switch (section) {
    case 'cost':
      return costDetails(report);
    case 'requests':
      return requestDetails(report.requests);
    case 'permissions':
      return permissionDetails(report.permissions);
    default:
      return [];
  }
}
