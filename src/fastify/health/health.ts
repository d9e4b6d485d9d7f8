import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Database, type TableDefinition, TableloomError } from 'tableloom/runtime';
import { secureHeaders } from '../http/headers.js';
import { isDraining } from './draining.js';

/** The answer waits no longer for storage, in milliseconds: whoever asks has a limit of its own. */
const patience = 2000;

/**
 * What tells whether the server works; it tells no more. Overload is no reason not to answer here.
 *
 * - `GET /livez`: 200 while the process answers. For what restarts it.
 * - `GET /readyz`: 200 once this instance has reached its storage, until it is about to close. For load balancers: where storage is slow
 *   or away later, it is so for all instances, and taking all of them out would turn slow answers into none. 503 while its version of
 *   the project is refused: others are of the one that is served. The log has the reason, at the start too.
 * - `GET /health`: 200 while storage answers, 503 otherwise. For alarms.
 */
export function addHealth(
  app: FastifyInstance,
  database: Database,
  tables: readonly TableDefinition[],
): void {
  let hasReachedStorage = false;
  const reach = async (request: FastifyRequest, reply: FastifyReply) => {
    try {
      await read(database, tables);
      hasReachedStorage = true;
      return { status: 'ok', storage: 'ok' };
    } catch (error) {
      if (isMismatch(error)) return refused(error, request, reply);
      request.log.error({ err: error }, 'storage does not answer');
      return reply.code(503).send({ status: 'unavailable', storage: 'unreachable' });
    }
  };
  // A server may be there before its version is served: it says so, and waits.
  app.addHook('onReady', async () => {
    database.checkPlan().catch((error: unknown) => {
      if (isMismatch(error)) app.log.error({ err: error }, notServed);
    });
  });
  app.register(async (health) => {
    health.addHook('onRequest', async (_request, reply) => {
      reply.headers({ ...secureHeaders, 'cache-control': 'no-store' });
    });
    health.get('/livez', { logLevel: 'warn' }, async () => ({ status: 'ok' }));
    health.get('/readyz', { logLevel: 'warn' }, async (request, reply) => {
      if (isDraining(app)) return reply.code(503).send({ status: 'closing' });
      const refusal = database.planRefusal();
      if (refusal) return refused(refusal, request, reply);
      return hasReachedStorage ? { status: 'ok' } : reach(request, reply);
    });
    health.get('/health', { logLevel: 'warn' }, reach);
  });
}

const notServed = 'this version of the project is not served';

function isMismatch(error: unknown): boolean {
  return error instanceof TableloomError && error.code === 'PLAN_MISMATCH';
}

function refused(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.log.error({ err: error }, notServed);
  return reply.code(503).send({ status: 'refused', storage: 'ok' });
}

/** One read of a record that is not there. Throws unless the first table answers in time. */
async function read(database: Database, [first]: readonly TableDefinition[]): Promise<void> {
  if (first === undefined) return;
  const { partition, sort } = first.key;
  const Key = { [partition]: 'health', ...(sort !== undefined && { [sort]: 'health' }) };
  const session = database.session({ deadlineMs: patience });
  await session.document.send(new GetCommand({ TableName: first.table, Key }));
}
