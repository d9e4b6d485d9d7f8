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

/** Counts what Mercurius keeps. */
export class KeptDocuments {
  readonly #app: FastifyInstance;
  #bytes = 0;

  constructor(app: FastifyInstance) {
    this.#app = app;
  }

  /**
   * Of a document that is about to be kept. Mercurius keeps 1024 that are valid, and as many that are not, however large they are:
   * some 3 GB of the largest. Once those that were read take too much, all of them are forgotten.
   */
  add(document: DocumentNode, schema: GraphQLSchema): void {
    const bytes = tokensIn(document) * bytesPerToken + 2 * (document.loc?.source.body.length ?? 0);
    this.#bytes += bytes;
    if (this.#bytes <= mostBytes) return;
    this.#app.graphql.replaceSchema(schema);
    this.#bytes = bytes;
  }
}

/** Comments are tokens too. */
export function tokensIn({ loc }: DocumentNode): number {
  let tokens = 0;
  let token: Token | null = loc?.startToken ?? null;
  for (; token !== null && token.kind !== TokenKind.EOF; token = token.next) tokens += 1;
  return tokens;
}

/** Throws a GraphQLError where a text is too long, or does not parse. */
export function parseDocument(text: string, { tokens }: ServerLimits): DocumentNode {
  refuseLong(text);
  try {
    return parse(text, { maxTokens: tokens });
  } catch (error) {
    throw parseError(error);
  }
}

export function errorsOf(
  document: DocumentNode,
  schema: GraphQLSchema,
  { depth }: ServerLimits,
  hideSuggestions: boolean,
): readonly GraphQLError[] {
  return validate(schema, document, [...specifiedRules, depthLimit(depth)], { hideSuggestions });
}

/** What a parser threw. It recurses, and is out of stack before lists within lists are out of tokens. */
export function parseError(error: unknown): unknown {
  if (!(error instanceof RangeError)) return error;
  return new GraphQLError('The document is nested too deep to be parsed.', {
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });
}
