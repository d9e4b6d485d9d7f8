/** A server under each attack of the attack set: what it takes of the processor and of memory, and what honest reads take meanwhile. */

import { readFileSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Bytes, type Request, send } from '../test/server/attacks/send.js';
import { attacks, bearer } from '../test/server/attacks/set.js';
import { openTarget, type Target } from '../test/server/attacks/target.js';
import { start } from './events/program.js';

/** Connections of the attacker, each of which sends the next request when the last was answered. */
const attackers = 16;

interface Load {
  readonly name: string;
  /** Begins it; what it returns ends it, and tells what the requests were answered. */
  readonly begin: (target: Target) => () => Promise<ReadonlyMap<string, number>>;
}

/** Markdown: a line for each attack. */
export async function attacksReport(quick: boolean): Promise<string[]> {
  const seconds = quick ? 0.5 : 4;
  const engine = await start<string>('engine.ts', null);
  const rows: string[] = [];
  try {
    const target = await openTarget(engine.ready);
    try {
      for (const load of [nothing, ...attacks.map(flood), large, many, slow, signIns])
        rows.push(await measured(target, load, seconds));
    } finally {
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

async function measured(target: Target, { name, begin }: Load, seconds: number): Promise<string> {
  const pid = target.program.process.pid ?? 0;
  // What is compiled and cached by then is not the attack's.
  await reads(target, 0.3);
  const before = usedBy(pid);
  forgetPeak(pid);
  const since = performance.now();
  const end = begin(target);
  const times = await reads(target, seconds);
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
    quantiles(times),
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
  name: 'valid documents of 60 KB, each another one',
  begin: (target) =>
    flooding(
      target,
      (at) => ({
        headers: bearer(target.token),
        body: JSON.stringify({
          query: `{ me { ${Array.from({ length: 900 }, (_, n) => `a${n}: id`).join(' ')} } } #${at} ${'x'.repeat(50_000)}`,
        }),
      }),
      () => '127.0.4.1',
    ),
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
  name: '500 sign-ins with wrong passwords at once, of 250 addresses',
  begin({ port }) {
    const counts = new Map<string, number>();
    const all = Array.from({ length: 500 }, async (_, at) => {
      const query = `mutation { signIn(input: { email: "stranger-${at}@example.com", password: "a wrong password" }) { accessToken } }`;
      const way = { port, localAddress: `127.0.1.${(at % 250) + 1}` };
      count(counts, await send(way, { body: JSON.stringify({ query }) }));
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
    return flooding(target, () => request, from);
  },
};

function flooding(
  { port }: Target,
  request: (at: number) => Request | Bytes,
  from: (at: number) => string,
): () => Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let isOver = false;
  let sent = 0;
  const all = Array.from({ length: attackers }, async () => {
    // Connections are kept, as long as they come from one address.
    const agent = new Agent({ keepAlive: true, maxFreeSockets: 1, maxTotalSockets: 1 });
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

/** The milliseconds of each read of an honest client; infinite where it was refused, or failed. */
async function reads({ port, memberToken }: Target, seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, localAddress: '127.0.0.2' } as object);
  const times: number[] = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const started = performance.now();
    const answer = await send(
      { port, agent },
      { headers: bearer(memberToken), body: '{"query":"{ me { id } }"}' },
    );
    times.push(answer === '200' ? performance.now() - started : Number.POSITIVE_INFINITY);
    await pause(10);
  }
  agent.destroy();
  return times;
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
