/** Filters of query functions: the inputs they add and the expression they become. */

import type { FilterPlan, FilterValue, MixedAccess, PatternPlan } from '../../plan/types/access.js';
import type { EntityPlan } from '../../plan/types/storage.js';
import { givenType, group, literal, quote } from '../code.js';
import { asStored } from './shared.js';

type Comparison = Extract<FilterPlan, { kind: 'compare' }>;

/** The runtime's function for each operator. */
const functions: Readonly<Record<string, string>> = {
  eq: 'equal',
  ne: 'notEqual',
  lt: 'lessThan',
  lte: 'atMost',
  gt: 'greaterThan',
  gte: 'atLeast',
  between: 'between',
  in: 'oneOf',
  exists: 'exists',
  contains: 'contains',
  begins: 'beginsWith',
};

const signs: Readonly<Record<string, string>> = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' };

/** All functions a generated filter may call. */
export const filterFunctions: readonly string[] = [
  ...Object.values(functions),
  'size',
  'allOf',
  'anyOf',
  'not',
  'exceptFor',
  'filterOf',
];

/** One optional property per argument the filter uses. */
export function filterMembers(pattern: PatternPlan, entity: EntityPlan, filter: FilterPlan | null): string[] {
  if (filter === null) return [];
  const comparisons = comparisonsOf(filter);
  return pattern.filterInputs.map(({ name }) => {
    const user = comparisons.find((one) =>
      one.values.some((value) => value.kind === 'input' && value.name === name),
    );
    return `readonly ${name}?: ${user ? inputType(entity, user) : 'unknown'} | null | undefined`;
  });
}

function comparisonsOf(filter: FilterPlan): Comparison[] {
  if (filter.kind === 'compare') return [filter];
  return filter.kind === 'not' ? comparisonsOf(filter.of) : filter.of.flatMap(comparisonsOf);
}

/** What a caller gives for a comparison. */
function inputType(entity: EntityPlan, { field, operator, isList }: Comparison): string {
  if (operator === 'exists') return 'boolean';
  if (operator.startsWith('size ')) return 'number';
  const attribute = entity.attributes.find((one) => one.name === field);
  if (!attribute || operator === 'begins') return 'string';
  // An element of a list or set, a part of a text.
  const element = givenType({ ...attribute, nullable: false, list: false, encoding: attribute.element });
  return operator === 'in' && !isList
    ? `readonly ${element.includes(' ') ? `(${element})` : element}[]`
    : element;
}

export function filterExpression(entity: EntityPlan, filter: FilterPlan, indent: number): string {
  return group('filterOf(', [condition(entity, filter, indent + 2)], ')', indent - 2, 'filter: '.length + 1);
}

/** The filter of a mixed query: only its members, and of them those it asks; a parent it brings along is exempt. */
export function mixedFilter(
  entity: EntityPlan,
  filter: FilterPlan | null,
  { only, parent }: Pick<MixedAccess, 'only' | 'parent'>,
  indent: number,
): string | null {
  const asked = filter && condition(entity, filter, indent + 2);
  const exempt = asked && parent?.read === 'first' ? `exceptFor(${quote(parent.entity)}, ${asked})` : asked;
  const kinds = only && `oneOf('_type', [${only.map(quote).join(', ')}])`;
  const parts = [kinds, exempt].filter((part) => part !== null);
  if (parts.length === 0) return null;
  const [single = ''] = parts;
  const whole = parts.length === 1 ? single : group('allOf(', parts, ')', indent - 2);
  return group('filterOf(', [whole], ')', indent - 2, 'filter: '.length + 1);
}

function condition(entity: EntityPlan, filter: FilterPlan, indent: number): string {
  switch (filter.kind) {
    case 'all':
    case 'any': {
      const parts = filter.of.map((part) => condition(entity, part, indent + 2));
      return group(filter.kind === 'all' ? 'allOf(' : 'anyOf(', parts, ')', indent - 2);
    }
    case 'not':
      return `not(${condition(entity, filter.of, indent)})`;
    case 'compare':
      return comparison(entity, filter);
  }
}

function comparison(entity: EntityPlan, { field, operator, values, isList }: Comparison): string {
  const attribute = entity.attributes.find((one) => one.name === field);
  const isTime =
    attribute?.element === 'time' &&
    operator !== 'begins' &&
    operator !== 'exists' &&
    !operator.startsWith('size');
  const value = (one: FilterValue) => {
    const given = one.kind === 'literal' ? literal(one.value) : `by.${one.name}`;
    return isTime
      ? `encoded(time, ${given})`
      : one.kind === 'literal'
        ? asStored(entity, field, given)
        : given;
  };
  const size = /^size (\w+)$/.exec(operator)?.[1];
  if (size !== undefined)
    return `size(${[quote(field), quote(signs[size] ?? '='), ...values.map(value)].join(', ')})`;
  if (operator === 'in') {
    const [list] = values;
    const given =
      isList || !list
        ? `[${values.map(value).join(', ')}]`
        : isTime
          ? `by.${list.kind === 'input' ? list.name : ''}?.map(time)`
          : value(list);
    return `oneOf(${quote(field)}, ${given})`;
  }
  return `${functions[operator] ?? 'equal'}(${[quote(field), ...values.map(value)].join(', ')})`;
}
