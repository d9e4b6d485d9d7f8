import type { FastifyInstance } from 'fastify';
import type { Database } from 'tableloom/runtime';
import { createLoaders } from '../../../generated/index.js';

/** The answer waits no longer for storage, in milliseconds: whoever asks has a limit of its own. */
const patience = 2000;

/** `GET /health`: 200 while the server and its storage answer, 503 otherwise. For load balancers; it tells no more. */
export function addHealth(app: FastifyInstance, database: Database): void {
  app.get('/health', { logLevel: 'warn' }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    try {
      await answers(database);
      return { status: 'ok', storage: 'ok' };
    } catch (error) {
      request.log.error({ err: error }, 'storage does not answer');
      return reply.code(503).send({ status: 'unavailable', storage: 'unreachable' });
    }
  });
}

/** One read of a record that is not there. Throws unless the table answers in time. */
async function answers(database: Database): Promise<void> {
  const signal = AbortSignal.timeout(patience);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${patience} ms`)), {
      once: true,
    });
  });
  await Promise.race([createLoaders(database.session({ signal })).config.load({ key: 'health' }), late]);
}
