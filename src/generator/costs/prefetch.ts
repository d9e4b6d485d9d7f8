/** The costs of fields that are prefetched, and of the reads that start them. */

import type { CollectionCost, GetCost, PrefetchRequested } from '../../budget/costs.js';
import { entityOf } from '../plan/lookup/find.js';
import type { PatternPlan, RangeOperator } from '../plan/types/access.js';
import type { Plan } from '../plan/types/plan.js';
import type { EntityPlan } from '../plan/types/storage.js';

export function prefetchCost(plan: Plan, pattern: PatternPlan): PrefetchRequested {
  const { prefetch, field } = pattern;
  if (prefetch === undefined || field === null) return {};
  if (prefetch.kind === 'parallel') return { prefetch: 'parallel' };
  return { prefetch: collectionCost(pattern, entityOf(plan, field.type), prefetch) ?? 'parallel' };
}

export function startsCost({ starts, access }: PatternPlan): Pick<GetCost, 'starts'> {
  return starts && access.kind === 'get' ? { starts: true } : {};
}

/** Undefined where the page never begins at the parent. */
function collectionCost(
  { access, inputs }: PatternPlan,
  parent: EntityPlan,
  { head, between, page }: Extract<PatternPlan['prefetch'], { readonly kind: 'collection' }>,
): CollectionCost | undefined {
  if (access.kind !== 'query') return undefined;
  const [part] = parent.items[0]?.slots[0]?.sort?.parts ?? [];
  const isAbove = part?.kind === 'literal' && head < part.text;
  const ends: readonly RangeOperator[] = isAbove
    ? ['to', 'before', 'prefix', 'suffix']
    : ['from', 'after', 'prefix', 'suffix'];
  const narrow = (access.narrow?.parts ?? []).map(({ hole }) => hole.field);
  const bounds: string[] = [];
  for (const { name, value } of inputs) {
    if (!(ends as readonly string[]).includes(name) && !narrow.includes(name)) continue;
    if (value.kind !== 'argument') return undefined;
    bounds.push(value.path.join('.'));
  }
  const end = (isDescending: boolean) =>
    (isDescending !== (access.isInverted === true)) === isAbove ? 'first' : 'last';
  const rest = { between, ...(bounds.length === 0 ? {} : { bounds }) };
  if (page !== 'ordered') return { page, ...rest };
  const order = inputs.find(({ name }) => name === 'order')?.value;
  if (order?.kind !== 'argument') return undefined;
  const by = order.path.join('.');
  return { page: { by, DESC: end(true), none: end(access.order.descending) }, ...rest };
}
