/** What each field may ask of DynamoDB: the table that budgets are counted from, with or without generated code. */

import type { AccessCost, Costs, FieldCost, RuleCost } from '../../budget/costs.js';
import { allowedFields, rulesBefore } from '../plan/lookup/allowed.js';
import { mutationOf, patternOf, subscriptionOf, transactionOf } from '../plan/lookup/find.js';
import type { AuthorizationPlan } from '../plan/types/authorization.js';
import type { Plan } from '../plan/types/plan.js';
import type { ResolverPlan } from '../plan/types/resolvers.js';
import { prefetchCost, startsCost } from './prefetch.js';
import { patternCost } from './reads.js';
import { subscriptionCost } from './subscriptions.js';
import { mutationCost, transactionCost } from './writes.js';

export function costsOf(plan: Plan): Costs {
  const cached = plan.entities.filter(({ cache }) => cache).map(({ name }) => name);
  return {
    ...(cached.length > 0 ? { cached } : {}),
    fields: Object.fromEntries(
      plan.resolvers.map((resolver) => [`${resolver.type}.${resolver.field}`, fieldCost(plan, resolver)]),
    ),
    rules: Object.fromEntries(
      plan.rules.flatMap(({ name, asks }): [string, RuleCost][] => (asks ? [[name, asks]] : [])),
    ),
    ...(plan.authorization ? { access: accessCost(plan, plan.authorization) } : {}),
  };
}

function accessCost(plan: Plan, { viewer }: AuthorizationPlan): AccessCost {
  const before = Array.from(allowedFields(plan).keys(), (path) => {
    const [type = '', field = ''] = path.split('.');
    return [path, rulesBefore(plan, { type, field })] as const;
  });
  return { viewer, before: Object.fromEntries(before) };
}

function fieldCost(plan: Plan, { answer }: ResolverPlan): FieldCost {
  if (answer.kind === 'rule') return { kind: 'rule', rule: answer.rule };
  if (answer.kind === 'mutation') return mutationCost(plan, mutationOf(plan, answer.mutation));
  if (answer.kind === 'transaction') return transactionCost(plan, transactionOf(plan, answer.transaction));
  if (answer.kind === 'subscription') return subscriptionCost(subscriptionOf(plan, answer.subscription));
  const pattern = patternOf(plan, answer.pattern);
  return {
    ...patternCost(plan, pattern, answer.shape),
    ...startsCost(pattern),
    ...prefetchCost(plan, pattern),
  };
}
