import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** Characters of a document: twenty for each token there may be. Long values are sent as variables. */
export const longestDocument = 65_536;

/** Throws where a text is too long to be parsed. */
export function refuseLong(text: string): void {
  if (text.length <= longestDocument) return;
  throw new GraphQLError(
    `The document has ${text.length} characters; at most ${longestDocument} are read. Send long values as variables.`,
    { extensions: { code: 'GRAPHQL_PARSE_FAILED', limit: longestDocument } },
  );
}

/**
 * Validation rule: no operation is deeper than `limit`. Introspection does not count: graphql-js bounds it itself,
 * and tools ask deeper than any client of ours.
 */
export function depthLimit(limit: number): (context: ValidationContext) => ASTVisitor {
  return (context) => ({
    OperationDefinition(node) {
      const depth = depthOf(node.selectionSet, context, new Map());
      if (depth <= limit) return;
      context.reportError(
        new GraphQLError(`The query is ${depth} levels deep; at most ${limit} are allowed.`, {
          nodes: node,
          extensions: { code: 'QUERY_TOO_DEEP', limit },
        }),
      );
    },
  });
}

/** A fragment's depth is computed once, or a few hundred that spread one another twice would take for ever. */
function depthOf(
  { selections }: SelectionSetNode,
  context: ValidationContext,
  fragments: Map<FragmentDefinitionNode, number>,
): number {
  let deepest = 0;
  for (const selection of selections) {
    let depth = 0;
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value.startsWith('__')) continue;
      depth = 1 + (selection.selectionSet ? depthOf(selection.selectionSet, context, fragments) : 0);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      depth = depthOf(selection.selectionSet, context, fragments);
    } else {
      const fragment = context.getFragment(selection.name.value);
      // Another rule reports a fragment that is missing, or that contains itself.
      if (!fragment) continue;
      depth = fragments.get(fragment) ?? fragmentDepth(fragment, context, fragments);
    }
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function fragmentDepth(
  fragment: FragmentDefinitionNode,
  context: ValidationContext,
  fragments: Map<FragmentDefinitionNode, number>,
): number {
  fragments.set(fragment, 0);
  const depth = depthOf(fragment.selectionSet, context, fragments);
  fragments.set(fragment, depth);
  return depth;
}
