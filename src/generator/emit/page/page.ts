/** The data of access-patterns.md: the page a reviewer reads first. */

import type { SingleBudgets } from '../../costs/pattern-budgets.js';
import type { PatternPlan } from '../../plan/types/access.js';
import type { Plan } from '../../plan/types/plan.js';
import { entityView } from './entities.js';
import { eventsView } from './events.js';
import { mutationBlocks, ruleBlocks, transactionBlocks } from './mutations.js';
import { patternBlocks } from './patterns.js';
import { tableViews } from './tables.js';

export function accessPatternsView(plan: Plan, budgets: SingleBudgets) {
  const blocks = (patterns: readonly PatternPlan[]) => patternBlocks(plan, budgets, patterns);
  const stored = new Set(plan.entities.map(({ name }) => name));
  return {
    entities: plan.entities.map((entity) => ({
      ...entityView(plan, entity),
      patterns: blocks(plan.patterns.filter(({ target }) => target === entity.name)),
      mutations: mutationBlocks(plan, budgets, entity.name),
    })),
    several: blocks(plan.patterns.filter(({ target }) => !stored.has(target))),
    transactions: transactionBlocks(plan, budgets),
    events: eventsView(plan, budgets),
    rules: ruleBlocks(plan),
    tables: tableViews(plan),
    relations: relations(plan),
  };
}

/** Relations between entities: a pattern on a field of one that returns another. */
function relations(plan: Plan): { from: string; to: string; label: string; many: boolean }[] {
  const names = new Set(plan.entities.map((entity) => entity.name));
  return plan.patterns.flatMap((pattern) => {
    if (!pattern.field || !names.has(pattern.field.type)) return [];
    if (['count', 'sum', 'exists'].includes(pattern.cardinality)) return [];
    const targets =
      pattern.access.kind === 'typed'
        ? [...new Set(pattern.access.members.map((member) => member.entity))]
        : pattern.access.kind === 'any'
          ? pattern.access.members.map((member) => member.entity)
          : [pattern.target];
    const { type, field } = pattern.field;
    return targets.map((to) => ({ from: type, to, label: field, many: pattern.cardinality !== 'one' }));
  });
}
