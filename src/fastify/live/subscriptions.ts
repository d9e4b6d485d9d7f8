/** Subscriptions, over WebSockets and server-sent events. Loaded only for schemas that have some. */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { graphqlOverHttp } from '../http/http.js';
import { httpError } from '../http/status.js';
import type { PluginOptions, ServerLimits } from '../options.js';
import type { Watching } from '../watch/watch.js';
import { liveOf } from './live.js';
import { socketServer } from './sockets.js';
import { streamRoute } from './stream.js';
import { checkOrigin, upgrades } from './upgrade.js';

export interface Subscriptions {
  /** A hook of the route /graphql, which serves requests for a WebSocket. */
  upgrade(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** The route /graphql/stream. */
  readonly route: RouteOptions;
}

export async function subscriptionsOf(
  app: FastifyInstance,
  options: PluginOptions,
  limits: ServerLimits,
  isProduction: boolean,
  watch: Watching,
): Promise<Subscriptions> {
  const { corsOrigins = [] } = options;
  const live = liveOf(app, options, { limits, isProduction, watch });
  const serve = await socketServer(live);
  const check = (request: FastifyRequest) => {
    // Fastify refuses new requests by then; this one was in a hook.
    if (live.connections.isDraining) throw httpError(503, 'The server is closing. Connect again.');
    checkOrigin(request, corsOrigins);
  };
  app.addHook('preClose', async () => live.connections.drain());
  return {
    upgrade: upgrades(app, '/graphql', { check, serve }),
    route: streamRoute(live, '/graphql/stream', graphqlOverHttp.additionalRouteOptions.errorHandler),
  };
}
