/** Wakes by way of Redis or Valkey: publish and subscribe. */
import { randomUUID } from 'node:crypto';
import type { Waker } from 'tableloom/runtime';
import { orInstall } from '../../optional.js';
import { wakeMessage, wakesIn } from './wakes.js';

export interface RedisWakerOptions {
  /** `redis://…`, or `rediss://…` for TLS. */
  readonly url: string;
  /** The channel, which only processes of the same tables share. Default: `tableloom:events`. */
  readonly channel?: string;
  /** How often a connection has to answer, to be taken for one, in milliseconds. Default: 5000. */
  readonly checkMs?: number;
}

/** Reconnecting begins at once and slows down to this, in milliseconds. */
const slowestReconnect = 2000;

/** How many messages may wait for Redis: beyond, they are lost, and polls find the events. */
const mostWaiting = 1000;

/**
 * Tells the other processes of events through Redis. It does not wait for Redis to be there: it connects as soon and as often
 * as it can, and is not connected otherwise.
 */
export async function redisWaker(options: RedisWakerOptions): Promise<Waker> {
  const { url, channel = 'tableloom:events', checkMs = 5000 } = options;
  const { createClient } = await import('redis').catch(orInstall('`redisWaker` needs', 'redis'));
  const id = randomUUID();
  const connect = () => {
    const client = createClient({
      url,
      // A wake is worth nothing later.
      disableOfflineQueue: true,
      commandsQueueMaxLength: mostWaiting,
      socket: { reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 10), slowestReconnect) },
    });
    return new Link(client, checkMs);
  };
  const publisher = connect();
  const subscriber = connect();

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

/** What is used of a client of node-redis. */
interface RedisClient {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  ping(): Promise<unknown>;
  destroy(): void;
  on(event: 'error' | 'ready', listener: () => void): unknown;
}

/** A client that reports nothing: whether it works is what {@link Link.isAlive} says. */
class Link<Client extends RedisClient> {
  readonly #client: Client;
  readonly #check: NodeJS.Timeout;
  /** What a listener is for, once it has begun. */
  #isListening = true;
  #unanswered = 0;

  constructor(client: Client, checkMs: number) {
    this.#client = client;
    client.on('error', () => undefined);
    client.connect().catch(() => undefined);
    // A connection whose other side is gone without a word breaks after minutes only.
    this.#check = setInterval(() => this.#ping(), checkMs).unref();
  }

  get isAlive(): boolean {
    return this.#client.isReady && this.#isListening && this.#unanswered < 2;
  }

  use(call: (client: Client) => Promise<unknown>): void {
    call(this.#client).catch(() => undefined);
  }

  /** Begins with the first connection; the client does it again with each later one. */
  whenReady(listen: (client: Client) => Promise<unknown>): void {
    this.#isListening = false;
    let isBegun = false;
    const begin = () => {
      if (isBegun) return;
      isBegun = true;
      this.use(async (client) => {
        try {
          await listen(client);
          this.#isListening = true;
        } catch {
          isBegun = false;
        }
      });
    };
    this.#client.on('ready', begin);
    if (this.#client.isReady) begin();
  }

  close(): void {
    clearInterval(this.#check);
    this.#client.destroy();
  }

  #ping(): void {
    if (!this.#client.isReady) return;
    this.#unanswered += 1;
    this.use(async (client) => {
      await client.ping();
      this.#unanswered = 0;
    });
  }
}
