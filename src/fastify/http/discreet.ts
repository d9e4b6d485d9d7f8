import { type ASTNode, GraphQLError } from 'graphql';

/** What graphql-js says of a value without repeating it: in these words, with names of the schema. */
const reasons = [
  /Field "\w+" of required type "[\w![\]]+" was not provided\./,
  /Field "\w+" is not defined by type "\w+"\./,
  /Expected non-nullable type "[\w![\]]+" not to be null\./,
  /Expected (?:value of )?type "[\w![\]]+"/,
  /The value is not valid: a (?:moment|day) is needed, such as [\dTZ:.-]+/,
  /(?:String|Int|Float|Boolean|ID) cannot represent [\w-]+(?: \w+)*/,
];

/** Faults whose messages name tables and settings. */
const internal: ReadonlySet<unknown> = new Set([
  'CONFIGURATION',
  'STORAGE_REFUSED',
  'TABLE_MISMATCH',
  'PLAN_MISMATCH',
]);

/**
 * The error as strangers may see it: without what the schema has instead of a wrong name, without values of the client,
 * which may be passwords and would be kept in logs of clients and proxies, and without names of the storage.
 */
export function discreet(error: GraphQLError): GraphQLError {
  const { message, extensions, path } = error;
  if (internal.has(extensions.code)) return withMessage(error, 'The server is not set up for this.');
  // An error of a field is about what it does; before there are fields, it is about the request.
  const told = path ? message : withoutValues(message.replace(/ Did you mean .*/s, ''), error.nodes?.[0]);
  return told === message ? error : withMessage(error, told);
}

function withMessage({ nodes, source, positions, path, extensions }: GraphQLError, message: string) {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions: { ...extensions },
  });
}

/** @param node what the error is about */
function withoutValues(message: string, node: ASTNode | undefined): string {
  const [, variable] = /^Variable "\$(\w+)" got invalid value /.exec(message) ?? [];
  if (variable !== undefined) {
    const [, place = variable] = new RegExp(` at "(${variable}[.[][\\w.[\\]]*)"; `).exec(message) ?? [];
    return `Variable "$${variable}" has an invalid value at "${place}".${reasonIn(message)}`;
  }
  return node?.kind.endsWith('Value') ? `A value is not valid.${reasonIn(message)}` : message;
}

function reasonIn(message: string): string {
  const [found] = reasons.flatMap((reason) => reason.exec(message)?.[0] ?? []);
  return found === undefined ? '' : ` ${found.replace(/[^.]$/, '$&.')}`;
}
