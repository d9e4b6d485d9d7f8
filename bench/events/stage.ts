/** Storage, Redis and servers of one part, and who subscribes and writes. */

import type { Given, Listening } from './given.js';
import { type Asker, askerOf } from './load.js';
import { type Program, start, startRedis } from './program.js';
import { Subscribers } from './subscribers.js';

/** How a change reaches its subscribers. */
export interface Setting {
  readonly name: string;
  readonly server: 'ours.ts' | 'pubsub.ts';
  /** With two, mutations are sent to the one, and subscribers are at the other. */
  readonly processes: 1 | 2;
  readonly hasRedis: boolean;
}

export interface Stage {
  readonly engine: Program<string>;
  /** That of the subscribers. */
  readonly server: Program<Listening>;
  readonly asker: Asker;
  readonly subscribers: Subscribers;
}

export async function onStage<T>(
  { server: file, processes, hasRedis }: Setting,
  perSocket: number,
  run: (stage: Stage) => Promise<T>,
): Promise<T> {
  const open: { stop(): Promise<void> }[] = [];
  const opened = async <P extends { stop(): Promise<void> }>(starting: Promise<P>) => {
    const program = await starting;
    open.push(program);
    return program;
  };
  try {
    const engine = await opened(start<string>('engine.ts', null));
    const redis = hasRedis ? await opened(startRedis()) : undefined;
    const given: Given = { endpoint: engine.ready, ...(redis && { redisPort: redis.port }) };
    const server = await opened(start<Listening>(file, given));
    const other = processes === 1 ? server : await opened(start<Listening>(file, given));
    const subscribers = new Subscribers(server.ready, perSocket);
    open.push({ stop: async () => subscribers.close() });
    return await run({ engine, server, asker: askerOf(other.ready), subscribers });
  } finally {
    for (const program of open.reverse()) await program.stop();
  }
}
