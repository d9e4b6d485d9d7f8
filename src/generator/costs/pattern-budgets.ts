/** What each pattern and mutation costs by itself: the figures of access-patterns.md. */

import type { GraphQLSchema } from 'graphql';
import type { Costs, FieldCost } from '../../budget/costs.js';
import type { Figures, Sizes } from '../../budget/figures.js';
import { budgetOfField, type SingleField } from '../../budget/single.js';
import { patternOf } from '../plan/lookup/find.js';
import type { PatternPlan } from '../plan/types/access.js';
import type { Plan } from '../plan/types/plan.js';
import type { ResolverPlan } from '../plan/types/resolvers.js';
import { patternCost } from './reads.js';

/** As `tableloom explain` counts them: one call, a page of the default size, every attribute selected. */
export interface SingleBudget {
  readonly usual: Figures;
  readonly most: Figures;
  /** The fields that an index or entry covers, and the cost where no others are selected. */
  readonly covering: { readonly fields: readonly string[]; readonly usual: Figures } | null;
  /** The rows that the figures are of; null where there is one answer. */
  readonly rows: { readonly of: 'page' | 'list'; readonly count: number } | null;
}

/** By the name of the pattern, mutation, transaction or subscription. */
export type SingleBudgets = ReadonlyMap<string, SingleBudget>;

export function singleBudgets(plan: Plan, costs: Costs, schema: GraphQLSchema, sizes?: Sizes): SingleBudgets {
  const budgets = new Map<string, SingleBudget>();
  for (const pattern of plan.patterns) {
    const { field } = pattern;
    const cost = field
      ? costs.fields[`${field.type}.${field.field}`]
      : patternCost(plan, pattern, shapeOf(pattern));
    if (cost)
      budgets.set(pattern.name, budget(schema, { cost, field, select: shownBy(plan, pattern) }, sizes));
  }
  for (const { name, field } of [...plan.mutations, ...(plan.transactions ?? [])]) {
    const cost = field && costs.fields[`${field.type}.${field.field}`];
    if (cost?.kind === 'write')
      budgets.set(name, budget(schema, { cost: withoutRules(cost), field, select: [] }, sizes));
  }
  for (const { name, field } of plan.subscriptions ?? []) {
    const cost = costs.fields[`${field.type}.${field.field}`];
    if (cost?.kind === 'subscription')
      budgets.set(name, budget(schema, { cost, field, select: Object.keys(cost.records ?? {}) }, sizes));
  }
  return budgets;
}

function budget(schema: GraphQLSchema, single: SingleField, sizes: Sizes | undefined): SingleBudget {
  const { cost } = single;
  const { usual, most } = budgetOfField(schema, single, { sizes });
  const fields = cost.kind === 'query' ? (cost.covering ?? []) : [];
  const covering =
    fields.length > 0
      ? { fields, usual: budgetOfField(schema, { ...single, select: fields }, { sizes }).usual }
      : null;
  return { usual, most, covering, rows: cost.kind === 'query' ? rowsOf(cost) : null };
}

/** A list has as many as `limit` says, at most as many as there may be. */
function rowsOf({ page, gives, limit }: Extract<FieldCost, { kind: 'query' }>): SingleBudget['rows'] {
  if (!page) return null;
  if (gives !== 'list') return { of: 'page', count: page.default };
  return { of: 'list', count: typeof limit === 'number' ? limit : limit ? page.default : page.max };
}

/** A field that a pattern, a mutation, a transaction or a rule answers, as a document that selects nothing else. */
export function singleField(
  plan: Plan,
  costs: Costs,
  { type, field, answer }: ResolverPlan,
): SingleField | null {
  const cost = costs.fields[`${type}.${field}`];
  if (!cost) return null;
  const select =
    answer.kind === 'pattern'
      ? shownBy(plan, patternOf(plan, answer.pattern))
      : cost.kind === 'subscription'
        ? Object.keys(cost.records ?? {})
        : [];
  return { cost, field: { type, field }, select };
}

/** `prepare` and `alongside` say themselves what they ask. */
function withoutRules({ rules: _, ...cost }: Extract<FieldCost, { kind: 'write' }>): FieldCost {
  return cost;
}

/** What a pattern without a field gives to the rule that asks. */
function shapeOf({ cardinality }: PatternPlan): 'one' | 'list' {
  return cardinality === 'one' ? 'one' : 'list';
}

function shownBy(plan: Plan, { target, access }: PatternPlan): string[] {
  const names = access.kind === 'mixed' ? access.members.map(({ entity }) => entity) : [target];
  const shown = plan.entities
    .filter(({ name }) => names.includes(name))
    .flatMap(({ attributes }) => attributes.filter(({ hidden }) => !hidden).map(({ name }) => name));
  return shown.length > 0 ? [...new Set(shown)] : ['id'];
}
