/** The comparisons that conditions consist of. */

import type { FilterModel, MutationModel } from '../model.js';

export type ComparisonModel = Extract<FilterModel, { readonly kind: 'compare' }>;

/** Every comparison of a filter. */
export function comparisonsOf(filter: FilterModel | undefined): ComparisonModel[] {
  if (!filter) return [];
  if (filter.kind === 'compare') return [filter];
  return filter.kind === 'not' ? comparisonsOf(filter.of) : filter.of.flatMap(comparisonsOf);
}

/** Every comparison of a mutation's `require`. */
export function requiredBy({ require }: Pick<MutationModel, 'require'>): ComparisonModel[] {
  return require.flatMap(({ condition }) => comparisonsOf(condition));
}
