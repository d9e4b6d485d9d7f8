import Fastify from 'fastify';
import mercurius, { type IResolvers } from 'mercurius';
import { openEmbedded } from 'tableloom/embedded';
import { openDatabase } from 'tableloom/runtime';
import { createLoaders, createResolvers, tables, typeDefs } from './generated/index.js';

// A DynamoDB in this process; `openEmbedded({ path: '.data' })` keeps the data. Amazon's: `client: { region: '…' }`.
const { clientConfig } = await openEmbedded();
const database = await openDatabase({ tables, client: clientConfig }).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});

const app = Fastify();
await app.register(mercurius, {
  schema: typeDefs,
  resolvers: createResolvers({}) as IResolvers,
  context: async () => {
    const db = database.session();
    return { db, loaders: createLoaders(db) };
  },
});
console.log(`GraphQL at ${await app.listen({ port: Number(process.env.PORT ?? 4000) })}/graphql`);
