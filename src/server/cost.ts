import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  isUnionType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/** How many lists one operation may read, lists within lists counted once for each row of the outer one. */
export const mostLists = 1000;

/** Rows assumed where the client names no number, and where the number cannot be told. */
const usualPage = 20;
const largestPage = 100;

interface Asked {
  readonly schema: GraphQLSchema;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** A fragment that is spread many times is computed once. */
  readonly known: Map<string, number>;
}

/**
 * How many lists the operations of a valid document read at most: `users(first: 10) { nodes { auditLogs … } }` reads one of
 * users and ten of audit logs. Depth alone does not bound that: three lists of a hundred rows, each within the one
 * before, are ten thousand reads.
 */
export function listsRead(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const asked: Asked = { schema, variables, fragments, known: new Map() };
  let lists = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const root = schema.getRootType(definition.operation);
    if (root) lists = Math.max(lists, within(definition.selectionSet, root, asked));
  }
  return lists;
}

/** Lists read for one object. */
function within({ selections }: SelectionSetNode, parent: GraphQLCompositeType, asked: Asked): number {
  let lists = 0;
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      lists += ofField(selection, parent, asked);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      const type = selection.typeCondition
        ? asked.schema.getType(selection.typeCondition.name.value)
        : parent;
      if (isCompositeType(type)) lists += within(selection.selectionSet, type, asked);
    } else {
      lists += ofFragment(selection.name.value, asked);
    }
  }
  return lists;
}

function ofFragment(name: string, asked: Asked): number {
  const known = asked.known.get(name);
  if (known !== undefined) return known;
  const fragment = asked.fragments.get(name);
  const type = fragment && asked.schema.getType(fragment.typeCondition.name.value);
  const lists = fragment && isCompositeType(type) ? within(fragment.selectionSet, type, asked) : 0;
  asked.known.set(name, lists);
  return lists;
}

function ofField(node: FieldNode, parent: GraphQLCompositeType, asked: Asked): number {
  if (!node.selectionSet || isUnionType(parent)) return 0;
  const field = parent.getFields()[node.name.value];
  const type = field && getNamedType(field.type);
  if (!field || !isCompositeType(type)) return 0;
  const inner = within(node.selectionSet, type, asked);
  return isConnection(field.type) || (isList(field.type) && !isConnection(parent))
    ? 1 + rows(node, asked) * inner
    : inner;
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type));
}

function isConnection(type: GraphQLOutputType): boolean {
  const named = getNullableType(type);
  return isObjectType(named) && 'edges' in named.getFields() && 'pageInfo' in named.getFields();
}

/** How many rows are asked of a list, at most. */
function rows({ arguments: given = [] }: FieldNode, { variables }: Asked): number {
  for (const { name, value } of given) {
    if (name.value !== 'first' && name.value !== 'last') continue;
    if (value.kind === Kind.NULL) continue;
    const number =
      value.kind === Kind.INT
        ? Number(value.value)
        : value.kind === Kind.VARIABLE
          ? variables[value.name.value]
          : undefined;
    if (number === null) continue;
    // A larger page is refused when it is read; a variable that is left out may have any default.
    return typeof number === 'number' && number >= 0 ? Math.min(number, largestPage) : largestPage;
  }
  return usualPage;
}
