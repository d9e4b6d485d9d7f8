/** Generated resolvers: alone on Mercurius, as the peers are, and in the reference server with all it does besides. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import Fastify from 'fastify';
import mercurius, { type IResolvers } from 'mercurius';
import { Database } from 'tableloom/runtime';
import { createLoaders } from '../../generated/loaders.js';
import { createResolvers } from '../../generated/resolvers.js';
import type { Rules } from '../../generated/rules.js';
import { typeDefs } from '../../generated/schema.js';
import { tables } from '../../generated/tables.js';
import { executableSchema } from '../../src/fastify/schema.js';
import * as ourRules from '../../src/rules/index.js';
import { buildApp } from '../../src/server/app.js';
import { createAuth } from '../../src/server/auth/auth.js';
import { scalars } from '../../src/server/scalars.js';
import { writeSample } from '../../src/server/seed/seed.js';
import { type Asking, type ClientConfig, type MeasuredServer, rates, tableNames } from './server.js';

/** Who may do what is not what is measured: the peers do not ask. */
const rules: Rules = {
  ...ourRules,
  caller: () => ({ id: 'bench', roles: ['ADMIN'] }),
  notOneself: () => undefined,
};

const seed: MeasuredServer['seed'] = (config, sample) => writeSample(databaseOf(config), sample);

function databaseOf(config: ClientConfig): Database {
  return new Database({
    client: new DynamoDBClient(config),
    tables: tableNames,
    cursorSecrets: ['a secret of the benchmark, long enough'],
  });
}

const auth = createAuth({ jwtSecret: 'a secret of the benchmark, which signs nothing at all' });

const viewerOf = ({ id }: Asking) => ({ kind: 'USER', id, sessionEpoch: 0, sessionId: 'none' }) as const;

export const generated: MeasuredServer = {
  tables,
  seed,
  async app(config, asking) {
    const database = databaseOf(config);
    const app = Fastify();
    await app.register(mercurius, {
      schema: executableSchema(typeDefs, scalars),
      // Mercurius' types know its own context only.
      resolvers: createResolvers(rules) as IResolvers,
      context: () => {
        const db = database.session();
        return {
          principal: viewerOf(asking),
          client: { ip: asking.ip, userAgent: null },
          auth,
          note: () => undefined,
          db,
          loaders: createLoaders(db),
        };
      },
    });
    await app.ready();
    return app;
  },
};

export const reference: MeasuredServer = {
  tables,
  seed,
  app: (config, asking) =>
    buildApp({
      database: databaseOf(config),
      auth: { ...auth, readAccessToken: () => viewerOf(asking) },
      rules,
      rates,
      production: true,
    }),
};
