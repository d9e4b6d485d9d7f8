/** The comparisons that conditions consist of, and the values that mutations take. */

import type { FilterModel, MutationModel, Source } from '../model.js';
import { sourcesIn } from '../sources.js';

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

/** Every value that a mutation takes. */
export function sourcesOf(mutation: MutationModel): readonly Source[] {
  const { where, set, elements, from, expect, to } = mutation;
  return [
    ...where.map(({ source }) => source),
    ...set.flatMap(({ value }) => sourcesIn(value)),
    ...elements.map(({ source }) => source),
    ...requiredBy(mutation).flatMap(({ values }) => values),
    ...[from, expect, to].flatMap((source) => source ?? []),
  ];
}
