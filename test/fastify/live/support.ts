/** Servers with subscriptions whose events a test makes, and their clients. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import { type Database, tokenExpired } from 'tableloom/runtime';
import { type PluginOptions, type Principal, serverOptions, tableloom } from 'tableloom/server';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import * as generated from '../../fixtures/ok/computed-attributes/generated/index.js';
import { openTables } from '../../support/databases.js';
import { openEngine } from '../../support/engines.js';
import { until } from '../../support/until.js';

const typeDefs = `${generated.typeDefs}
  type Subscription { ticks(from: Int = 0, secret: String): Tick! forbidden: Tick! }
  type Tick { number: Int! who: String! reads: Int! text: String! broken: String next: Tick stops: [Stop!]! }
`;

const rules = {
  cellOf: ({ x, y }: { x: number; y: number }) => `${x}:${y}`,
  readingCellOf: ({ x, y }: { x: number; y: number }) => `${x}:${y}`,
  searchNameOf: ({ name }: { name: string }) => name.toLowerCase(),
  closingOf: () => null,
};

const database: Promise<Database> = (async () => {
  const { client } = await openEngine('embedded');
  const { open } = await openTables(client, generated.tables);
  return open({ compute: rules });
})();

/** What ends a source. */
const done = {};

/** What a test has a subscription deliver. */
export class Source implements AsyncIterableIterator<object> {
  readonly #events: (object | Error)[] = [];
  #waiting: ((event: Promise<IteratorResult<object>>) => void) | undefined;
  /** How many events were read, and whether the subscription has ended. */
  pulled = 0;
  returned = 0;

  [Symbol.asyncIterator](): this {
    return this;
  }

  finish(): void {
    this.push(done);
  }

  push(event: object): void {
    this.#events.push(event);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting(this.next());
  }

  /** Forgets what was not read yet, and throws next. */
  clear(error: Error): void {
    this.#events.splice(0, this.#events.length, error);
  }

  async next(): Promise<IteratorResult<object>> {
    const event = this.#events.shift();
    if (event === undefined)
      return new Promise((resolve) => {
        this.#waiting = resolve;
      });
    if (event instanceof Error) throw event;
    if (event === done) return { done: true, value: undefined };
    this.pulled += 1;
    return { done: false, value: event };
  }

  async return(): Promise<IteratorResult<object>> {
    this.returned += 1;
    return { done: true, value: undefined };
  }
}

export interface Served {
  readonly app: FastifyInstance;
  readonly url: string;
  /** The sources of subscriptions, in the order in which they began. */
  readonly sources: Source[];
  /** The contexts they began with. */
  readonly contexts: Readonly<Record<PropertyKey, unknown>>[];
  readonly logged: Readonly<Record<string, unknown>>[];
  /** The source of the next subscription, once it has begun. */
  source(index?: number): Promise<Source>;
}

export const ada: Principal = { kind: 'USER', id: 'ada', sessionEpoch: 0, sessionId: 's' };
export const bob: Principal = { kind: 'USER', id: 'bob', sessionEpoch: 0, sessionId: 't' };

/** Takes `ada` and `bob` for tokens, and says that `old` has expired. */
export function authenticate(token: string): Principal | null {
  if (token === 'old') throw tokenExpired();
  if (token === 'broken') throw new Error('the key server is away');
  return [ada, bob].find(({ id }) => id === token) ?? null;
}

/** @param prepare is called with the application before the plugin is registered */
export async function serve(
  options: Partial<PluginOptions> = {},
  Subscription: object = {},
  prepare: (app: FastifyInstance) => unknown = () => undefined,
): Promise<Served> {
  const logged: Readonly<Record<string, unknown>>[] = [];
  const app = Fastify(
    serverOptions({ logLevel: 'error', logStream: { write: (line) => logged.push(JSON.parse(line)) } }),
  );
  const sources: Source[] = [];
  const contexts: Readonly<Record<PropertyKey, unknown>>[] = [];
  const resolvers = {
    Query: { stop: () => null },
    Tick: {
      who: (_tick: unknown, _args: unknown, { principal }: { principal: Principal | null }) =>
        principal?.id ?? 'nobody',
      reads: (_tick: unknown, _args: unknown, { reads }: { reads?: number }) => reads ?? 0,
      text: ({ size = 1 }: { size?: number }) => 'x'.repeat(size),
      broken: () => {
        throw new Error('table main: out of order');
      },
      next: ({ number }: { number: number }) => ({ number: number + 1 }),
      stops: () => [],
    },
    Subscription: {
      ticks: {
        subscribe: (_root: unknown, _args: unknown, context: Readonly<Record<PropertyKey, unknown>>) => {
          const source = new Source();
          sources.push(source);
          contexts.push(context);
          return source;
        },
      },
      ...Subscription,
    },
  };
  prepare(app);
  const all: PluginOptions = {
    ...generated,
    typeDefs,
    database: await database,
    resolvers,
    ide: false,
    ...options,
  };
  await app.register(tableloom as (app: FastifyInstance, options: PluginOptions) => Promise<void>, all);
  onTestFinished(async () => {
    const closed = app.close();
    // One that a client opened and has not used is not idle for Node: it would be waited for, for 72 s.
    app.server.closeAllConnections();
    await closed;
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    app,
    url,
    sources,
    contexts,
    logged,
    async source(index = 0) {
      await until(() => sources.length > index);
      return sources[index] as Source;
    },
  };
}

/** What a subscription brought a client, until it ended. */
export interface Subscriber {
  readonly results: Readonly<Record<string, unknown>>[];
  /** Errors that ended it, or the close event; null where it completed. */
  readonly ended: Promise<unknown>;
  stop(): void;
}

/** A client of graphql-ws that does not retry, unless options say so. */
export function client({ url }: Pick<Served, 'url'>, options: Partial<ClientOptions> = {}): Client {
  const opened = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...options,
  });
  onTestFinished(() => void opened.dispose());
  return opened;
}

export function subscribed(
  to: Client,
  query = 'subscription { ticks { number } }',
  variables?: Record<string, unknown>,
): Subscriber {
  const results: Readonly<Record<string, unknown>>[] = [];
  let stop = () => {};
  const ended = new Promise<unknown>((resolve) => {
    stop = to.subscribe(
      { query, ...(variables && { variables }) },
      {
        next: (result) => results.push(result as unknown as Readonly<Record<string, unknown>>),
        error: resolve,
        complete: () => resolve(null),
      },
    );
  });
  return { results, ended, stop: () => stop() };
}

/** A bare socket of the protocol, for clients that misbehave. */
export class Raw {
  readonly socket: WebSocket;
  readonly messages: { readonly type: string; readonly id?: string; readonly payload?: unknown }[] = [];
  /** The code it was closed with, and the reason. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;

  constructor({ url }: Pick<Served, 'url'>, options: object = {}, protocols = ['graphql-transport-ws']) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocols, options);
    this.socket.on('message', (data) => this.messages.push(JSON.parse(String(data))));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    onTestFinished(() => this.socket.terminate());
  }

  /** Opens it and says who it is. */
  async init(payload?: object): Promise<this> {
    if (this.socket.readyState !== WebSocket.OPEN) await once(this.socket, 'open');
    this.send({ type: 'connection_init', ...(payload && { payload }) });
    await until(() => this.messages.some(({ type }) => type === 'connection_ack'));
    return this;
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  subscribe(id: string, query = 'subscription { ticks { number } }'): void {
    this.send({ type: 'subscribe', id, payload: { query } });
  }
}
