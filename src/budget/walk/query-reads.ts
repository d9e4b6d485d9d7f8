/** What one call of a query's field reads: requests, keys and read units. Follows `readPage`, `Nodes` and `Source` of the runtime; tests hold both together. */

import { type Arguments, lengthOf, numberOf, valueAt } from '../arguments.js';
import type { QueryCost } from '../costs.js';
import { readUnitBytes } from '../figures.js';
import { plural } from '../plural.js';
import type { Selections, Sets } from '../selections.js';

/** The most partitions a query reads for lists of values. */
const mostPartitions = 100;
/** The size at which a response of DynamoDB ends. */
const mostBytes = 1024 * 1024;
const usualPage = { default: 20, max: 100 };

export interface Reads {
  /** Requests by step, from the first. */
  readonly requests: readonly number[];
  /** Keys read after the last request. */
  readonly keys: number;
  readonly readUnits: number;
  /** Read units of the first request alone. */
  readonly firstUnits: number;
  /** Keys read in parallel with the first request. */
  readonly parallelKeys: number;
  /** Rows returned. */
  readonly rows: number;
  readonly why: string;
  /** The parts of the selection that change what is read. */
  readonly identity: string;
}

interface Assumed {
  readonly isMost: boolean;
  readonly readBudget: number;
  readonly rowBytes: number;
  /** Of each parent that is read before the others. */
  readonly parentBytes: readonly number[];
  /** Of items of the parent that the first request reads as well. */
  readonly furtherBytes: number;
}

interface Selected {
  readonly args: Arguments;
  readonly sets: Sets;
}

export function queryReads(
  cost: QueryCost,
  selections: Selections,
  selected: Selected,
  assumed: Assumed,
): Reads {
  const page = pageOf(cost, selections, selected);
  const fan = partitionsOf(cost, selected.args);
  const follows = page.needed > 0 && (cost.leadsTo !== undefined || !page.isCovered);
  const selectsTotal = cost.total !== undefined && selections.names(selected.sets).has('totalCount');
  const identity = JSON.stringify([page.identity, cost.covering && !page.isCovered, selectsTotal]);
  const parallelKeys = selectsTotal ? (cost.total ?? 0) : 0;
  if (page.needed === 0 || fan.wide === 0 || fan.long === 0)
    return {
      requests: [],
      keys: 0,
      parallelKeys,
      readUnits: 0,
      firstUnits: 0,
      rows: page.rows,
      why: parallelKeys > 0 ? 'reads only the total' : 'reads nothing',
      identity,
    };
  const own = cost.gives === 'count' ? counted(cost, fan, assumed) : paged(cost, fan, page, follows, assumed);
  const { requests, read, single } = withParents(cost, page, own, assumed.isMost);
  const rowsRead = (cost.gives === 'count' ? (cost.upTo ?? 1) : page.needed) * (cost.drops === true ? 2 : 1);
  const units = (bytes: number) => (Math.ceil(bytes / readUnitBytes) / 2) * (cost.consistent ? 2 : 1);
  const bytesRead = rowsRead * assumed.rowBytes;
  const each = units(bytesRead);
  const firstUnits = units(bytesRead + assumed.furtherBytes);
  const { parentBytes } = assumed;
  const parents = Array.from({ length: single }, (_, at) => units(parentBytes[at % parentBytes.length] ?? 0));
  return {
    requests,
    keys: follows ? page.needed : 0,
    parallelKeys,
    readUnits: cost.gives === 'count' ? each : sum(parents) + (read - 1) * each + firstUnits,
    firstUnits,
    rows: page.rows,
    why: `${why(cost, fan, page, follows)}${parallelKeys > 0 ? ', with its total' : ''}`,
    identity,
  };
}

interface Page {
  /** Rows of the answer. */
  readonly rows: number;
  /** Rows that are read for it. */
  readonly needed: number;
  /** Whether the side that the cursor comes from is read as well. */
  readonly behind: boolean;
  /** Whether it begins at the first row. */
  readonly isFirst: boolean;
  /** Whether the page ends before another cursor. */
  readonly isBounded: boolean;
  /** Whether the index covers the selection. */
  readonly isCovered: boolean;
  readonly identity: unknown;
}

function pageOf(cost: QueryCost, selections: Selections, { args, sets }: Selected): Page {
  const isCoveredIn = (of: Sets) =>
    cost.covering === undefined ||
    (cost.selects === undefined ? [...selections.names(of)] : [cost.selects]).every(
      (name) => name === '__typename' || cost.covering?.includes(name),
    );
  const single = (rows: number, isCovered: boolean): Page => ({
    rows,
    needed: rows,
    behind: false,
    isFirst: true,
    isBounded: false,
    isCovered,
    identity: null,
  });
  if (cost.gives === 'count') return single(1, true);
  if (cost.gives === 'exists') return single(1, cost.covering === undefined);
  if (cost.gives === 'one') return single(1, isCoveredIn(sets));
  const sizes = cost.page ?? usualPage;
  if (cost.gives === 'list') {
    const { limit = sizes.max } = cost;
    const rows = typeof limit === 'number' ? limit : (numberOf(args, limit, sizes.max) ?? sizes.default);
    return single(rows, isCoveredIn(sets));
  }
  const rows = numberOf(args, 'first', sizes.max) ?? numberOf(args, 'last', sizes.max) ?? sizes.default;
  const edges = selections.within(sets, 'edges');
  const nodes = [...selections.within(sets, 'nodes'), ...selections.within(edges, 'node')];
  const info = selections.names(selections.within(sets, 'pageInfo'));
  const isBackward = hasValue(args, 'last') && !hasValue(args, 'first');
  const [prefetch, behind] = isBackward
    ? ['hasPreviousPage', 'hasNextPage']
    : ['hasNextPage', 'hasPreviousPage'];
  const isEntered = hasValue(args, isBackward ? 'before' : 'after');
  const wantsBehind = info.has(behind ?? '');
  const wantsRows =
    edges.length + nodes.length > 0 ||
    info.has('startCursor') ||
    info.has('endCursor') ||
    (wantsBehind && isEntered);
  const wantsPrefetch = info.has(prefetch ?? '');
  return {
    rows,
    needed: (wantsRows || wantsPrefetch ? rows : 0) + (wantsPrefetch || (rows === 0 && wantsBehind) ? 1 : 0),
    behind: wantsBehind && isEntered,
    isFirst: !isEntered && !isBackward,
    isBounded: wantsRows && hasValue(args, isBackward ? 'after' : 'before'),
    isCovered: isCoveredIn(nodes),
    identity: [
      edges.length + nodes.length > 0,
      wantsPrefetch,
      wantsBehind,
      info.has('startCursor') || info.has('endCursor'),
    ],
  };
}

function hasValue(args: Arguments, name: string): boolean {
  return (valueAt(args, name) ?? null) !== null;
}

interface Fan {
  /** Partitions in parallel. */
  readonly wide: number;
  /** Buckets one after the other. */
  readonly long: number;
}

function partitionsOf({ partitions = 1, lists, buckets }: QueryCost, args: Arguments): Fan {
  const lengths = (lists ?? []).map((list) =>
    typeof list === 'number' ? list : lengthOf(args, list, mostPartitions),
  );
  const wide = lengths.reduce((product, length) => product * length, partitions);
  return {
    wide: lists === undefined ? wide : Math.min(mostPartitions, wide),
    long: typeof buckets === 'string' ? lengthOf(args, buckets, mostPartitions) : (buckets ?? 1),
  };
}

function paged(
  cost: QueryCost,
  fan: Fan,
  page: Page,
  follows: boolean,
  { isMost, readBudget, rowBytes, furtherBytes }: Assumed,
): number[] {
  const buckets = isMost ? fan.long : 1;
  const answers = Math.max(1, Math.ceil((page.needed * rowBytes + furtherBytes) / mostBytes));
  const steps = Array.from<number>({ length: buckets * answers }).fill(fan.wide);
  const refill = (many: number) => (isMost ? Array.from<number>({ length: readBudget }).fill(many) : []);
  // Rows that a filter drops, and rows that lead to nothing, are replaced by further rows.
  if (cost.drops) steps.push(...refill(1));
  if (follows && (cost.drops || cost.leadsTo)) steps.push(...refill(fan.wide), ...refill(1));
  const once = Array.from<number>({ length: buckets }).fill(fan.wide);
  // The end of the page is read, where its sort key is that of several rows.
  if (isMost && page.isBounded)
    steps.push(...once, ...(cost.drops ? refill(1) : []), ...(follows ? [1] : []));
  if (!page.behind) return steps;
  // The other direction, in parallel with the page; and once more where the cursor's own row may be the only one.
  const back = [...once, ...(cost.drops ? refill(1) : [])];
  const parallel = steps.map((count, at) => count + (back[at] ?? 0));
  const rest = back.slice(steps.length);
  return [...parallel, ...rest, ...(isMost ? [...back, ...(follows ? back.map(() => 1) : [])] : [])];
}

/**
 * Requests of parents, each of one row, and of what follows them: in parallel where a page begins with the parents; one
 * step later where it ends with them.
 */
function withParents(
  { before = [] }: QueryCost,
  page: Page,
  own: readonly number[],
  isMost: boolean,
): { readonly requests: readonly number[]; readonly read: number; readonly single: number } {
  const single = before.length;
  if (single === 0 || (!page.isFirst && !isMost)) return { requests: own, read: sum(own), single: 0 };
  if (!page.isFirst) {
    const behind = page.behind ? before.map(() => 1) : [];
    return { requests: [...own, single, ...behind], read: sum(own), single: single + behind.length };
  }
  if (page.needed > single) {
    const [first = 0, ...later] = own;
    return { requests: [first + single, ...later], read: sum(own), single };
  }
  // The parents alone fill the page, if all are there.
  const missing = isMost ? own : [];
  return { requests: [page.needed, ...missing], read: Math.max(1, sum(missing)), single: page.needed - 1 };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}

/** Each request after the first reads twice as many buckets. */
function counted(cost: QueryCost, fan: Fan, { isMost, readBudget, rowBytes }: Assumed): number[] {
  const answers = isMost ? Math.max(1, Math.ceil(((cost.upTo ?? 1) * rowBytes) / mostBytes)) : 1;
  const steps: number[] = [];
  for (let at = 0, size = 1; at < fan.long; at += size, size *= 2) {
    const buckets = Math.min(size, fan.long - at);
    steps.push(...Array.from<number>({ length: answers }).fill(fan.wide * buckets));
  }
  if (isMost && cost.drops) steps.push(...Array.from<number>({ length: readBudget }).fill(1));
  return steps;
}

function why(cost: QueryCost, fan: Fan, page: Page, follows: boolean): string {
  const where = fan.wide > 1 ? `${cost.index} (${plural(fan.wide, 'partition')})` : cost.index;
  const buckets = fan.long > 1 ? [`up to ${fan.long} buckets`] : [];
  if (cost.gives === 'count')
    return [`counts ${cost.of} in ${where}`, ...buckets, `up to ${cost.upTo}`].join(', ');
  if (cost.gives === 'exists') return [`looks for one ${cost.of} in ${where}`, ...buckets].join(', ');
  return [
    `${plural(page.needed, 'row')} of ${where}`,
    ...buckets,
    ...(page.behind ? ['and the other side of the cursor'] : []),
    ...(cost.drops ? ['refills dropped rows'] : []),
    ...(cost.leadsTo ? [`then ${cost.leadsTo} by key`] : []),
    ...(follows && !cost.leadsTo ? ['then records by key: not covered by the index'] : []),
    ...(cost.before ? [`${cost.before.join(', ')} in parallel`] : []),
  ].join(', ');
}
