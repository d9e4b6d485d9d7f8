import type { Server } from 'node:http';
import type { FastifyHttpOptions } from 'fastify';

/** How much of the server one client, or many slow ones, can occupy. Times are in milliseconds. */
export interface ConnectionLimits {
  /** How long the headers of a request may take to arrive. */
  readonly headersMs: number;
  /** How long a whole request may take to arrive. */
  readonly requestMs: number;
  /** How long a connection is kept for the next request: longer than the proxy in front of the server keeps it. */
  readonly idleMs: number;
  /** After how many requests a connection is closed, so that clients spread over new instances. */
  readonly requests: number;
}

export const connectionLimits: ConnectionLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 75_000,
  requests: 10_000,
};

/** How often Node looks for requests that take too long: by default twice a minute, which would be added to their time. */
const mostBetweenLooks = 1000;

/** The options of Fastify that hold requests to these limits; the number of connections is the server's own. */
export function connectionOptions({
  headersMs,
  requestMs,
  idleMs,
  requests,
}: ConnectionLimits): FastifyHttpOptions<Server> {
  return {
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    maxRequestsPerSocket: requests,
    http: {
      headersTimeout: Math.min(headersMs, requestMs),
      connectionsCheckingInterval: Math.min(mostBetweenLooks, headersMs),
    },
  };
}
