/** What metrics and traces take of a server's speed: the reference server with and without them, their rounds in turn. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { FastifyInstance } from 'fastify';
import { Database } from 'tableloom/runtime';
import { tables } from '../generated/tables.js';
import * as ourRules from '../src/rules/index.js';
import { type AppOptions, buildApp } from '../src/server/app.js';
import { createAuth } from '../src/server/auth/auth.js';
import { sampleFor } from '../src/server/seed/sample.js';
import { writeSample } from '../src/server/seed/seed.js';
import { median } from './measure.js';
import { type Operation, operationsOf, titles } from './operations/documents.js';
import { openEngine } from './operations/engine.js';
import { rates, tableNames } from './operations/server.js';

const variants = {
  none: {},
  metrics: { metrics: { prometheus: { token: 'a token of the benchmark' } } },
  'metrics and traces, without an SDK': {
    metrics: { prometheus: { token: 'a token of the benchmark' } },
    traces: true,
  },
} as const satisfies Readonly<Record<string, Partial<AppOptions>>>;

type Variant = keyof typeof variants;

/** Calls under way at once. */
const atOnce = 8;

/** Markdown: operations a second of processor time, as ratios of paired rounds. */
export async function numbersReport(quick: boolean): Promise<string[]> {
  const [rounds, milliseconds, warmUp] = quick ? [20, 100, 1500] : [60, 200, 6000];
  const names = Object.keys(variants) as Variant[];
  const apps = new Map<Variant, FastifyInstance>();
  const operations = operationsOf(sample);
  for (const name of names) apps.set(name, await serve(variants[name], operations));
  const rows: string[] = [];
  for (const operation of operations) {
    const speeds = new Map<Variant, number[]>(names.map((name) => [name, []]));
    for (const app of apps.values()) await measure(app, operation, warmUp);
    for (let round = 0; round < rounds; round++)
      // Each in its turn comes first: it may pay for the garbage of the one before.
      for (const at of names.keys()) {
        const name = names[(round + at) % names.length] as Variant;
        const app = apps.get(name) as FastifyInstance;
        speeds.get(name)?.push(await measure(app, operation, milliseconds));
      }
    const without = speeds.get('none') ?? [];
    for (const [name, all] of speeds) {
      const ratios = all.map((rate, at) => rate / (without[at] ?? Number.NaN));
      rows.push(
        `| ${titles[operation.name]} | ${name} | ${median(all).toFixed(0)} | ${median(ratios).toFixed(3)} | ${quartiles(ratios)} |`,
      );
    }
  }
  for (const app of apps.values()) await app.close();
  return [
    `The reference server on an engine that answers at once, ${atOnce} operations under way, in one process: ${rounds} rounds of ${milliseconds} ms each, in turn.`,
    'Operations a second of processor time, which other processes do not change. Ratios are to the round without any in the same turn.',
    '',
    '| operation | with | operations/s | ratio | half of the ratios |',
    '|---|---|---|---|---|',
    ...rows,
  ];
}

/** Between which the middle half of the values are. */
function quartiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(2);
  return `${at(0.25)} – ${at(0.75)}`;
}

const sample = sampleFor(new Date(Date.UTC(2026, 0, 15)));
const auth = createAuth({ jwtSecret: 'a secret of the benchmark, which signs nothing at all' });
const viewer = { kind: 'USER', id: sample.users[0]?.id ?? '', sessionEpoch: 0, sessionId: 'none' } as const;
const allowed = () => undefined;
const rules = {
  ...ourRules,
  staff: allowed,
  writer: allowed,
  admin: allowed,
  adminOfAnother: allowed,
  selfOrAdmin: allowed,
  inviterOrAdmin: allowed,
};

/** A server that has answered every call once, and from now on has its storage's answers from memory. */
async function serve(
  options: Partial<AppOptions>,
  operations: readonly Operation[],
): Promise<FastifyInstance> {
  const engine = await openEngine(tables, tableNames);
  const database = new Database({
    client: new DynamoDBClient(engine.clientConfig),
    tables: tableNames,
    cursorSecrets: ['a secret of the benchmark, long enough'],
    // Requests are what is measured.
    cache: false,
  });
  await writeSample(database, sample);
  const readAccessToken = () => viewer;
  const app = await buildApp({
    database,
    auth: { ...auth, readAccessToken },
    rules,
    rates,
    production: true,
    ...options,
  });
  await engine.record(async () => {
    for (const operation of operations) for (const payload of callsOf(operation)) await answer(app, payload);
  });
  engine.use('instant');
  return app;
}

function callsOf({ query, variables }: Operation): readonly string[] {
  return variables.map((each) => JSON.stringify({ query, variables: each }));
}

const headers = { 'content-type': 'application/json', authorization: 'Bearer nobody-reads-this' };

async function answer(app: FastifyInstance, payload: string): Promise<void> {
  const { statusCode, body } = await app.inject({ method: 'POST', url: '/graphql', headers, payload });
  if (statusCode !== 200 || body.includes('"errors"')) throw new Error(`answered ${statusCode}: ${body}`);
}

/** Operations a second of processor time. */
async function measure(app: FastifyInstance, operation: Operation, milliseconds: number): Promise<number> {
  const calls = callsOf(operation);
  let done = 0;
  const cpu = process.cpuUsage();
  const started = performance.now();
  const run = async () => {
    while (performance.now() < started + milliseconds) await answer(app, calls[done++ % calls.length] ?? '');
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  const { user, system } = process.cpuUsage(cpu);
  return done / ((user + system) / 1e6);
}
