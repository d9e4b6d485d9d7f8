/** Requests to open a WebSocket, led through Fastify: its hooks see them, and its request is what the application's context is made of. */
import { Buffer } from 'node:buffer';
import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { httpError } from '../http/status.js';

export interface Upgrade {
  readonly socket: Duplex;
  /** What the client has sent after its request. */
  readonly head: Buffer;
}

interface Pending extends Upgrade {
  readonly response: ServerResponse;
}

/** What becomes of a request that hooks have let through. */
export interface Welcome {
  /** Throws to refuse it. */
  check(request: FastifyRequest): void;
  serve(request: FastifyRequest, upgrade: Upgrade): void;
}

/** @returns a hook of the route at `path`, which serves such requests in the place of the route's handler */
export function upgrades(
  app: FastifyInstance,
  path: string,
  { check, serve }: Welcome,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const pending = new WeakMap<IncomingMessage, Pending>();
  const { server } = app;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isWebSocket(request, path)) {
      // Another listener's. Where there is none, the client has what it had before there were subscriptions.
      if (server.listenerCount('upgrade') === 1) serveAsUsual(server, request, socket, head);
      return;
    }
    socket.on('error', () => socket.destroy());
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    // Node has sockets of net here, and a wider type.
    response.assignSocket(socket as Socket);
    // Refused: nothing else ends the connection.
    response.once('finish', () => socket.end());
    pending.set(request, { socket, head, response });
    app.routing(request, response);
  });
  return async (request, reply) => {
    const upgrade = pending.get(request.raw);
    if (upgrade === undefined) return;
    check(request);
    reply.hijack();
    upgrade.response.detachSocket(upgrade.socket as Socket);
    serve(request, upgrade);
  };
}

/**
 * Throws 403 for a page of another origin, where origins are listed. Such pages have no token to send, which no browser adds by
 * itself as it does cookies; so this keeps them from what anybody may read.
 */
export function checkOrigin({ headers, host }: FastifyRequest, allowed: readonly string[]): void {
  const { origin } = headers;
  if (origin === undefined || allowed.length === 0 || allowed.includes('*') || allowed.includes(origin))
    return;
  if (!URL.canParse(origin) || new URL(origin).host !== host)
    throw httpError(403, `Pages of ${origin} may not subscribe here.`);
}

function isWebSocket({ method, url = '', headers }: IncomingMessage, path: string): boolean {
  return method === 'GET' && url.split('?')[0] === path && headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Gives a request back to Node's server, without the headers that ask for another protocol: HTTP/2 without TLS, for instance, which
 * some clients offer with every request. Node leaves all of these to listeners as soon as there is one.
 */
function serveAsUsual(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = rawHeaders.flatMap((name, at) =>
    at % 2 === 1 || /^(connection|upgrade|http2-settings)$/i.test(name)
      ? []
      : [`${name}: ${rawHeaders[at + 1]}`],
  );
  const text = [`${method} ${url} HTTP/${httpVersion}`, ...lines, '', ''].join('\r\n');
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
  socket.emit('data', Buffer.concat([Buffer.from(text, 'latin1'), head]));
}
