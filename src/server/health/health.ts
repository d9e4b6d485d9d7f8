import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from 'tableloom/runtime';
import { createLoaders } from '../../../generated/index.js';

/** The answer waits no longer for storage, in milliseconds: whoever asks has a limit of its own. */
const patience = 2000;

/**
 * What tells whether the server works; it tells no more.
 *
 * - `GET /health/live`: 200 while the process answers. For what restarts it.
 * - `GET /health/ready`: 200 once this instance has reached its storage. For load balancers: where storage is slow or away
 *   later, it is so for all instances, and taking all of them out would turn slow answers into none.
 * - `GET /health`: 200 while storage answers, 503 otherwise. For alarms.
 */
export function addHealth(app: FastifyInstance, database: Database): void {
  let hasReachedStorage = false;
  const reach = async (request: FastifyRequest, reply: FastifyReply) => {
    try {
      await read(database);
      hasReachedStorage = true;
      return { status: 'ok', storage: 'ok' };
    } catch (error) {
      request.log.error({ err: error }, 'storage does not answer');
      return reply.code(503).send({ status: 'unavailable', storage: 'unreachable' });
    }
  };
  app.register(async (health) => {
    health.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    health.get('/health/live', { logLevel: 'warn' }, async () => ({ status: 'ok' }));
    health.get('/health/ready', { logLevel: 'warn' }, async (request, reply) =>
      hasReachedStorage ? { status: 'ok' } : reach(request, reply),
    );
    health.get('/health', { logLevel: 'warn' }, reach);
  });
}

/** One read of a record that is not there. Throws unless the table answers in time. */
async function read(database: Database): Promise<void> {
  await createLoaders(database.session({ deadlineMs: patience })).config.load({ key: 'health' });
}
