/** Subscriptions over server-sent events: the protocol of graphql-sse, with a connection for each subscription. */
import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { FormattedExecutionResult, GraphQLError } from 'graphql';
import { secureHeaders } from '../http/headers.js';
import { checkBody, checkQueryString } from '../http/parameters.js';
import { httpError } from '../http/status.js';
import { refuseTwoMeanings, strictText } from '../http/wire.js';
import { clientGone } from '../request.js';
import { callerOf, keepChecking } from './caller.js';
import type { Deliveries } from './deliveries.js';
import { Flow } from './flow.js';
import { interruption, type Live, thrown } from './live.js';
import type { SubscribeParameters } from './operations.js';

/**
 * The route. graphql-sse's own handler is not used, as it reads from a subscription whether or not the client takes what it is
 * sent.
 *
 * @param errorHandler that of requests over HTTP: a token is refused in the same way
 */
export function streamRoute(
  live: Live,
  path: string,
  errorHandler: NonNullable<RouteOptions['errorHandler']>,
): RouteOptions {
  return {
    method: ['GET', 'POST'],
    url: path,
    exposeHeadRoute: false,
    preParsing: async (request, _reply, payload) => {
      live.toll.request(request);
      refuseTwoMeanings(request);
      const { accept = '*/*' } = request.headers;
      if (!/text\/(event-stream|\*)|\*\/\*/i.test(accept)) throw httpError(406, 'Accept text/event-stream.');
      return request.method === 'GET' ? undefined : strictText(payload);
    },
    preHandler: async ({ method, query, body }) => {
      if (method === 'GET') checkQueryString(query, live.documents);
      else checkBody(body, live.documents);
    },
    onSend: async (_request, reply) => {
      reply.headers(secureHeaders);
    },
    errorHandler,
    handler: (request, reply) => stream(live, request, reply),
  };
}

async function stream(live: Live, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { options, connections, limits, operationMs } = live;
  const gone = clientGone(reply);
  const caller = await callerOf(request, undefined, options, operationMs);
  // An injected request, as of a function of AWS Lambda, is answered when the answer is whole.
  if (!(request.raw.socket instanceof Socket))
    throw httpError(501, 'Subscriptions need a server that keeps connections open.');
  if (gone.aborted) return reply.hijack();
  if (connections.isDraining) throw httpError(503, 'The server is closing. Connect again.');
  const leave = connections.admit(caller.payer);
  if (leave === null)
    throw httpError(429, 'There are too many connections of this caller. Close one, or retry later.');
  const ending = new AbortController();
  gone.addEventListener('abort', () => ending.abort());
  const end = () => cutOff(reply.raw);
  const stopChecking = keepChecking(caller, limits.recheckMs, request.log, end);
  const forget = connections.add(end);
  ending.signal.addEventListener('abort', () => {
    for (const clean of [leave, stopChecking, forget]) clean();
  });
  const begun = await live.begin(caller, parametersOf(request), ending);
  const limited =
    'next' in begun ? undefined : begun.find(({ extensions }) => extensions.code === 'RATE_LIMITED');
  if (limited !== undefined) {
    ending.abort();
    throw limited;
  }
  if (gone.aborted && 'next' in begun) await begun.return();
  reply.headers({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would collect deliveries.
    'x-accel-buffering': 'no',
  });
  if (gone.aborted) return reply.hijack();
  if ('next' in begun) return reply.send(new EventStream(live, begun, reply));
  ending.abort();
  return reply.send(next({ errors: live.formatErrors(begun, request.log) }) + complete);
}

/** Deliveries as a stream, which asks for the next one when the connection has taken the one before. */
class EventStream extends Readable {
  readonly #live: Live;
  readonly #deliveries: Deliveries;
  readonly #response: ServerResponse;
  readonly #log: FastifyBaseLogger;
  readonly #beat: NodeJS.Timeout;
  #isReading = false;
  readonly #flow = new Flow();

  constructor(live: Live, deliveries: Deliveries, { raw, log }: FastifyReply) {
    super();
    this.#live = live;
    this.#deliveries = deliveries;
    this.#response = raw;
    this.#log = log;
    this.#beat = setInterval(() => this.#ping(), live.limits.pingMs);
    // Browsers take a connection for open with its first byte.
    this.push(comment);
  }

  override async _read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      const { done, value } = await this.#deliveries.next();
      this.#isReading = false;
      if (this.destroyed) return;
      if (done) this.#finish();
      else this.#send(this.#live.formatResult(value, this.#log));
    } catch (error) {
      this.#fail(thrown(error));
    }
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearInterval(this.#beat);
    void this.#deliveries.return();
    callback(error);
  }

  #send(result: FormattedExecutionResult): void {
    this.#flow.take();
    this.push(next(result));
  }

  #finish(): void {
    clearInterval(this.#beat);
    this.push(complete);
    this.push(null);
  }

  #fail(error: GraphQLError): void {
    if (interruption(error) !== undefined) {
      cutOff(this.#response);
      return;
    }
    this.#send({ errors: this.#live.formatErrors([error], this.#log) });
    this.#finish();
  }

  #ping(): void {
    // The next delivery is sent once the one before was taken.
    if (this.#flow.isStalled(this.#response.writableLength > 0)) cutOff(this.#response);
    if (this.readableLength === 0) this.push(comment);
  }
}

/** Without `complete`, by which a client knows that it should connect again, and resume. */
function cutOff(response: ServerResponse): void {
  response.destroy();
}

const comment = ':\n\n';
const complete = 'event: complete\ndata:\n\n';

function next(result: FormattedExecutionResult): string {
  return `event: next\ndata: ${JSON.stringify(result)}\n\n`;
}

/** Of a request that was checked, and has the text of its document by then. */
function parametersOf({ method, query: parameters, body }: FastifyRequest): SubscribeParameters {
  if (method !== 'GET') {
    const { query, operationName, variables } = body as SubscribeParameters;
    return { query, operationName, variables };
  }
  const { query, operationName, variables } = parameters as {
    readonly query: string;
    readonly operationName?: string;
    readonly variables?: string;
  };
  return {
    query,
    operationName,
    variables: variables ? (JSON.parse(variables) as Record<string, unknown>) : undefined,
  };
}
