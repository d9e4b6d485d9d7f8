/** A generated project's schema with its resolvers at work. */

import { type GraphQLFieldResolver, GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { executableSchema } from '../../src/fastify/schema.js';
import { scalars } from '../../src/server/scalars.js';

type Resolve = GraphQLFieldResolver<unknown, unknown>;

/** A schema whose scalars are implemented. */
export function schemaOf(typeDefs: string): GraphQLSchema {
  const own = Object.entries(scalars).filter(([name]) => typeDefs.includes(`scalar ${name}`));
  return executableSchema(typeDefs, Object.fromEntries(own));
}

export function answeringSchema(typeDefs: string, resolvers: object): GraphQLSchema {
  const schema = schemaOf(typeDefs);
  const types = resolvers as Readonly<Record<string, Readonly<Record<string, Resolve>>>>;
  for (const [name, fields] of Object.entries(types)) {
    const type = schema.getType(name);
    if (!(type instanceof GraphQLObjectType)) throw new Error(`the schema has no type ${name}`);
    for (const [field, resolve] of Object.entries(fields)) {
      const found = type.getFields()[field];
      if (!found) throw new Error(`${name} has no field ${field}`);
      found.resolve = resolve;
    }
  }
  return schema;
}
