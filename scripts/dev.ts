/**
 * `npm run dev`: generates, starts DynamoDB in this process, fills it with sample data, serves, and serves every change
 * of the inputs again. The engine and the listening socket outlive a change; only the application is loaded anew.
 */

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stopOnSignals } from 'tableloom/server';
import { Complaint, complaint } from '../src/server/complaint.js';
import { readConfig, type ServerConfig } from '../src/server/config.js';
import { DevelopmentServer } from './dev/server.js';
import { watchInputs } from './dev/watch.js';

const usage = `npm run dev -- [options]

Generates the backend, serves it from an embedded DynamoDB with sample data, and serves every change of schema/,
access-patterns.yaml, templates/ and src/rules/ again.

  --port <number>   listen here instead of at PORT, or 4000
  --help            this text

Environment: PORT, HOST, DATA_DIR (keeps the data), DYNAMODB_ENDPOINT, TABLE_PREFIX, LOG_LEVEL, JWT_SECRET, CURSOR_SECRET.`;

async function main(started: number): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help) return console.log(usage);
  const config = developmentConfig(values.port);

  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const server = await DevelopmentServer.open(root, config);
  let stopWatching = async () => {};
  stopOnSignals(async () => {
    await stopWatching();
    await server.close();
  });
  try {
    await server.start();
  } catch (error) {
    await server.close();
    throw error;
  }
  console.log(greeting(server.url, performance.now() - started));
  stopWatching = watchInputs(root, () => server.update());
  server.warmUp();
}

function developmentConfig(port: string | undefined): ServerConfig {
  if (process.env.NODE_ENV === 'production') {
    throw new Complaint(
      'npm run dev serves sample data with known passwords; it does not run with NODE_ENV=production.',
    );
  }
  return readConfig({ LOG_LEVEL: 'warn', ...process.env, ...(port === undefined ? {} : { PORT: port }) });
}

function greeting(url: string, milliseconds: number): string {
  return `
Tyler Setup is ready after ${(milliseconds / 1000).toFixed(1)} s.

  GraphQL   ${url}/graphql
  IDE       ${url}/graphiql
  Sign in   admin@tyler-setup.example / correct-horse-battery

  mutation { signIn(input: { email: "admin@tyler-setup.example", password: "correct-horse-battery" }) {
    accessToken refreshToken expiresIn user { name } } }

Changes of schema/, access-patterns.yaml, templates/ and src/rules/ are served at once. Ctrl-C stops.
`;
}

try {
  await main(0);
} catch (error) {
  console.error(complaint(error) ?? error);
  process.exit(1);
}
