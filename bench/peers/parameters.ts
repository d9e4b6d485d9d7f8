/** Building one request's parameters, and reading one item: each library in turn, in one process. */

import { type Bar, barOf, type Report } from '../bars.js';
import { median, spread } from '../measure.js';
import { type Contestant, contestants, type Task, tasks } from './contestants.js';
import { verify } from './verify.js';

/** Nanoseconds a round of calls takes at least, so that the clock's own steps do not show. */
const shortestRound = 10_000_000n;

interface Series {
  readonly contestant: Contestant;
  readonly run: (calls: number) => Promise<bigint>;
  calls: number;
  /** Microseconds a call, by round. */
  readonly times: number[];
}

const titles: Readonly<Record<Task, string>> = {
  get: 'Parameters: a record by key',
  page: 'Parameters: a page of 20 on an index, newest first, after a key',
  range: 'Parameters: a span of time, newest first, 20',
  put: 'Parameters: a new record with its index keys',
  read: 'Reading an item, as the document client gives it',
  decode: 'Reading an item, as DynamoDB sends it',
};

/** Markdown tables, one a task, and what they say of the bars. Throws where a library's answer is not the one asked for. */
export async function parameterTables(rounds: number): Promise<Report> {
  const parts: string[] = [];
  const bars: Bar[] = [];
  for (const task of tasks) {
    for (const contestant of contestants) await verify(contestant, task);
    const series = contestants.flatMap((contestant) => seriesOf(contestant, task));
    for (const one of series) await warmUp(one);
    for (let round = 0; round < rounds; round++) {
      for (const one of series) one.times.push(Number(await one.run(one.calls)) / 1000 / one.calls);
    }
    parts.push(tableOf(titles[task], series));
    bars.push(...barsOf(task, series));
  }
  return { text: parts.join('\n'), bars };
}

/** ≤ 2 µs for parameters, ≤ 0.2 µs for a read, and each library of its kind at least five times as slow. */
function barsOf(task: Task, series: readonly Series[]): Bar[] {
  const [own] = series;
  if (own === undefined) return [];
  const ours = median(own.times);
  const isRead = task === 'read' || task === 'decode';
  const others = series.filter(({ contestant: { name } }) => libraries.has(name));
  const ratios = others.map((one) => ({
    name: one.contestant.name,
    ratio: median(one.times) / median(oursFor(one, series).times),
  }));
  const least = ratios.reduce((a, b) => (b.ratio < a.ratio ? b : a));
  return [
    // DynamoDB's form is the SDK's to take apart; the bar is the record's.
    ...(task === 'decode' ? [] : [barOf(`${titles[task]}, µs`, ours, '≤', isRead ? 0.2 : 2)]),
    barOf(`${titles[task]}: ${least.name}, the nearest, takes times ours`, least.ratio, '≥', 5),
  ];
}

const libraries = new Set(['ElectroDB', 'DynamoDB-Toolbox', 'OneTable']);

/** Ours in the same form of attribute values. */
function oursFor({ contestant: { marshalled = false } }: Series, series: readonly Series[]): Series {
  const ours = series.filter(({ contestant: { name } }) => name.startsWith('Tableloom'));
  const same = ours.find(({ contestant }) => (contestant.marshalled ?? false) === marshalled);
  return same ?? (ours[0] as Series);
}

function seriesOf(contestant: Contestant, task: Task): Series[] {
  const call = contestant.tasks[task];
  if (call === undefined) return [];
  const run = call(0) instanceof Promise ? timeAwaited(call) : timed(call);
  return [{ contestant, run, calls: 1000, times: [] }];
}

let kept: unknown;

function timed(call: (at: number) => unknown) {
  return async (calls: number): Promise<bigint> => {
    const started = process.hrtime.bigint();
    for (let at = 0; at < calls; at++) kept = call(at);
    return process.hrtime.bigint() - started;
  };
}

function timeAwaited(call: (at: number) => unknown) {
  return async (calls: number): Promise<bigint> => {
    const started = process.hrtime.bigint();
    for (let at = 0; at < calls; at++) kept = await call(at);
    return process.hrtime.bigint() - started;
  };
}

/** Until a round is long enough; the compiler has seen it by then. */
async function warmUp(series: Series): Promise<void> {
  await series.run(20_000);
  while ((await series.run(series.calls)) < shortestRound) series.calls *= 2;
  // Keeps results alive, so that no call can be left out.
  if (kept === Symbol.for('never')) throw new Error('unreachable');
}

function tableOf(title: string, series: readonly Series[]): string {
  const lines = series.map((one) => {
    const { times } = one;
    const middle = median(times);
    const against = median(oursFor(one, series).times);
    return `| ${one.contestant.name} | ${middle.toFixed(3)} µs | ${spread(times, 3)} | ${(middle / against).toFixed(2)}× |`;
  });
  return [`### ${title}`, '', '| what | median | spread | of ours |', '|---|---|---|---|', ...lines, ''].join(
    '\n',
  );
}
