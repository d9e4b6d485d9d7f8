import { randomUUID } from 'node:crypto';
import { tableNamed } from '../action.js';
import { checksOf, type TypeTree } from '../dynalite.js';
import { resourceInUse, resourceNotFound, ValidationError } from '../errors.js';
import { fillIndex, removeTable, saveTable } from '../store/catalog.js';
import type { Store } from '../store/store.js';
import type { IndexDescription, KeySchemaElement, Projection, TableDescription } from '../store/table.js';
import { typesOf, validate } from '../validate.js';
import { type Tag, tagsOf } from './tags.js';

type BillingMode = 'PROVISIONED' | 'PAY_PER_REQUEST';

interface Throughput {
  readonly ReadCapacityUnits: number;
  readonly WriteCapacityUnits: number;
}

interface NewIndex {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly Projection: Projection;
  readonly ProvisionedThroughput?: Throughput;
}

interface CreateInput {
  readonly TableName: string;
  readonly AttributeDefinitions: TableDescription['AttributeDefinitions'];
  readonly KeySchema: readonly KeySchemaElement[];
  readonly LocalSecondaryIndexes?: readonly NewIndex[];
  readonly GlobalSecondaryIndexes?: readonly NewIndex[];
  readonly BillingMode?: BillingMode;
  readonly ProvisionedThroughput?: Throughput;
  readonly Tags?: readonly Tag[];
}

interface UpdateInput {
  readonly TableName: string;
  readonly AttributeDefinitions?: TableDescription['AttributeDefinitions'];
  readonly BillingMode?: BillingMode;
  readonly ProvisionedThroughput?: Throughput;
  readonly GlobalSecondaryIndexUpdates?: readonly {
    readonly Create?: NewIndex;
    readonly Update?: { readonly IndexName: string; readonly ProvisionedThroughput: Throughput };
    readonly Delete?: { readonly IndexName: string };
  }[];
}

const create = checksOf('createTable');
const createTypes = { ...create.types, Tags: typesOf('tagResource').Tags ?? 'List' };
const update = checksOf('updateTable');
const updateTypes = {
  ...update.types,
  AttributeDefinitions: withoutNotNull(create.types.AttributeDefinitions),
  GlobalSecondaryIndexUpdates: withOptionalThroughput(update.types.GlobalSecondaryIndexUpdates),
};

/** The table is active at once, as in DynamoDB Local. */
export async function createTable(store: Store, input: object): Promise<object> {
  checkLength(input);
  const request = validate<CreateInput>(input, createTypes, create.custom);
  if (store.tables.has(request.TableName)) {
    throw resourceInUse(`Table already exists: ${request.TableName}`);
  }
  const { LocalSecondaryIndexes, GlobalSecondaryIndexes, Tags } = request;
  const arn = `arn:aws:dynamodb:local:000000000000:table/${request.TableName}`;
  const description: TableDescription = {
    TableName: request.TableName,
    TableArn: arn,
    TableId: randomUUID(),
    TableStatus: 'ACTIVE',
    CreationDateTime: Date.now() / 1000,
    AttributeDefinitions: request.AttributeDefinitions,
    KeySchema: request.KeySchema,
    ...(LocalSecondaryIndexes === undefined
      ? {}
      : { LocalSecondaryIndexes: LocalSecondaryIndexes.map((index) => describe(arn, index)) }),
    ...(GlobalSecondaryIndexes === undefined
      ? {}
      : {
          GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => describeGlobal(arn, index, 'ACTIVE')),
        }),
    ...billing(request.BillingMode),
    ProvisionedThroughput: throughput(request.ProvisionedThroughput),
    ItemCount: 0,
    TableSizeBytes: 0,
  };
  await saveTable(store, { description, ...(Tags && { tags: tagsOf(Tags) }) });
  return { TableDescription: description };
}

/** `ItemCount` and sizes stay 0; the service brings them up to date some six hours later. */
export function describeTable(store: Store, input: object): object {
  const { TableName } = validate<{ TableName: string }>(
    input,
    typesOf('describeTable'),
    checksOf('describeTable').custom,
  );
  return { Table: existing(store, TableName).record.description };
}

export async function deleteTable(store: Store, input: object): Promise<object> {
  const { TableName } = validate<{ TableName: string }>(
    input,
    typesOf('deleteTable'),
    checksOf('deleteTable').custom,
  );
  const table = existing(store, TableName);
  await removeTable(store, table);
  return { TableDescription: { ...table.record.description, TableStatus: 'DELETING' } };
}

export function listTables(store: Store, input: object): object {
  const request = validate<{ Limit?: number; ExclusiveStartTableName?: string }>(
    input,
    typesOf('listTables'),
  );
  const { Limit = 100, ExclusiveStartTableName: start } = request;
  const names = [...store.tables.keys()].sort().filter((name) => start === undefined || name > start);
  const page = names.slice(0, Limit);
  const last = page.at(-1);
  return {
    TableNames: page,
    ...(names.length > page.length && last !== undefined ? { LastEvaluatedTableName: last } : {}),
  };
}

/** Creates and removes global indexes; a new one is filled before the answer. Throughput is only noted. */
export async function updateTable(store: Store, input: object): Promise<object> {
  const request = validate<UpdateInput>(input, updateTypes, update.custom);
  const { record } = existing(store, request.TableName);
  let { description } = record;
  checkThroughput(description, request);
  const made: string[] = [];
  for (const { Create, Update, Delete } of request.GlobalSecondaryIndexUpdates ?? []) {
    const indexes = description.GlobalSecondaryIndexes ?? [];
    if (Create !== undefined) {
      description = withIndex(description, Create, request.AttributeDefinitions ?? []);
      made.push(Create.IndexName);
    }
    const named = Update?.IndexName ?? Delete?.IndexName;
    if (named !== undefined && !indexes.some(({ IndexName }) => IndexName === named)) {
      throw resourceNotFound(`Requested resource not found: Index: ${named} not found`);
    }
    if (Delete !== undefined) {
      const rest = indexes.filter(({ IndexName }) => IndexName !== Delete.IndexName);
      description = usedDefinitions({ ...description, GlobalSecondaryIndexes: rest });
    }
  }
  if (request.ProvisionedThroughput !== undefined) {
    description = { ...description, ProvisionedThroughput: throughput(request.ProvisionedThroughput) };
  }
  description = { ...description, ...billing(request.BillingMode) };
  await saveTable(store, { ...record, description });
  for (const name of made) await fillIndex(store, request.TableName, name);
  return { TableDescription: existing(store, request.TableName).record.description };
}

/**
 * What DynamoDB says in other words than dynalite.
 * @throws ValidationError
 */
function checkLength(input: object): void {
  const { TableName: name, KeySchema: schema } = input as {
    readonly TableName?: unknown;
    readonly KeySchema?: unknown;
  };
  if (typeof name === 'string' && name.length < 3)
    throw new ValidationError(
      `1 validation error detected: Value '${name}' at 'tableName' failed to satisfy constraint: ` +
        'Member must have length greater than or equal to 3',
    );
  if (!Array.isArray(schema) || schema.length <= 2) return;
  const elements = (schema as KeySchemaElement[]).map(
    ({ AttributeName, KeyType }) => `KeySchemaElement(attributeName=${AttributeName}, keyType=${KeyType})`,
  );
  throw new ValidationError(
    `1 validation error detected: Value '[${elements.join(', ')}]' at 'keySchema' failed to satisfy constraint: ` +
      'Member must have length less than or equal to 2',
  );
}

/** @throws ValidationError for a throughput that is the table's already, or that it cannot have */
function checkThroughput(
  { BillingModeSummary: billed, ProvisionedThroughput: provisioned }: TableDescription,
  { BillingMode, ProvisionedThroughput: wished }: UpdateInput,
): void {
  if (wished === undefined) return;
  const { BillingMode: current = 'PROVISIONED' } = (billed ?? {}) as { readonly BillingMode?: BillingMode };
  if (BillingMode === 'PAY_PER_REQUEST')
    throw new ValidationError(
      'One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified ' +
        'when BillingMode is PAY_PER_REQUEST',
    );
  const { ReadCapacityUnits: reads, WriteCapacityUnits: writes } = provisioned as Throughput;
  const isSame = reads === wished.ReadCapacityUnits && writes === wished.WriteCapacityUnits;
  if (current === 'PROVISIONED' && isSame)
    throw new ValidationError(
      'The provisioned throughput for the table will not change. The requested value equals the current value. ' +
        `Current ReadCapacityUnits provisioned for the table: ${reads}. Requested ReadCapacityUnits: ${reads}. ` +
        `Current WriteCapacityUnits provisioned for the table: ${writes}. Requested WriteCapacityUnits: ${writes}. ` +
        'Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.',
    );
}

function withIndex(
  description: TableDescription,
  index: NewIndex,
  definitions: TableDescription['AttributeDefinitions'],
): TableDescription {
  const indexes = description.GlobalSecondaryIndexes ?? [];
  const taken = [...indexes, ...(description.LocalSecondaryIndexes ?? [])];
  if (taken.some(({ IndexName }) => IndexName === index.IndexName)) {
    throw new ValidationError(
      `One or more parameter values were invalid: Duplicate index name: ${index.IndexName}`,
    );
  }
  const known = new Map(
    [...description.AttributeDefinitions, ...definitions].map(
      (entry) => [entry.AttributeName, entry] as const,
    ),
  );
  const missing = index.KeySchema.find(({ AttributeName }) => !known.has(AttributeName));
  if (missing !== undefined) {
    throw new ValidationError(
      'One or more parameter values were invalid: Some index key attributes are not defined in ' +
        `AttributeDefinitions. Keys: [${missing.AttributeName}]`,
    );
  }
  return usedDefinitions({
    ...description,
    AttributeDefinitions: [...known.values()],
    GlobalSecondaryIndexes: [...indexes, describeGlobal(String(description.TableArn), index, 'CREATING')],
  });
}

/** Leaves out the definitions no key uses. */
function usedDefinitions(description: TableDescription): TableDescription {
  const { LocalSecondaryIndexes = [], GlobalSecondaryIndexes = [] } = description;
  const used = new Set(
    [description, ...LocalSecondaryIndexes, ...GlobalSecondaryIndexes]
      .flatMap(({ KeySchema }) => KeySchema)
      .map(({ AttributeName }) => AttributeName),
  );
  const { GlobalSecondaryIndexes: indexes, ...rest } = description;
  return {
    ...rest,
    AttributeDefinitions: description.AttributeDefinitions.filter(({ AttributeName }) =>
      used.has(AttributeName),
    ),
    ...(indexes === undefined || indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes }),
  };
}

function describe(tableArn: string, { IndexName, KeySchema, Projection }: NewIndex): IndexDescription {
  return {
    IndexName,
    IndexArn: `${tableArn}/index/${IndexName}`,
    KeySchema,
    Projection,
    ItemCount: 0,
    IndexSizeBytes: 0,
  };
}

function describeGlobal(
  tableArn: string,
  index: NewIndex,
  IndexStatus: 'ACTIVE' | 'CREATING',
): IndexDescription {
  return {
    ...describe(tableArn, index),
    IndexStatus,
    ProvisionedThroughput: throughput(index.ProvisionedThroughput),
  };
}

function throughput(asked: Throughput | undefined): object {
  return { NumberOfDecreasesToday: 0, ReadCapacityUnits: 0, WriteCapacityUnits: 0, ...asked };
}

function billing(mode: BillingMode | undefined): { BillingModeSummary?: object } {
  return mode === undefined ? {} : { BillingModeSummary: { BillingMode: mode } };
}

function existing(store: Store, name: string): ReturnType<typeof tableNamed> {
  if (!store.tables.has(name))
    throw resourceNotFound(`Requested resource not found: Table: ${name} not found`);
  return tableNamed(store, name);
}

/** dynalite asks for ProvisionedThroughput with every new index, also for tables billed by request. */
function withOptionalThroughput(tree: TypeTree | undefined): TypeTree {
  return JSON.parse(JSON.stringify(tree), (name, value: TypeTree) =>
    name === 'ProvisionedThroughput' ? withoutNotNull(value) : value,
  ) as TypeTree;
}

function withoutNotNull(tree: TypeTree | undefined): TypeTree {
  const { notNull: _, ...rest } = tree as Readonly<Record<string, unknown>>;
  return rest;
}
