/** The values that a mutation takes, wherever it takes them. */

import type { ConditionPlan, ElementPlan, MutationPlan, WrittenValue } from '../types/writes.js';

export function valuesTaken(mutation: Omit<MutationPlan, 'cost'>): WrittenValue[] {
  const { key, values, elements = [], require = [], expiry, expect } = mutation;
  return [
    ...[...key, ...values].map(({ value }) => value),
    ...elements.flatMap(takenBy),
    ...require.flatMap(({ condition }) => comparedWith(condition)),
    ...(expiry ? [expiry.to] : []),
    ...(expect ? [expect] : []),
  ].flatMap(partsOf);
}

/** The values along the path of an update, and what it adds, appends or removes. */
export function takenBy({ path = [], value }: ElementPlan): readonly WrittenValue[] {
  const along = path.map((step) => (step.kind === 'elements' ? step.value : step.name));
  return [...along.filter((one) => typeof one !== 'string'), value];
}

/** What a value is made of, itself included. */
export function partsOf(value: WrittenValue): WrittenValue[] {
  if (value.kind === 'list') return [value, ...value.of.flatMap(partsOf)];
  return value.kind === 'document' ? [value, ...value.fields.flatMap((one) => partsOf(one.value))] : [value];
}

function comparedWith(condition: ConditionPlan): readonly WrittenValue[] {
  if (condition.kind === 'not') return comparedWith(condition.of);
  return condition.kind === 'compare' ? condition.values : condition.of.flatMap(comparedWith);
}
