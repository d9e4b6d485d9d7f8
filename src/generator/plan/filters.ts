/** Filters of patterns: conditions on what was read, with the arguments they take. */

import type { FilterModel, PatternModel, Source } from '../model.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import type { FilterPlan, FilterValue } from './types/access.js';
import type { ConditionTree, NamedValue } from './types/values.js';
import { valuePlan } from './values.js';

type Input = Exclude<Source, { readonly kind: 'literal' }>;

export function filterPlan(filter: FilterModel): FilterPlan {
  return conditionTree(
    filter,
    (source): FilterValue =>
      source.kind === 'literal'
        ? { kind: 'literal', value: source.value }
        : { kind: 'input', name: inputName(source) },
  );
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
  const inputs = pattern.filter ? inputsIn(pattern.filter) : [];
  const byName = new Map(inputs.map((source) => [inputName(source), source]));
  return Array.from(byName, ([name, source]) => ({ name, value: valuePlan(resolved, pattern.for, source) }));
}

function inputsIn(filter: FilterModel): Input[] {
  if (filter.kind === 'not') return inputsIn(filter.of);
  if (filter.kind !== 'compare') return filter.of.flatMap(inputsIn);
  return filter.values.filter((source) => source.kind !== 'literal');
}

/** The name of an argument in a generated query: `$input.minTotal` is `minTotal`. */
function inputName({ path }: Input): string {
  return path.at(-1) ?? '';
}
