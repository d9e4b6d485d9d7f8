/** The values that a mutation takes, wherever it takes them. */

import type { ConditionPlan, MutationPlan, WrittenValue } from '../types/writes.js';

export function valuesTaken(mutation: Omit<MutationPlan, 'cost'>): WrittenValue[] {
  const { key, values, elements = [], require = [], expiry, expect } = mutation;
  return [
    ...[...key, ...values, ...elements].map(({ value }) => value),
    ...require.flatMap(({ condition }) => comparedWith(condition)),
    ...(expiry ? [expiry.to] : []),
    ...(expect ? [expect] : []),
  ].flatMap(partsOf);
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
