/** What a client selects of a field, from the info that graphql-js passes to its resolver. */
import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLResolveInfo,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import type { PageOptions } from './pages.js';

/** The part of graphql-js' info that is read. */
export type SelectionInfo = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'variableValues'>;

/** Answers for documents without @skip and @include, whose selections are the same in every execution. */
const known = new WeakMap<FieldNode, PageOptions>();

/**
 * What a client selects of a connection: the fields of its nodes (through `nodes` and `edges.node`, whatever the aliases
 * and fragments), which parts of `pageInfo`, and `totalCount`. Fields that @skip or @include leave out do not count. Type
 * conditions are ignored: a field selected for one of several types counts as selected.
 */
export function selection(info: SelectionInfo): PageOptions {
  const [field, ...others] = info.fieldNodes;
  const remembered = field !== undefined && others.length === 0 ? known.get(field) : undefined;
  if (remembered !== undefined) return remembered;
  const walk = new Walk(info);
  const sets = info.fieldNodes.map(({ selectionSet }) => selectionSet);
  const edges = walk.fields(sets, 'edges');
  const nodes = [...walk.fields(sets, 'nodes'), ...walk.fields(walk.setsOf(edges), 'node')];
  const pageInfo = walk.names(walk.setsOf(walk.fields(sets, 'pageInfo')));
  const options: PageOptions = {
    fields: walk.names(walk.setsOf(nodes)),
    wants: {
      edges: edges.length > 0 || nodes.length > 0,
      hasNextPage: pageInfo.has('hasNextPage'),
      hasPreviousPage: pageInfo.has('hasPreviousPage'),
      cursors: pageInfo.has('startCursor') || pageInfo.has('endCursor'),
      totalCount: walk.fields(sets, 'totalCount').length > 0,
    },
  };
  if (field !== undefined && others.length === 0 && !walk.varies) known.set(field, options);
  return options;
}

/** The names of the fields selected of an object. */
export function fieldsOf(info: SelectionInfo): ReadonlySet<string> {
  return new Walk(info).names(info.fieldNodes.map(({ selectionSet }) => selectionSet));
}

/** The value that a record has of one attribute; null where there is no record. */
export async function attributeOf<R extends object, K extends keyof R>(
  read: Promise<R | null>,
  name: K,
): Promise<R[K] | null> {
  const record = await read;
  return record === null ? null : record[name];
}

/** The values that records have of one attribute, in their order; null where there is no record. */
export async function attributesOf<R extends object | null, K extends keyof NonNullable<R>>(
  read: Promise<readonly R[]>,
  name: K,
): Promise<(NonNullable<R>[K] | (R & null))[]> {
  const records = await read;
  return records.map((record) => (record === null ? (record as R & null) : (record as NonNullable<R>)[name]));
}

type Sets = readonly (SelectionSetNode | undefined)[];

/** Walks selections through fragments and directives. */
class Walk {
  /** Whether a directive made a difference, so that the next execution's answer may be another. */
  varies = false;
  readonly #fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly #variables: Readonly<Record<string, unknown>>;

  constructor(info: SelectionInfo) {
    this.#fragments = info.fragments;
    this.#variables = info.variableValues;
  }

  setsOf(fields: readonly FieldNode[]): Sets {
    return fields.map(({ selectionSet }) => selectionSet);
  }

  names(sets: Sets): ReadonlySet<string> {
    const names = new Set<string>();
    for (const set of sets) this.#visit(set, ({ name }) => names.add(name.value));
    return names;
  }

  /** The selections of one field. */
  fields(sets: Sets, name: string): readonly FieldNode[] {
    const fields: FieldNode[] = [];
    for (const set of sets) this.#visit(set, (field) => field.name.value === name && fields.push(field));
    return fields;
  }

  #visit(set: SelectionSetNode | undefined, found: (field: FieldNode) => void): void {
    for (const node of set?.selections ?? []) {
      if (!this.#isIncluded(node)) continue;
      if (node.kind === 'Field') found(node);
      else if (node.kind === 'InlineFragment') this.#visit(node.selectionSet, found);
      else this.#visit(this.#fragments[node.name.value]?.selectionSet, found);
    }
  }

  #isIncluded(node: SelectionNode): boolean {
    const { value, varies } = isIncluded(node, this.#variables);
    this.varies ||= varies;
    return value;
  }
}

/** Whether @skip and @include leave a node in; `varies` where a variable decides. */
export function isIncluded(
  { directives = [] }: SelectionNode,
  variables: Readonly<Record<string, unknown>>,
): { readonly value: boolean; readonly varies: boolean } {
  let varies = false;
  for (const { name, arguments: passed } of directives) {
    if (name.value !== 'skip' && name.value !== 'include') continue;
    const condition = passed?.find((argument) => argument.name.value === 'if')?.value;
    varies ||= condition?.kind === 'Variable';
    const value =
      condition?.kind === 'Variable'
        ? Object.hasOwn(variables, condition.name.value) && variables[condition.name.value]
        : condition?.kind === 'BooleanValue' && condition.value;
    if ((value === true) === (name.value === 'skip')) return { value: false, varies };
  }
  return { value: true, varies };
}
