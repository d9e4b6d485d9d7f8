/** The request budget of an operation: how many requests it costs, in how many steps, field by field. */

import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Costs } from './costs.js';
import type { Budget, BudgetField, BudgetOptions, Figures } from './figures.js';
import { operationOf, Selections } from './selections.js';
import type { Entry } from './walk/calls.js';
import type { Mode } from './walk/progress.js';
import { Walk } from './walk/walk.js';

/**
 * The budget of an operation of a valid document. Undefined where the document has several operations and none is
 * named, or none of that name. An operation of more than 10,000 fields, those of fragments counted wherever they are
 * spread, has no bound: `most` is infinite.
 */
export function budgetOf(
  costs: Costs,
  schema: GraphQLSchema,
  document: DocumentNode,
  options: BudgetOptions = {},
): Budget | undefined {
  const operation = operationOf(document, options.operationName);
  if (operation === undefined) return undefined;
  const root = schema.getRootType(operation.operation)?.name ?? '';
  return budgetIn(costs, schema, { document, operation, root }, options);
}

/** What the budget of an operation has as `usual.requests`, without working out the rest. */
export function usualRequests(
  costs: Costs,
  schema: GraphQLSchema,
  document: DocumentNode,
  options: BudgetOptions = {},
): number | undefined {
  const operation = operationOf(document, options.operationName);
  if (operation === undefined) return undefined;
  const root = schema.getRootType(operation.operation)?.name ?? '';
  const selections = new Selections(schema, document, operation, options.variables);
  return new Walk(costs, selections, 'usual', options).operation(operation, root).figures.requests;
}

/** The budget of an operation whose fields are those of `root`, whichever type that is. */
export function budgetIn(
  costs: Costs,
  schema: GraphQLSchema,
  {
    document,
    operation,
    root,
  }: {
    readonly document: DocumentNode;
    readonly operation: OperationDefinitionNode;
    readonly root: string;
  },
  options: BudgetOptions,
): Budget {
  const selections = new Selections(schema, document, operation, options.variables);
  const run = (mode: Mode) => new Walk(costs, selections, mode, options).operation(operation, root);
  const usual = run('usual');
  // What has too many fields has so in either way.
  const isKnown = Number.isFinite(usual.figures.requests);
  const most = isKnown ? run('most') : usual;
  const warm =
    isKnown && isCached(costs) && operation.operation === 'query' ? run('warm').figures : undefined;
  return {
    operation: operation.operation,
    name: operation.name?.value ?? null,
    usual: usual.figures,
    most: most.figures,
    ...(warm && isLess(warm, usual.figures) ? { warm } : {}),
    unknown: usual.unknown,
    fields: joined(usual.entries, most.entries),
  };
}

function isCached({ fields, cached = [] }: Costs): boolean {
  return cached.length > 0 || Object.values(fields).some((one) => one.kind === 'query' && one.cached);
}

function isLess(one: Figures, other: Figures): boolean {
  return one.requests < other.requests || one.readUnits < other.readUnits;
}

/**
 * Both trees as one. They may differ: what one walk has read in an earlier step the other may not have, so that only one
 * of them calls a rule.
 */
function joined(usual: readonly Entry[], most: readonly Entry[]): BudgetField[] {
  const idOf = ({ name, path }: Entry) => `${path} ${name}`;
  const others = new Map(most.map((entry) => [idOf(entry), entry]));
  const only = new Set(usual.map(idOf));
  const nothing = { tally: { requests: 0, readUnits: 0 }, fields: [] };
  const join = (
    entry: Entry,
    inUsual: Pick<Entry, 'tally' | 'fields'>,
    inMost: Pick<Entry, 'tally' | 'fields'>,
  ) => {
    const { tally: _, step, ...rest } = entry;
    return {
      ...rest,
      step: step + 1,
      requests: { usual: inUsual.tally.requests, most: inMost.tally.requests },
      readUnits: { usual: inUsual.tally.readUnits, most: inMost.tally.readUnits },
      fields: joined(inUsual.fields, inMost.fields),
    };
  };
  return [
    ...usual.map((entry) => join(entry, entry, others.get(idOf(entry)) ?? nothing)),
    ...most.filter((entry) => !only.has(idOf(entry))).map((entry) => join(entry, nothing, entry)),
  ];
}
