/** What commands on stored records share: the DynamoDB that is meant, the project's tables there, and how they are ended. */

import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Database } from 'tableloom/runtime';
import type { Code } from './code.js';
import { asMistake, type EndpointOptions, endpointOf, namesOf } from './endpoint.js';

export interface Job {
  readonly database: Database;
  readonly client: DynamoDBClient;
  /** What people call the endpoint. */
  readonly place: string;
  /** Physical table names by logical ones. */
  readonly tables: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Runs `work` on the project's tables. Ctrl-C ends it after what is under way; the second one at once. */
export async function onTables(
  { generated, rules }: Pick<Code<unknown>, 'generated' | 'rules'>,
  options: EndpointOptions,
  work: (job: Job) => Promise<number>,
): Promise<number> {
  const tables = namesOf(generated.tables);
  const { client, place } = endpointOf(options);
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const database = new Database({ client, tables, cursorSecrets: [randomUUID()], compute: rules as never });
    return await work({ database, client, place, tables, signal: abort.signal });
  } catch (error) {
    throw asMistake(error);
  } finally {
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
    client.destroy();
  }
}
