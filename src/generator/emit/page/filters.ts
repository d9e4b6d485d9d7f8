/** A filter as one reads it: `status = $status and not (tags contains $tag)`. */

import type { FilterPlan, FilterValue } from '../../plan/types/access.js';

const symbols: Readonly<Record<string, string>> = {
  eq: '=',
  ne: '≠',
  lt: '<',
  lte: '≤',
  gt: '>',
  gte: '≥',
  begins: 'begins with',
};

export function filterText(filter: FilterPlan): string {
  if (filter.kind === 'not') return `not ${within(filter.of)}`;
  if (filter.kind !== 'compare') return filter.of.map(within).join(filter.kind === 'all' ? ' and ' : ' or ');
  const { field, operator, values, isList } = filter;
  const given = values.map(valueText);
  if (operator === 'between') return `${field} between ${given.join(' and ')}`;
  if (operator === 'exists') return existence(field, values[0]);
  const size = /^size (\w+)$/.exec(operator)?.[1];
  if (size) return `size of ${field} ${symbols[size] ?? size} ${given.join(' and ')}`;
  return `${field} ${symbols[operator] ?? operator} ${isList ? `[${given.join(', ')}]` : given.join(', ')}`;
}

function existence(field: string, value: FilterValue | undefined): string {
  if (value?.kind !== 'literal')
    return `${field} has a value or none, as ${value ? valueText(value) : ''} says`;
  return value.value === true ? `${field} has a value` : `${field} has no value`;
}

function within(filter: FilterPlan): string {
  const text = filterText(filter);
  return filter.kind === 'compare' || filter.kind === 'not' ? text : `(${text})`;
}

function valueText(value: FilterValue): string {
  return value.kind === 'input' ? `$${value.name}` : JSON.stringify(value.value);
}
