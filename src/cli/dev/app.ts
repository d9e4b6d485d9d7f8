/** The server of a project that has none of its own. */

import type { FastifyInstance } from 'fastify';
import type { Database } from 'tableloom/runtime';
import { Mistake } from '../mistakes.js';
import type { Code } from '../project/code.js';

export async function buildProjectApp(
  _code: Code<FastifyInstance>,
  _database: Database,
): Promise<FastifyInstance> {
  throw new Mistake('There is no server.', 'Export `buildApp` from src/app.ts.');
}
