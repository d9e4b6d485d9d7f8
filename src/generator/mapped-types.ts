/**
 * GraphQL Codegen's resolvers plugin asks of each type whether its fields lead to a mapped one, and walks the schema
 * anew for each: 20 seconds for a thousand types. Here the answers for a schema are found in one walk; they are the
 * same (see test/generator/mapped-types.test.ts).
 */

import { TypeScriptResolversVisitor } from '@graphql-codegen/typescript-resolvers';
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

interface Visitor {
  readonly schema: GraphQLSchema;
  readonly config: {
    readonly mappers: Readonly<Record<string, unknown>>;
    readonly scalars: Readonly<Record<string, unknown>>;
  };
}

const known = new WeakMap<Visitor, ReadonlySet<string>>();

/** For every run of the plugin from now on. */
export function findMappedTypesOnce(): void {
  Object.defineProperty(TypeScriptResolversVisitor.prototype, 'shouldMapType', {
    configurable: true,
    writable: true,
    value(this: Visitor, type: GraphQLNamedType): boolean {
      const found = known.get(this) ?? leadingToMapped(this);
      known.set(this, found);
      return found.has(type.name);
    },
  });
}

/** The mapped types and those whose fields lead to one, from the mapped ones backwards. */
function leadingToMapped({ schema, config: { mappers, scalars } }: Visitor): Set<string> {
  const isAsked = (name: string) => !name.startsWith('__') && !scalars[name];
  const users = new Map<string, string[]>();
  const types = Object.values(schema.getTypeMap()).filter((type) => isAsked(type.name));
  for (const type of types) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const used = getNamedType(field.type).name;
      const own = users.get(used);
      if (own) own.push(type.name);
      else users.set(used, [type.name]);
    }
  }
  const found = new Set(types.map((type) => type.name).filter((name) => mappers[name]));
  // A set is walked in the order of adding, what is added meanwhile included.
  for (const name of found) for (const user of users.get(name) ?? []) found.add(user);
  return found;
}
