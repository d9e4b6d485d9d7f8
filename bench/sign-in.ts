/** Whoever is signed in, while strangers send wrong passwords: how long a read takes them. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { sampleSignIn } from '../src/server/seed/sample.js';

const root = resolve(import.meta.dirname, '..');
const port = 4719;
const strangers = 64;

/** Markdown: milliseconds of a signed-in read, alone and among sign-ins. */
export async function signInReport(quick: boolean): Promise<string[]> {
  const seconds = quick ? 3 : 20;
  const rows: string[] = [];
  for (const [name, address] of floods) {
    const server = await start();
    try {
      const token = await signIn();
      const idle = await reads(token, seconds);
      const flood = new Flood(address);
      await pause(1000);
      const during = await reads(token, seconds);
      const answers = await flood.stop();
      rows.push(`| ${name} | ${quantiles(idle)} | ${quantiles(during)} | ${answers} |`);
    } finally {
      await stop(server);
    }
  }
  return [
    `A server of its own with the embedded engine; one client that reads \`{ me { id } }\` again and again for ${seconds} s, alone and`,
    `while ${strangers} connections send wrong passwords. Milliseconds: p50 / p99 / longest.`,
    '',
    '| wrong passwords | alone | among them | their answers a second |',
    '|---|---|---|---|',
    ...rows,
  ];
}

/** Whose each connection is: the last part of an address of the loopback network. */
const floods: readonly [name: string, address: (connection: number) => string][] = [
  ['each from an address of its own', (connection) => `127.0.1.${connection + 1}`],
  ['all from one address', () => '127.0.1.1'],
];

/** Connections that each send the next sign-in when the last was answered. */
class Flood {
  readonly #codes = new Map<string, number>();
  readonly #connections: Promise<void>[];
  readonly #since = performance.now();
  #isOver = false;

  constructor(address: (connection: number) => string) {
    this.#connections = Array.from({ length: strangers }, (_, at) => this.#send(at, address(at)));
  }

  async stop(): Promise<string> {
    const seconds = (performance.now() - this.#since) / 1000;
    const codes = [...this.#codes].map(([code, count]) => `${code} ${(count / seconds).toFixed(0)}`);
    this.#isOver = true;
    await Promise.all(this.#connections);
    return codes.join(', ');
  }

  async #send(connection: number, localAddress: string): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, localAddress } as object);
    for (let count = 0; !this.#isOver; count++) {
      const email = `stranger-${connection}-${count}@example.com`;
      const code =
        (await ask(agent, signInQuery(email, 'a wrong password'))).errors?.[0]?.extensions?.code ?? 'none';
      this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
    }
    agent.destroy();
  }
}

/** The milliseconds of each read. */
async function reads(token: string, seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const started = performance.now();
    const { errors } = await ask(agent, '{ me { id } }', token);
    if (errors) throw new Error(JSON.stringify(errors));
    times.push(performance.now() - started);
    await pause(5);
  }
  agent.destroy();
  return times;
}

function quantiles(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
  return `${at(0.5)} / ${at(0.99)} / ${at(1)}`;
}

interface Answer {
  readonly data?: { readonly signIn?: { readonly accessToken: string } };
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

function signInQuery(email: string, password: string): string {
  return `mutation { signIn(input: { email: "${email}", password: "${password}" }) { accessToken } }`;
}

async function signIn(): Promise<string> {
  const { data } = await ask(new Agent(), signInQuery(sampleSignIn.email, sampleSignIn.password));
  return data?.signIn?.accessToken ?? '';
}

async function ask(agent: Agent, query: string, token?: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const sent = request({ host: '127.0.0.1', port, path: '/graphql', method: 'POST', agent, headers });
  sent.end(JSON.stringify({ query }));
  const [response] = await once(sent, 'response');
  return JSON.parse(await text(response)) as Answer;
}

async function start(): Promise<ChildProcess> {
  const main = join(root, 'src/server/main.ts');
  const child = spawn(process.execPath, ['--conditions=tableloom-source', '--import', 'tsx', main], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: String(port), LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of child.stdout) if (String(chunk).includes('listening')) break;
  child.stdout.resume();
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
