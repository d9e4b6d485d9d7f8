/** The comparisons that conditions consist of, and the values that mutations take. */

import type { FilterModel, MutationModel, PatternModel, Source } from '../model.js';
import { pascal } from '../names.js';
import { sourcesIn } from '../sources.js';
import { sourcesOfUpdate } from './written-values.js';

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

/**
 * What a query calls the values of its filter: `$filter.title` is `title`. Where another value has that name, it is
 * `filterTitle`, after the whole path. By the path as it is written, without its `$`.
 */
export function filterNames(pattern: PatternModel): ReadonlyMap<string, string> {
  const paths = [...new Set(comparisonsOf(pattern.filter).flatMap(({ values }) => values.flatMap(pathOf)))];
  const lasts = paths.map((path) => path.slice(path.lastIndexOf('.') + 1));
  const taken = new Set(inputsBeside(pattern));
  return new Map(
    paths.map((path, at) => {
      const last = lasts[at] ?? path;
      const whole = path.split('.').reduce((name, part) => name + pascal(part));
      const isShared = lasts.filter((one) => one === last).length > 1;
      const name = [...(isShared ? [] : [last]), whole].find((one) => !taken.has(one)) ?? `${whole}Filter`;
      taken.add(name);
      return [path, name];
    }),
  );
}

export function pathOf(source: Source): string[] {
  return source.kind === 'argument' || source.kind === 'parent' ? [source.path.join('.')] : [];
}

function inputsBeside({ where, narrow, leadsTo, range, bucket, in: given, order }: PatternModel): string[] {
  return [
    ...[...where, ...narrow, ...(leadsTo?.where ?? [])].map(({ field }) => field.text),
    ...(range?.bounds ?? []).map(({ operator }) => operator.text),
    ...(bucket ? [given ? 'bucket' : 'now'] : []),
    ...(order ? ['order'] : []),
  ];
}

/** Every value that a mutation takes. */
export function sourcesOf(mutation: MutationModel): readonly Source[] {
  const { where, set, elements, from, expect, to } = mutation;
  return [
    ...where.map(({ source }) => source),
    ...set.flatMap(({ value }) => sourcesIn(value)),
    ...elements.flatMap(sourcesOfUpdate),
    ...requiredBy(mutation).flatMap(({ values }) => values),
    ...[from, expect, to].flatMap((source) => source ?? []),
  ];
}
