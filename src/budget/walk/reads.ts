/** Counts reads by key and queries, and those that are prefetched with their parents. */

import { lengthOf } from '../arguments.js';
import type { CollectionCost, FieldCost, GetCost, QueryCost } from '../costs.js';
import { plural } from '../plural.js';
import { type Call, type Entry, identityOf, type Parents, type Result, type Started } from './calls.js';
import type { Arrivals, Tally } from './ledger.js';
import { beginsAtParent } from './prefetch.js';
import type { Progress } from './progress.js';
import { queryReads, type Reads } from './query-reads.js';
import { countRule } from './rules.js';

type ReadCost = GetCost | QueryCost;

/** Undefined where the answer has no fields: a number, or whether there is one. */
export function countRead(
  progress: Progress,
  cost: ReadCost,
  call: Call,
  entry: Entry,
  step: number,
): Result | undefined {
  const { times } = call.parents;
  const started = call.started ?? start(progress, cost, call, step);
  const { arrivals, rows, prefetched } = started;
  entry.step = started.step;
  entry.why = started.why;
  let end = Math.max(step, started.end);
  if (started.led > 0)
    progress.addKeys(
      end,
      { count: started.led, of: [cost.leadsTo ?? ''], arrivals, consistent: cost.consistent },
      call.tally,
    );
  if (isLed(cost)) end += 1;
  const found = times * (cost.kind === 'get' ? rows : 1);
  const visible = countRule(progress, {
    rule: cost.visible,
    times: found,
    arrivals: call.parents.arrivals,
    step: end,
    entry,
  });
  if (cost.kind === 'query' && (cost.gives === 'count' || cost.gives === 'exists')) return undefined;
  return { step: visible, rows, arrivals, identity: identityOf(call), prefetched };
}

/** @param parent the tally of a parent that comes by the field's first request */
function start(progress: Progress, cost: ReadCost, call: Call, step: number, parent?: Tally): Started {
  return cost.kind === 'get'
    ? startGet(progress, cost, call, step)
    : startQuery(progress, cost, call, step, parent);
}

function startGet(progress: Progress, cost: GetCost, call: Call, step: number): Started {
  const { parents, tally } = call;
  const each = cost.each ? lengthOf(call.args, cost.each.argument, cost.each.max) : 1;
  const identity = identityOf(call);
  const isNew = progress.request(identity);
  const count = parents.times * each * cost.of.length;
  const { prefetched, by, mayBring } = cost.starts
    ? startPrefetched(progress, call, { step, identity, isNew })
    : { prefetched: undefined, by: undefined, mayBring: false };
  // Of two requests for one record either may be the first.
  const isLate = !isNew && progress.isMost && progress.brought.delete(identity);
  if ((isNew && by === undefined) || isLate)
    progress.addKeys(
      step,
      { count, of: cost.of, arrivals: parents.arrivals, consistent: cost.consistent },
      tally,
    );
  const isBrought = by !== undefined || (progress.isMost && mayBring);
  const keys = `${plural(count, 'key')} of ${cost.of.join(', ')}`;
  const why = [
    by === undefined ? keys : `${keys}, ${parents.times > 1 ? 'each ' : ''}with ${by} in one query`,
    ...(cost.leadsTo ? [`then ${cost.leadsTo} by key`] : []),
  ];
  return {
    step,
    end: step + 1,
    isNew,
    rows: each,
    arrivals: isBrought ? { moments: parents.times } : parents.arrivals,
    led: cost.leadsTo && isNew ? parents.times * each : 0,
    why: isNew ? why.join(', ') : 'already requested',
    tally,
    prefetched,
  };
}

function startQuery(
  progress: Progress,
  cost: QueryCost,
  call: Call,
  step: number,
  parent: Tally | undefined,
): Started {
  const { tally } = call;
  const { times } = call.parents;
  const collection = parent && collectionOf(cost);
  const furtherBytes = collection
    ? progress.recordBytes(call.parents.type) + collection.between * progress.recordBytes(cost.of)
    : 0;
  const reads = cachedReads(cost, progress.isWarm, readsOf(progress, cost, call, furtherBytes));
  const isNew = progress.request(`${identityOf(call)}${reads.identity}`);
  const arrivals: Arrivals = { moments: times };
  const end = step + reads.requests.length;
  const follows = !isLed(cost) && reads.keys > 0;
  if (isNew) {
    reads.requests.forEach((count, at) => {
      const paying = at === 0 && parent ? parent : tally;
      progress.ledger.addRequests(step + at, times * count, paying);
    });
    const first = parent ? reads.firstUnits : 0;
    if (parent) parent.readUnits += times * first;
    tally.readUnits += times * (reads.readUnits - first);
    if (reads.parallelKeys > 0)
      progress.addKeys(
        step,
        { count: times * reads.parallelKeys, of: [], arrivals: call.parents.arrivals },
        tally,
      );
    if (follows)
      progress.addKeys(end, { count: times * reads.keys, of: [cost.leadsTo ?? cost.of], arrivals }, tally);
  }
  return {
    step,
    end: end + (follows ? 1 : 0),
    isNew,
    rows: reads.rows,
    arrivals,
    led: isLed(cost) && isNew ? times * reads.keys : 0,
    why: isNew ? reads.why : 'already requested',
    tally,
  };
}

/** What is read of what is cached: nothing, or before the rest what other processes have. */
function cachedReads({ cached }: QueryCost, isWarm: boolean, reads: Reads): Reads {
  if (cached === undefined) return reads;
  if (isWarm)
    return { ...reads, requests: [], keys: 0, readUnits: 0, firstUnits: 0, parallelKeys: 0, why: 'cached' };
  if (cached !== 'shared' || reads.requests.length === 0) return reads;
  return {
    ...reads,
    requests: [1, ...reads.requests],
    readUnits: reads.readUnits + halfUnit,
    why: `what processes share, then ${reads.why}`,
  };
}

/** Of a get that finds nothing. */
const halfUnit = 0.5;

/**
 * Starts the selected fields of a record that depend only on its key. One query may bring the record with its page: the
 * first that begins at the record and has not been requested.
 *
 * @returns `by`: the field of that page; `mayBring`: a variable decides whether there is one
 */
function startPrefetched(
  progress: Progress,
  { field, parents: { times, arrivals }, node, sets, tally }: Call,
  { step, identity, isNew }: { readonly step: number; readonly identity: string; readonly isNew: boolean },
) {
  const { costs, selections } = progress;
  const prefetched = new Map<string, Started>();
  let by: string | undefined;
  let mayBring = false;
  const [owner = ''] = field.split('.');
  const type = selections.namedTypeOf(owner, node.name.value) ?? '';
  const parents: Parents = { type, times, step, identity, arrivals, path: '', fields: [] };
  for (const [name, nodes] of selections.fieldsOf(type, sets)) {
    const [first] = nodes;
    const cost = first && costs.fields[`${type}.${first.name.value}`];
    if (first === undefined || cost === undefined || !('prefetch' in cost)) continue;
    progress.countPrefetched();
    const call: Call = {
      field: `${type}.${first.name.value}`,
      node: first,
      args: selections.argumentsOf(type, first),
      sets: nodes.map(({ selectionSet }) => selectionSet),
      parents,
      tally: { requests: 0, readUnits: 0 },
      started: undefined,
    };
    const collection = cost.kind === 'query' ? collectionOf(cost) : undefined;
    const isAtParent = isNew && collection !== undefined ? beginsAtParent(collection, call.args) : false;
    mayBring ||= isAtParent !== false;
    const brings = isAtParent === true && by === undefined && willQuery(progress, cost, call);
    const one = start(progress, cost, call, step, brings ? tally : undefined);
    if (brings) by = first.name.value;
    const how = brings ? "prefetched by its parent's query" : 'prefetched with its parent';
    prefetched.set(name, one.isNew ? { ...one, why: `${one.why}, ${how}` } : one);
  }
  if (by !== undefined) progress.brought.add(identity);
  return { prefetched, by, mayBring };
}

function readsOf(progress: Progress, cost: QueryCost, call: Call, furtherBytes = 0) {
  const { isMost, readBudget } = progress;
  const rowBytes = progress.rowBytes(cost.pattern ?? call.node.name.value, cost.of);
  const parentBytes = (cost.before ?? []).map((entity) => progress.recordBytes(entity));
  const assumed = { isMost, readBudget, rowBytes, parentBytes, furtherBytes };
  return queryReads(cost, progress.selections, call, assumed);
}

/** Whether a query will be sent: the selection needs one, and it was not sent before. */
function willQuery(progress: Progress, cost: FieldCost, call: Call): boolean {
  if (cost.kind !== 'query' || (cost.cached !== undefined && progress.isWarm)) return false;
  const { requests, identity } = readsOf(progress, cost, call);
  return requests.length > 0 && !progress.hasRequested(`${identityOf(call)}${identity}`);
}

/** Whether its own reads return one row, which leads to another record. */
function isLed(cost: ReadCost): boolean {
  return cost.leadsTo !== undefined && (cost.kind === 'get' || cost.gives === 'one');
}

function collectionOf({ prefetch }: QueryCost): CollectionCost | undefined {
  return typeof prefetch === 'object' ? prefetch : undefined;
}
