/** A garden for one test: the server, over a DynamoDB in this process. */
import { openEmbedded } from 'tableloom/embedded';
import { openDatabase } from 'tableloom/runtime';
import { onTestFinished } from 'vitest';
import { tables } from '../generated/index.js';
import { buildApp } from '../src/app.js';

export async function openGarden(now?: () => Date) {
  const engine = await openEmbedded();
  const database = await openDatabase({ tables, client: engine.clientConfig, ...(now && { now }) });
  const app = await buildApp({ database });
  onTestFinished(async () => {
    await app.close();
    await engine.close();
  });

  /** Sends a document as a client does. */
  async function ask(query: string, variables: object = {}, token?: string) {
    const answer = await app.inject({
      method: 'POST',
      url: '/graphql',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      payload: { query, variables },
    });
    return { status: answer.statusCode, ...answer.json() };
  }

  return { app, database, ask };
}
