/** One measured server in a process of its own. Its parent says what is to be run, and when. */

import assert from 'node:assert/strict';
import type { FastifyInstance } from 'fastify';
import { type Sample, sampleFor } from '../../src/server/seed/sample.js';
import { type Operation, type OperationName, operationsOf } from './documents.js';
import { type Counted, type EngineKind, openEngine } from './engine.js';
import { type MeasuredServer, type ServerName, tableNames } from './server.js';

/** What a child tells first: what its answers are, and what they cost. */
export interface Ready {
  readonly answers: Readonly<Record<OperationName, readonly unknown[]>>;
  /** Of one call, on average over the different ones. */
  readonly costs: Readonly<Record<OperationName, Counted>>;
}

export interface Task {
  readonly operation: OperationName;
  readonly engine: EngineKind;
  /** Goes on until both are reached. */
  readonly milliseconds: number;
  readonly least: number;
}

/** Per call: wall and CPU microseconds. */
export interface Spent {
  readonly calls: number;
  readonly wall: number;
  readonly cpu: number;
}

/** Calls under way at once, as a server has them. */
const atOnce = 8;

async function main(name: ServerName): Promise<void> {
  const server = await serverOf(name);
  const sample = sampleFor(new Date(Date.UTC(2026, 0, 15)));
  const engine = await openEngine(server.tables, tableNames);
  await server.seed(engine.clientConfig, sample);
  const app = await server.app(engine.clientConfig, askingOf(sample));
  const operations = operationsOf(sample);
  const answers: Record<string, readonly unknown[]> = {};
  const costs: Record<string, Counted> = {};
  for (const operation of operations) {
    const calls = callsOf(operation);
    const given: unknown[] = [];
    const { requests, readUnits } = await engine.count(async () => {
      for (const call of calls) given.push(JSON.parse(await answer(app, call)));
    });
    answers[operation.name] = given;
    costs[operation.name] = { requests: requests / calls.length, readUnits: readUnits / calls.length };
    await engine.record(async () => {
      for (const call of calls) await answer(app, call);
    });
  }
  process.on('message', async (task: Task) => {
    const asked = operations.find(({ name: known }) => known === task.operation);
    if (asked === undefined) throw new Error(`no operation ${task.operation}`);
    engine.use(task.engine);
    process.send?.(await measure(app, callsOf(asked), task));
  });
  process.send?.({ answers, costs } as Ready);
}

async function serverOf(name: ServerName): Promise<MeasuredServer> {
  switch (name) {
    case 'generated':
      return (await import('./ours.js')).generated;
    case 'reference':
      return (await import('./ours.js')).reference;
    case 'by-hand':
      return (await import('./by-hand.js')).byHand;
    case 'apollo': {
      // By a name the compiler does not follow: its packages are those of bench/peers.
      const path = new URL('../peers/apollo.ts', import.meta.url).href;
      return ((await import(path)) as { readonly apollo: MeasuredServer }).apollo;
    }
  }
}

function askingOf({ users: [administrator] }: Sample) {
  assert.ok(administrator);
  return { id: administrator.id, ip: '127.0.0.1' };
}

function callsOf({ query, variables }: Operation): readonly string[] {
  return variables.map((each) => JSON.stringify({ query, variables: each }));
}

const headers = { 'content-type': 'application/json', authorization: 'Bearer nobody-reads-this' };

/** The body of an answer that has no errors. */
async function answer(app: FastifyInstance, payload: string): Promise<string> {
  const { statusCode, body } = await app.inject({ method: 'POST', url: '/graphql', headers, payload });
  if (statusCode !== 200 || body.includes('"errors"')) throw new Error(`answered ${statusCode}: ${body}`);
  return body;
}

async function measure(
  app: FastifyInstance,
  calls: readonly string[],
  { milliseconds, least }: Task,
): Promise<Spent> {
  let done = 0;
  const cpu = process.cpuUsage();
  const started = performance.now();
  const end = started + milliseconds;
  const run = async () => {
    while (done < least || performance.now() < end) await answer(app, calls[done++ % calls.length] ?? '');
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  const wall = (performance.now() - started) * 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { calls: done, wall: wall / done, cpu: (user + system) / done };
}

await main(process.argv[2] as ServerName);
