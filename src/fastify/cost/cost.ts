/** What operations may cost, and what they did cost. */

import type { FastifyRequest } from 'fastify';
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind } from 'graphql';
import { type Budget, type BudgetField, budgetOf, type Costs, type Statistics } from 'tableloom/runtime';

/** What documents may cost whatever their variables: most are far below any limit, and need no further look. */
const worst = new WeakMap<DocumentNode, number>();

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
  if (worstOf(costs, schema, document) <= limit) return;
  const budget = costliest(costs, schema, document, variables);
  if (budget === undefined || budget.most.requests <= limit) return;
  throw new GraphQLError(refusal(budget, limit), {
    extensions: { code: 'QUERY_TOO_COSTLY', limit, requests: finite(budget.most.requests) },
  });
}

function worstOf(costs: Costs, schema: GraphQLSchema, document: DocumentNode): number {
  const known = worst.get(document);
  if (known !== undefined) return known;
  // A budget takes a variable for its default, and a client may send another value.
  const hasDefault = document.definitions.some(
    (one) =>
      one.kind === Kind.OPERATION_DEFINITION &&
      one.variableDefinitions?.some(({ defaultValue }) => defaultValue !== undefined),
  );
  const requests = hasDefault
    ? Number.POSITIVE_INFINITY
    : (costliest(costs, schema, document)?.most.requests ?? 0);
  worst.set(document, requests);
  return requests;
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

function refusal({ most, fields }: Budget, limit: number): string {
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
