/** One WebSocket of a subscriber. */
import type { Duplex } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { WebSocket } from 'ws';
import { type Caller, callerOf, closeCodes, keepChecking, refusalOf } from './caller.js';
import type { Deliveries } from './deliveries.js';
import { Flow } from './flow.js';
import { type Delivered, interruption, type Live } from './live.js';
import type { SubscribeParameters } from './operations.js';

/** The request that opened the connection, and the connection. */
export interface Opened {
  readonly request: FastifyRequest;
  readonly stream: Duplex;
}

export class Socket {
  readonly #live: Live;
  readonly #socket: WebSocket;
  readonly #request: FastifyRequest;
  /** What the socket writes to. */
  readonly #stream: Duplex;
  /** The subscriptions that are open, or about to be. */
  readonly #endings = new Set<AbortController>();
  readonly #atClose: (() => void)[] = [];
  #caller: Caller | undefined;
  #pong: NodeJS.Timeout | undefined;
  readonly #flow = new Flow();
  #isGathering = false;

  constructor(live: Live, socket: WebSocket, { request, stream }: Opened) {
    this.#live = live;
    this.#socket = socket;
    this.#request = request;
    this.#stream = stream;
    const beat = setInterval(() => this.#beat(), live.limits.pingMs);
    this.#atClose.push(
      () => clearInterval(beat),
      () => clearTimeout(this.#pong),
      live.connections.add((code, reason) => this.close(code, reason)),
    );
    socket.on('ping', (data) => {
      this.#hold();
      socket.pong(data, undefined, () => this.#release());
    });
    socket.on('pong', () => clearTimeout(this.#pong));
    // It closes after an error, which is the client's: a message too large, or none.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      for (const clean of this.#atClose) clean();
      for (const ending of this.#endings) ending.abort();
    });
  }

  /** @param handle settles when the message has been answered, for subscriptions with the last delivery */
  onMessage(handle: (message: string) => Promise<void>): void {
    this.#socket.on('message', (data) => {
      this.#hold();
      handle(String(data)).catch((error: unknown) => {
        this.#request.log.error({ err: error }, 'a message of a subscriber failed');
        this.close(closeCodes.tryAgainLater, 'Internal server error');
      });
    });
  }

  /** Settles when the client's side has taken the message, so that no more is read for one that takes none. */
  send(message: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.readyState !== this.#socket.OPEN) return resolve();
      this.#gather();
      this.#socket.send(message, () => {
        this.#release();
        resolve();
      });
    });
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** Finds out who the client is. False where it was refused, and is being disconnected. */
  async connect(parameters: Readonly<Record<string, unknown>> = {}): Promise<boolean> {
    const { toll, connections, options, limits, operationMs } = this.#live;
    const given = parameters.authorization ?? parameters.Authorization;
    try {
      const authorization = given === undefined ? undefined : String(given);
      const caller = await callerOf(this.#request, authorization, options, operationMs);
      if (this.#socket.readyState !== this.#socket.OPEN) return false;
      const leave = connections.admit(caller.payer);
      if (leave === null) return this.#refuse(closeCodes.tryAgainLater, 'TOO_MANY_CONNECTIONS');
      this.#caller = caller;
      const end = (code: number, reason: string) => this.close(code, reason);
      this.#atClose.push(leave, keepChecking(caller, limits.recheckMs, this.#request.log, end));
      return true;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== null) {
        toll.refused(this.#request);
        return this.#refuse(closeCodes.forbidden, refusal);
      }
      this.#request.log.error({ err: error }, 'a subscriber could not be checked');
      return this.#refuse(closeCodes.tryAgainLater, 'The token could not be checked.');
    }
  }

  /** @param count how many subscriptions the connection has, with this one */
  async subscribe(
    count: number,
    parameters: SubscribeParameters,
  ): Promise<Deliveries | readonly GraphQLError[]> {
    const most = this.#live.limits.subscriptionsPerConnection;
    if (this.#caller === undefined || count > most) return [tooMany(most)];
    const ending = new AbortController();
    this.#endings.add(ending);
    ending.signal.addEventListener('abort', () => this.#endings.delete(ending));
    const begun = await this.#live.begin(this.#caller, parameters, ending);
    if (!('next' in begun)) ending.abort();
    return begun;
  }

  /** The errors that end a subscription, as they are sent. */
  errors(errors: readonly GraphQLError[]): readonly GraphQLFormattedError[] {
    // A client that comes back resumes where it was; one that only receives an error may not.
    const [code] = errors.flatMap((error) => interruption(error) ?? []);
    if (code !== undefined) this.close(closeCodes.tryAgainLater, code);
    return this.#live.formatErrors(errors, this.#request.log);
  }

  result(result: Delivered): FormattedExecutionResult {
    return this.#live.formatResult(result, this.#request.log);
  }

  /** What an event means to all subscriptions of the connection is written at once. */
  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#stream.cork();
    process.nextTick(() => {
      this.#isGathering = false;
      this.#stream.uncork();
    });
  }

  #refuse(code: number, reason: string): false {
    this.close(code, reason);
    return false;
  }

  /** A close frame would wait behind what the client does not take. */
  #beat(): void {
    if (this.#flow.isStalled(this.#socket.bufferedAmount > 0)) {
      this.#socket.terminate();
      return;
    }
    clearTimeout(this.#pong);
    this.#pong = setTimeout(() => this.#socket.terminate(), this.#live.limits.pongMs);
    this.#socket.ping();
  }

  /** Nothing more is read from a client that does not take its answers. */
  #hold(): void {
    if (this.#socket.bufferedAmount > this.#live.limits.bufferedBytes) this.#socket.pause();
  }

  #release(): void {
    this.#flow.take();
    if (this.#socket.isPaused && this.#socket.bufferedAmount <= this.#live.limits.bufferedBytes)
      this.#socket.resume();
  }
}

function tooMany(most: number): GraphQLError {
  return new GraphQLError(
    `A connection may have ${most} subscriptions. End one, or open another connection.`,
    {
      extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', limit: most },
    },
  );
}
