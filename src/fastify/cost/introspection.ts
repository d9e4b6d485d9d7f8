/** What answers about the schema itself cost: they send no request, and may be as large as any. */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
} from 'graphql';

/**
 * How many fields the answer to a valid operation has that are about the schema. They are counted by resolving them, up to
 * the first beyond `most`. A type that a variable names counts as the one with the most fields.
 */
export function introspectedFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  { selectionSet }: OperationDefinitionNode,
  most: number,
): number {
  const count = new Count(schema, document, most);
  for (const nodes of count.fieldsOf([selectionSet]).values()) {
    const [node] = nodes;
    if (node?.name.value === '__schema') count.add(SchemaMetaFieldDef, null, nodes);
    if (node?.name.value === '__type') count.add(TypeMetaFieldDef, null, nodes);
  }
  return count.fields;
}

class Count {
  readonly #schema: GraphQLSchema;
  readonly #most: number;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #selected = new Map<readonly FieldNode[], ReadonlyMap<string, FieldNode[]>>();
  fields = 0;

  constructor(schema: GraphQLSchema, { definitions }: DocumentNode, most: number) {
    this.#schema = schema;
    this.#most = most;
    for (const one of definitions)
      if (one.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(one.name.value, one);
  }

  /** As they are executed: by response name, and a fragment once, however often it is spread. */
  fieldsOf(sets: readonly SelectionSetNode[]): Map<string, FieldNode[]> {
    const fields = new Map<string, FieldNode[]>();
    const seen = new Set<string>();
    const collect = ({ selections }: SelectionSetNode): void => {
      for (const one of selections) {
        if (one.kind === Kind.FIELD) {
          const name = one.alias?.value ?? one.name.value;
          const nodes = fields.get(name);
          if (nodes) nodes.push(one);
          else fields.set(name, [one]);
        } else if (one.kind === Kind.INLINE_FRAGMENT) collect(one.selectionSet);
        else if (!seen.has(one.name.value)) {
          seen.add(one.name.value);
          const fragment = this.#fragments.get(one.name.value);
          if (fragment) collect(fragment.selectionSet);
        }
      }
    };
    for (const set of sets) collect(set);
    return fields;
  }

  /** Counts a field of a source, and what is selected of it. */
  add(field: GraphQLField<unknown, unknown>, source: unknown, nodes: readonly FieldNode[]): void {
    this.fields += 1;
    const type = getNamedType(field.type);
    if (this.fields > this.#most || !isObjectType(type)) return;
    const selected = this.#selectedOf(nodes);
    const definitions = type.getFields();
    for (const value of this.#values(field, source, nodes[0])) {
      for (const inner of selected.values()) {
        const definition = definitions[inner[0]?.name.value ?? ''];
        if (definition) this.add(definition, value, inner);
        else this.fields += 1;
        if (this.fields > this.#most) return;
      }
    }
  }

  /** Found once for all sources: many selections may make one small answer. */
  #selectedOf(nodes: readonly FieldNode[]): ReadonlyMap<string, FieldNode[]> {
    const known = this.#selected.get(nodes);
    if (known !== undefined) return known;
    const selected = this.fieldsOf(nodes.flatMap(({ selectionSet }) => selectionSet ?? []));
    this.#selected.set(nodes, selected);
    return selected;
  }

  #values(field: GraphQLField<unknown, unknown>, source: unknown, node?: FieldNode): readonly unknown[] {
    const args = field === TypeMetaFieldDef ? { name: this.#typeNamed(node) } : { includeDeprecated: true };
    // Resolvers of introspection take nothing of `info` but the schema.
    const value = field.resolve?.(source, args, null, { schema: this.#schema } as never);
    if (value === null || value === undefined) return [];
    return Array.isArray(value) ? value : [value];
  }

  #typeNamed(node: FieldNode | undefined): string {
    const value = node?.arguments?.[0]?.value;
    if (value?.kind === Kind.STRING) return value.value;
    const sizes = Object.values(this.#schema.getTypeMap()).map((type) => ({
      name: type.name,
      size: 'getFields' in type ? Object.keys(type.getFields()).length : 0,
    }));
    return sizes.sort((a, b) => b.size - a.size)[0]?.name ?? '';
  }
}
