/** Counts rules: before a read or write, after it, or in the place of one. */

import { plural } from '../plural.js';
import type { Entry } from './calls.js';
import type { Arrivals } from './ledger.js';
import type { Progress } from './progress.js';

export interface RuleCall {
  /** Undefined: there is no rule. */
  readonly rule: string | undefined;
  readonly times: number;
  readonly arrivals: Arrivals;
  readonly step: number;
  readonly entry: Pick<Entry, 'tally' | 'why' | 'fields'>;
  /** Whether the rule resolves the field, so that its requests are the field's own. */
  readonly isField?: boolean;
}

/** Counts the rules of `@allow`, and returns the step in which the field itself begins. */
export function countAllowed(progress: Progress, field: string, call: Omit<RuleCall, 'rule'>): number {
  const rules = progress.costs.access?.before[field] ?? [];
  return rules.reduce((step, rule) => countRule(progress, { ...call, rule, step }), call.step);
}

/** Counts a rule, and returns the step after its last request. */
export function countRule(progress: Progress, call: RuleCall): number {
  const { rule: name, times, arrivals, step, entry, isField = false } = call;
  if (name === undefined) return step;
  const cost = progress.costs.rules[name];
  if (cost === undefined) {
    progress.unknown.add(name);
    if (isField) entry.why = 'a rule that does not declare its requests';
    return step;
  }
  const { gets = 0, requests = 0 } = cost;
  const once = cost.once ?? (name === progress.costs.access?.viewer ? name : undefined);
  const known = once === undefined ? undefined : progress.shared.get(once);
  const readsKeys = gets > 0 && known === undefined;
  const tally = isField ? entry.tally : { requests: 0, readUnits: 0 };
  const calls = once === undefined ? times : 1;
  let end = known === undefined ? step : Math.max(step, known);
  if (readsKeys) {
    progress.addKeys(step, { count: gets * calls, of: [], arrivals }, tally);
    end = step + 1;
    if (once !== undefined) progress.shared.set(once, end);
  }
  for (let at = 0; at < requests; at++) progress.ledger.addRequests(end + at, times, tally);
  const reads = once === undefined ? plural(gets * times, 'key') : `\`${once}\`, once per operation`;
  const why = [
    ...(readsKeys ? [`reads ${reads}`] : []),
    ...(gets > 0 && known !== undefined ? [`\`${once}\` is already read`] : []),
    ...(requests > 0 ? [`${plural(requests, 'declared request')}`] : []),
  ].join(', ');
  if (isField) {
    entry.why = why === '' ? 'a rule without requests' : why;
  } else if (requests > 0 || readsKeys) {
    entry.fields.push({
      name,
      kind: 'rule',
      path: '',
      times: calls,
      by: name,
      index: null,
      step,
      tally,
      why,
      fields: [],
    });
  }
  return end + requests;
}
