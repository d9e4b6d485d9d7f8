/** Prefetch: reads that depend only on their parent's key start while the parent is read. */

import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getArgumentValues,
  isAbstractType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded, type SelectionInfo } from '../selection.js';

/** The part of graphql-js' info that prefetching uses. */
export type PrefetchInfo = SelectionInfo & Pick<GraphQLResolveInfo, 'schema'>;

/** A field's read, from its arguments and selections. */
type Read = (args: never, info: PrefetchInfo) => Promise<unknown>;

/** One that starts only for those who may use the field. */
export interface AllowedRead {
  readonly isAllowed: () => Promise<boolean>;
  readonly read: Read;
}

/**
 * Prefetches selected fields of a type that depend only on the parent's key, whatever their aliases, arguments and
 * fragments. The fields' own resolvers make the same request of the session and find it under way; only they report its
 * failure.
 *
 * @param info of the field that returns the parent
 * @param type the parent's, an object type
 */
export function prefetch(info: PrefetchInfo, type: string, reads: Readonly<Record<string, Read>>): void {
  for (const { read, begin } of selectedReads(info, type, reads)) begin(read);
}

/** The same, where it has to be found out who may use a field. @returns what `load` does, called with the reads */
export async function prefetchAllowed<Parent>(
  info: PrefetchInfo,
  type: string,
  load: () => Promise<Parent>,
  reads: Readonly<Record<string, Read | AllowedRead>>,
): Promise<Parent> {
  const selected = selectedReads(info, type, reads);
  const isAllowed = selected.some(({ read }) => typeof read !== 'function')
    ? await Promise.all(selected.map(({ read }) => typeof read === 'function' || read.isAllowed()))
    : [];
  for (const [at, { read, begin }] of selected.entries()) {
    if (typeof read === 'function') begin(read);
    else if (isAllowed[at]) begin(read.read);
  }
  return load();
}

/** The reads of selected fields, each with what starts it. */
function selectedReads<One>(info: PrefetchInfo, type: string, reads: Readonly<Record<string, One>>) {
  const { schema, fragments, variableValues } = info;
  const parent = schema.getType(type);
  if (!isObjectType(parent)) return [];
  const fields = parent.getFields();
  return selectedFields(info, parent).flatMap((fieldNodes) => {
    const [node] = fieldNodes;
    const { [node.name.value]: read } = reads;
    const { [node.name.value]: field } = fields;
    if (read === undefined || field === undefined) return [];
    const begin = (start: Read) =>
      started(() =>
        start(getArgumentValues(field, node, variableValues) as never, {
          fieldNodes,
          fragments,
          variableValues,
          schema,
        }),
      );
    return [{ read, begin }];
  });
}

function started(read: () => Promise<unknown>): void {
  try {
    read().catch(() => undefined);
  } catch {
    // The field's own resolver throws the same error of its arguments.
  }
}

type FieldNodes = readonly [FieldNode, ...FieldNode[]];

/** Answers for selections without variable @skip and @include, which are the same in every execution. */
const known = new WeakMap<FieldNode, Map<GraphQLObjectType, readonly FieldNodes[]>>();

/** The selected fields of an object of a type, grouped by response name, as graphql-js merges them. */
function selectedFields(info: PrefetchInfo, type: GraphQLObjectType): readonly FieldNodes[] {
  const [first, ...others] = info.fieldNodes;
  const remembered = first && others.length === 0 ? known.get(first)?.get(type) : undefined;
  if (remembered !== undefined) return remembered;
  const byAnswer = new Map<string, [FieldNode, ...FieldNode[]]>();
  let varies = false;
  const visit = (set: SelectionSetNode | undefined) => {
    for (const node of set?.selections ?? []) {
      const included = isIncluded(node, info.variableValues);
      varies ||= included.varies;
      if (!included.value) continue;
      if (node.kind === 'Field') {
        const answer = (node.alias ?? node.name).value;
        const same = byAnswer.get(answer);
        if (same) same.push(node);
        else byAnswer.set(answer, [node]);
        continue;
      }
      const fragment = node.kind === 'InlineFragment' ? node : info.fragments[node.name.value];
      if (fragment && isOf(info, type, fragment.typeCondition?.name.value)) visit(fragment.selectionSet);
    }
  };
  for (const { selectionSet } of info.fieldNodes) visit(selectionSet);
  const selected = [...byAnswer.values()];
  if (first && others.length === 0 && !varies) {
    const byType = known.get(first) ?? new Map<GraphQLObjectType, readonly FieldNodes[]>();
    known.set(first, byType.set(type, selected));
  }
  return selected;
}

/** Whether a fragment on `condition` is about an object of this type. */
function isOf({ schema }: PrefetchInfo, type: GraphQLObjectType, condition: string | undefined): boolean {
  if (condition === undefined || condition === type.name) return true;
  const other = schema.getType(condition);
  return isAbstractType(other) && schema.isSubType(other, type);
}
