/** The trusted documents of a project: a text for each operation below operations/, by the id that clients send in its place. */

import { createHash } from 'node:crypto';
import { type GraphQLSchema, print, separateOperations } from 'graphql';
import type { Diagnostic } from '../../generator/diagnostics/diagnostic.js';
import { textOf } from '../files.js';
import { type Operations, readOperations } from '../operations.js';
import { operationPaths, operationsFolder } from './budgets.js';

/** Where they are kept, and held to by `check` once they are. */
export const documentsPath = `${operationsFolder}/documents.json`;

export interface TrustedDocument {
  /** `sha256:` and the SHA-256 of the text, as "GraphQL over HTTP" has it (appendix A). */
  readonly id: string;
  /** The operation with the fragments it uses, as graphql-js prints it. */
  readonly text: string;
  /** Of the operation; null for one without a name. */
  readonly name: string | null;
  readonly path: string;
}

/** Sorted by id. Throws DiagnosticsError where a document does not fit the schema. */
export function trustedDocuments(paths: readonly string[], schema: GraphQLSchema): TrustedDocument[] {
  const all = paths.flatMap((path) => documentsOf(readOperations(path, schema)));
  return all.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The same text in several files is one document. */
export function documentsText(documents: readonly TrustedDocument[]): string {
  const texts = Object.fromEntries(documents.map(({ id, text }) => [id, text]));
  return `${JSON.stringify(texts, null, 2)}\n`;
}

/** Whether the file is what it would be; without a file there is nothing to say. */
export function checkDocuments(schema: GraphQLSchema): Diagnostic[] {
  const found = textOf(documentsPath);
  if (found === undefined || found === documentsText(trustedDocuments(operationPaths(), schema))) return [];
  return [
    {
      code: 'documents-stale',
      severity: 'error',
      message: 'The trusted documents are out of date.',
      at: { file: documentsPath, start: 0, end: 0 },
      hint: 'Run `tableloom documents` and commit what it writes.',
    },
  ];
}

function documentsOf({ path, document }: Operations): TrustedDocument[] {
  return Object.entries(separateOperations(document)).map(([name, one]) => {
    const text = print(one);
    const id = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    return { id, text, name: name === '' ? null : name, path };
  });
}
