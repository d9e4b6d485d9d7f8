/** What `tableloom dev` serves: the application with sample data, and sign-in without a secret of one's own. */

import type { FastifyInstance } from 'fastify';
import type { Database } from 'tableloom/runtime';
import { buildApp as buildServer } from './app.js';
import { createAuth } from './auth/auth.js';
import { secretsFor, signedWith } from './auth/secrets.js';
import { readConfig } from './config.js';

export { seed } from './seed/seed.js';

export const greeting = `Sign in   admin@tyler-setup.example / correct-horse-battery

mutation { signIn(input: { email: "admin@tyler-setup.example", password: "correct-horse-battery" }) {
  accessToken refreshToken expiresIn user { name } } }`;

export async function buildApp({ database }: { readonly database: Database }): Promise<FastifyInstance> {
  // The secrets are kept next to the data, as tokens are worth what it holds.
  const config = readConfig({ DATA_DIR: '.data', LOG_LEVEL: 'warn', ...process.env });
  const { corsOrigins, trustProxy, logLevel } = config;
  const { jwt } = await secretsFor(config);
  return buildServer({
    database,
    auth: createAuth(signedWith(jwt)),
    ide: true,
    corsOrigins,
    trustProxy,
    logLevel,
    metrics: config.metrics,
    slow: config.slowMs === null ? {} : { ms: config.slowMs },
  });
}
