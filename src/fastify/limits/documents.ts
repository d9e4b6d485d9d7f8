/** Which documents are read, and how much of the memory those that were read take. */
import type { FastifyInstance } from 'fastify';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  type Token,
  TokenKind,
  validate,
} from 'graphql';
import type { ServerLimits } from '../options.js';
import { depthLimit, refuseLong } from './limits.js';

/** What a token of a document that is kept takes, with its part of the tree, in bytes: measured, and rounded up. */
const bytesPerToken = 500;

/** What documents that are kept may take, in bytes. */
const mostBytes = 64 * 1024 * 1024;

/**
 * Mercurius keeps 1024 documents that are valid, and as many that are not, however large they are: some 2 GB of the largest. Once those that
 * were read take too much, all of them are forgotten.
 */
export function boundDocuments(app: FastifyInstance): void {
  let kept = 0;
  app.graphql.addHook('preValidation', async (schema, document) => {
    const bytes = bytesOf(document);
    kept += bytes;
    if (kept <= mostBytes) return;
    app.graphql.replaceSchema(schema);
    kept = bytes;
  });
}

function bytesOf({ loc }: DocumentNode): number {
  if (loc === undefined) return 0;
  let tokens = 0;
  for (
    let token: Token | null = loc.startToken;
    token !== null && token.kind !== TokenKind.EOF;
    token = token.next
  )
    tokens += 1;
  return tokens * bytesPerToken + 2 * loc.source.body.length;
}

/** A document, or what is wrong with it. Throws a GraphQLError where it does not parse. */
export function readDocument(
  text: string,
  schema: GraphQLSchema,
  { tokens, depth }: ServerLimits,
  hideSuggestions: boolean,
): DocumentNode | readonly GraphQLError[] {
  refuseLong(text);
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: tokens });
  } catch (error) {
    throw parseError(error);
  }
  const errors = validate(schema, document, [...specifiedRules, depthLimit(depth)], { hideSuggestions });
  return errors.length > 0 ? errors : document;
}

/** What a parser threw. It recurses, and is out of stack before lists within lists are out of tokens. */
export function parseError(error: unknown): unknown {
  if (!(error instanceof RangeError)) return error;
  return new GraphQLError('The document is nested too deep to be parsed.', {
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });
}
