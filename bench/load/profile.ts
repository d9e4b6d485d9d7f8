/** Where the processor time of a process goes, by the rooms of the code. */

import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';

/** The first that matches the URL of a function, or its name where it has no URL. */
const rooms: readonly (readonly [room: string, pattern: RegExp])[] = [
  ['idle', /^\(idle\)$/],
  ['garbage collector', /^\(garbage collector\)$/],
  ['native code', /^(\(program\)|\(root\)|)$/],
  ['AWS SDK', /node_modules\/(@aws-sdk|@smithy|@aws)\//],
  [
    'embedded engine',
    /dist\/src\/embedded\/|node_modules\/(dynalite|abstract-level|memory-level|classic-level|level[^/]*|big\.js|functional-red-black-tree)\//,
  ],
  ['runtime, requests', /dist\/src\/runtime\/client\//],
  ['runtime, cache', /dist\/src\/runtime\/cache\/|node_modules\/lru-cache\//],
  ['runtime, reads and writes', /dist\/src\/runtime\/|node_modules\/(dataloader|uuid)\//],
  ['generated code', /dist\/generated\//],
  ['rates, cost, admission', /dist\/src\/(fastify\/(rates|cost|overload|limits)|budget)\//],
  ['plugin', /dist\/src\/fastify\//],
  ['server and rules', /dist\/src\/(server|rules)\//],
  ['GraphQL', /node_modules\/graphql\//],
  ['Mercurius', /node_modules\/mercurius\//],
  ['Fastify', /node_modules\/(fastify|@fastify|find-my-way|light-my-request|secure-json-parse|fast-[^/]*)\//],
  ['log', /node_modules\/(pino[^/]*|sonic-boom|quick-format-unescaped)\//],
  [
    'Node, HTTP and streams',
    /^node:(_http|net|internal\/(stream|http|net)|stream|internal\/streams|_stream|http|events|internal\/timers|timers)/,
  ],
  ['Node, the rest', /^node:/],
];

export interface Share {
  readonly name: string;
  /** Of the time that was not idle. */
  readonly share: number;
}

export interface Profiled {
  readonly rooms: readonly Share[];
  /** Functions by their own time, with the last parts of their paths. */
  readonly functions: readonly Share[];
}

/** Begins; what it returns ends it. */
export async function profile(): Promise<() => Promise<Profiled>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return sharesOf(profile);
  };
}

function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Profiled {
  const own = new Map<number, number>();
  for (const [at, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[at] ?? 0));
  const byRoom = new Map<string, number>();
  const byFunction = new Map<string, number>();
  for (const { id, callFrame } of nodes) {
    const time = own.get(id) ?? 0;
    const { url, functionName, lineNumber } = callFrame;
    const room =
      rooms.find(([, pattern]) =>
        pattern.test(url === '' && /^\(|^$/.test(functionName) ? functionName : url),
      )?.[0] ?? 'others';
    const name = `${functionName} ${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`;
    byRoom.set(room, (byRoom.get(room) ?? 0) + time);
    if (room !== 'idle') byFunction.set(name, (byFunction.get(name) ?? 0) + time);
  }
  byRoom.delete('idle');
  const busy = [...byRoom.values()].reduce((sum, time) => sum + time, 0);
  const shares = (times: ReadonlyMap<string, number>) =>
    [...times].map(([name, time]) => ({ name, share: time / busy })).sort((a, b) => b.share - a.share);
  return { rooms: shares(byRoom), functions: shares(byFunction).slice(0, 60) };
}
