/** What a report comes to, in a line. */

import { countsOf, isFailed } from '../policy/policy.js';
import type { Report } from '../report.js';

export function headline({ findings }: Report): string {
  const { error, warning, note } = countsOf(findings);
  if (error + warning + note === 0)
    return findings.length === 0 ? 'Schema review: nothing changes' : 'Schema review: all is accepted';
  const counts = [
    [error, 'error'],
    [warning, 'warning'],
    [note, 'note'],
  ] as const;
  const text = counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}${count === 1 ? '' : 's'}`);
  return `Schema review: ${isFailed(findings) ? 'changes requested' : 'passes'}, ${text.join(', ')}`;
}
