/** A filter as one reads it: `status = $status and not (tags contains $tag)`. */

import type { FilterValue } from '../../plan/types/access.js';
import type { ConditionTree } from '../../plan/types/values.js';

const symbols: Readonly<Record<string, string>> = {
  eq: '=',
  ne: '≠',
  lt: '<',
  lte: '≤',
  gt: '>',
  gte: '≥',
  begins: 'begins with',
};

export function filterText<Value>(filter: ConditionTree<Value>, textOf: (value: Value) => string): string {
  const within = (part: ConditionTree<Value>): string => {
    const text = filterText(part, textOf);
    return part.kind === 'compare' || part.kind === 'not' ? text : `(${text})`;
  };
  if (filter.kind === 'not') return `not ${within(filter.of)}`;
  if (filter.kind !== 'compare') return filter.of.map(within).join(filter.kind === 'all' ? ' and ' : ' or ');
  const { field, operator, values, isList } = filter;
  const given = values.map(textOf);
  if (operator === 'between') return `${field} between ${given.join(' and ')}`;
  if (operator === 'exists') return existence(field, given[0] ?? '');
  const size = /^size (\w+)$/.exec(operator)?.[1];
  if (size) return `size of ${field} ${symbols[size] ?? size} ${given.join(' and ')}`;
  return `${field} ${symbols[operator] ?? operator} ${isList ? `[${given.join(', ')}]` : given.join(', ')}`;
}

function existence(field: string, value: string): string {
  if (value.startsWith('$')) return `${field} has a value or none, as ${value} says`;
  return value === 'true' ? `${field} has a value` : `${field} has no value`;
}

export function inputText(value: FilterValue): string {
  return value.kind === 'input' ? `$${value.name}` : JSON.stringify(value.value);
}
