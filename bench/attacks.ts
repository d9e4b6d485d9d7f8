/** A server under each attack of the attack set: what it takes of the processor and of memory, and what honest reads take meanwhile. */

import { readFileSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { type Bytes, type Request, send } from '../test/server/attacks/send.js';
import { attacks, bearer } from '../test/server/attacks/set.js';
import { openTarget, type Target } from '../test/server/attacks/target.js';
import { type Program, start } from './events/program.js';

/** Connections of the attacker, each of which sends the next request when the last was answered. */
const attackers = 16;

interface Load {
  readonly name: string;
  /** How long honest reads go on, where that is another time. */
  readonly seconds?: number;
  /** Begins it; what it returns ends it, and tells what the requests were answered. */
  readonly begin: (target: Target) => () => Promise<ReadonlyMap<string, number>>;
}

/** Markdown: a line for each attack, or for those that have a text in their names. */
export async function attacksReport(quick: boolean, only = ''): Promise<string[]> {
  const seconds = quick ? 0.5 : 3;
  const engine = await start<string>('engine.ts', null);
  const rows: string[] = [];
  try {
    const target = await openTarget(engine.ready);
    const reader = await start<null>('../attacks/reader.ts', null);
    try {
      const loads = [...attacks.map(flood), large, many, slow, signIns];
      for (const load of [nothing, ...loads.filter(({ name }) => name.includes(only))])
        rows.push(await measured(target, reader, load, load.seconds ?? seconds));
    } finally {
      await reader.stop();
      await target.stop();
    }
  } finally {
    await engine.stop();
  }
  return [
    `A server in production, with storage in another process. ${attackers} connections send an attack from one address for ${seconds} s, each the next request when`,
    'the last was answered; slow-loris and the sign-ins are as they say. Meanwhile a signed-in client of another address reads `{ me { id } }` every 10 ms.',
    'A read that fails counts as infinite. CPU is that of the whole process, with the honest reads and the log; memory is its peak resident size, and what was added to that before the attack.',
    '',
    '| attack | answers | requests a second | CPU ms a request | CPU, of one processor | peak MB | added MB | honest reads, ms: p50 / p99 / longest |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
  ];
}

async function measured(
  target: Target,
  reader: Program<null>,
  { name, begin }: Load,
  seconds: number,
): Promise<string> {
  const { port, memberToken: token } = target;
  const reads = (seconds: number) => reader.ask<(number | null)[]>('read', { port, token, seconds });
  const pid = target.program.process.pid ?? 0;
  // What is compiled and cached by then is not the attack's.
  await reads(0.3);
  const before = usedBy(pid);
  forgetPeak(pid);
  const since = performance.now();
  const end = begin(target);
  const times = await reads(seconds);
  const answers = await end();
  const elapsed = performance.now() - since;
  const after = usedBy(pid);
  const count = [...answers.values()].reduce((sum, one) => sum + one, 0);
  const cpu = after.cpuMs - before.cpuMs;
  const told = [...answers].map(([answer, times]) => `${answer}: ${times}`).join(', ');
  const row = [
    name,
    told === '' ? '–' : told,
    (count / (elapsed / 1000)).toFixed(0),
    count === 0 ? '–' : (cpu / count).toFixed(2),
    `${((cpu / elapsed) * 100).toFixed(0)} %`,
    after.peakMb.toFixed(0),
    (after.peakMb - before.nowMb).toFixed(0),
    quantiles(times.map((one) => one ?? Number.POSITIVE_INFINITY)),
  ];
  process.stderr.write(`${row.join(' | ')}\n`);
  return `| ${row.join(' | ')} |`;
}

const nothing: Load = { name: 'nothing', begin: () => async () => new Map() };

function flood({ name, request }: (typeof attacks)[number], index: number): Load {
  // Each begins with all points of an address.
  const from = () => `127.0.3.${index + 1}`;
  return { name, begin: (target) => flooding(target, (at) => request(target, at), from) };
}

/** Valid documents, each another one, as large as may be: what is kept of them has to be bounded. */
const large: Load = {
  name: 'valid documents of 60 KB, each another one, of strangers',
  begin(target) {
    const fields = Array.from({ length: 900 }, (_, at) => `a${at}: id`).join(' ');
    const request = (at: number) => ({
      body: JSON.stringify({ query: `{ me { ${fields} } } #${at} ${'x'.repeat(50_000)}` }),
    });
    return flooding(target, request, () => '127.0.4.1');
  },
};

/** Half a request each, which never goes on. */
const slow: Load = {
  name: '1000 connections that send half a request (slow-loris)',
  begin({ port }) {
    const sockets = Array.from({ length: 1000 }, () => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.on('error', () => undefined);
      socket.write('POST /graphql HTTP/1.1\r\nHost: a\r\nX-A: ');
      return socket;
    });
    return async () => {
      for (const socket of sockets) socket.destroy();
      return new Map([['open', sockets.length]]);
    };
  },
};

/** Sign-ins with wrong passwords, all at once, each from an address of its own. */
const signIns: Load = {
  name: '500 sign-ins with wrong passwords at once, of 250 addresses, and reads for 12 s',
  // As long as sign-ins wait for their turn.
  seconds: 12,
  begin({ port }) {
    const counts = new Map<string, number>();
    const all = Array.from({ length: 500 }, async (_, at) => {
      const query =
        'mutation ($email: EmailAddress!) { signIn(input: { email: $email, password: "wrong" }) { accessToken } }';
      const body = JSON.stringify({ query, variables: { email: `stranger-${at}@example.com` } });
      const way = { port, localAddress: `127.0.1.${(at % 250) + 1}` };
      count(counts, await send(way, { body }));
    });
    return async () => {
      await Promise.all(all);
      return counts;
    };
  },
};

/** A request of each of many addresses: what is kept of them has to be bounded. */
const many: Load = {
  name: 'forged tokens from 10,000 addresses',
  begin: (target) => {
    const request = { headers: bearer('forged'), body: '{"query":"{ me { id } }"}' };
    const from = (at: number) => `127.1.${Math.floor(at / 250) % 40}.${(at % 250) + 1}`;
    return flooding(target, () => request, from, false);
  },
};

function flooding(
  { port }: Target,
  request: (at: number) => Request | Bytes,
  from: (at: number) => string,
  isKept = true,
): () => Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let isOver = false;
  let sent = 0;
  const all = Array.from({ length: attackers }, async () => {
    const agent = new Agent({ keepAlive: isKept, maxSockets: 1 });
    while (!isOver) {
      const at = sent++;
      count(counts, await send({ port, agent, localAddress: from(at) }, request(at)));
    }
    agent.destroy();
  });
  return async () => {
    isOver = true;
    await Promise.all(all);
    return counts;
  };
}

function count(counts: Map<string, number>, answer: string): void {
  counts.set(answer, (counts.get(answer) ?? 0) + 1);
}

function quantiles(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return [0.5, 0.99, 1].map((share) => at(share).toFixed(1)).join(' / ');
}

/** What Linux knows of a process: processor time, and memory. */
function usedBy(pid: number): { readonly cpuMs: number; readonly nowMb: number; readonly peakMb: number } {
  const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13) ?? [];
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  // A tick is 10 ms on every Linux that Node runs on.
  return {
    cpuMs: ticks.reduce((sum, one) => sum + Number(one) * 10, 0),
    nowMb: mb('VmRSS'),
    peakMb: mb('VmHWM'),
  };
}

function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
