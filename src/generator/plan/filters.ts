/** Filters of patterns: conditions on what was read, with the arguments they take. */

import type { FilterModel, PatternModel, Source } from '../model.js';
import { comparisonsOf, filterNames, pathOf } from '../resolve/comparisons.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import type { FilterPlan, FilterValue } from './types/access.js';
import type { ConditionTree, NamedValue } from './types/values.js';
import { valuePlan } from './values.js';

export function filterPlan(pattern: PatternModel): FilterPlan | null {
  const names = filterNames(pattern);
  const value = (source: Source): FilterValue =>
    source.kind === 'literal'
      ? { kind: 'literal', value: source.value }
      : { kind: 'input', name: names.get(source.path.join('.')) ?? '' };
  return pattern.filter ? conditionTree(pattern.filter, value) : null;
}

/** A condition with its values planned. */
export function conditionTree<Value>(
  condition: FilterModel,
  planned: (source: Source, field: string) => Value,
): ConditionTree<Value> {
  if (condition.kind === 'not') return { kind: 'not', of: conditionTree(condition.of, planned) };
  if (condition.kind !== 'compare')
    return { kind: condition.kind, of: condition.of.map((part) => conditionTree(part, planned)) };
  const { field, operator, values, isList } = condition;
  return {
    kind: 'compare',
    field: field.text,
    operator,
    values: values.map((one) => planned(one, field.text)),
    isList,
  };
}

/** The arguments a pattern's filter takes, each once. */
export function filterInputs(resolved: ResolvedModel, pattern: PatternModel): NamedValue[] {
  const sources = comparisonsOf(pattern.filter).flatMap(({ values }) => values);
  return Array.from(filterNames(pattern), ([path, name]) => {
    const source = sources.find((one) => pathOf(one)[0] === path);
    if (!source) throw new Error(`no value at ${path}`);
    return { name, value: valuePlan(resolved, pattern.for, source) };
  });
}
