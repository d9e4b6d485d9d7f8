/** The lobby on a real engine, asked by GraphQL. */

import {
  execute,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import { createTables, Database, type Operation } from 'tableloom/runtime';
import { executableSchema } from '../../../src/server/schema.js';
import { openEngine, uniqueName } from '../../../test/support/engines.js';
import { createLoaders } from '../generated/loaders.js';
import { createResolvers } from '../generated/resolvers.js';
import { typeDefs } from '../generated/schema.js';
import { tables } from '../generated/tables.js';
import * as rules from '../src/rules/index.js';

type Resolve = GraphQLFieldResolver<unknown, unknown>;
export type Data = Readonly<Record<string, unknown>>;

/** One process that serves the lobby. */
export interface Server {
  readonly database: Database;
  /** The answer to the one field a document asks for. An error is thrown. */
  ask(document: string, variables?: Data): Promise<unknown>;
  /** The same; of an error, its code. */
  try(document: string, variables?: Data): Promise<unknown>;
  /** The requests of the last question. */
  operations(): readonly Operation[];
}

/** Fresh tables, and processes that serve them. */
export async function openLobby(clock: () => Date): Promise<{ server(): Server; close(): Promise<void> }> {
  const engine = await openEngine();
  const names = Object.fromEntries(tables.map(({ table }) => [table, uniqueName(table)]));
  await createTables(engine.client, tables, names);
  const schema = executableSchema(typeDefs);
  addResolvers(schema);
  const server = (): Server => {
    let operations: Operation[] = [];
    const database = new Database({
      client: engine.client,
      tables: names,
      cursorSecrets: ['a secret of the tests, long enough'],
      now: clock,
      onRequest: ({ operation }) => operations.push(operation),
    });
    const ask = async (document: string, variableValues: Data = {}): Promise<unknown> => {
      operations = [];
      const db = database.session();
      const contextValue = { db, loaders: createLoaders(db) };
      const { data, errors } = await execute({
        schema,
        document: parsed(schema, document),
        contextValue,
        variableValues,
      });
      if (errors?.[0]) throw errors[0];
      const [answer] = Object.values(JSON.parse(JSON.stringify(data)) as Data);
      return answer;
    };
    return {
      database,
      ask,
      try: (document, variables) => ask(document, variables).catch(codeOf),
      operations: () => operations,
    };
  };
  return { server, close: () => engine.close() };
}

const documents = new Map<string, ReturnType<typeof parse>>();

function parsed(schema: GraphQLSchema, text: string) {
  const known = documents.get(text);
  if (known) return known;
  const document = parse(text);
  const [mistake] = validate(schema, document);
  if (mistake) throw mistake;
  documents.set(text, document);
  return document;
}

function codeOf(error: { readonly message: string; readonly extensions?: Data }): unknown {
  return { code: error.extensions?.code ?? error.message };
}

function addResolvers(schema: GraphQLSchema): void {
  const resolvers = createResolvers(rules) as Readonly<Record<string, Readonly<Record<string, Resolve>>>>;
  for (const [name, fields] of Object.entries(resolvers)) {
    const type = schema.getType(name) as GraphQLObjectType;
    for (const [field, resolve] of Object.entries(fields)) {
      const found = type.getFields()[field];
      if (!found) throw new Error(`${name} has no field ${field}`);
      found.resolve = resolve;
    }
  }
}
