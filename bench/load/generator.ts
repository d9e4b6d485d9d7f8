/** The process that sends load. */
import { Agent, request } from 'node:http';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../events/program.js';
import { LatencyHistogram } from './histogram.js';
import type { ClosedLoad, Load, Loaded, Offer, OpenLoad, Outcome } from './model.js';

/**
 * Connections, as of a load balancer that keeps them: opened before, because Node accepts one connection for each turn of its event loop
 * (libuv 1.45 and later), so that new ones would wait for a busy server before it knows of them. What finds none free waits, and its latency grows.
 */
const usualConnections = 1000;

await serve(async () => ({
  ready: null,
  answers: { open, closed, connect: async (load: OpenLoad) => void (await connect(load)) },
}));

/** Of all loads by the open model. */
let kept: Agent | undefined;

/** Opens the connections of a load, so that those that follow have them. */
async function connect({
  ports,
  connections = usualConnections,
}: Pick<OpenLoad, 'ports' | 'connections'>): Promise<Agent> {
  const each = Math.floor(connections / ports.length);
  kept ??= new Agent({ keepAlive: true, maxSockets: each, maxFreeSockets: each });
  const agent = kept;
  await Promise.all(ports.flatMap((port) => Array.from({ length: each }, () => knock(agent, port))));
  return agent;
}

async function open({ ratePerSecond, seconds, warmUpSeconds = 0, ...load }: OpenLoad): Promise<Loaded> {
  const agent = kept ?? (await connect(load));
  const to = addressing(load);
  const next = drawing(load.operations);
  const tally = new Tally(load.operations);
  const begun = performance.now();
  const pending: Promise<void>[] = [];
  for (
    let at = 0;
    at < (warmUpSeconds + seconds) * 1000;
    at += (-Math.log(random()) / ratePerSecond) * 1000
  ) {
    const due = begun + at;
    const wait = due - performance.now();
    if (wait >= 1) await sleep(wait);
    // Answers are read between requests that are late.
    else if (pending.length % 32 === 0) await setImmediate();
    const { name, body } = next();
    const counts = at >= warmUpSeconds * 1000;
    if (counts) tally.late.record(performance.now() - due);
    pending.push(
      send(agent, to(), body).then((answer) => {
        if (counts) tally.count(name, answer, performance.now() - due);
      }),
    );
  }
  await Promise.all(pending);
  return tally.outcomes((performance.now() - begun) / 1000 - warmUpSeconds);
}

/** Opens a connection, and leaves it to the agent. */
function knock(agent: Agent, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/livez', agent }, (response) => {
      response.resume().once('end', resolve);
    });
    sent.once('error', reject).end();
  });
}

async function closed({ connections, seconds, ...load }: ClosedLoad): Promise<Loaded> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const to = addressing(load);
  const next = drawing(load.operations);
  const tally = new Tally(load.operations);
  const begun = performance.now();
  const connection = async () => {
    while (performance.now() < begun + seconds * 1000) {
      const { name, body } = next();
      const since = performance.now();
      tally.count(name, await send(agent, to(), body), performance.now() - since);
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  agent.destroy();
  return tally.outcomes((performance.now() - begun) / 1000);
}

/** What came of a request: `good`, `shed`, or a code or status. */
type Answer = string;

/** Where a request goes, and whose it is. */
interface Address {
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
}

function addressing({ ports, headers = {}, tokens = [] }: Omit<Load, 'seconds'>): () => Address {
  let turn = 0;
  return () => {
    const port = ports[turn++ % ports.length] ?? 0;
    const token = tokens[Math.floor(random() * tokens.length) % tokens.length];
    return {
      port,
      headers: token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` },
    };
  };
}

function send(agent: Agent, { port, headers }: Address, body: string): Promise<Answer> {
  return new Promise((resolve) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: '/graphql',
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(answerOf(response.statusCode ?? 0, String(Buffer.concat(chunks)))));
        response.on('error', (error) => resolve(String((error as { code?: unknown }).code)));
      },
    );
    sent.on('error', (error) => resolve(String((error as { code?: unknown }).code)));
    sent.end(body);
  });
}

function answerOf(status: number, body: string): Answer {
  if (status === 503) return 'shed';
  if (status !== 200) return String(status);
  return body.includes('"errors"') ? (/"code":"(\w+)"/.exec(body)?.[1] ?? 'errors') : 'good';
}

/** The numbers of a linear congruential generator, in (0, 1]: the same at every run (Park and Miller, 1988). */
let state = 20_260_101;
function random(): number {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
}

function drawing(offers: readonly Offer[]): () => { readonly name: string; readonly body: string } {
  const total = offers.reduce((sum, { weight }) => sum + weight, 0);
  const turns = new Map<string, number>();
  return () => {
    let left = random() * total;
    const offer = offers.find(({ weight }) => {
      left -= weight;
      return left <= 0;
    });
    if (offer === undefined) throw new Error('there are no operations');
    const turn = turns.get(offer.name) ?? 0;
    turns.set(offer.name, turn + 1);
    return { name: offer.name, body: offer.bodies[turn % offer.bodies.length] ?? '' };
  };
}

class Tally {
  readonly late = new LatencyHistogram();
  readonly #all = new Counts();
  readonly #byName: ReadonlyMap<string, Counts>;

  constructor(offers: readonly Offer[]) {
    this.#byName = new Map(offers.map(({ name }) => [name, new Counts()]));
  }

  count(name: string, answer: Answer, milliseconds: number): void {
    for (const counts of [this.#all, this.#byName.get(name)]) counts?.count(answer, milliseconds);
  }

  outcomes(seconds: number): Loaded {
    const each = [...this.#byName].map(([name, counts]) => [name, counts.outcome(seconds)] as const);
    return {
      ...this.#all.outcome(seconds),
      late: this.late.latencies(),
      byOperation: Object.fromEntries(each),
    };
  }
}

class Counts {
  readonly #good = new LatencyHistogram();
  readonly #shed = new LatencyHistogram();
  readonly #others: Record<string, number> = {};

  count(answer: Answer, milliseconds: number): void {
    if (answer === 'good') this.#good.record(milliseconds);
    else if (answer === 'shed') this.#shed.record(milliseconds);
    else this.#others[answer] = (this.#others[answer] ?? 0) + 1;
  }

  outcome(seconds: number): Outcome {
    return { good: this.#good.latencies(), shed: this.#shed.latencies(), others: this.#others, seconds };
  }
}
