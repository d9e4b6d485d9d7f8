/** Counts mutations: what is read before, then one write request. A direct update reads nothing. */

import { lengthOf } from '../arguments.js';
import type { WriteCost } from '../costs.js';
import { plural } from '../plural.js';
import { type Call, type Entry, identityOf, type Result } from './calls.js';
import type { Progress } from './progress.js';
import { countRule } from './rules.js';

/** DynamoDB takes at most this many items in one transaction. */
const mostElements = 100;

export function countWrite(
  progress: Progress,
  cost: WriteCost,
  call: Call,
  entry: Entry,
  step: number,
): Result {
  const { ledger, unknown } = progress;
  const { tally } = call;
  const { times, arrivals } = call.parents;
  let at = step;
  const entities = cost.of.split(', ');
  const read = (records: number, of = entities) => {
    ledger.addRequests(at++, times, tally);
    tally.readUnits += times * progress.unitsOf(records, of);
  };
  if (cost.idempotent) read(1, []);
  const lengths = (cost.lists ?? []).map((list) => lengthOf(call.args, list, mostElements));
  const records = lengths.reduce((sum, length) => sum + length, cost.records ?? 1);
  if (!cost.unread && records > 0) read(records);
  for (const rule of cost.rules ?? []) at = countRule(progress, { rule, times, arrivals, step: at, entry });
  const { sequences = 0, cascades = 0, following = 0, all = 0 } = cost;
  if (all > 0) {
    ledger.addRequests(at++, times * all, tally);
    tally.readUnits += times * all;
    unknown.add(`${cost.mutation ?? call.node.name.value} (records of ${cost.of})`);
    read(1);
  }
  for (let one = 0; one < following; one++) read(1);
  for (let one = 0; one < sequences; one++) ledger.addRequests(at++, times, tally);
  tally.readUnits += times * sequences;
  if (cascades > 0) {
    ledger.addRequests(at++, times * cascades, tally);
    tally.readUnits += times * cascades;
    unknown.add(`${cost.mutation ?? call.node.name.value} (cascade from ${cost.of})`);
  }
  if (cost.direct === 'orCreates') ledger.addRequests(at++, times, tally);
  ledger.addRequests(at++, times, tally);
  const reads = [
    ...(cost.idempotent ? ['reads the idempotency key'] : []),
    ...(!cost.unread ? [`reads ${cost.of}`] : []),
    ...(all > 0 ? [`searches ${plural(all, 'partition')} and reads the records found`] : []),
    ...(following > 0 ? [`reads ${plural(following, 'record')} named by a step`] : []),
    ...(sequences > 0 ? [`reads ${plural(sequences, 'sequence')}`] : []),
    ...(cascades > 0 ? [`searches ${plural(cascades, 'partition')} for the cascade`] : []),
  ];
  const creating = cost.direct === 'orCreates' ? ', or creates it' : '';
  entry.why =
    cost.direct === undefined
      ? [...reads, `${reads.length > 0 ? 'then ' : ''}writes all at once`].join(', ')
      : `updates ${cost.of} without reading it${creating}`;
  progress.forget();
  return {
    step: at,
    rows: cost.gives === undefined ? 1 : lengthOf(call.args, cost.gives, mostElements),
    arrivals: { moments: 1 },
    identity: identityOf(call),
  };
}
