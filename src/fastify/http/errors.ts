/** Errors as clients see them, whatever they are sent over. */
import type { FastifyBaseLogger } from 'fastify';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';

/** Codes of typed errors that are the server's fault or its storage's: the client learns little, so the log has the reason. */
const faults: ReadonlySet<unknown> = new Set([
  'BUSY',
  'STORAGE_UNAVAILABLE',
  'STORAGE_REFUSED',
  'TABLE_MISMATCH',
  'PLAN_MISMATCH',
  'CONFIGURATION',
  'RULE_MISSING',
]);

/** Whether the error has a code that is the server's or the storage's fault. */
export function isFault(error: unknown): boolean {
  return faults.has((error as { readonly code?: unknown } | null | undefined)?.code);
}

/** Whether a code that clients see is the server's fault or its storage's. */
export function isFaultCode(code: string): boolean {
  return faults.has(code) || code === internal.extensions?.code;
}

export function logFaults(errors: readonly GraphQLError[], log: FastifyBaseLogger): void {
  for (const { originalError, path } of errors)
    if (isFault(originalError))
      log.error({ err: originalError, path }, String((originalError as { code?: unknown }).code));
}

/** The code of an error as clients see it. */
export function codeOf({ extensions }: GraphQLFormattedError): string {
  return typeof extensions?.code === 'string' ? extensions.code : '(none)';
}

export const internal: GraphQLFormattedError = {
  message: 'Internal server error.',
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
};

/** The error as the client sees it. One of graphql-js is passed on; one that was thrown needs a code. */
export function formatError(error: GraphQLError, log: FastifyBaseLogger): GraphQLFormattedError {
  const { originalError, extensions } = error;
  const thrown = originalError !== undefined && !isGraphQLError(originalError);
  if (!thrown || typeof extensions.code === 'string') return error.toJSON();
  log.error({ err: originalError, path: error.path }, 'a field failed');
  const { locations, path } = error.toJSON();
  return { ...internal, ...(locations && { locations }), ...(path && { path }) };
}

/** By its name: Mercurius and this module may have loaded graphql-js from different files, each with its own class. */
export function isGraphQLError(error: unknown): error is GraphQLError {
  return error instanceof Error && error.name === 'GraphQLError';
}

/** With the code of what is wrong with a request that was not executed. */
export function withRequestCode(error: GraphQLFormattedError): GraphQLFormattedError {
  const code = error.message.startsWith('Syntax Error')
    ? 'GRAPHQL_PARSE_FAILED'
    : 'GRAPHQL_VALIDATION_FAILED';
  return { ...error, extensions: { code, ...error.extensions } };
}
