/** The lobby on a real engine, asked by GraphQL. */

import { execute, type GraphQLSchema, parse, validate } from 'graphql';
import type { Database, Operation } from 'tableloom/runtime';
import { openTables } from '../../../test/support/databases.js';
import { openEngine } from '../../../test/support/engines.js';
import { answeringSchema } from '../../../test/support/schemas.js';
import { createLoaders } from '../generated/loaders.js';
import { createResolvers } from '../generated/resolvers.js';
import { typeDefs } from '../generated/schema.js';
import { tables } from '../generated/tables.js';
import * as rules from '../src/rules/index.js';

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
  const fresh = await openTables(engine.client, tables);
  const schema = answeringSchema(typeDefs, createResolvers(rules));
  const server = (): Server => {
    let operations: Operation[] = [];
    const database = fresh.open({ now: clock, onRequest: ({ operation }) => operations.push(operation) });
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
