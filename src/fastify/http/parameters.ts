import { GraphQLError, getOperationAST, parse } from 'graphql';
import type { TrustedDocuments } from '../documents/documents.js';
import { refuseLong } from '../limits/limits.js';
import { problemOfJson } from './json-text.js';
import { httpError } from './status.js';

/** Checks the body of a POST request, and gives it the text of the document that it names. Throws an {@link httpError} 400. */
export function checkBody(body: unknown, documents?: TrustedDocuments): void {
  if (Array.isArray(body))
    throw httpError(400, 'Batches are not served. Send each operation as a request of its own.');
  if (!isMap(body)) throw httpError(400, 'The body must be a JSON object with a "query".');
  if (documents) body.query = documents.textOf(body);
  checkParameters(body);
}

/**
 * Checks the parameters of a GET request. Throws an {@link httpError} 400, or a GraphQLError if the document does not
 * have the operation: Mercurius, which looks at it to see whether it is a query, fails with a TypeError.
 */
export function checkQueryString(parameters: unknown, documents?: TrustedDocuments): void {
  if (!isMap(parameters)) throw httpError(400, 'There must be a "query" parameter.');
  if (parameters.operationName === '') delete parameters.operationName;
  const variables = readJson('variables', parameters.variables);
  const extensions = readJson('extensions', parameters.extensions);
  if (documents) parameters.query = documents.textOf({ ...parameters, extensions });
  const { query, operationName } = parameters;
  checkParameters({ ...parameters, query, operationName, variables, extensions });
  const document = tryParse(String(query));
  if (document === undefined || getOperationAST(document, operationName as string | undefined)) return;
  const named =
    operationName === undefined
      ? 'Name one operation of the document.'
      : `There is no operation "${operationName}".`;
  throw new GraphQLError(named, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}

function checkParameters({
  query,
  operationName,
  variables,
  extensions,
  documentId,
}: Readonly<Record<string, unknown>>): void {
  if (typeof query === 'string') refuseLong(query);
  if (!isAbsent(documentId) && isAbsent(query))
    throw httpError(
      400,
      'This server knows no documents by their ids. Send the text of the document as "query".',
    );
  if (typeof query !== 'string' || query === '' || isJson(query))
    throw httpError(400, '"query" must be the text of a GraphQL document.');
  if (!isAbsent(operationName) && typeof operationName !== 'string') {
    throw httpError(400, '"operationName" must be a string.');
  }
  if (!isAbsent(variables) && !isMap(variables)) throw httpError(400, '"variables" must be an object.');
  if (!isAbsent(extensions) && !isMap(extensions)) throw httpError(400, '"extensions" must be an object.');
}

function readJson(name: string, text: unknown): unknown {
  if (isAbsent(text) || text === '') return undefined;
  const problem = problemOfJson(String(text));
  if (problem !== null) throw httpError(400, `"${name}" is not valid: ${problem}`);
  try {
    return JSON.parse(String(text));
  } catch {
    throw httpError(400, `"${name}" must be an object in JSON.`);
  }
}

/** Undefined if it does not parse; saying why is Mercurius' part. */
function tryParse(query: string): ReturnType<typeof parse> | undefined {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}

/** How JSON begins, which hardly any document does. */
const jsonBegin = /^[ \t\n\r]*(?:["[\d-]|\{[ \t\n\r]*["}]|true|false|null)/;

/** Mercurius would take a document's syntax tree as JSON, past the limit of tokens. No document of GraphQL is JSON. */
function isJson(text: string): boolean {
  // An error for each document would take longer than all the rest of reading a request.
  if (!jsonBegin.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
