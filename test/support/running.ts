/** A fixture's generated code at work: its schema and resolvers over fresh tables of a real engine. */

import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import Fastify from 'fastify';
import type { GraphQLError } from 'graphql';
import mercurius, { type IResolvers } from 'mercurius';
import type { Database, DatabaseOptions, RequestReport, Session, TableDefinition } from 'tableloom/runtime';
import { onTestFinished } from 'vitest';
import { storedIn, storedTables } from '../../src/runtime/tables/definition.js';
import { openTables, type TestTables } from './databases.js';
import { openEngine, type TestEngine } from './engines.js';
import { schemaOf } from './schemas.js';

/** What a project generates. */
export interface Generated {
  readonly typeDefs: string;
  readonly tables: readonly TableDefinition[];
  readonly resolvers: object;
  readonly createLoaders: (session: Session) => object;
  /** Nobody implements them: GraphQL takes any value for one. */
  readonly scalars?: 'unchecked';
}

export interface Answer {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly Pick<GraphQLError, 'message' | 'path' | 'extensions'>[];
  /** The requests it took, by operation. */
  readonly requests: readonly string[];
  /** The same, as they were sent. */
  readonly sent: readonly RequestReport[];
  /** How many of them waited for one another. */
  readonly steps: number;
  /** As DynamoDB billed them, with the option `capacity`. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

export interface Project {
  readonly database: Database;
  readonly documents: DynamoDBDocumentClient;
  /** For further clients of the same engine. */
  readonly clientConfig: DynamoDBClientConfig;
  /** The physical name of a table. */
  tableName(table: string): string;
  /** Executes a document as one client's request. */
  ask(document: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** The data of a document, which has to be answered without errors. */
  data(document: string, variables?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Another version of the project over the same tables. @param options instead of those that this one was opened with */
  reopened(generated: Generated, options?: Partial<DatabaseOptions>): Promise<Project>;
}

const engine = openEngine();

/**
 * @param atEnd is given what closes the project: `afterAll` where several tests share it
 * @param options of the database, as a clock of the test's own
 */
export async function openProject(
  generated: Generated,
  atEnd: (close: () => Promise<void>) => void = onTestFinished,
  options: Partial<DatabaseOptions> = {},
): Promise<Project> {
  const opened = await engine;
  const tables = await openTables(opened.client, generated.tables);
  return projectOn(opened, tables, generated, atEnd, options);
}

async function projectOn(
  on: Pick<TestEngine, 'client' | 'clientConfig'>,
  tables: TestTables,
  generated: Generated,
  atEnd: (close: () => Promise<void>) => void,
  options: Partial<DatabaseOptions>,
): Promise<Project> {
  const { names, open } = tables;
  const requests: RequestReport[] = [];
  const stored = { [storedTables]: storedIn(generated.tables) };
  const database = open({
    onRequest: (report) => requests.push(report),
    tables: { ...names, ...stored },
    ...options,
  });
  const app = Fastify();
  atEnd(() => app.close());
  await app.register(mercurius, {
    schema: generated.scalars ? generated.typeDefs : schemaOf(generated.typeDefs),
    resolvers: generated.resolvers as IResolvers,
  });
  await app.ready();
  const ask: Project['ask'] = async (document, variables) => {
    const before = requests.length;
    const db = database.session();
    const context = { db, loaders: generated.createLoaders(db) };
    const { data, errors } = await app.graphql(document, context, variables);
    const sent = requests.slice(before);
    return {
      data: data === null || data === undefined ? null : (JSON.parse(JSON.stringify(data)) as Answer['data']),
      ...(errors === undefined
        ? {}
        : { errors: errors.map(({ message, path, extensions }) => ({ message, path, extensions })) }),
      requests: sent.map(({ operation }) => operation),
      sent,
      steps: db.stats().steps,
      readUnits: db.stats().readUnits,
      writeUnits: db.stats().writeUnits,
    };
  };
  return {
    database,
    clientConfig: on.clientConfig,
    documents: DynamoDBDocumentClient.from(on.client, { unmarshallOptions: { wrapNumbers: numberOf } }),
    tableName: (table) => names[table] ?? '',
    ask,
    async data(document, variables) {
      const answer = await ask(document, variables);
      if (answer.errors !== undefined || answer.data === null)
        throw new Error(`not answered: ${JSON.stringify(answer.errors)}`);
      return answer.data;
    },
    reopened: (other, others) => projectOn(on, tables, other, atEnd, { ...options, ...others }),
  };
}

/** Every node of a connection, page by page, either way; with how many pages there were. */
export async function walk<Node>(
  project: Project,
  document: string,
  variables: Record<string, unknown>,
  backward = false,
): Promise<Node[]> {
  const nodes: Node[] = [];
  let cursor: string | null = null;
  for (;;) {
    const data: Record<string, unknown> = await project.data(document, {
      ...variables,
      [backward ? 'before' : 'after']: cursor,
    });
    const [connection] = Object.values(data) as {
      readonly edges: readonly { readonly node: Node }[];
      readonly pageInfo: {
        readonly hasNextPage?: boolean;
        readonly hasPreviousPage?: boolean;
        readonly startCursor?: string | null;
        readonly endCursor?: string | null;
      };
    }[];
    if (connection === undefined) throw new Error('no connection was asked for');
    const page = connection.edges.map(({ node }) => node);
    if (backward) nodes.unshift(...page);
    else nodes.push(...page);
    const { pageInfo } = connection;
    if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return nodes;
    cursor = (backward ? pageInfo.startCursor : pageInfo.endCursor) ?? null;
  }
}

/** Beyond 2^53 a bigint, as by default; DynamoDB Local writes 10^21 as `1E+21`, which the default does not read. */
function numberOf(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(text) ? number : BigInt(text);
}
