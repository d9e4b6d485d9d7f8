/** GraphQL schema -> model, with places in the SDL. The host refuses a schema that has none. */

import {
  type ASTNode,
  type DirectiveNode,
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import type { Span } from '../diagnostics/diagnostic.js';
import type { Sdl, SdlField, SdlType, TypeRef } from '../model.js';
import { allowDirective } from '../sdl-model.js';
import { allowArguments, readAllow } from './allow.js';

/** `relative` gives the path shown to people for a source's name. */
export function readSdl(
  schema: GraphQLSchema,
  relative: (sourceName: string) => string,
): { sdl: Sdl; sources: Map<string, string> } {
  const sources = new Map<string, string>();

  const span = (
    node: (ASTNode & { readonly name?: { readonly loc?: ASTNode['loc'] } }) | null | undefined,
  ): Span => {
    const loc = node?.name?.loc ?? node?.loc;
    if (!loc) return { file: 'schema', start: 0, end: 0 };
    const file = relative(loc.source.name);
    sources.set(file, loc.source.body);
    return { file, start: loc.start, end: loc.end };
  };

  const field = (one: GraphQLField<unknown, unknown> | GraphQLInputField): SdlField => ({
    name: one.name,
    at: span(one.astNode),
    type: typeRef(one.type),
    arguments: 'args' in one ? one.args.map(argument) : [],
    hasDefault: 'defaultValue' in one && one.defaultValue !== undefined,
    ...allowOf([one.astNode]),
  });

  const allowOf = (nodes: readonly (DirectedNode | null | undefined)[]) => {
    const allow = readAllow(
      nodes.flatMap((node) => node?.directives ?? []),
      span,
    );
    return allow ? { allow } : {};
  };

  const argument = (one: GraphQLArgument) => ({
    name: one.name,
    type: typeRef(one.type),
    hasDefault: one.defaultValue !== undefined,
    at: span(one.astNode),
  });

  const type = (one: GraphQLNamedType): SdlType => ({
    name: one.name,
    kind: kindOf(one),
    at: span(one.astNode),
    ...(one.description ? { description: one.description } : {}),
    fields: 'getFields' in one ? Object.values(one.getFields()).map(field) : [],
    interfaces: isObjectType(one) || isInterfaceType(one) ? one.getInterfaces().map((each) => each.name) : [],
    members: isUnionType(one)
      ? one.getTypes().map((each) => each.name)
      : isInterfaceType(one)
        ? schema.getPossibleTypes(one).map((each) => each.name)
        : [],
    values: isEnumType(one) ? one.getValues().map((value) => value.name) : [],
    ...(isEnumType(one) ? { order: orderOf(one) } : {}),
    ...allowOf([one.astNode, ...one.extensionASTNodes]),
  });

  const types = new Map<string, SdlType>();
  for (const one of Object.values(schema.getTypeMap())) {
    if (!one.name.startsWith('__') && !isSpecifiedScalarType(one)) types.set(one.name, type(one));
  }
  const mutationType = schema.getMutationType()?.name;
  const subscriptionType = schema.getSubscriptionType()?.name;
  return {
    sdl: {
      types,
      scalars: new Map(),
      queryType: schema.getQueryType()?.name ?? 'Query',
      ...(mutationType ? { mutationType } : {}),
      ...(subscriptionType ? { subscriptionType } : {}),
      ...(hasOtherAllow(schema) ? { hasOtherAllow: true } : {}),
    },
    sources,
  };
}

type DirectedNode = ASTNode & { readonly directives?: readonly DirectiveNode[] | undefined };

/** The schema has a directive of its own that is called as ours. */
function hasOtherAllow(schema: GraphQLSchema): boolean {
  const defined = schema.getDirective(allowDirective);
  return (
    defined != null &&
    (defined.args.length !== allowArguments.length ||
      defined.args.some(({ name }) => !allowArguments.includes(name)))
  );
}

/** The values as they are written: hosts sort the schema, its syntax trees as well. Those of extensions in other files are last. */
function orderOf(type: GraphQLEnumType): string[] {
  const home = type.astNode?.name.loc?.source.name;
  const place = (value: GraphQLEnumValue): readonly [boolean, string, number] => {
    const loc = value.astNode?.name.loc;
    const file = loc?.source.name ?? '';
    return [file !== home, file, loc?.start ?? 0];
  };
  const placed = type.getValues().map((value) => ({ name: value.name, place: place(value) }));
  return placed
    .sort((one, other) => {
      const at = one.place.findIndex((part, index) => part !== other.place[index]);
      const [a, b] = [one.place[at] ?? 0, other.place[at] ?? 0];
      return a < b ? -1 : a > b ? 1 : 0;
    })
    .map(({ name }) => name);
}

function kindOf(type: GraphQLNamedType): SdlType['kind'] {
  if (isObjectType(type)) return 'object';
  if (isInterfaceType(type)) return 'interface';
  if (isUnionType(type)) return 'union';
  if (isEnumType(type)) return 'enum';
  return isInputObjectType(type) ? 'input' : 'scalar';
}

function typeRef(type: GraphQLType, nonNull = false): TypeRef {
  if (isNonNullType(type)) return typeRef(type.ofType, true);
  if (isListType(type)) return { kind: 'list', of: typeRef(type.ofType), nonNull };
  return { kind: 'named', name: type.name, nonNull };
}
