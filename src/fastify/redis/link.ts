/** A connection to Redis or Valkey that is there or not: nobody waits for it. */
import { orInstall } from '../optional.js';

export interface LinkOptions {
  readonly url: string;
  /** How often the connection has to answer, to be taken for one, in milliseconds. */
  readonly checkMs: number;
  /** What needs the package, as the beginning of a sentence. */
  readonly needs: string;
}

/** Reconnecting begins at once and slows down to this, in milliseconds. */
const slowestReconnect = 2000;

/** How many commands may wait for Redis: further ones fail. */
const mostWaiting = 1000;

/** Pings without an answer, after which a connection is taken for none. */
const mostUnanswered = 2;

/** Connects as soon and as often as it can. */
export async function linkTo({ url, checkMs, needs }: LinkOptions) {
  const { createClient } = await import('redis').catch(orInstall(needs, 'redis'));
  const client = createClient({
    url,
    // What is sent to it is worth nothing later.
    disableOfflineQueue: true,
    commandsQueueMaxLength: mostWaiting,
    socket: { reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 10), slowestReconnect) },
  });
  return new Link(client, checkMs);
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
export class Link<Client extends RedisClient> {
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
    return this.#client.isReady && this.#isListening && this.#unanswered < mostUnanswered;
  }

  use(call: (client: Client) => Promise<unknown>): void {
    call(this.#client).catch(() => undefined);
  }

  /** What Redis answers; undefined where it does not within so many milliseconds, is not connected, or fails. */
  async ask<Answer>(
    call: (client: Client) => Promise<Answer>,
    deadlineMs: number,
  ): Promise<Answer | undefined> {
    if (!this.isAlive) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        // Nobody else waits for it, until it answers a ping again.
        this.#unanswered = mostUnanswered;
        resolve(undefined);
      }, deadlineMs);
    });
    try {
      return await Promise.race([call(this.#client), late]);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
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
