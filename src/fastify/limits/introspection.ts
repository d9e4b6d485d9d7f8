import { type DocumentNode, GraphQLError, visit } from 'graphql';

const introspecting = new WeakMap<DocumentNode, boolean>();

/** Whether the document asks for the schema itself. Documents are kept, so each is looked through once. */
function isIntrospection(document: DocumentNode): boolean {
  const known = introspecting.get(document);
  if (known !== undefined) return known;
  let found = false;
  visit(document, {
    Field(node) {
      if (node.name.value === '__schema' || node.name.value === '__type') found = true;
    },
  });
  introspecting.set(document, found);
  return found;
}

/**
 * Throws where somebody without a principal asks for the schema.
 *
 * @param canSignIn whether there are principals at all
 */
export function hideSchema(document: DocumentNode, principal: unknown, canSignIn: boolean): void {
  if (principal || !isIntrospection(document)) return;
  throw canSignIn
    ? new GraphQLError('Sign in to read the schema.', { extensions: { code: 'UNAUTHENTICATED' } })
    : new GraphQLError('The schema cannot be read in production.', { extensions: { code: 'FORBIDDEN' } });
}
