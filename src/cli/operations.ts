/** Documents of operations, read and checked against the schema. */

import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  Source,
  validate,
} from 'graphql';
import { budgetOf } from '../budget/budget.js';
import type { Costs } from '../budget/costs.js';
import type { Budget, BudgetOptions } from '../budget/figures.js';
import type { Diagnostic } from '../generator/diagnostics/diagnostic.js';
import { DiagnosticsError } from '../generator/diagnostics/print.js';
import { Mistake } from './mistakes.js';

/** A project's schema, and what its fields ask. */
export interface Priced {
  readonly schema: GraphQLSchema;
  readonly costs: Costs;
}

export function priced({ sdl, costs }: { readonly sdl: string; readonly costs: Costs }): Priced {
  return { schema: buildSchema(sdl), costs };
}

export interface Operations {
  readonly path: string;
  readonly text: string;
  readonly document: DocumentNode;
  /** In the order of the document; null for one without a name. */
  readonly names: readonly (string | null)[];
}

/** Throws DiagnosticsError with everything that is wrong with the document. */
export function readOperations(path: string, schema: GraphQLSchema): Operations {
  const text = textOf(path);
  const document = parsed(path, text);
  const errors = validate(schema, document);
  if (errors.length > 0)
    throw new DiagnosticsError(
      errors.map((error) => ({ code: 'operation-invalid', ...finding(path, text, error) })),
      new Map([[path, text]]),
    );
  const names = document.definitions.flatMap((one) =>
    one.kind === 'OperationDefinition' ? [one.name?.value ?? null] : [],
  );
  if (names.length === 0) throw new Mistake(`${path} has no operation.`);
  return { path, text, document, names };
}

/** The budgets of the operations of a document, or of the one named. */
export function budgetsOf(
  { path, document, names }: Operations,
  { schema, costs }: Priced,
  { operationName, ...options }: BudgetOptions = {},
): Budget[] {
  const asked = operationName === undefined ? names : [operationName];
  return asked.map((name) => {
    const budget = budgetOf(costs, schema, document, { ...options, operationName: name });
    if (budget === undefined) {
      const there = names.flatMap((one) => one ?? []).join(', ');
      throw new Mistake(
        `${path} has no operation \`${name}\`.`,
        there === '' ? 'Its operation has no name.' : `It has ${there}.`,
      );
    }
    return budget;
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new Mistake(`${path} cannot be read.`, 'Name a file of GraphQL operations.');
  }
}

function parsed(path: string, text: string): DocumentNode {
  try {
    return parse(new Source(text, path));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const diagnostic: Diagnostic = { code: 'operation-syntax', ...finding(path, text, error) };
    throw new DiagnosticsError([diagnostic], new Map([[path, text]]));
  }
}

function finding(path: string, text: string, error: GraphQLError): Omit<Diagnostic, 'code'> {
  const [node] = error.nodes ?? [];
  const start = error.positions?.[0] ?? 0;
  // Of a node with a body its first line.
  const end = node?.loc ? Math.min(node.loc.end, lineEnd(text, node.loc.start)) : start + 1;
  return {
    severity: 'error',
    message: error.message.replace(/^Syntax Error: /, ''),
    at: { file: path, start, end: Math.max(end, start + 1) },
  };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
