import { buildSchema, type GraphQLScalarType, type GraphQLSchema, isScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLEmailAddress, GraphQLJSON } from 'graphql-scalars';

type ScalarFunctions = Pick<GraphQLScalarType<unknown, unknown>, 'serialize' | 'parseValue' | 'parseLiteral'>;

/** Rules and records know a moment as text in one form, whatever form the client wrote it in. */
const dateTime: ScalarFunctions = {
  serialize: (value) => moment(GraphQLDateTime.serialize(value)),
  parseValue: (value) => moment(GraphQLDateTime.parseValue(value)),
  parseLiteral: (node, variables) => moment(GraphQLDateTime.parseLiteral(node, variables)),
};

const scalars: Readonly<Record<string, ScalarFunctions>> = {
  DateTime: dateTime,
  EmailAddress: GraphQLEmailAddress,
  JSON: GraphQLJSON,
};

function moment(value: Date | string | number): string {
  return new Date(value).toISOString();
}

/** The schema with its scalars at work. Resolvers are added by Mercurius. Throws where nobody implements a scalar. */
export function executableSchema(typeDefs: string): GraphQLSchema {
  const schema = buildSchema(typeDefs);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isScalarType(type) || ['ID', 'String', 'Int', 'Float', 'Boolean'].includes(type.name)) continue;
    const functions = scalars[type.name];
    if (!functions) throw new Error(`Nobody implements the scalar ${type.name}; see src/server/schema.ts.`);
    // Not the name and description: those are the schema's.
    type.serialize = (value) => functions.serialize(value);
    type.parseValue = (value) => functions.parseValue(value);
    type.parseLiteral = (node, variables) => functions.parseLiteral(node, variables);
  }
  return schema;
}
