/** What one call of a query's field reads. Follows `readPage`, `Nodes` and `Source` of the runtime; tests hold both together. */

import type { SelectionSetNode } from 'graphql';
import type { QueryCost } from './costs.js';
import { type Arguments, lengthOf, numberOf, valueAt } from './given.js';
import type { Selections } from './selections.js';
import { plural } from './words.js';

/** The most partitions a query reads for lists of values. */
const mostPartitions = 100;
/** DynamoDB's answers end at this size. */
const mostBytes = 1024 * 1024;
const unitBytes = 4096;
const usualPage = { default: 20, max: 100 };

export interface Reads {
  /** Requests by step, from the first. */
  readonly requests: readonly number[];
  /** Keys read after the last of them. */
  readonly keys: number;
  readonly readUnits: number;
  /** Those of the first request alone. */
  readonly firstUnits: number;
  /** Keys read beside the first of them. */
  readonly beside: number;
  /** Rows given. */
  readonly rows: number;
  readonly why: string;
  /** What of the selection makes another question of it. */
  readonly identity: string;
}

interface Assumed {
  readonly isMost: boolean;
  readonly readBudget: number;
  readonly itemBytes: number;
  /** Items the first request brings besides. */
  readonly further?: number;
}

interface Asked {
  readonly args: Arguments;
  readonly sets: readonly (SelectionSetNode | undefined)[];
}

export function queryReads(cost: QueryCost, selections: Selections, asked: Asked, assumed: Assumed): Reads {
  const page = pageOf(cost, selections, asked);
  const fan = partitionsOf(cost, asked.args);
  const follows = page.needed > 0 && (cost.leadsTo !== undefined || !page.isHeld);
  const asksTotal = cost.total !== undefined && selections.names(asked.sets).has('totalCount');
  const identity = JSON.stringify([page.identity, cost.covering && !page.isHeld, asksTotal]);
  const beside = asksTotal ? (cost.total ?? 0) : 0;
  if (page.needed === 0 || fan.wide === 0 || fan.long === 0)
    return {
      requests: [],
      keys: 0,
      beside,
      readUnits: 0,
      firstUnits: 0,
      rows: page.rows,
      why: beside > 0 ? 'the kept number alone' : 'nothing is read',
      identity,
    };
  const requests =
    cost.gives === 'count' ? counted(cost, fan, assumed) : paged(cost, fan, page, follows, assumed);
  const read = requests.reduce((sum, count) => sum + count, 0);
  const rowsRead = cost.gives === 'count' ? (cost.upTo ?? 1) : page.needed * (cost.drops ? 2 : 1);
  const units = (rows: number) =>
    (Math.ceil((rows * assumed.itemBytes) / unitBytes) / 2) * (cost.consistent ? 2 : 1);
  const each = units(rowsRead);
  const firstUnits = units(rowsRead + (assumed.further ?? 0));
  return {
    requests,
    keys: follows ? page.needed : 0,
    beside,
    readUnits: cost.gives === 'count' ? each : (read - 1) * each + firstUnits,
    firstUnits,
    rows: page.rows,
    why: `${why(cost, fan, page, follows)}${beside > 0 ? ', its kept number beside it' : ''}`,
    identity,
  };
}

interface Page {
  /** Rows that the answer holds. */
  readonly rows: number;
  /** Rows that are read for it. */
  readonly needed: number;
  /** Whether it is asked what lies behind the side the page was entered from. */
  readonly behind: boolean;
  /** Whether the index holds all that is asked. */
  readonly isHeld: boolean;
  readonly identity: unknown;
}

function pageOf(cost: QueryCost, selections: Selections, { args, sets }: Asked): Page {
  const isHeldIn = (of: readonly (SelectionSetNode | undefined)[]) =>
    cost.covering === undefined ||
    (cost.selects === undefined ? [...selections.names(of)] : [cost.selects]).every(
      (name) => name === '__typename' || cost.covering?.includes(name),
    );
  const single = (rows: number, isHeld: boolean): Page => ({
    rows,
    needed: rows,
    behind: false,
    isHeld,
    identity: null,
  });
  if (cost.gives === 'count') return single(1, true);
  if (cost.gives === 'exists') return single(1, cost.covering === undefined);
  if (cost.gives === 'one') return single(1, isHeldIn(sets));
  const sizes = cost.page ?? usualPage;
  if (cost.gives === 'list') {
    const { limit = sizes.max } = cost;
    const rows = typeof limit === 'number' ? limit : (numberOf(args, limit, sizes.max) ?? sizes.default);
    return single(rows, isHeldIn(sets));
  }
  const rows = numberOf(args, 'first', sizes.max) ?? numberOf(args, 'last', sizes.max) ?? sizes.default;
  const edges = selections.within(sets, 'edges');
  const nodes = [...selections.within(sets, 'nodes'), ...selections.within(edges, 'node')];
  const info = selections.names(selections.within(sets, 'pageInfo'));
  const isBackward = isGiven(args, 'last') && !isGiven(args, 'first');
  const [prefetch, behind] = isBackward
    ? ['hasPreviousPage', 'hasNextPage']
    : ['hasNextPage', 'hasPreviousPage'];
  const isEntered = isGiven(args, isBackward ? 'before' : 'after');
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
    isHeld: isHeldIn(nodes),
    identity: [
      edges.length + nodes.length > 0,
      wantsPrefetch,
      wantsBehind,
      info.has('startCursor') || info.has('endCursor'),
    ],
  };
}

function isGiven(args: Arguments, name: string): boolean {
  return (valueAt(args, name) ?? null) !== null;
}

interface Fan {
  /** Partitions side by side. */
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

function paged(cost: QueryCost, fan: Fan, page: Page, follows: boolean, assumed: Assumed): number[] {
  const { isMost, readBudget, itemBytes, further: more = 0 } = assumed;
  const buckets = isMost ? fan.long : 1;
  const answers = Math.max(1, Math.ceil(((page.needed + more) * itemBytes) / mostBytes));
  const steps = Array.from<number>({ length: buckets * answers }).fill(fan.wide);
  const further = (many: number) => (isMost ? Array.from<number>({ length: readBudget }).fill(many) : []);
  // Rows that a filter drops, and rows that lead to nothing: others are read for them, and looked up.
  if (cost.drops) steps.push(...further(1));
  if (follows && (cost.drops || cost.leadsTo)) steps.push(...further(fan.wide), ...further(1));
  if (!page.behind) return steps;
  // The other way, beside the page; and once more where what the cursor stands for may be all there is.
  const back = [...Array.from<number>({ length: buckets }).fill(fan.wide), ...(cost.drops ? further(1) : [])];
  const beside = steps.map((count, at) => count + (back[at] ?? 0));
  const rest = back.slice(steps.length);
  return [...beside, ...rest, ...(isMost ? [...back, ...(follows ? back.map(() => 1) : [])] : [])];
}

/** Of buckets twice as many each time. */
function counted(cost: QueryCost, fan: Fan, { isMost, readBudget, itemBytes }: Assumed): number[] {
  const answers = isMost ? Math.max(1, Math.ceil(((cost.upTo ?? 1) * itemBytes) / mostBytes)) : 1;
  const steps: number[] = [];
  for (let at = 0, size = 1; at < fan.long; at += size, size *= 2) {
    const buckets = Math.min(size, fan.long - at);
    steps.push(...Array.from<number>({ length: answers }).fill(fan.wide * buckets));
  }
  if (isMost && cost.drops) steps.push(...Array.from<number>({ length: readBudget }).fill(1));
  return steps;
}

function why(cost: QueryCost, fan: Fan, page: Page, follows: boolean): string {
  const where = fan.wide > 1 ? `${cost.index}, ${plural(fan.wide, 'partition')} merged` : cost.index;
  const buckets = fan.long > 1 ? [`up to ${fan.long} buckets`] : [];
  if (cost.gives === 'count')
    return [`counts ${cost.of} in ${where}`, ...buckets, `up to ${cost.upTo}`].join(', ');
  if (cost.gives === 'exists') return [`looks for one ${cost.of} in ${where}`, ...buckets].join(', ');
  return [
    `${plural(page.needed, 'row')} of ${where}`,
    ...buckets,
    ...(page.behind ? ['and what lies behind'] : []),
    ...(cost.drops ? ['what is dropped is read anew'] : []),
    ...(cost.leadsTo ? [`then ${cost.leadsTo} by key`] : []),
    ...(follows && !cost.leadsTo ? ['then the records, for what the index does not hold'] : []),
    ...(cost.beside ? [`${cost.beside} by key beside it`] : []),
  ].join(', ');
}
