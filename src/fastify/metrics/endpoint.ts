/** `GET /metrics`, for Prometheus. */
import { hash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { secureHeaders } from '../http/headers.js';
import { prometheusType } from './prometheus.js';

/** Who may read them: everybody, which production refuses; whoever has the token; whoever reaches the port. */
export type PrometheusSettings =
  | true
  | { readonly token: string }
  | { readonly port: number; readonly host?: string };

/** Shorter ones can be guessed. */
const shortestToken = 16;

const path = '/metrics';

export function serveMetrics(
  app: FastifyInstance,
  settings: PrometheusSettings,
  isProduction: boolean,
  text: () => string,
): void {
  if (settings !== true && 'port' in settings) {
    serveApart(app, settings, text);
    return;
  }
  if (settings === true && isProduction)
    throw new Error(
      `In production, ${path} is not served to everybody, as it tells what the application does. Pass ` +
        '`metrics: { prometheus: { token } }`, or `{ port }` for a port that only Prometheus reaches.',
    );
  if (settings !== true && settings.token.length < shortestToken)
    throw new Error(`The token of \`metrics.prometheus\` needs at least ${shortestToken} characters.`);
  app.route({
    method: 'GET',
    url: path,
    exposeHeadRoute: false,
    logLevel: 'warn',
    handler: async (request, reply) => {
      reply.headers({ ...secureHeaders, 'cache-control': 'no-store' });
      if (settings === true || isToken(request.headers.authorization, settings.token))
        return reply.type(prometheusType).send(text());
      return reply
        .code(401)
        .header('www-authenticate', 'Bearer')
        .send({ error: 'Send the token of metrics.' });
    },
  });
}

/** In a time that does not depend on how much is right. */
function isToken(authorization: string | undefined, token: string): boolean {
  const [, given = ''] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  const [left, right] = [given, token].map((one) => hash('sha256', one, 'buffer'));
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}

/** A server of its own, from when the application is ready until it is closed. */
function serveApart(
  app: FastifyInstance,
  { port, host = '127.0.0.1' }: { readonly port: number; readonly host?: string },
  text: () => string,
): void {
  const server = createServer(({ method, url = '' }, response) => {
    const isAsked = method === 'GET' && url.split('?')[0] === path;
    if (!isAsked) return response.writeHead(404).end();
    return response.writeHead(200, { ...secureHeaders, 'content-type': prometheusType }).end(text());
  });
  app.addHook('onReady', async () => {
    server.listen(port, host);
    await once(server, 'listening');
  });
  app.addHook('preClose', async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((closed) => server.close(closed));
  });
}
