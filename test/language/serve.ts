/** A fixture's generated code on a real engine, asked by GraphQL, with the requests it makes. */

import { buildSchema, execute, type GraphQLFieldResolver, GraphQLObjectType, parse } from 'graphql';
import {
  createTables,
  Database,
  type DatabaseOptions,
  type Operation,
  type Session,
  type TableDefinition,
} from 'tableloom/runtime';
import { openEngine, uniqueName } from '../support/engines.js';

type Resolve = GraphQLFieldResolver<unknown, unknown>;

/** What a fixture's `expected/` exports. */
export interface Project<Loaders> {
  readonly typeDefs: string;
  readonly tables: readonly TableDefinition[];
  readonly resolvers: object;
  readonly loaders: (session: Session) => Loaders;
}

export interface Served {
  readonly database: Database;
  /** The answer's data; errors are thrown. */
  ask(query: string, variables?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** What the last `ask` sent. */
  readonly operations: readonly Operation[];
  /** How many steps the last `ask` waited for. */
  readonly steps: number;
}

const engine = openEngine();

export async function serve<Loaders>(
  project: Project<Loaders>,
  options: Partial<DatabaseOptions> = {},
): Promise<Served> {
  const { client } = await engine;
  const names = Object.fromEntries(project.tables.map(({ table }) => [table, uniqueName('language')]));
  await createTables(client, project.tables, names);
  const operations: Operation[] = [];
  let steps = 0;
  const database = new Database({
    client,
    tables: names,
    cursorSecrets: ['a secret of the tests, long enough'],
    onRequest: ({ operation }) => operations.push(operation),
    ...options,
  });
  const schema = buildSchema(project.typeDefs);
  const resolvers = project.resolvers as Record<string, Record<string, Resolve>>;
  for (const [name, fields] of Object.entries(resolvers)) {
    const type = schema.getType(name);
    if (!(type instanceof GraphQLObjectType)) throw new Error(`the schema has no type ${name}`);
    for (const [field, resolve] of Object.entries(fields)) {
      const found = type.getFields()[field];
      if (!found) throw new Error(`${name} has no field ${field}`);
      found.resolve = resolve;
    }
  }
  return {
    database,
    operations,
    get steps() {
      return steps;
    },
    async ask(query, variableValues = {}) {
      operations.length = 0;
      const db = database.session();
      const contextValue = { db, loaders: project.loaders(db) };
      const document = parse(query);
      const { data, errors } = await execute({ schema, document, contextValue, variableValues });
      steps = db.stats().steps;
      if (errors?.[0]) throw errors[0].originalError ?? errors[0];
      return JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
    },
  };
}
