import {
  buildSchema,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLSchema,
  isEnumType,
  isScalarType,
} from 'graphql';
import { TableloomError } from 'tableloom/runtime';
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
    if (isEnumType(type)) refuseUnknown(type);
    const functions = isScalarType(type) && Object.hasOwn(all, type.name) ? all[type.name] : undefined;
    if (!isScalarType(type) || functions === undefined) continue;
    // Not the name and description: those are the schema's.
    type.serialize = (value) => functions.serialize(value);
    type.parseValue = (value) => functions.parseValue(value);
    type.parseLiteral = (node, variables) => functions.parseLiteral(node, variables);
  }
  return schema;
}

/** A field of the type Subscription, as generated resolvers have it. */
type SubscriptionField = Pick<GraphQLField<unknown, unknown>, 'subscribe' | 'resolve'>;

/**
 * Gives the type Subscription its resolvers.
 *
 * @returns the others: Mercurius would take these for ones of queries, as its own subscriptions are off
 */
export function withSubscriptions(schema: GraphQLSchema, resolvers: object): object {
  const type = schema.getSubscriptionType();
  if (!type || !(type.name in resolvers)) return resolvers;
  const { [type.name]: own, ...others } = resolvers as Readonly<Record<string, object>>;
  const fields = type.getFields();
  for (const [name, resolver] of Object.entries(own as Readonly<Record<string, SubscriptionField>>)) {
    const field = fields[name];
    if (field === undefined) throw new TypeError(`The schema has no subscription ${name}.`);
    Object.assign(field, resolver);
  }
  return others;
}

/** A record that was stored under an earlier schema may have a value that the enum lost: an error of that field, with a code. */
function refuseUnknown(type: GraphQLEnumType): void {
  const { name } = type;
  const serialize = type.serialize.bind(type);
  type.serialize = (value) => {
    try {
      return serialize(value);
    } catch (cause) {
      const message = `The stored value ${JSON.stringify(value)} is none of ${name}.`;
      throw new TableloomError('RECORD_INVALID', message, { enum: name }, cause);
    }
  };
}
