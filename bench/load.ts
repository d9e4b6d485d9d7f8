/** 500 users who are signed in, each of whom sends about one operation a second: how long they wait, and what it takes. */
import { type Program, start } from './events/program.js';
import { type Generator, startGenerator } from './load/load.js';
import { mixOf, type People } from './load/mix.js';
import type { Loaded, OpenLoad, Outcome } from './load/model.js';
import type { Profiled } from './load/profile.js';
import type { Counted, EngineOf, Ready, Settings } from './load/server.js';

/** What is asked of a server: 500 operations a second, answered within 100 ms, with hardly an error. */
const [usual, longestMs, mostErrors] = [500, 100, 0.001];

/** Arrivals a second of the design's largest day. */
const peak = 2083;
/** Connections of so many users, which a proxy keeps: the server accepts no more than 2000. */
const proxied = 1900;

/** As of a machine that has two processors: see docs/operating.md. */
const node = ['--max-semi-space-size=64'];

/** Processes of a server, their engine, and their clients. */
interface Stage {
  readonly servers: readonly Program<Ready>[];
  readonly engine: Program<string> | undefined;
  readonly generator: Generator;
  readonly load: Omit<OpenLoad, 'ratePerSecond' | 'seconds'>;
  stop(): Promise<void>;
}

interface Setting {
  readonly isCached: boolean;
  readonly processes?: number;
  readonly engine?: 'embedded' | 'apart' | 'instant';
  /** Default: one for each user. */
  readonly connections?: number;
}

async function open({
  isCached,
  processes = 1,
  engine: kind = 'embedded',
  connections,
}: Setting): Promise<Stage> {
  const apart = kind === 'apart' ? await start<string>('engine.ts', null) : undefined;
  const engine: EngineOf = apart ? { endpoint: apart.ready } : kind === 'instant' ? kind : 'embedded';
  const servers: Program<Ready>[] = [];
  for (let at = 0; at < processes; at++) {
    const settings: Settings = { engine, isCached, isFirst: at === 0 };
    servers.push(await start<Ready>('../load/server.ts', settings, { isCompiled: true, node }));
  }
  const generator = await startGenerator();
  const people: People = servers[0]?.ready.people ?? { tokens: [], userIds: [] };
  const ports = servers.map(({ ready }) => ready.port);
  // Each user keeps a connection.
  const { tokens } = people;
  const load = { ports, tokens, connections: connections ?? tokens.length, operations: mixOf(people) };
  await generator.connect(load);
  return {
    servers,
    engine: apart,
    generator,
    load,
    async stop() {
      for (const program of [generator, ...servers, ...(apart ? [apart] : [])]) await program.stop();
    },
  };
}

async function on<T>(setting: Setting, work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await open(setting);
  try {
    return await work(stage);
  } finally {
    await stage.stop();
  }
}

export const loadIntroduction: readonly string[] = [
  'The reference server as it is in production, compiled: rate limits, admission, prices, a log line for each request, `--max-semi-space-size=64`. 500 administrators who have',
  'signed in send 70 % reads of a user, 20 % lists of 20 users with 3 audit logs each, and 10 % mutations that write a record, its audit log and an event in one transaction.',
  'Each operation is of a user at random, and arrives when a Poisson process planned in advance says; latency counts from then, in milliseconds. Refusals with 503 are errors.',
  'Engine, server and clients share the machine.',
];

/** The parts of the report, each of which takes up to four minutes. */
export const loadParts: Readonly<Record<string, (quick: boolean) => Promise<string[]>>> = {
  one: (quick) => usualLoad('embedded', quick),
  apart: (quick) => usualLoad('apart', quick),
  most: (quick) => saturation([{ processes: 1 }], quick),
  two: (quick) => saturation([{ processes: 2, engine: 'apart' }], quick),
  instant: peakLoad,
  profile: profiles,
};

const titles = {
  embedded: 'The engine in the process of the server',
  apart: 'The engine in a process of its own, behind HTTP',
} as const;

async function usualLoad(engine: 'embedded' | 'apart', quick: boolean): Promise<string[]> {
  const [warmUp, seconds, counting] = quick ? [5, 5, 3] : [25, 20, 8];
  const rows: string[] = [];
  const kinds: string[] = [];
  let without = 0;
  for (const isCached of [false, true]) {
    await on({ isCached, engine }, async ({ servers: [server], engine, generator, load }) => {
      const all = { ...load, ratePerSecond: usual };
      await generator.open({ ...all, seconds: warmUp });
      await server?.ask('cpu');
      await engine?.ask('cpu');
      const loaded = await generator.open({ ...all, seconds });
      const cpu = (await server?.ask<number>('cpu')) ?? 0;
      const engineCpu = (await engine?.ask<number>('cpu')) ?? 0;
      await server?.ask('count');
      const { good } = await generator.open({ ...all, seconds: counting });
      const counted = await server?.ask<Counted>('counted');
      const requests = (counted?.requests ?? 0) / good.count;
      if (!isCached) without = requests;
      const { hit = 0, stale = 0, miss = 0 } = counted?.reads ?? {};
      const hits = hit + stale + miss === 0 ? '–' : percent((hit + stale) / (hit + stale + miss));
      const caches = isCached ? 'on' : 'off';
      rows.push(
        line([
          caches,
          ...times(loaded),
          percent(errorsOf(loaded)),
          (cpu / loaded.good.count).toFixed(2),
          engine ? (engineCpu / loaded.good.count).toFixed(2) : 'in it',
          requests.toFixed(2),
          ((counted?.readUnits ?? 0) / good.count).toFixed(2),
          ((counted?.writeUnits ?? 0) / good.count).toFixed(2),
          hits,
          isCached ? percent(1 - requests / without) : '–',
          loaded.late.p99.toFixed(1),
        ]),
      );
      for (const [name, one] of Object.entries(loaded.byOperation))
        kinds.push(line([caches, name, ...times(one), percent(errorsOf(one))]));
    });
  }
  return [
    `## ${titles[engine]}`,
    '',
    `${usual} operations a second for ${seconds} s, after ${warmUp} s that do not count; requests and units are those of ${counting} s more. CPU is milliseconds of`,
    'processor time for each operation that was answered. Requests saved are those that a server without caches sends.',
    '',
    '| caches | answered a second | p50 | p95 | p99 | longest | errors | CPU of the server | CPU of the engine | DynamoDB requests | read units | write units | cache hits | requests saved | p99 of the generator’s delay |',
    `|${'---|'.repeat(15)}`,
    ...rows,
    '',
    '| caches | operation | answered a second | p50 | p95 | p99 | longest | errors |',
    `|${'---|'.repeat(8)}`,
    ...kinds,
  ];
}

async function saturation(settings: readonly Omit<Setting, 'isCached'>[], quick: boolean): Promise<string[]> {
  const [warmUp, seconds, steps] = quick ? [4, 4, 3] : [15, 8, 6];
  const rows: string[] = [];
  for (const setting of settings)
    for (const isCached of [false, true])
      await on({ ...setting, isCached }, async ({ generator, load }) => {
        await generator.closed({ ...load, connections: 32, seconds: warmUp });
        const { good, seconds: took } = await generator.closed({ ...load, connections: 32, seconds });
        const most = good.count / took;
        let [low, high] = [0, most * 1.2];
        let best: Loaded | undefined;
        for (let step = 0; step < steps; step++) {
          const ratePerSecond = step === 0 ? most * 0.7 : (low + high) / 2;
          const loaded = await generator.open({ ...load, ratePerSecond, seconds, warmUpSeconds: 1 });
          const isGood = loaded.good.p99 < longestMs && errorsOf(loaded) < mostErrors;
          if (isGood) [low, best] = [ratePerSecond, loaded];
          else high = ratePerSecond;
        }
        rows.push(
          line([
            isCached ? 'on' : 'off',
            most.toFixed(0),
            good.p50.toFixed(1),
            good.p99.toFixed(1),
            low.toFixed(0),
            ...(best ? times(best).slice(1) : ['–', '–', '–', '–']),
          ]),
        );
      });
  const [{ processes = 1, engine = 'embedded' } = {}] = settings;
  const where = engine === 'embedded' ? 'with the engine in it' : 'and an engine of their own behind HTTP';
  return [
    `## The most that ${processes === 1 ? 'one process does' : `${processes} processes do`}, ${where}`,
    '',
    `As much as 32 clients get who wait for each answer, and the largest rate of arrivals with a p99 below ${longestMs} ms and errors below ${percent(mostErrors)}, found by halving.`,
    '',
    '| caches | to clients that wait, a second | p50 | p99 | arrivals a second | p50 | p95 | p99 | longest |',
    `|${'---|'.repeat(9)}`,
    ...rows,
  ];
}

async function peakLoad(quick: boolean): Promise<string[]> {
  const [warmUp, seconds] = quick ? [5, 5] : [20, 15];
  const rows: string[] = [];
  for (const isCached of [false, true])
    await on({ isCached, engine: 'instant', connections: proxied }, async ({ generator, load }) => {
      await generator.open({ ...load, ratePerSecond: usual, seconds: warmUp });
      const loaded = await generator.open({ ...load, ratePerSecond: peak, seconds, warmUpSeconds: 3 });
      const { good, shed, others } = loaded;
      const count = good.count + shed.count + sum(Object.values(others));
      rows.push(
        line([
          isCached ? 'on' : 'off',
          ...times(loaded),
          percent(good.count / count),
          percent(shed.count / count),
          shed.p99.toFixed(1),
          othersText(others),
        ]),
      );
    });
  return [
    `## ${peak} operations a second, on an engine that answers at once`,
    '',
    `One process, for ${seconds} s, on ${proxied} connections: reads are answered from memory, and writes are not carried out.`,
    '',
    '| caches | answered a second | p50 | p95 | p99 | longest | answered | refused with 503 | p99 of refusals | other errors |',
    `|${'---|'.repeat(10)}`,
    ...rows,
  ];
}

async function profiles(quick: boolean): Promise<string[]> {
  const seconds = quick ? 4 : 12;
  const found: Profiled[] = [];
  for (const isCached of [false, true])
    await on({ isCached }, async ({ servers: [server], generator, load }) => {
      const rate = { ...load, ratePerSecond: isCached ? 400 : 150 };
      await generator.open({ ...rate, seconds: seconds * 2 });
      await server?.ask('profile');
      await generator.open({ ...rate, seconds });
      found.push(await (server as Program<Ready>).ask<Profiled>('profiled'));
    });
  const [off, on_] = found.map(({ rooms }) => new Map(rooms.map(({ name, share }) => [name, share])));
  return [
    '## Where the processor time goes',
    '',
    'Of the thread that runs JavaScript, by the code that ran itself: 150 operations a second without caches, 400 with them, the engine in the process.',
    '“Native code” is what has no source: system calls, and built-in functions of V8.',
    '',
    '| | caches off | caches on |',
    '|---|---|---|',
    ...[...(off ?? [])].map(([name, share]) => line([name, percent(share), percent(on_?.get(name) ?? 0)])),
  ];
}

function times({ good, seconds }: Outcome): readonly string[] {
  const { p50, p95, p99, longest } = good;
  return [
    (good.count / seconds).toFixed(0),
    ...[p50, p95, p99].map((ms) => ms.toFixed(1)),
    longest.toFixed(0),
  ];
}

function errorsOf({ good, shed, others }: Outcome): number {
  const bad = shed.count + sum(Object.values(others));
  return bad / Math.max(1, good.count + bad);
}

function othersText(others: Outcome['others']): string {
  return (
    Object.entries(others)
      .map(([code, count]) => `${code} ${count}`)
      .join(', ') || 'none'
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 2 : 0)} %`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
