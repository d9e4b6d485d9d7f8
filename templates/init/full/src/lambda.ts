/** Answers events of API Gateway (payload version 2.0) and of Function URLs. */
import { lambdaHandler } from 'tableloom/server';
import { buildApp } from './app.js';
import { openDatabase } from './database.js';

const app = await buildApp({ database: openDatabase() });
export const handler = lambdaHandler(app);
// Before the first event: what is done now is not waited for then.
await app.ready();
