/** Mercurius' own subscriptions, as its documentation has them with mqemitter-redis: the resolver publishes after it has written. */

import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { tableName } from '../operations/server.js';
import { clientConfigOf, type Given } from './given.js';
import { serve } from './program.js';

/** What the benchmark asks of the reference schema. */
const schema = `
  type Query { unused: Boolean }
  type Config { key: String! version: Int! }
  input SetConfigInput { key: String! value: String! category: String! }
  type Mutation { setConfig(input: SetConfigInput!): Config! }
  type Event { id: ID! entityId: ID! timestamp: String! }
  type ConfigChange { cursor: String! event: Event }
  type Subscription { configChanged: ConfigChange! }
`;

interface Input {
  readonly key: string;
  readonly value: string;
  readonly category: string;
}

await serve(async (given: Given) => {
  // By a name the compiler does not follow: its packages are those of bench/peers.
  const path = new URL('../peers/emitter.ts', import.meta.url).href;
  const { emitterAt } = (await import(path)) as { readonly emitterAt: (port: number) => object };
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(clientConfigOf(given)));
  const app = Fastify();
  await app.register(mercurius, {
    schema,
    subscription: { emitter: emitterAt(given.redisPort ?? 0) },
    resolvers: {
      Mutation: {
        async setConfig(_parent: unknown, { input }: { readonly input: Input }, { pubsub }) {
          const { key, value, category } = input;
          const { Attributes } = await documents.send(
            new UpdateCommand({
              TableName: tableName,
              Key: { PK: `CONFIG#${key}`, SK: 'METADATA' },
              UpdateExpression: 'SET #value = :value, category = :category ADD version :one',
              ExpressionAttributeNames: { '#value': 'value' },
              ExpressionAttributeValues: { ':value': value, ':category': category, ':one': 1 },
              ReturnValues: 'ALL_NEW',
            }),
          );
          const event = { id: randomUUID(), entityId: key, timestamp: new Date().toISOString() };
          const configChanged = { cursor: event.id, event };
          await pubsub.publish({ topic: 'CONFIG_SET', payload: { configChanged } });
          return { key, version: Attributes?.version as number };
        },
      },
      Subscription: {
        configChanged: { subscribe: (_parent, _args, { pubsub }) => pubsub.subscribe('CONFIG_SET') },
      },
    },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { ready: (app.server.address() as AddressInfo).port, answers: {} };
});
