/** Starts the server as the environment says, and stops it when told to. */

import { createTables, Database, resolveTableNames } from 'tableloom/runtime';
import { redisRates, redisWaker, stopOnSignals } from 'tableloom/server';
import { tables } from '../../generated/index.js';
import { buildApp } from './app.js';
import { createAuth } from './auth/auth.js';
import { secretsFor, signedWith } from './auth/secrets.js';
import { complaint } from './complaint.js';
import { readConfig } from './config.js';
import { documentsOf } from './documents.js';
import { seed } from './seed/seed.js';
import { openStorage } from './storage.js';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const { production, host, port } = config;
  const secrets = await secretsFor(config);
  const storage = await openStorage(config.storage, production);
  try {
    const names = resolveTableNames(tables, { TABLE_PREFIX: config.tablePrefix });
    const { redisUrl: url, tablePrefix } = config;
    const waker = url === null ? null : await redisWaker({ url, channel: `${tablePrefix}:events` });
    const store = url === null ? null : await redisRates({ url, prefix: `${tablePrefix}:rates` });
    const documents = await documentsOf(config.trustedDocuments);
    const database = new Database({
      client: storage.client,
      tables: names,
      cursorSecrets: secrets.cursor,
      live: waker === null ? {} : { waker },
    });
    // In production tables are made with the rest of the infrastructure, by somebody who may.
    if (!production) await createTables(storage.client, tables, names);
    if (config.storage.kind === 'embedded') await seed(database);
    const app = await buildApp({
      database,
      auth: createAuth(signedWith(secrets.jwt)),
      production,
      ide: !production,
      logLevel: config.logLevel,
      corsOrigins: config.corsOrigins,
      rates: production && (store === null || { store }),
      ...(documents && { documents }),
      trustProxy: config.trustProxy,
      limits: {
        ...(config.maxConnections !== null && { connections: config.maxConnections }),
        ...(config.requestLimit !== null && { requests: config.requestLimit }),
      },
      metrics: config.metrics,
      traces: config.traces,
      slow: config.slowMs === null ? {} : { ms: config.slowMs },
    });
    const close = async () => {
      await app.close();
      await waker?.close();
      await store?.close();
      await storage.close();
    };
    stopOnSignals(close, { app, drainMs: config.drainMs });
    await app.listen({ host, port });
  } catch (error) {
    await storage.close();
    throw error;
  }
}

try {
  await main();
} catch (error) {
  console.error(complaint(error) ?? error);
  process.exit(1);
}
