/** Brings tables to their definitions, step by step, and loses nothing: what would is refused. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DynamoDBClient,
  type TableDescription,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { Retry } from '../client/retry.js';
import { fromAws, nameOf, TableloomError } from '../errors.js';
import { boundedOf, enableTimeToLive, makeTable } from './create.js';
import { type IndexDefinition, physicalName, type TableDefinition } from './definition.js';
import { type Difference, differencesOf, mismatchOf } from './differences.js';
import { attributeDefinitions, indexCreation } from './schema.js';
import { describe, isActive, recovery, timeToLive } from './state.js';

export type TableStep =
  | { readonly kind: 'create-table' }
  | { readonly kind: 'create-index'; readonly index: IndexDefinition }
  | { readonly kind: 'enable-ttl' | 'disable-ttl'; readonly attribute: string }
  | { readonly kind: 'enable-recovery' }
  | { readonly kind: 'delete-index'; readonly index: string };

/** What brings one table to its definition. */
export interface TableChanges {
  readonly table: string;
  /** The physical name. */
  readonly name: string;
  /** In their order. */
  readonly steps: readonly TableStep[];
  /** What cannot be done without losing something, to be read after the table's name, and what to do about it. */
  readonly refusals: readonly { readonly is: string; readonly remedy: string }[];
  /** Indexes that nothing declares, and that stay. */
  readonly kept: readonly { readonly name: string; readonly kind: 'global' | 'local' }[];
}

export interface DeployOptions {
  /** Deletes global indexes that nothing declares. */
  readonly deleteIndexes?: boolean;
  /** Point-in-time recovery, where the endpoint has it. Default: true. */
  readonly recovery?: boolean;
}

/** Compares tables with their definitions, and changes nothing. @param names physical names by logical ones */
export async function tableChanges(
  client: DynamoDBClient,
  definitions: readonly TableDefinition[],
  names: Readonly<Record<string, string>>,
  options: DeployOptions = {},
): Promise<TableChanges[]> {
  const bounded = boundedOf(client);
  try {
    return await Promise.all(
      definitions.map((definition) =>
        changesOf(bounded, definition, physicalName(definition, names), options),
      ),
    );
  } catch (error) {
    throw fromAws(error);
  }
}

async function changesOf(
  client: DynamoDBClient,
  definition: TableDefinition,
  name: string,
  { deleteIndexes = false, recovery: isWanted = true }: DeployOptions,
): Promise<TableChanges> {
  const { table: logical, ttl } = definition;
  const table = await describe(client, name);
  const backup =
    isWanted && (await recovery(client, name)) === 'off' ? [{ kind: 'enable-recovery' } as const] : [];
  if (table === undefined) {
    const expiry = ttl === undefined ? [] : [{ kind: 'enable-ttl', attribute: ttl } as const];
    const steps = [{ kind: 'create-table' } as const, ...expiry, ...backup];
    return { table: logical, name, steps, refusals: [], kept: [] };
  }
  const differences = differencesOf(definition, { table, ttl: await timeToLive(client, name) });
  const deleted = (one: Difference) =>
    deleteIndexes && one.kind === 'index-additional' && one.of === 'global';
  return {
    table: logical,
    name,
    steps: [
      ...differences.flatMap(stepsOf),
      ...backup,
      // Last: servers of the former version read them until they are replaced.
      ...differences.flatMap((one) =>
        deleted(one) && one.kind === 'index-additional'
          ? [{ kind: 'delete-index', index: one.name } as const]
          : [],
      ),
    ],
    refusals: differences.flatMap((one) => (stepsOf(one).length > 0 ? [] : (mismatchOf(one) ?? []))),
    kept: differences.flatMap((one) =>
      one.kind === 'index-additional' && !deleted(one) ? [{ name: one.name, kind: one.of }] : [],
    ),
  };
}

function stepsOf(one: Difference): TableStep[] {
  switch (one.kind) {
    case 'index-missing':
      return one.index.kind === 'global' ? [{ kind: 'create-index', index: one.index }] : [];
    case 'ttl-missing':
      return [{ kind: 'enable-ttl', attribute: one.attribute }];
    case 'ttl-additional':
      return [{ kind: 'disable-ttl', attribute: one.attribute }];
    default:
      return [];
  }
}

/** What a step has come to: how much of an index is filled is not known before it is whole. */
export interface DeployProgress {
  readonly name: string;
  readonly step: TableStep;
  readonly state: 'begun' | 'waiting' | 'done';
}

/**
 * Carries out the steps, table by table, each once the one before it is complete: DynamoDB creates or deletes one index of
 * a table at a time. TABLE_MISMATCH where something is refused; then nothing is done. Running it again continues.
 */
export async function deployTables(
  client: DynamoDBClient,
  definitions: readonly TableDefinition[],
  changes: readonly TableChanges[],
  onProgress: (progress: DeployProgress) => void = () => undefined,
): Promise<void> {
  for (const { table, name, refusals } of changes) {
    const [first] = refusals;
    if (first !== undefined)
      throw new TableloomError('TABLE_MISMATCH', `The table ${name} ${first.is}. ${first.remedy}`, { table });
  }
  const bounded = boundedOf(client);
  try {
    for (const { table, name, steps } of changes) {
      const definition = definitions.find((one) => one.table === table);
      if (definition === undefined) throw new TypeError(`${table} is not a table of these definitions`);
      for (const step of steps) {
        onProgress({ name, step, state: 'begun' });
        await carryOut(bounded, definition, name, step);
        await settled(bounded, name, () => onProgress({ name, step, state: 'waiting' }));
        onProgress({ name, step, state: 'done' });
      }
    }
  } catch (error) {
    throw fromAws(error);
  }
}

async function carryOut(
  client: DynamoDBClient,
  definition: TableDefinition,
  name: string,
  step: TableStep,
): Promise<void> {
  switch (step.kind) {
    case 'create-table':
      return makeTable(client, definition, name);
    case 'create-index':
      return createIndex(client, definition, name, step.index);
    case 'enable-ttl':
      return enableTimeToLive(client, name, step.attribute);
    case 'disable-ttl': {
      const TimeToLiveSpecification = { AttributeName: step.attribute, Enabled: false };
      await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
      return;
    }
    case 'enable-recovery':
      return enableRecovery(client, name);
    case 'delete-index': {
      const GlobalSecondaryIndexUpdates = [{ Delete: { IndexName: step.index } }];
      await client.send(new UpdateTableCommand({ TableName: name, GlobalSecondaryIndexUpdates }));
    }
  }
}

async function createIndex(
  client: DynamoDBClient,
  { key }: TableDefinition,
  name: string,
  index: IndexDefinition,
): Promise<void> {
  await client.send(
    new UpdateTableCommand({
      TableName: name,
      AttributeDefinitions: attributeDefinitions([key, index]),
      GlobalSecondaryIndexUpdates: [
        { Create: { ...indexCreation(index), ...throughputOf(await describe(client, name)) } },
      ],
    }),
  );
}

/** An index of a table with provisioned capacity begins with the table's. */
function throughputOf(table: TableDescription | undefined) {
  const { ReadCapacityUnits = 0, WriteCapacityUnits = 0 } = table?.ProvisionedThroughput ?? {};
  if (ReadCapacityUnits === 0 || table?.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST') return {};
  return { ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits } };
}

/** A table that was just created has no backups for a moment. */
const recoveryDeadlineMs = 300_000;

async function enableRecovery(client: DynamoDBClient, name: string): Promise<void> {
  const retry = new Retry(recoveryDeadlineMs);
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  for (;;) {
    try {
      await client.send(
        new UpdateContinuousBackupsCommand({ TableName: name, PointInTimeRecoverySpecification }),
      );
      return;
    } catch (error) {
      if (nameOf(error) !== 'ContinuousBackupsUnavailableException' || !(await retry.wait())) throw error;
    }
  }
}

/** Between two looks at a table, in milliseconds: filling an index takes from seconds to days. */
const looks = { first: 50, most: 5000 };

async function settled(client: DynamoDBClient, name: string, waiting: () => void): Promise<void> {
  for (let ms = looks.first; !isActive(await describe(client, name)); ms = Math.min(looks.most, ms * 1.5)) {
    waiting();
    await sleep(ms);
  }
}
