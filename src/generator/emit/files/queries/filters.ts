/** Filters of query functions: the inputs they add and the expression they become. */

import type { FilterPlan, MixedAccess, PatternPlan } from '../../../plan/types/access.js';
import type { EntityPlan } from '../../../plan/types/storage.js';
import { givenType, readonlyList } from '../../expressions.js';
import type { Doc } from '../../fragment.js';
import { call, code, list, literal, quote } from '../../printer.js';
import { runtime } from '../../symbols.js';
import { attributeOf, operandAt, operandForm, storedOperand } from '../shared.js';

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

/** One optional member per argument the filter uses. */
export function filterMembers(pattern: PatternPlan, entity: EntityPlan, filter: FilterPlan | null): Doc[] {
  if (filter === null) return [];
  const comparisons = comparisonsOf(filter);
  return pattern.filterInputs.map(({ name }) => {
    const user = comparisons.find((one) =>
      one.values.some((value) => value.kind === 'input' && value.name === name),
    );
    return code`readonly ${name}?: ${user ? inputType(entity, user) : 'unknown'} | null | undefined`;
  });
}

function comparisonsOf(filter: FilterPlan): Comparison[] {
  if (filter.kind === 'compare') return [filter];
  return filter.kind === 'not' ? comparisonsOf(filter.of) : filter.of.flatMap(comparisonsOf);
}

/** What a caller gives for a comparison. */
function inputType(entity: EntityPlan, { field, operator, isList }: Comparison): Doc {
  if (operator === 'exists') return 'boolean';
  if (operator.startsWith('size ')) return 'number';
  const attribute = attributeOf(entity, field);
  if (!attribute || operator === 'begins') return 'string';
  // An element of a list or set, a part of a text.
  const element = givenType({ ...attribute, nullable: false, list: false, encoding: attribute.element });
  if (operator !== 'in' || isList) return element;
  return readonlyList(element, { isWord: attribute.element !== 'time' });
}

/** The filter of a query. */
export function filterExpression(entity: EntityPlan, filter: FilterPlan): Doc {
  return call(runtime('filterOf'), [condition(entity, filter)]);
}

/** The filter of a mixed query: only its members, and of them those it asks; a parent it brings along is exempt. */
export function mixedFilter(
  entity: EntityPlan,
  filter: FilterPlan | null,
  { only, parent }: Pick<MixedAccess, 'only' | 'parent'>,
): Doc | null {
  const asked = filter && condition(entity, filter);
  const exempt =
    asked && parent?.read === 'first' ? call(runtime('exceptFor'), [quote(parent.entity), asked]) : asked;
  const kinds = only && call(runtime('oneOf'), [quote('_type'), list(only.map(quote))]);
  const parts = [kinds, exempt].filter((part) => part !== null);
  const [single] = parts;
  if (single === undefined) return null;
  return call(runtime('filterOf'), [parts.length === 1 ? single : call(runtime('allOf'), parts)]);
}

function condition(entity: EntityPlan, filter: FilterPlan): Doc {
  switch (filter.kind) {
    case 'all':
    case 'any':
      return call(
        runtime(filter.kind === 'all' ? 'allOf' : 'anyOf'),
        filter.of.map((part) => condition(entity, part)),
      );
    case 'not':
      return call(runtime('not'), [condition(entity, filter.of)]);
    case 'compare':
      return comparison(entity, filter);
  }
}

function comparison(entity: EntityPlan, { field, operator, values, isList }: Comparison): Doc {
  const size = /^size (\w+)$/.exec(operator)?.[1];
  const isPlain = size !== undefined || operator === 'exists';
  const [given] = values;
  const all = values.map((one, at) => {
    const value = one.kind === 'literal' ? literal(one.value) : `by.${one.name}`;
    const as = operandAt(operator, at);
    const form = isPlain ? null : operandForm(entity, field, as);
    if (form === null) return value;
    if (one.kind === 'literal') return storedOperand(entity, field, value, as);
    if (operator === 'in' && !isList) return call(code`${value}?.map`, [form]);
    return call(runtime('encoded'), [form, value]);
  });
  if (size !== undefined) return call(runtime('size'), [quote(field), quote(signs[size] ?? '='), ...all]);
  if (operator === 'in')
    return call(runtime('oneOf'), [quote(field), isList || !given ? list(all) : (all[0] ?? '')]);
  return call(runtime(functions[operator] ?? 'equal'), [quote(field), ...all]);
}
