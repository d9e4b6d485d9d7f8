/** Trusted documents that the server would refuse after the change. */

import { type DocumentNode, type GraphQLError, type GraphQLSchema, parse, Source, validate } from 'graphql';
import type { Found } from '../found.js';
import type { Revisions } from '../revision.js';

/**
 * A document is held against the new schema as it is and as it was: clients that are deployed send what they were built
 * with. Once its operations are deleted, no client sends them any more; a file may be called otherwise.
 */
export function brokenOperations({ before, after }: Revisions): Found[] {
  const moved = new Map(
    [...before.operations]
      .filter(([path]) => !after.operations.has(path))
      .flatMap(([path, text]) => operationNames(path, text).map((name) => [name, text] as const)),
  );
  return [...after.operations].flatMap(([path, text]) => {
    const names = before.operations.has(path) ? [] : operationNames(path, text);
    const known =
      before.operations.get(path) ?? names.map((name) => moved.get(name)).find((one) => one !== undefined);
    const now = errorsOf(after.schema, path, text);
    const seen = new Set(now.map(({ message }) => message));
    const deployed =
      known === undefined || known === text
        ? []
        : brokenSince({ before: before.schema, after: after.schema }, path, known).filter(
            ({ message }) => !seen.has(message),
          );
    return [
      ...now.map((error) => broken(path, 'after', error)),
      ...deployed.map((error) => broken(path, 'before', error)),
    ];
  });
}

function brokenSince(
  { before, after }: Readonly<Record<'before' | 'after', GraphQLSchema>>,
  path: string,
  text: string,
): readonly GraphQLError[] {
  return errorsOf(before, path, text).length > 0 ? [] : errorsOf(after, path, text);
}

function operationNames(path: string, text: string): string[] {
  try {
    return parse(new Source(text, path)).definitions.flatMap((one) =>
      one.kind === 'OperationDefinition' && one.name ? [one.name.value] : [],
    );
  } catch {
    return [];
  }
}

function errorsOf(schema: GraphQLSchema, path: string, text: string): readonly GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(new Source(text, path));
  } catch (error) {
    return [error as GraphQLError];
  }
  return validate(schema, document);
}

function broken(
  path: string,
  revision: 'before' | 'after',
  { message, locations, nodes, source }: GraphQLError,
): Found {
  const [{ line, column } = { line: 1, column: 1 }] = locations ?? [];
  const clients =
    revision === 'before'
      ? ['The document changes as well; clients that are deployed send the old one.']
      : [];
  const name = operationAt(source?.body ?? '', nodes?.[0]?.loc?.start);
  return {
    rule: 'operation-broken',
    subject: name === undefined ? path : `${path}#${name}`,
    message: `${message.replaceAll(/"([^"]*)"/g, '`$1`')}`,
    notes: clients,
    at: { revision, file: path, line, column },
  };
}

/** The name of the operation or fragment that has this place. */
function operationAt(text: string, place: number | undefined): string | undefined {
  if (place === undefined) return undefined;
  const around = parse(text).definitions.find(({ loc }) => loc && loc.start <= place && place < loc.end);
  return around && 'name' in around ? around.name?.value : undefined;
}
