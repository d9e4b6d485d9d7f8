/** What operations may cost, and what they did cost. */

import type { FastifyRequest } from 'fastify';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type VariableDefinitionNode,
} from 'graphql';
import { type Budget, type BudgetField, budgetOf, type Costs, type Statistics } from 'tableloom/runtime';

/** Why documents may cost too much, with the worst values of their variables. Most may not, and need no further look. */
const worst = new WeakMap<DocumentNode, GraphQLError | null>();

/**
 * Throws QUERY_TOO_COSTLY where an operation of a valid document may send more than `limit` requests, of those that
 * its budget counts. The message names the field that may send the most.
 */
export function refuseCostly(
  costs: Costs,
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  limit: number,
): void {
  const declared = variablesOf(document);
  const known = worst.get(document);
  const refusal = known === undefined ? refusalOf(costliest(costs, schema, document), limit) : known;
  worst.set(document, refusal);
  // A budget takes a variable for its default, and a client may send another value.
  const hasDefault = declared.some(({ defaultValue }) => defaultValue !== undefined);
  if (refusal === null && !hasDefault) return;
  const own =
    declared.length === 0 ? refusal : refusalOf(costliest(costs, schema, document, variables), limit);
  if (own !== null) throw own;
}

function refusalOf(budget: Budget | undefined, limit: number): GraphQLError | null {
  if (budget === undefined || budget.most.requests <= limit) return null;
  const extensions = { code: 'QUERY_TOO_COSTLY', limit, requests: finite(budget.most.requests) };
  return new GraphQLError(messageOf(budget, limit), { extensions });
}

function variablesOf({ definitions }: DocumentNode): readonly VariableDefinitionNode[] {
  return definitions.flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION ? (one.variableDefinitions ?? []) : [],
  );
}

/** Of the operations of a document the one that may send the most requests. */
function costliest(
  costs: Costs,
  schema: GraphQLSchema,
  document: DocumentNode,
  variables?: Readonly<Record<string, unknown>>,
): Budget | undefined {
  const names = document.definitions.flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION ? [one.name?.value] : [],
  );
  const budgets = names.flatMap(
    (operationName) => budgetOf(costs, schema, document, { operationName, variables }) ?? [],
  );
  return budgets.sort((a, b) => b.most.requests - a.most.requests)[0];
}

function messageOf({ most, fields }: Budget, limit: number): string {
  if (!Number.isFinite(most.requests)) return 'The query has too many fields for its cost to be known.';
  const [worst] = everyField(fields).sort((a, b) => b.requests.most - a.requests.most);
  const told = `The query may send ${most.requests} requests to the database; at most ${limit} are allowed.`;
  if (worst === undefined) return told;
  return `${told} ${worst.name} may send ${worst.requests.most} of them. Request fewer rows of its parent.`;
}

function everyField(fields: readonly BudgetField[]): BudgetField[] {
  return fields.flatMap((field) => [field, ...everyField(field.fields)]);
}

function finite(count: number): number | null {
  return Number.isFinite(count) ? count : null;
}

/** The header by which a client asks for what its operation cost. */
const costHeader = 'x-tableloom-cost';

/** Whether the client asks what its operation costs. */
export function asksForCost(request: FastifyRequest | undefined): boolean {
  return request?.headers[costHeader] === '1';
}

/** What an answer tells in `extensions.tableloom`. */
export function costTold({ requests, steps, readUnits, writeUnits }: Statistics) {
  return { requests, steps, readUnits, writeUnits };
}
