/** Mutations at a rate, whatever the answers take, and when each of them arrived at whom. */

import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Subscribers } from './subscribers.js';

/** Who sends mutations to a server. */
export interface Asker {
  readonly port: number;
  readonly agent: Agent;
}

export function askerOf(port: number): Asker {
  return { port, agent: new Agent({ keepAlive: true }) };
}

export async function mutate({ port, agent }: Asker, key: string): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer of-the-benchmark' };
  const sent = request({ host: '127.0.0.1', port, path: '/graphql', method: 'POST', agent, headers });
  const input = `{ key: "${key}", value: "of the benchmark", category: "bench" }`;
  sent.end(JSON.stringify({ query: `mutation { setConfig(input: ${input}) { key version } }` }));
  const [response] = await once(sent, 'response');
  const body = await text(response);
  if (!body.includes('"version"')) throw new Error(body);
}

/** Milliseconds of each delivery. */
export interface Latencies {
  readonly fromSending: readonly number[];
  /** Nothing where it came before the answer. */
  readonly fromAnswer: readonly number[];
  /** How many did not arrive. */
  readonly missing: number;
  /** Of one message. */
  readonly bytes: number;
}

export interface Rate {
  readonly perSecond: number;
  readonly seconds: number;
}

/** How long deliveries may take after the last mutation, in milliseconds. */
const patience = 5000;

let runs = 0;

export async function load(
  asker: Asker,
  subscribers: Subscribers,
  { perSecond, seconds }: Rate,
): Promise<Latencies> {
  const run = `run-${runs++}-`;
  const count = perSecond * seconds;
  const sent: number[] = [];
  const answered: number[] = [];
  const arrivals = Array.from({ length: count }, (): number[] => []);
  let left = count * subscribers.count;
  subscribers.report((key, at) => {
    if (!key.startsWith(run)) return;
    arrivals[Number(key.slice(run.length))]?.push(at);
    left -= 1;
  });
  const started = performance.now();
  const mutations = Array.from({ length: count }, async (_, at) => {
    await sleep(started + (at * 1000) / perSecond - performance.now());
    sent[at] = performance.now();
    await mutate(asker, `${run}${at}`);
    answered[at] = performance.now();
  });
  await Promise.all(mutations);
  for (const end = performance.now() + patience; left > 0 && performance.now() < end; ) await sleep(20);
  const since = (times: readonly number[]) =>
    arrivals.flatMap((each, at) => each.map((arrived) => Math.max(0, arrived - (times[at] ?? 0))));
  return {
    fromSending: since(sent),
    fromAnswer: since(answered),
    missing: left,
    bytes: subscribers.bytesOfOne,
  };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
