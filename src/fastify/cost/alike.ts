/** Operations that cost the same although their variables differ. */
import {
  type DocumentNode,
  type GraphQLSchema,
  isEnumType,
  Kind,
  type OperationDefinitionNode,
  type TypeNode,
  visit,
} from 'graphql';

/** Variables of an operation whose budget depends on no more of a text than whether others are the same. */
export interface Alike {
  /** The same for values of variables with which the operation costs the same; undefined where only working it out can say. */
  keyOf(variables: Readonly<Record<string, unknown>>): string | undefined;
}

/**
 * A budget looks at numbers, at booleans, at values of enums, and at what is absent. Of texts, such as ids, it looks only at whether two are the
 * same, as a record is read once: so their places among each other stand for them. A document with texts of its own, which values may
 * equal, and values of lists and objects are left to the budget.
 */
export function alikeOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
): Alike {
  const variables = variableDefinitions.map(({ variable, type }) => ({
    name: variable.name.value,
    isText: !isEnumType(schema.getType(nameOf(type))),
  }));
  return hasTexts(document) ? { keyOf: () => undefined } : { keyOf: (values) => keyOf(variables, values) };
}

interface Variable {
  readonly name: string;
  readonly isText: boolean;
}

function keyOf(
  variables: readonly Variable[],
  values: Readonly<Record<string, unknown>>,
): string | undefined {
  const texts: string[] = [];
  let key = '';
  for (const { name, isText } of variables) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (typeof value === 'object' && value !== null) return undefined;
    if (typeof value === 'string' && isText) {
      const known = texts.indexOf(value);
      if (known < 0) texts.push(value);
      key += ` ${value === '' ? 'empty' : 'text'} ${known < 0 ? texts.length - 1 : known},`;
    } else key += ` ${String(value)},`;
  }
  return key;
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

function hasTexts(document: DocumentNode): boolean {
  let isFound = false;
  const found = () => {
    isFound = true;
  };
  visit(document, { StringValue: found, ObjectValue: found, ListValue: found });
  return isFound;
}
