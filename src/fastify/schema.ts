import { buildSchema, type GraphQLSchema, isScalarType } from 'graphql';
import { type ScalarFunctions, usualScalars } from './scalars.js';

/**
 * The schema with its scalars implemented; Mercurius adds the resolvers. A scalar that nobody implements takes any value,
 * and writes check it as its declaration says.
 */
export function executableSchema(
  typeDefs: string,
  scalars: Readonly<Record<string, ScalarFunctions>> = {},
): GraphQLSchema {
  const schema = buildSchema(typeDefs);
  const all = { ...usualScalars, ...scalars };
  for (const name of Object.keys(scalars))
    if (!isScalarType(schema.getType(name))) throw new TypeError(`The schema has no scalar ${name}.`);
  for (const type of Object.values(schema.getTypeMap())) {
    const functions = isScalarType(type) && Object.hasOwn(all, type.name) ? all[type.name] : undefined;
    if (!isScalarType(type) || functions === undefined) continue;
    // Not the name and description: those are the schema's.
    type.serialize = (value) => functions.serialize(value);
    type.parseValue = (value) => functions.parseValue(value);
    type.parseLiteral = (node, variables) => functions.parseLiteral(node, variables);
  }
  return schema;
}
