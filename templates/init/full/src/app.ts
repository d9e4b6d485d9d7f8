import Fastify, { type FastifyInstance } from 'fastify';
import type { Database } from 'tableloom/runtime';
import { serverOptions, tableloom } from 'tableloom/server';
import * as generated from '../generated/index.js';
import { authenticate } from './context.js';
import * as rules from './rules/index.js';
import { scalars } from './scalars.js';

/** The server, not listening: main.ts, lambda.ts, `tableloom dev` and the tests use it. */
export async function buildApp({ database }: { readonly database: Database }): Promise<FastifyInstance> {
  const app = Fastify(serverOptions({ logLevel: 'warn' }));
  await app.register(tableloom, {
    ...generated,
    database,
    resolvers: generated.createResolvers(rules),
    scalars,
    authenticate,
    corsOrigins: process.env.CORS_ORIGINS?.split(',') ?? [],
  });
  return app;
}
