/** Creates the tables that code was generated for, and compares those that exist. */
import { CreateTableCommand, type DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { Retry } from '../client/retry.js';
import { viewOf } from '../client/sdk.js';
import { fromAws, nameOf, TableloomError } from '../errors.js';
import { physicalName, type TableDefinition } from './definition.js';
import { differencesOf, mismatchOf } from './differences.js';
import { creation } from './schema.js';
import { describe, isActive, type TableState, timeToLive } from './state.js';

/** DynamoDB may take a while to create a table with many indexes. */
const creationDeadlineMs = 120_000;
/** How long one attempt of a request about a table waits for its answer, in milliseconds. */
const attemptMs = 5000;

/**
 * Creates the tables that do not exist, billed by request, and waits until all are active. Compares those that
 * exist: TABLE_MISMATCH names the first difference in keys, indexes or projections. Ignores additional indexes and
 * attributes. Running it again, or twice at the same time, changes nothing.
 *
 * @param names physical names by logical ones, as from `resolveTableNames`
 */
export async function createTables(
  client: DynamoDBClient,
  definitions: readonly TableDefinition[],
  names: Readonly<Record<string, string>>,
): Promise<void> {
  const bounded = boundedOf(client);
  try {
    await Promise.all(
      definitions.map((definition) => createTable(bounded, definition, physicalName(definition, names))),
    );
  } catch (error) {
    throw fromAws(error);
  }
}

/** A client that reports storage that does not answer. */
export function boundedOf(client: DynamoDBClient): DynamoDBClient {
  return viewOf(client, { cacheMiddleware: false, attemptMs });
}

const startAgain =
  'If its data can go, delete the table (or the folder of the embedded engine): it is created again.';

async function createTable(client: DynamoDBClient, definition: TableDefinition, name: string): Promise<void> {
  if ((await describe(client, name)) === undefined) await makeTable(client, definition, name);
  const state = await active(client, name);
  for (const difference of differencesOf(definition, state)) {
    const mismatch = mismatchOf(difference);
    if (mismatch !== undefined)
      throw new TableloomError(
        'TABLE_MISMATCH',
        `The table ${name} ${mismatch.is}. ${mismatch.remedy} ${startAgain}`,
        { table: definition.table },
      );
    if (difference.kind === 'ttl-missing') await enableTimeToLive(client, name, difference.attribute);
  }
}

export async function makeTable(
  client: DynamoDBClient,
  definition: TableDefinition,
  name: string,
): Promise<void> {
  try {
    await client.send(new CreateTableCommand(creation(definition, name)));
  } catch (error) {
    // Another process was creating it at the same time.
    if (nameOf(error) !== 'ResourceInUseException') throw error;
  }
}

async function active(client: DynamoDBClient, name: string): Promise<TableState> {
  const retry = new Retry(creationDeadlineMs);
  for (;;) {
    const table = await describe(client, name);
    if (isActive(table)) return { table, ttl: await timeToLive(client, name) };
    if (!(await retry.wait()))
      throw new TableloomError('STORAGE_UNAVAILABLE', `The table ${name} did not become active in time.`);
  }
}

export async function enableTimeToLive(
  client: DynamoDBClient,
  name: string,
  attribute: string,
): Promise<void> {
  try {
    const TimeToLiveSpecification = { AttributeName: attribute, Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
  } catch (error) {
    // Two servers that start at the same time both find it off; the second gets an error that it is on already.
    if ((await timeToLive(client, name)) !== attribute) throw error;
  }
}
