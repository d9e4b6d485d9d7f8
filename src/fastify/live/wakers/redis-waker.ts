/** Wakes by way of Redis or Valkey: publish and subscribe. */
import { randomUUID } from 'node:crypto';
import type { Waker } from 'tableloom/runtime';
import { linkTo } from '../../redis/link.js';
import { wakeMessage, wakesIn } from './wakes.js';

export interface RedisWakerOptions {
  /** `redis://…`, or `rediss://…` for TLS. */
  readonly url: string;
  /** The channel, which only processes of the same tables share. Default: `tableloom:events`. */
  readonly channel?: string;
  /** How often a connection has to answer, to be taken for one, in milliseconds. Default: 5000. */
  readonly checkMs?: number;
}

/**
 * Tells the other processes of events through Redis. It does not wait for Redis to be there: it connects as soon and as often
 * as it can, and is not connected otherwise.
 */
export async function redisWaker(options: RedisWakerOptions): Promise<Waker> {
  const { url, channel = 'tableloom:events', checkMs = 5000 } = options;
  const id = randomUUID();
  const connect = () => linkTo({ url, checkMs, needs: '`redisWaker` needs' });
  const [publisher, subscriber] = await Promise.all([connect(), connect()]);

  return {
    get isConnected() {
      return publisher.isAlive && subscriber.isAlive;
    },
    wake(wakes) {
      if (wakes.length > 0) publisher.use((client) => client.publish(channel, wakeMessage(id, wakes)));
    },
    listen(onWake) {
      subscriber.whenReady((client) =>
        client.subscribe(channel, (message) => {
          const wakes = wakesIn(message, id);
          if (wakes.length > 0) onWake(wakes);
        }),
      );
    },
    async close() {
      for (const link of [publisher, subscriber]) link.close();
    },
  };
}
