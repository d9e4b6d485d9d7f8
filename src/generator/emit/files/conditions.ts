/** Validations of an entity and conditions of a mutation, as code. */

import type { EntityPlan, ValidationPlan } from '../../plan/types/storage.js';
import type { MutationPlan, WrittenValue } from '../../plan/types/writes.js';
import { valueExpression } from '../expressions.js';
import type { Doc } from '../fragment.js';
import { call, code, json, literal, object, property, quote } from '../printer.js';
import { runtime } from '../symbols.js';
import { type Comparison, conditionExpression } from './condition-expressions.js';
import { operandAt, operandForm, storedOperand } from './shared.js';

/** The `demands` of a codec; null where there are none. */
export function conditionsExpression({ attributes, historyOf }: EntityPlan): Doc | null {
  if (historyOf !== null) return null;
  const moves = attributes.flatMap(({ name, transitions }) =>
    transitions ? [property(name, json(transitions))] : [],
  );
  const values = attributes.flatMap(({ name, validation }) =>
    validation ? [property(name, validationExpression(validation))] : [],
  );
  const parts = [
    ...(moves.length > 0 ? [property('transitions', object(moves))] : []),
    ...(values.length > 0 ? [property('values', object(values))] : []),
  ];
  return parts.length === 0 ? null : object(parts);
}

function validationExpression(validation: ValidationPlan): Doc {
  if (validation.kind === 'rule') return object([property('rule', quote(validation.rule))]);
  const { min, max, pattern, message } = validation;
  return object([
    ...(min === undefined ? [] : [property('min', literal(min))]),
    ...(max === undefined ? [] : [property('max', literal(max))]),
    // The whole text matches.
    ...(pattern === undefined ? [] : [property('pattern', String(new RegExp(`^(?:${pattern})$`, 'u')))]),
    ...(message === undefined ? [] : [property('message', quote(message))]),
  ]);
}

/** The `require` of a write's options, where something is required. */
export function requireOption(entity: EntityPlan, { require }: MutationPlan): Doc[] {
  if (!require) return [];
  const rows = require.map(({ name, condition, message }) => {
    const required = conditionExpression(entity, condition, (comparison, value, at) =>
      operand(entity, comparison, value, at),
    );
    return property(
      name,
      message === undefined ? required : call(runtime('otherwise'), [required, quote(message)]),
    );
  });
  return [property('require', object(rows))];
}

/** What is compared with, in the form the attribute is stored in. */
function operand(
  entity: EntityPlan,
  { field, operator, isList }: Comparison<WrittenValue>,
  value: WrittenValue,
  at: number,
): Doc {
  if (value.kind === 'current') return call(runtime('attribute'), [quote(value.field)]);
  const given = valueExpression(value);
  if (operator === 'exists' || operator.startsWith('size')) return given;
  const as = operandAt(operator, at);
  if (operator !== 'in' || isList || value.kind === 'literal') return storedOperand(entity, field, given, as);
  const form = operandForm(entity, field, as);
  return form === null ? given : call(code`${given}.map`, [form]);
}
