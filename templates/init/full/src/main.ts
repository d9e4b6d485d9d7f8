/** Serves until SIGINT or SIGTERM. */
import { stopOnSignals } from 'tableloom/server';
import { buildApp } from './app.js';
import { openDatabase } from './database.js';

const { PORT = '4000', HOST = '127.0.0.1' } = process.env;
const app = await buildApp({ database: openDatabase() });
stopOnSignals(() => app.close(), { app });
console.log(`GraphQL at ${await app.listen({ port: Number(PORT), host: HOST })}/graphql`);
