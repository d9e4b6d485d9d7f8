/** Logs operations that were slow, or cost more than they should. */
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { type Budget, budgetOf, type Costs, type Figures } from 'tableloom/runtime';
import type { AnsweredOperation, OperationWatcher } from './operations.js';

/** From when on an operation is logged. */
export interface SlowLimits {
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** How many requests it sent to DynamoDB. One that sent more than twice what its budget calls usual is logged as well. */
  readonly requests: number;
}

export const usualSlowLimits: SlowLimits = { ms: 1000, requests: 100 };

/** Below so many requests, twice the usual is no news. */
const leastCostly = 5;

/** Neither variables nor the document are logged: both may hold anything. */
export function slowLog(costs: Costs, schema: () => GraphQLSchema, limits: SlowLimits): OperationWatcher {
  const budgets = new WeakMap<DocumentNode, Map<string | null, Budget | undefined>>();
  const budgetFor = (document: DocumentNode, name: string | null) => {
    const known = budgets.get(document) ?? new Map<string | null, Budget | undefined>();
    budgets.set(document, known);
    if (!known.has(name)) known.set(name, budgetOf(costs, schema(), document, { operationName: name }));
    return known.get(name);
  };
  return (request) => ({
    ended({ type, name, fields, document, ms, codes, used }: AnsweredOperation) {
      if (document === undefined || used === undefined) return;
      const isSlow = ms >= limits.ms;
      const budget = isSlow || used.requests >= leastCostly ? budgetFor(document, name) : undefined;
      const isCostly = used.requests >= limits.requests || isAbove(used.requests, budget);
      if (!isSlow && !isCostly) return;
      const { requests, steps, readUnits, writeUnits } = used;
      const details = {
        operation: { type, name: name?.slice(0, 100) ?? null, fields },
        ms: Math.round(ms),
        ...{ requests, steps, readUnits, writeUnits },
        budget: budget && { usual: finite(budget.usual), most: finite(budget.most) },
        codes,
      };
      request.log.warn(details, isSlow ? 'slow operation' : 'costly operation');
    },
  });
}

/** A budget that leaves out rules says nothing. */
function isAbove(requests: number, budget: Budget | undefined): boolean {
  if (budget === undefined || budget.unknown.length > 0) return false;
  return requests >= leastCostly && requests > 2 * budget.usual.requests;
}

/** As JSON has them: what has no bound is null. */
function finite({ requests, readUnits }: Figures): { requests: number | null; readUnits: number | null } {
  const bounded = (value: number) => (Number.isFinite(value) ? value : null);
  return { requests: bounded(requests), readUnits: bounded(readUnits) };
}
