import Fastify from 'fastify';
import { openEmbedded } from 'tableloom/embedded';
import { openDatabase } from 'tableloom/runtime';
import { serverOptions, tableloom } from 'tableloom/server';
import * as generated from './generated/index.js';

// A DynamoDB in this process; `openEmbedded({ path: '.data' })` keeps the data. Amazon's: `client: { region: '…' }`.
const { clientConfig } = await openEmbedded();
const database = await openDatabase({ tables: generated.tables, client: clientConfig }).catch(
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);

const app = Fastify(serverOptions());
await app.register(tableloom, { ...generated, database, resolvers: generated.createResolvers({}) });
console.log(`GraphQL at ${await app.listen({ port: Number(process.env.PORT ?? 4000) })}/graphql`);
