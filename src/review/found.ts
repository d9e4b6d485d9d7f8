/** What the sections of a review find, before the policy. */

import type { Span } from '../generator/diagnostics/diagnostic.js';
import type { Finding, Place } from './report.js';
import type { Revision } from './revision.js';

/** `severity` and `class` where they are not those of the rule's row. */
export type Found = Pick<Finding, 'rule' | 'subject' | 'message' | 'at'> &
  Partial<Pick<Finding, 'severity' | 'class' | 'notes' | 'sample' | 'remedy'>>;

/** Null where the text is not there: of what nobody wrote. */
export function placeOf(
  { sources }: Pick<Revision, 'sources'>,
  revision: Place['revision'],
  at: Span | undefined,
): Place | null {
  const text = at && sources.get(at.file);
  if (text === undefined || !at) return null;
  const before = text.slice(0, at.start);
  const line = before.split('\n').length;
  return { revision, file: at.file, line, column: at.start - before.lastIndexOf('\n') };
}
