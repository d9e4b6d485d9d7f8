/** `@allow` as code: in terms of `allow`, which knows the rule that says who asks. */

import { allowedAt, allowedFields, isOfKey } from '../../plan/lookup/allowed.js';
import type { PatternPlan } from '../../plan/types/access.js';
import type { Allowed } from '../../plan/types/authorization.js';
import type { Plan } from '../../plan/types/plan.js';
import type { EntityPlan } from '../../plan/types/storage.js';
import { valueExpression } from '../expressions.js';
import type { Doc } from '../fragment.js';
import { arrow, call, list, object, property, texts } from '../printer.js';
import { context } from '../symbols.js';
import { parametersOf } from './rule-calls.js';

/** A resolver that runs for those who may use its field. */
export function allowing(allowed: Allowed | undefined, resolve: Doc): Doc {
  return allowed ? call('allow', [allowedExpression(allowed), resolve]) : resolve;
}

/** Resolvers of fields that nothing answers but their parent. */
export function allowedAttributes(plan: Plan): readonly { readonly type: string; readonly resolver: Doc }[] {
  const answered = new Set(plan.resolvers.map(({ type, field }) => `${type}.${field}`));
  return [...allowedFields(plan)].flatMap(([path, allowed]) => {
    const [type = '', field = ''] = path.split('.');
    if (answered.has(path)) return [];
    return [{ type, resolver: property(field, call('allow', [allowedExpression(allowed)])) }];
  });
}

/** The rule that a subscription calls, at its beginning and for each event. */
export function allowingRule(allowed: Allowed | undefined, rule: string | null): Doc | null {
  const own = rule === null ? [] : [`rules.${rule}`];
  if (!allowed) return own[0] ?? null;
  return call('allow.rule', [allowedExpression(allowed), ...own]);
}

/** A read that is started for those of whom it is known that they may. */
export function allowingPrefetch(plan: Plan, entity: EntityPlan, pattern: PatternPlan, read: Doc): Doc {
  const allowed = pattern.field && allowedAt(plan, pattern.field);
  if (!allowed) return read;
  const owner = allowed.owner.filter((one) => isOfKey(one, entity.keyFields));
  const known = object([
    ...rolesOf(allowed),
    ...(owner.length === 0 ? [] : [property('owner', list(owner.map(valueExpression)))]),
  ]);
  return call('allow.prefetch', [context, known, read]);
}

function allowedExpression(allowed: Allowed): Doc {
  const { owner, rule } = allowed;
  const owners = list(owner.map(valueExpression));
  return object([
    ...rolesOf(allowed),
    ...(owner.length === 0 ? [] : [property('owner', arrow(parametersOf(owners), owners))]),
    ...(rule === null ? [] : [property('rule', `rules.${rule}`)]),
  ]);
}

function rolesOf({ roles }: Allowed): readonly Doc[] {
  return roles.length === 0 ? [] : [property('roles', texts(roles))];
}
