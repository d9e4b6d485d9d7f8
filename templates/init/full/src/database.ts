import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Database, resolveTableNames } from 'tableloom/runtime';
import { tables } from '../generated/index.js';

/** The database that the environment names. Its tables are there: `tableloom deploy` makes them. */
export function openDatabase(): Database {
  const { DYNAMODB_ENDPOINT: endpoint, CURSOR_SECRET: secret } = process.env;
  // Whoever has it can read and forge cursors. To replace it, list both: the first encrypts, all decrypt.
  if (!secret) throw new Error('Set CURSOR_SECRET, for instance to the output of `openssl rand -base64 32`.');
  return new Database({
    client: new DynamoDBClient(endpoint ? { endpoint } : {}),
    tables: resolveTableNames(tables, process.env),
    cursorSecrets: secret.split(','),
  });
}
