/** Filters of query functions: the inputs they add and the expression they become. */

import type { FilterPlan, FilterValue, MixedAccess, PatternPlan } from '../../../plan/types/access.js';
import type { EntityPlan } from '../../../plan/types/storage.js';
import { givenType, readonlyList } from '../../expressions.js';
import type { Doc } from '../../fragment.js';
import { call, code, list, literal, quote, texts } from '../../printer.js';
import { runtime } from '../../symbols.js';
import { type Comparison, conditionExpression } from '../condition-expressions.js';
import { attributeOf, operandAt, operandForm, storedOperand } from '../shared.js';

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

function comparisonsOf(filter: FilterPlan): Comparison<FilterValue>[] {
  if (filter.kind === 'compare') return [filter];
  return filter.kind === 'not' ? comparisonsOf(filter.of) : filter.of.flatMap(comparisonsOf);
}

/** What a caller gives for a comparison. */
function inputType(entity: EntityPlan, { field, operator, isList }: Comparison<FilterValue>): Doc {
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
  return call(runtime('filterOf'), [filterCondition(entity, filter)]);
}

/** The filter of a mixed query: only its members, and of them those it asks; parents are exempt. */
export function mixedFilter(
  entity: EntityPlan,
  filter: FilterPlan | null,
  { only, parents }: Pick<MixedAccess, 'only' | 'parents'>,
): Doc | null {
  const asked = filter && filterCondition(entity, filter);
  const exempt =
    asked && parents.length > 0
      ? call(runtime('exceptFor'), [list(parents.map(({ entity }) => quote(entity))), asked])
      : asked;
  const kinds = only && call(runtime('oneOf'), [quote('_type'), texts(only)]);
  const parts = [kinds, exempt].filter((part) => part !== null);
  const [single] = parts;
  if (single === undefined) return null;
  return call(runtime('filterOf'), [parts.length === 1 ? single : call(runtime('allOf'), parts)]);
}

/** A value of the query's input, which may be absent, or a constant. */
function filterCondition(entity: EntityPlan, filter: FilterPlan): Doc {
  return conditionExpression(entity, filter, ({ field, operator, isList }, one, at) => {
    const value = one.kind === 'literal' ? literal(one.value) : `by.${one.name}`;
    const as = operandAt(operator, at);
    const isPlain = operator === 'exists' || operator.startsWith('size');
    const form = isPlain ? null : operandForm(entity, field, as);
    if (form === null) return value;
    if (one.kind === 'literal') return storedOperand(entity, field, value, as);
    if (operator === 'in' && !isList) return call(code`${value}?.map`, [form]);
    return call(runtime('encoded'), [form, value]);
  });
}
