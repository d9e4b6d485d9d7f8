/** A subscription to try, made from the schema. */

import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

/** How many fields of an event or a record it selects. */
const fieldsOfEach = 3;

/** Undefined where the schema has none that can be tried without arguments. */
export function sampleSubscription(schema: GraphQLSchema): string | undefined {
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
    const payload = objectOf(field.type);
    if (payload && isCallable(field)) return `subscription { ${field.name} { ${selectionOf(payload)} } }`;
  }
  return undefined;
}

/** The fields of a payload; of each object in it, its first leaves. */
function selectionOf(payload: GraphQLObjectType): string {
  const fields = Object.values(payload.getFields()).filter(isCallable);
  const selected = fields.flatMap(({ name, type }) => {
    if (isLeafType(getNamedType(type))) return name;
    const leaves = leavesOf(objectOf(type)).slice(0, fieldsOfEach);
    return leaves.length === 0 ? [] : `${name} { ${leaves.join(' ')} }`;
  });
  return selected.length === 0 ? '__typename' : selected.join(' ');
}

/** Those first that say the most in few letters. */
function leavesOf(type: GraphQLObjectType | undefined): string[] {
  return Object.values(type?.getFields() ?? {})
    .filter((field) => isLeafType(getNamedType(field.type)) && isCallable(field))
    .sort((a, b) => rankOf(a.type) - rankOf(b.type))
    .map(({ name }) => name);
}

function rankOf(type: GraphQLOutputType): number {
  const named = getNamedType(type);
  if (isEnumType(named)) return 0;
  if (named.name === 'ID') return 1;
  return isNonNullType(type) ? 2 : 3;
}

function objectOf(type: GraphQLOutputType): GraphQLObjectType | undefined {
  const named = getNamedType(type);
  return isObjectType(named) ? named : undefined;
}

function isCallable({ args }: GraphQLField<unknown, unknown>): boolean {
  return !args.some(isRequiredArgument);
}
