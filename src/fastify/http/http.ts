import type { FastifyBaseLogger } from 'fastify';
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import type { MercuriusOptions } from 'mercurius';
import { type MediaType, negotiate } from './accept.js';
import { formatError, internal, isGraphQLError, withRequestCode } from './errors.js';
import { secureHeaders } from './headers.js';
import { checkBody, checkQueryString } from './parameters.js';
import { codeOfStatus, httpError } from './status.js';
import { refuseTwoMeanings, strictText } from './wire.js';

/**
 * The codes an answer's `extensions.code` can have because of the request itself, before any resolver ran. What
 * Fastify refuses gets the name of its status instead: `PAYLOAD_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`.
 */
export const requestErrorCodes = {
  BAD_REQUEST: 'The request is not a GraphQL request: bad JSON, no query, or a parameter of the wrong type.',
  NOT_ACCEPTABLE: 'The Accept header allows neither application/json nor application/graphql-response+json.',
  METHOD_NOT_ALLOWED: 'GET accepts only queries.',
  GRAPHQL_PARSE_FAILED: 'The document has a syntax error.',
  GRAPHQL_VALIDATION_FAILED: 'The document, its operation name or its variables do not match the schema.',
  OPERATION_NOT_SERVED:
    'Subscriptions are served over WebSocket and at /graphql/stream, queries and mutations at /graphql.',
  TOO_MANY_SUBSCRIPTIONS: 'The connection has as many subscriptions as it may have.',
  RATE_LIMITED:
    'The caller has used up what it may have in a time. Repeat the request after `retryAfter` seconds.',
  DOCUMENT_NOT_TRUSTED: 'The server answers trusted documents only, and this is none of them.',
  PERSISTED_DOCUMENT_NOT_FOUND: 'There is no trusted document of this `documentId`.',
  PERSISTED_QUERY_NOT_FOUND:
    'There is no trusted document of this `extensions.persistedQuery`: send its text.',
  INTERNAL_SERVER_ERROR: 'An unexpected error occurred in the server. Its log has the details.',
} as const;

/**
 * Options for Mercurius that make its route follow "GraphQL over HTTP" (draft of the GraphQL Foundation), to be spread
 * into the others: `app.register(mercurius, { schema, resolvers, ...graphqlOverHttp })`.
 *
 * - The answer is `application/graphql-response+json` or `application/json`, as `Accept` asks; otherwise 406.
 * - A request that is not well-formed is 400. A document that fails before it is executed has no `data`; its status is
 *   400, or 200 where the answer is `application/json`, whose clients expect that. An executed one is always 200.
 * - Parameters are checked, not converted: Mercurius' own JSON schema turns `{"query": 1}` into the string `"1"`,
 *   refuses `"extensions": null`, and its schema for answers turns the list positions in an error's path into strings.
 * - There is no HEAD route: Fastify would derive it from GET, and Mercurius, which refuses mutations by GET, runs them.
 * - An error nobody gave an `extensions.code` is a bug: it is logged, and the client learns no more than that.
 * - Answers are not to be stored by caches, as some hold tokens; a resolver or hook may set `cache-control` itself.
 */
export const graphqlOverHttp = {
  additionalRouteOptions: {
    schema: {},
    exposeHeadRoute: false,
    preParsing: async (request, reply, payload) => {
      refuseTwoMeanings(request);
      const mediaType = negotiate(request.headers.accept);
      if (mediaType === undefined) {
        throw httpError(406, 'Accept application/graphql-response+json or application/json.');
      }
      const vary = reply.getHeader('vary');
      reply.headers({
        'cache-control': 'no-store',
        'content-type': `${mediaType}; charset=utf-8`,
        vary: vary === undefined ? 'accept' : `${vary}, accept`,
      });
      return request.method === 'GET' ? undefined : strictText(payload);
    },
    preHandler: async (request) => {
      if (request.method === 'GET') checkQueryString(request.query);
      else checkBody(request.body);
    },
    onSend: async (_request, reply) => {
      reply.headers(secureHeaders);
    },
    errorHandler: (error, request, reply) => {
      const mediaType = negotiate(request.headers.accept) ?? 'application/json';
      const { statusCode, response } = describeFailure(error, mediaType, request.log);
      if (statusCode === 401) reply.header('www-authenticate', challenge(response));
      if (statusCode === 405) reply.header('allow', 'POST');
      const retryAfter = response.errors?.[0]?.extensions?.retryAfter;
      if (typeof retryAfter === 'number') reply.header('retry-after', retryAfter);
      return reply.code(statusCode).type(`${mediaType}; charset=utf-8`).send(response);
    },
  },
  errorFormatter: ({ data, errors, extensions }, context) => {
    const { reply } = context;
    const formatted = errors.map((error) => formatError(error, reply.log));
    if (data === undefined) {
      const mediaType = negotiate(reply.request.headers.accept) ?? 'application/json';
      return failure(documentStatus(mediaType), formatted.map(withRequestCode));
    }
    return { statusCode: 200, response: { data, errors: formatted, ...(extensions && { extensions }) } };
  },
} satisfies Pick<MercuriusOptions, 'additionalRouteOptions' | 'errorFormatter'>;

interface Failure {
  readonly statusCode: number;
  readonly response: FormattedExecutionResult;
}

function failure(statusCode: number, errors: readonly GraphQLFormattedError[]): Failure {
  return { statusCode, response: { errors } };
}

/** The status of an answer whose document was well sent, but could not be executed. */
function documentStatus(mediaType: MediaType): number {
  return mediaType === 'application/json' ? 200 : 400;
}

/** What was thrown before there was an execution: by Fastify, by Mercurius, or by what builds the context. */
function describeFailure(error: unknown, mediaType: MediaType, log: FastifyBaseLogger): Failure {
  const thrown: Thrown = error instanceof Error ? error : {};
  const causes = thrown.errors?.filter(isGraphQLError) ?? [];
  if (thrown.code === 'MER_ERR_GQL_VALIDATION' && causes.length > 0) {
    return failure(
      documentStatus(mediaType),
      causes.map((cause) => withRequestCode(cause.toJSON())),
    );
  }
  const code = thrown.extensions?.code;
  const typed = typeof code === 'string';
  const statusCode = thrown.statusCode ?? (typed ? (statusOfCode[code] ?? documentStatus(mediaType)) : 500);
  const message = thrown.message ?? '';
  if (typed) return failure(statusCode, [{ message, extensions: { ...thrown.extensions } }]);
  if (statusCode >= 400 && statusCode < 500) {
    return failure(statusCode, [{ message, extensions: { code: codeOfStatus(statusCode) } }]);
  }
  log.error({ err: error }, 'the request failed');
  return failure(Math.max(statusCode, 500), [internal]);
}

/** What errors thrown at this stage may carry: Fastify's and Mercurius' members, and those of a GraphQLError. */
interface Thrown {
  readonly message?: string;
  readonly code?: string;
  readonly statusCode?: number;
  readonly errors?: readonly unknown[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** For errors that know a code but no status: what keeps every request of the caller's from being answered. */
const statusOfCode: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  TOKEN_EXPIRED: 401,
  TOKEN_INVALID: 401,
  BAD_REQUEST: 400,
  FORBIDDEN: 403,
  DOCUMENT_NOT_TRUSTED: 403,
  RATE_LIMITED: 429,
  BUSY: 503,
  STORAGE_UNAVAILABLE: 503,
};

/** The `www-authenticate` of a client without a good token (RFC 6750, section 3). */
function challenge({ errors }: FormattedExecutionResult): string {
  const isBad = errors?.some(({ extensions }) => String(extensions?.code).startsWith('TOKEN_'));
  return isBad ? 'Bearer error="invalid_token"' : 'Bearer';
}
