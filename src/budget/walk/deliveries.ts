/** Counts one delivery of a subscription. Finding the event is shared by all subscribers, and costs none of them. */

import type { SubscriptionCost } from '../costs.js';
import { type Call, type Entry, identityOf, type Result } from './calls.js';
import type { Progress } from './progress.js';
import { countRule } from './rules.js';

/** @param selected the names of the fields selected of the payload */
export function countDelivery(
  progress: Progress,
  { visible, records = {} }: SubscriptionCost,
  call: Call,
  entry: Entry,
  { step, selected }: { readonly step: number; readonly selected: ReadonlySet<string> },
): Result {
  const { times, arrivals } = call.parents;
  const read = countRule(progress, { rule: visible, times, arrivals, step, entry });
  const entities = Object.entries(records).flatMap(([field, entity]) =>
    selected.has(field) ? [entity] : [],
  );
  const of = [...new Set(entities)];
  // An event is of one record.
  if (of.length > 0) progress.addKeys(read, { count: times, of, arrivals, consistent: true }, call.tally);
  entry.why = of.length > 0 ? `per event: reads ${of.join(' or ')} by key` : 'per event';
  return {
    step: of.length > 0 ? read + 1 : read,
    rows: 1,
    arrivals: of.length > 0 ? { moments: times } : arrivals,
    identity: identityOf(call),
  };
}
