/**
 * Mistakes in the SDL, with places. GraphQL Codegen loads a schema with graphql-tools, which drops the places of some
 * errors and misses others (a field defined twice), so the sources are parsed again.
 */

import {
  type ASTNode,
  buildASTSchema,
  concatAST,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  isIntrospectionType,
  isSpecifiedScalarType,
  Kind,
  parse,
  Source,
  validateSchema,
} from 'graphql';
import { validateSDL } from 'graphql/validation/validate.js';
import type { Diagnostic, Note, Span } from '../diagnostics/diagnostic.js';
import { allowDirective } from '../sdl-model.js';
import { allowDefinition } from './allow.js';

/** The name and text of one SDL file. */
export interface SdlFile {
  readonly path: string;
  readonly text: string;
}

/** All mistakes in the SDL of these files together; empty if they form a valid schema. */
export function sdlMistakes(files: readonly SdlFile[]): Diagnostic[] {
  if (files.length === 0) return [];
  const documents: DocumentNode[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { path, text } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    try {
      documents.push(parse(new Source(text, path)));
    } catch (error) {
      diagnostics.push(...sdlDiagnostics(error));
    }
  }
  if (diagnostics.length > 0) return diagnostics;
  const isDefined = documents.some(({ definitions }) =>
    definitions.some((one) => one.kind === Kind.DIRECTIVE_DEFINITION && one.name.value === allowDirective),
  );
  return sdlDiagnostics(
    mistakesOf(concatAST(isDefined ? documents : [...documents, parse(allowDefinition)])),
  );
}

function mistakesOf(document: DocumentNode): readonly GraphQLError[] {
  const errors = validateSDL(document);
  if (errors.length > 0) return errors;
  return validateSchema(buildASTSchema(document, { assumeValidSDL: true }));
}

/**
 * The diagnostics of an error, or of several in an array or an AggregateError. `relative` gives the path shown to
 * people for a source's name.
 */
export function sdlDiagnostics(
  error: unknown,
  relative: (sourceName: string) => string = (name) => name,
): Diagnostic[] {
  return errorsOf(error).map((one): Diagnostic => {
    const [at, ...more] = placesOf(one, relative);
    const isSyntax = one.message.startsWith('Syntax Error');
    const notes = more.map((place): Note => ({ message: 'also here', at: place }));
    const diagnostic: Diagnostic = {
      code: isSyntax ? 'sdl-syntax' : 'sdl-invalid',
      severity: 'error',
      message: sentence(one.message.replace(/^Syntax Error: /, '')),
      at: at ?? { file: 'schema', start: 0, end: 0 },
    };
    return notes.length > 0 ? { ...diagnostic, notes } : diagnostic;
  });
}

function errorsOf(error: unknown): Error[] {
  if (Array.isArray(error)) return error.flatMap(errorsOf);
  if (error instanceof AggregateError) return error.errors.flatMap(errorsOf);
  return [error instanceof Error ? error : new Error(String(error))];
}

/** The last place first: of two definitions, the second is the mistake. */
function placesOf(error: Error, relative: (sourceName: string) => string): Span[] {
  if (!(error instanceof GraphQLError)) return [];
  const spans = (error.nodes ?? []).flatMap((node): Span[] => {
    const loc = ('name' in node && node.name ? node.name : node).loc;
    return loc ? [{ file: relative(loc.source.name), start: loc.start, end: loc.end }] : [];
  });
  if (spans.length > 0) return spans.reverse();
  const [position] = error.positions ?? [];
  if (!error.source || position === undefined) return [];
  const word = /^(?:\w+|.)/s.exec(error.source.body.slice(position))?.[0] ?? '';
  return [{ file: relative(error.source.name), start: position, end: position + Math.max(1, word.length) }];
}

/** graphql-js ends most of its messages with a full stop, and quotes names with `"`. */
function sentence(message: string): string {
  const text = message.replace(/"([\w.@!()[\]]+)"/g, '`$1`');
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** The files a schema was built from; empty if a part of it was not built from SDL. */
export function sdlFilesOf(schema: GraphQLSchema, relative: (sourceName: string) => string): SdlFile[] {
  const files = new Map<string, SdlFile>();
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
  );
  const nodesOf = (one: { astNode?: Maybe<ASTNode>; extensionASTNodes?: Maybe<readonly ASTNode[]> }) => [
    one.astNode,
    ...(one.extensionASTNodes ?? []),
  ];
  const nodes = [
    ...nodesOf(schema),
    ...types.flatMap((type) => [
      ...nodesOf(type),
      ...('getFields' in type ? Object.values(type.getFields()).map((field) => field.astNode) : []),
    ]),
    ...schema.getDirectives().map((directive) => directive.astNode),
  ];
  for (const node of nodes) {
    const source = node?.loc?.source;
    if (source && !files.has(source.name))
      files.set(source.name, { path: relative(source.name), text: source.body });
  }
  return types.every((type) => nodesOf(type).some((node) => node?.loc)) ? [...files.values()] : [];
}

type Maybe<T> = T | null | undefined;
