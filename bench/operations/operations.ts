/** Whole GraphQL operations: a process for each server, their rounds in turn. */

import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type Bar, barOf, type Report } from '../bars.js';
import { median, spread } from '../measure.js';
import type { Ready, Spent, Task } from './child.js';
import { type OperationName, operationNames, titles } from './documents.js';
import type { EngineKind } from './engine.js';
import { type ServerName, serverNames, serverTitles } from './server.js';

interface Server extends Ready {
  readonly name: ServerName;
  readonly child: ChildProcess;
}

export interface Rounds {
  readonly rounds: number;
  /** Of one round of one server. */
  readonly milliseconds: number;
  /** Calls of each server before anything is measured: the compiler's. */
  readonly warmUp: number;
  /** Told of each table as it begins. */
  readonly progress: (text: string) => void;
}

/** Markdown tables, one an operation and engine, and the bars of the engine that answers at once. Throws where the servers' answers differ. */
export async function operationTables(asked: Rounds): Promise<Report> {
  const servers: Server[] = [];
  try {
    for (const name of serverNames) servers.push(await start(name));
    compareAnswers(servers);
    const parts: string[] = [];
    const bars: Bar[] = [];
    for (const engine of ['instant', 'embedded'] as const) {
      for (const operation of operationNames) {
        asked.progress(`${titles[operation]}, ${engine} engine`);
        const task = { operation, engine, least: 1, milliseconds: asked.milliseconds };
        for (const { child } of servers) await run(child, { ...task, milliseconds: 0, least: asked.warmUp });
        const spent = new Map<ServerName, Spent[]>(servers.map(({ name }) => [name, []]));
        for (let round = 0; round < asked.rounds; round++) {
          for (const { name, child } of servers) spent.get(name)?.push(await run(child, task));
        }
        parts.push(tableOf(`${titles[operation]}: ${engineTitles[engine]}`, servers, task, spent));
        if (engine === 'instant') bars.push(...barsOf(operation, spent));
      }
    }
    return { text: parts.join('\n'), bars };
  } finally {
    for (const { child } of servers) child.kill();
  }
}

function barsOf(operation: OperationName, spent: ReadonlyMap<ServerName, readonly Spent[]>): Bar[] {
  const wall = (name: ServerName) => median((spent.get(name) ?? []).map((one) => one.wall));
  const against = (name: ServerName, bar: number) =>
    barOf(
      `${titles[operation]}: operations/s over ${serverTitles[name]}`,
      wall(name) / wall('generated'),
      '≥',
      bar,
    );
  return [against('by-hand', 1), against('apollo', 2)];
}

const engineTitles: Readonly<Record<EngineKind, string>> = {
  instant: 'an engine that answers at once',
  embedded: 'the embedded engine',
};

async function start(name: ServerName): Promise<Server> {
  const child = fork(new URL('./child.ts', import.meta.url), [name], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  });
  const { answers, costs } = await said<Ready>(child);
  return { name, child, answers, costs };
}

function run(child: ChildProcess, task: Task): Promise<Spent> {
  child.send(task);
  return said<Spent>(child);
}

async function said<Message>(child: ChildProcess): Promise<Message> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`a measured server ended with ${code}`);
  });
  ended.catch(() => undefined);
  const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
  over.abort();
  return message as Message;
}

/** What every server makes in its own way: cursors, and the moment of a write. */
const own = new Set(['endCursor', 'updatedAt']);

function compareAnswers([first, ...others]: readonly Server[]): void {
  const comparable = (answers: unknown) =>
    JSON.parse(JSON.stringify(answers, (name, value) => (own.has(name) ? undefined : value)));
  for (const { name, answers } of others)
    for (const operation of operationNames)
      assert.deepEqual(
        comparable(answers[operation]),
        comparable(first?.answers[operation]),
        `${name} answers ${operation} otherwise`,
      );
}

function tableOf(
  title: string,
  servers: readonly Server[],
  { operation }: Task,
  spent: ReadonlyMap<ServerName, readonly Spent[]>,
): string {
  const perSecond = (name: ServerName) => (spent.get(name) ?? []).map(({ wall }) => 1e6 / wall);
  const ours = median(perSecond('generated'));
  const lines = servers.map(({ name, costs }) => {
    const rates = perSecond(name);
    const middle = median(rates);
    const cpu = (spent.get(name) ?? []).map((one) => one.cpu);
    const { requests, readUnits } = costs[operation];
    const cells = [
      serverTitles[name],
      middle.toFixed(0),
      spread(rates, 0),
      `${(ours / middle).toFixed(2)}×`,
      `${median(cpu).toFixed(0)} µs`,
      spread(cpu, 0),
      requests.toFixed(1),
      readUnits.toFixed(1),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `### ${title}`,
    '',
    '| server | operations/s | spread | ours is | CPU each | spread | requests | read units |',
    `|${'---|'.repeat(8)}`,
    ...lines,
    '',
  ].join('\n');
}
