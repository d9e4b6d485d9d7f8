/** Creates the tables that code was generated for, and compares those that exist. */
import {
  type AttributeDefinition,
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  type Projection,
  type TableDescription,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { fromAws, nameOf, TableloomError } from '../errors.js';
import { neededRules, type RuleNames } from '../rules.js';
import type { TableRef } from '../types.js';
import { Retry } from './retry.js';
import { viewOf } from './sdk.js';

/** One table, as generated code describes it. Key attributes are text, except those of multi-attribute keys. */
export interface TableDefinition<Rules = unknown> {
  /** Logical name, the key of `tables` in access-patterns.yaml. */
  readonly table: string;
  /** The physical name, in which `${VARIABLE}` is replaced by an environment variable. */
  readonly name: string;
  readonly key: { readonly partition: string; readonly sort?: string };
  readonly indexes: readonly IndexDefinition[];
  /** The attribute DynamoDB expires items by, in epoch seconds. */
  readonly ttl?: string;
  /** The rules that compute or validate attributes of its records. */
  readonly rules?: RuleNames<Rules>;
}

/** Physical table names by logical ones, with the rules that writes to the tables need. */
export interface TableNames<Rules = unknown> extends Readonly<Record<string, string>> {
  readonly [neededRules]?: RuleNames<Rules>;
}

export interface IndexDefinition {
  readonly name: string;
  readonly kind: 'global' | 'local';
  readonly partition: string;
  readonly sort?: string;
  /**
   * Multi-attribute keys: the attributes in their order, with DynamoDB's types; up to four for each part
   * (Amazon DynamoDB Developer Guide, "Multi-attribute keys pattern").
   */
  readonly multiAttribute?: {
    readonly partition: Readonly<Record<string, 'S' | 'N'>>;
    readonly sort: Readonly<Record<string, 'S' | 'N'>>;
  };
  readonly project:
    | { readonly kind: 'all' }
    | { readonly kind: 'keys' }
    | { readonly kind: 'include'; readonly attributes: readonly string[] };
}

/** The table as requests refer to it. */
export function tableRefOf({ table: name, key }: TableDefinition): TableRef {
  return { name, ...key };
}

/** DynamoDB may take a while to create a table with many indexes. */
const creationDeadlineMs = 120_000;
/** How long one attempt of a request about a table waits for its answer, in milliseconds. */
const attemptMs = 5000;

/** "CreateTable", API reference: 3 to 255 characters of these. */
const nameForm = /^[a-zA-Z0-9_.-]{3,255}$/;

/**
 * A physical table name from its template. CONFIGURATION where a variable is missing or empty, or the name is not a
 * valid table name.
 *
 * @param template for instance `${TABLE_PREFIX}-entities`
 * @param env for instance `process.env`
 */
export function resolveTableName(
  template: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const name = template.replace(/\$\{([^}]*)\}/g, (_, variable: string) => {
    const value = env[variable];
    if (value) return value;
    throw new TableloomError(
      'CONFIGURATION',
      `The table name ${template} needs the environment variable ${variable}, which is not set. Set it, or change \`name\` of the table in access-patterns.yaml.`,
      { variable },
    );
  });
  if (nameForm.test(name)) return name;
  const rule = 'a table name has 3 to 255 letters, digits, dots, hyphens and underscores';
  throw new TableloomError('CONFIGURATION', `The table name ${template} becomes "${name}"; ${rule}.`, {
    name,
  });
}

/** The physical names of all tables, by logical name; see {@link resolveTableName}. */
export function resolveTableNames<Rules>(
  definitions: readonly TableDefinition<Rules>[],
  env: Readonly<Record<string, string | undefined>>,
): TableNames<Rules> {
  const names = Object.fromEntries(
    definitions.map(({ table, name }) => [table, resolveTableName(name, env)]),
  );
  const rules = [...new Set(definitions.flatMap(({ rules = [] }) => [...rules]))];
  return Object.defineProperty(names, neededRules, { value: rules });
}

/**
 * Creates the tables that do not exist, billed by request, and waits until all are active. Compares those that
 * exist: TABLE_MISMATCH names the first difference in keys, indexes or projections. Ignores additional indexes and
 * attributes. Running it again, or twice at the same time, changes nothing.
 *
 * @param names physical names by logical ones, as from {@link resolveTableNames}
 */
export async function createTables(
  client: DynamoDBClient,
  definitions: readonly TableDefinition[],
  names: Readonly<Record<string, string>>,
): Promise<void> {
  // Whoever starts the server learns that storage does not answer.
  const bounded = viewOf(client, { cacheMiddleware: false, attemptMs });
  try {
    await Promise.all(
      definitions.map((definition) => createTable(bounded, definition, physicalName(definition, names))),
    );
  } catch (error) {
    throw fromAws(error);
  }
}

function physicalName({ table }: TableDefinition, names: Readonly<Record<string, string>>): string {
  const name = names[table];
  if (name !== undefined) return name;
  throw new TableloomError(
    'CONFIGURATION',
    `\`names\` has no physical name for the table "${table}"; resolveTableNames returns them.`,
  );
}

async function createTable(client: DynamoDBClient, definition: TableDefinition, name: string): Promise<void> {
  if ((await describe(client, name)) === undefined) {
    try {
      await client.send(new CreateTableCommand(creation(definition, name)));
    } catch (error) {
      // Another process was creating it at the same time.
      if (nameOf(error) !== 'ResourceInUseException') throw error;
    }
  }
  const table = await active(client, name);
  const difference = differenceOf(definition, table);
  if (difference !== undefined) {
    const { is, remedy } = difference;
    throw new TableloomError('TABLE_MISMATCH', `The table ${name} ${is}. ${remedy} ${startAgain}`, {
      table: definition.table,
    });
  }
  if (definition.ttl !== undefined) await setTimeToLive(client, name, definition.ttl);
}

async function describe(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (nameOf(error) === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

async function active(client: DynamoDBClient, name: string): Promise<TableDescription> {
  const retry = new Retry(creationDeadlineMs);
  for (;;) {
    const table = await describe(client, name);
    const indexes = table?.GlobalSecondaryIndexes ?? [];
    if (
      table?.TableStatus === 'ACTIVE' &&
      indexes.every(({ IndexStatus = 'ACTIVE' }) => IndexStatus === 'ACTIVE')
    ) {
      return table;
    }
    if (!(await retry.wait())) {
      throw new TableloomError('STORAGE_UNAVAILABLE', `The table ${name} did not become active in time.`);
    }
  }
}

interface KeyAttributes {
  readonly partition: string;
  readonly sort?: string;
  readonly multiAttribute?: IndexDefinition['multiAttribute'];
}

function creation(definition: TableDefinition, name: string): CreateTableCommandInput {
  const { key, indexes } = definition;
  const attributes = keyTypes([key, ...indexes]);
  const global = indexes.filter(({ kind }) => kind === 'global').map(indexCreation);
  const local = indexes.filter(({ kind }) => kind === 'local').map(indexCreation);
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: Array.from(
      attributes,
      ([AttributeName, AttributeType]): AttributeDefinition => ({ AttributeName, AttributeType }),
    ),
    KeySchema: keySchema(key),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
  };
}

function indexCreation(index: IndexDefinition) {
  return { IndexName: index.name, KeySchema: keySchema(index), Projection: projectionOf(index) };
}

/** Every key attribute, with its type. */
function keyTypes(keys: readonly KeyAttributes[]): Map<string, 'S' | 'N'> {
  const types = new Map<string, 'S' | 'N'>();
  for (const { partition, sort, multiAttribute } of keys) {
    const own = multiAttribute
      ? { ...multiAttribute.partition, ...multiAttribute.sort }
      : { [partition]: 'S' as const, ...(sort === undefined ? {} : { [sort]: 'S' as const }) };
    for (const [name, type] of Object.entries(own)) types.set(name, type);
  }
  return types;
}

function keySchema({ partition, sort, multiAttribute }: KeyAttributes): KeySchemaElement[] {
  if (multiAttribute) {
    const elements = (names: object, KeyType: 'HASH' | 'RANGE') =>
      Object.keys(names).map((AttributeName) => ({ AttributeName, KeyType }));
    return [...elements(multiAttribute.partition, 'HASH'), ...elements(multiAttribute.sort, 'RANGE')];
  }
  return [
    { AttributeName: partition, KeyType: 'HASH' },
    ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' as const }]),
  ];
}

function projectionOf({ project }: IndexDefinition): Projection {
  if (project.kind === 'all') return { ProjectionType: 'ALL' };
  if (project.kind === 'keys') return { ProjectionType: 'KEYS_ONLY' };
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: [...project.attributes] };
}

const startAgain =
  'If its data can go, delete the table (or the folder of the embedded engine): it is created again.';
const copy = 'That cannot be changed: copy the data to a new table.';

/** How a table differs from its definition, to be read after its name, and what to do; undefined where it fits. */
function differenceOf(
  definition: TableDefinition,
  table: TableDescription,
): { readonly is: string; readonly remedy: string } | undefined {
  const types = new Map(
    table.AttributeDefinitions?.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const ours = schemaText(keySchema(definition.key));
  const theirs = schemaText(table.KeySchema);
  if (ours !== theirs) return { is: `has the key ${theirs}, not ${ours}`, remedy: copy };
  for (const index of definition.indexes) {
    const indexes = index.kind === 'global' ? table.GlobalSecondaryIndexes : table.LocalSecondaryIndexes;
    const found = indexes?.find(({ IndexName }) => IndexName === index.name);
    const isLocal = index.kind === 'local';
    if (found === undefined) {
      const remedy = isLocal
        ? 'A local index is only created with its table: copy the data to a new table.'
        : 'Add the index to the table.';
      return { is: `has no ${index.kind} index ${index.name}`, remedy };
    }
    const remedy = isLocal ? copy : 'Delete the index, and create it as declared.';
    const wanted = schemaText(keySchema(index));
    if (schemaText(found.KeySchema) !== wanted)
      return { is: `has the index ${index.name} on ${schemaText(found.KeySchema)}, not ${wanted}`, remedy };
    const missing = missingProjection(index, found.Projection);
    if (missing !== undefined)
      return { is: `has the index ${index.name}, which does not project ${missing}`, remedy };
  }
  for (const [attribute, type] of keyTypes([definition.key, ...definition.indexes])) {
    if (types.get(attribute) !== type)
      return {
        is: `has the key attribute ${attribute}, which is not ${type === 'S' ? 'text' : 'a number'}`,
        remedy: copy,
      };
  }
  return undefined;
}

function schemaText(schema: readonly KeySchemaElement[] | undefined): string {
  const of = (type: string) =>
    (schema ?? [])
      .flatMap(({ AttributeName, KeyType }) => (KeyType === type ? [AttributeName] : []))
      .join(', ');
  const isSeveral = (schema ?? []).length > 2;
  // Of several attributes it counts which part of the key each is in.
  return isSeveral
    ? `[${of('HASH')} / ${of('RANGE')}]`
    : `[${(schema ?? []).map(({ AttributeName }) => AttributeName).join(', ')}]`;
}

/** The first attribute that an existing projection lacks; one that has more is accepted. */
function missingProjection({ project }: IndexDefinition, found: Projection | undefined): string | undefined {
  if (found?.ProjectionType === 'ALL' || project.kind === 'keys') return undefined;
  if (project.kind === 'all') return 'all attributes';
  return project.attributes.find((attribute) => !found?.NonKeyAttributes?.includes(attribute));
}

async function setTimeToLive(client: DynamoDBClient, name: string, attribute: string): Promise<void> {
  const { TimeToLiveDescription: current } = await client.send(
    new DescribeTimeToLiveCommand({ TableName: name }),
  );
  const status = current?.TimeToLiveStatus;
  if (status === 'ENABLED' || status === 'ENABLING') {
    if (current?.AttributeName === attribute) return;
    const message = `The table ${name} expires its items by ${current?.AttributeName}, not ${attribute}. Change it in the table or in the declaration.`;
    throw new TableloomError('TABLE_MISMATCH', message);
  }
  try {
    const TimeToLiveSpecification = { AttributeName: attribute, Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
  } catch (error) {
    const again = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
    // Two servers that start at the same time both find it off; the second gets an error that it is on already.
    if (again.TimeToLiveDescription?.AttributeName !== attribute) throw error;
  }
}
