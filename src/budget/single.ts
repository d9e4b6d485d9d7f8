/** The budget of one field: that of a document that selects nothing else. */

import type { ArgumentNode, DocumentNode, FieldNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { budgetIn } from './budget.js';
import type { Costs, FieldCost } from './costs.js';
import type { Budget, BudgetOptions } from './figures.js';

export interface SingleField {
  readonly cost: FieldCost;
  /** Where its arguments are declared; null for a pattern without a field. */
  readonly field: { readonly type: string; readonly field: string } | null;
  /** The fields selected of each record. */
  readonly select: readonly string[];
}

/**
 * What one call costs: a page of the default size without a cursor, lists of values as long as they may be, without
 * rules around it.
 *
 * @param rules what rules declare: of one that answers the field, or adds to a mutation
 */
export function budgetOfField(
  schema: GraphQLSchema,
  { cost, field, select }: SingleField,
  options: BudgetOptions = {},
  rules: Costs['rules'] = {},
): Budget {
  const { type = 'Query', field: name = 'pattern' } = field ?? {};
  const { allow: _, visible: __, ...read } = { allow: undefined, visible: undefined, ...cost };
  const leaves = select.map((one) => fieldNode(one));
  const selections =
    cost.kind === 'query' && (cost.gives ?? 'connection') === 'connection'
      ? [fieldNode('nodes', leaves), fieldNode('pageInfo', [fieldNode('hasNextPage')])]
      : leaves;
  const operation: OperationDefinitionNode = {
    kind: 'OperationDefinition',
    operation: 'query',
    selectionSet: {
      kind: 'SelectionSet',
      selections: [{ ...fieldNode(name, selections), arguments: listsOf(cost).map(openArgument) }],
    },
  } as OperationDefinitionNode;
  const document = { kind: 'Document', definitions: [operation] } as DocumentNode;
  const costs = { fields: { [`${type}.${name}`]: read as FieldCost }, rules };
  return budgetIn(costs, schema, { document, operation, root: type }, options);
}

/** The arguments whose length decides how much is read. */
function listsOf(cost: FieldCost): string[] {
  const paths =
    cost.kind === 'get'
      ? [cost.each?.argument]
      : cost.kind === 'query'
        ? [...(cost.lists ?? []), cost.buckets]
        : cost.kind === 'write'
          ? [...(cost.lists ?? []), cost.gives]
          : [];
  return [...new Set(paths.flatMap((path) => (typeof path === 'string' ? (path.split('.')[0] ?? []) : [])))];
}

function openArgument(name: string): ArgumentNode {
  const value = { kind: 'Variable', name: { kind: 'Name', value: name } };
  return { kind: 'Argument', name: { kind: 'Name', value: name }, value } as ArgumentNode;
}

function fieldNode(name: string, selections: readonly FieldNode[] = []): FieldNode {
  return {
    kind: 'Field',
    name: { kind: 'Name', value: name },
    ...(selections.length > 0 ? { selectionSet: { kind: 'SelectionSet', selections } } : {}),
  } as FieldNode;
}
