/** The reference schema's server, with rules that read nothing, and without the usual bounds of subscribers. */

import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import Fastify from 'fastify';
import { Database } from 'tableloom/runtime';
import { redisWaker, tableloom } from 'tableloom/server';
import { events } from '../../generated/events.js';
import * as generated from '../../generated/index.js';
import { configWrites } from '../../generated/writes.js';
import * as ourRules from '../../src/rules/index.js';
import { createAuth } from '../../src/server/auth/auth.js';
import { scalars } from '../../src/server/scalars.js';
import { tableNames } from '../operations/server.js';
import { clientConfigOf, type Given, type Memory, type Publishing } from './given.js';
import { serve } from './program.js';

const rules: generated.Rules = { ...ourRules, caller: () => ({ id: 'bench', roles: ['ADMIN'] }) };
const auth = createAuth({ jwtSecret: 'a secret of the benchmark, which signs nothing at all' });
const viewer = { kind: 'USER', id: 'bench', sessionEpoch: 0, sessionId: 'none' } as const;

/** Transactions that are under way at once, and writes of each. */
const [atOnce, together] = [8, 20];

await serve(async (given: Given) => {
  const { redisPort } = given;
  const waker =
    redisPort === undefined ? undefined : await redisWaker({ url: `redis://127.0.0.1:${redisPort}` });
  const database = new Database({
    client: new DynamoDBClient(clientConfigOf(given)),
    tables: tableNames,
    cursorSecrets: ['a secret of the benchmark, long enough'],
    live: waker === undefined ? {} : { waker },
  });
  const app = Fastify();
  await app.register(tableloom, {
    ...generated,
    database,
    resolvers: generated.createResolvers(rules),
    scalars,
    authenticate: () => viewer,
    context: () => ({ client: { ip: null, userAgent: null }, auth, note: () => undefined }),
    limits: { connections: 100_000 },
    live: { connectionsPerPrincipal: 100_000, subscriptionsPerConnection: 1000 },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  let sockets = 0;
  app.server.on('upgrade', (_request, socket) => {
    sockets += 1;
    socket.once('close', () => {
      sockets -= 1;
    });
  });
  let rssPeak = 0;
  setInterval(() => {
    rssPeak = Math.max(rssPeak, process.memoryUsage.rss());
  }, 100).unref();
  return {
    ready: (app.server.address() as AddressInfo).port,
    answers: {
      sockets: () => sockets,
      memory(): Memory {
        const peak = Math.max(rssPeak, process.memoryUsage.rss());
        globalThis.gc?.();
        rssPeak = 0;
        const { heapUsed, external, rss } = process.memoryUsage();
        return { heap: heapUsed + external, rss, rssPeak: peak };
      },
      async publish({ count, perSecond, characters, prefix }: Publishing) {
        const started = performance.now();
        const category = 'x'.repeat(characters);
        let next = 0;
        const run = async () => {
          while (next < count) {
            await sleep(started + (next * 1000) / perSecond - performance.now());
            const keys = Array.from({ length: Math.min(together, count - next) }, () => `${prefix}${next++}`);
            const writes = keys.map((key) =>
              configWrites.upsert({ key }, () => ({ key, value: 'of the benchmark', category }), {
                publish: events.CONFIG_SET,
              }),
            );
            await database.session().write(...writes);
          }
        };
        await Promise.all(Array.from({ length: atOnce }, run));
      },
    },
  };
});
