/** Conditions on stored items, as code: of filters and of what writes require. */

import type { EntityPlan } from '../../plan/types/storage.js';
import type { ConditionTree } from '../../plan/types/values.js';
import type { Doc } from '../fragment.js';
import { arrow, call, list, quote } from '../printer.js';
import { runtime } from '../symbols.js';
import { attributeOf } from './shared.js';

/** One comparison of a condition. */
export type Comparison<Value> = Extract<ConditionTree<Value>, { readonly kind: 'compare' }>;

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

/**
 * @param entity whose records it selects
 * @param operand what a value is as code, in the form in which the attribute is stored
 */
export function conditionExpression<Value>(
  entity: EntityPlan,
  condition: ConditionTree<Value>,
  operand: (comparison: Comparison<Value>, value: Value, at: number) => Doc,
): Doc {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return call(
        runtime(condition.kind === 'all' ? 'allOf' : 'anyOf'),
        condition.of.map((part) => conditionExpression(entity, part, operand)),
      );
    case 'not':
      return call(runtime('not'), [conditionExpression(entity, condition.of, operand)]);
    case 'compare': {
      const { formerly = [] } = attributeOf(entity, condition.field) ?? {};
      const compared = (name: Doc) => comparisonExpression(entity, condition, name, operand);
      if (formerly.length === 0) return compared(quote(condition.field));
      const names = [condition.field, ...formerly].map((name) => quote(name));
      return call(runtime('underAnyName'), [list(names), arrow(['name'], compared('name'))]);
    }
  }
}

/** @param name under which the attribute is stored */
function comparisonExpression<Value>(
  entity: EntityPlan,
  condition: Comparison<Value>,
  name: Doc,
  operand: (comparison: Comparison<Value>, value: Value, at: number) => Doc,
): Doc {
  const { field, operator, values, isList } = condition;
  const given = values.map((value, at) => operand(condition, value, at));
  const size = /^size (\w+)$/.exec(operator)?.[1];
  if (size !== undefined)
    return call(runtime('size'), [
      name,
      quote(signs[size] ?? '='),
      ...given,
      ...(isEmptyWhereMissing(entity, field) ? ['0'] : []),
    ]);
  const operands = operator === 'in' && isList ? [list(given)] : given;
  return call(runtime(functions[operator] ?? 'equal'), [name, ...operands]);
}

/** DynamoDB stores no empty set. */
function isEmptyWhereMissing(entity: EntityPlan, field: string): boolean {
  const attribute = attributeOf(entity, field);
  return attribute?.set === true && !attribute.nullable;
}
