/** Validations of an entity and conditions of a mutation, as code. */

import type { EntityPlan, ValidationPlan } from '../../plan/types/storage.js';
import type { ConditionPlan, MutationPlan, WrittenValue } from '../../plan/types/writes.js';
import { valueExpression } from '../expressions.js';
import type { Doc } from '../fragment.js';
import { flatText } from '../print.js';
import { arrow, call, code, json, list, literal, object, operation, property, quote } from '../printer.js';
import { runtime } from '../symbols.js';
import { attributeOf, operandAt, operandForm, storedOperand } from './shared.js';

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
  const { min, max, pattern } = validation;
  return object([
    ...(min === undefined ? [] : [property('min', literal(min))]),
    ...(max === undefined ? [] : [property('max', literal(max))]),
    // The whole text matches.
    ...(pattern === undefined ? [] : [property('pattern', String(new RegExp(`^(?:${pattern})$`, 'u')))]),
  ]);
}

/** The `require` of a write's options, where something is required. */
export function requireOption(entity: EntityPlan, { require }: MutationPlan): Doc[] {
  if (!require) return [];
  const rows = require.map(({ name, condition }) =>
    property(name, arrow(['current'], conditionCode(entity, condition).doc)),
  );
  return [property('require', object(rows))];
}

/** Code and how loosely it is bound: code within a tighter operator is put in brackets. */
interface Code {
  readonly doc: Doc;
  readonly binds: 'or' | 'and' | 'comparison' | 'value';
  /** What has to hold together. */
  readonly all?: readonly Code[];
}

const order = ['or', 'and', 'comparison', 'value'] as const satisfies readonly Code['binds'][];

function within({ doc, binds }: Code, outer: Code['binds']): Doc {
  return order.indexOf(binds) < order.indexOf(outer) ? code`(${doc})` : doc;
}

function joinedBy(parts: readonly Code[], binds: 'or' | 'and'): Code {
  const flat = binds === 'and' ? parts.flatMap((part) => part.all ?? [part]) : parts;
  const all = [...new Map(flat.map((part) => [flatText(part.doc), part])).values()];
  const [only] = all;
  if (only && all.length === 1) return only;
  if (all.length === 0) return { doc: binds === 'and' ? 'true' : 'false', binds: 'value' };
  const doc = operation(
    all.map((part) => within(part, 'and')),
    binds === 'and' ? '&&' : '||',
  );
  return binds === 'and' ? { doc, binds, all } : { doc, binds };
}

function conditionCode(entity: EntityPlan, condition: ConditionPlan): Code {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return joinedBy(
        condition.of.map((part) => conditionCode(entity, part)),
        condition.kind === 'all' ? 'and' : 'or',
      );
    case 'not':
      return { doc: code`!(${conditionCode(entity, condition.of).doc})`, binds: 'value' };
    case 'compare':
      return comparison(entity, condition);
  }
}

const signs: Readonly<Record<string, string>> = {
  eq: '===',
  ne: '!==',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
};

/** As DynamoDB compares: what has no value is unequal to everything, and neither less nor more. */
function comparison(
  entity: EntityPlan,
  { field, operator, values, isList }: ConditionPlan & { readonly kind: 'compare' },
): Code {
  const attribute = attributeOf(entity, field);
  const own = `current.${field}`;
  const given = values.map((value, at) => operand(entity, { field, operator, isList }, value, at));
  const [first = 'undefined', second = 'undefined'] = given;
  const compared = (doc: Doc): Code => ({ doc, binds: 'comparison' });
  const compare = (sign: string, other: Doc): Code => {
    const isText = attribute?.encoding === 'text' && sign.length < 3;
    return compared(
      isText ? code`${call(runtime('compareKeys'), [own, other])} ${sign} 0` : code`${own} ${sign} ${other}`,
    );
  };
  const present = (names: readonly string[]): Code[] => names.map((name) => compared(`${name} !== null`));
  const nullable = [
    ...(attribute?.nullable ? [own] : []),
    ...values.flatMap((value) =>
      value.kind === 'current' && value.nullable ? [`current.${value.field}`] : [],
    ),
  ];
  const ofRecord = values.some((one) => one.kind === 'current') ? nullable.slice(0, 1) : [];
  const size = /^size (\w+)$/.exec(operator)?.[1];
  if (size !== undefined) {
    // DynamoDB counts the bytes of a text.
    const count = attribute?.list ? `${own}.length` : call(runtime('bytesOf'), [own]);
    const test = compared(code`${count} ${signs[size] ?? '==='} ${first}`);
    return joinedBy([...present(nullable), test], 'and');
  }
  switch (operator) {
    case 'eq':
      // Two that have no value are not equal either.
      return joinedBy([...present(ofRecord), compare('===', first)], 'and');
    case 'ne': {
      const [missing] = ofRecord;
      const isOther = compare('!==', first);
      return missing === undefined ? isOther : joinedBy([compared(`${missing} === null`), isOther], 'or');
    }
    case 'between':
      return joinedBy([...present(nullable), compare('>=', first), compare('<=', second)], 'and');
    case 'in': {
      const values = isList ? list(given) : first;
      return joinedBy(
        [...present(nullable), { doc: code`${values}.includes(${own})`, binds: 'value' }],
        'and',
      );
    }
    case 'exists': {
      const [value] = values;
      if (value?.kind === 'literal') return compared(`${own} ${value.value === false ? '===' : '!=='} null`);
      return compared(code`(${own} !== null) === ${first}`);
    }
    case 'contains':
      return joinedBy(
        [...present(nullable), { doc: code`${own}.includes(${first})`, binds: 'value' }],
        'and',
      );
    case 'begins':
      return joinedBy(
        [...present(nullable), { doc: code`${own}.startsWith(${first})`, binds: 'value' }],
        'and',
      );
    default:
      return joinedBy([...present(nullable), compare(signs[operator] ?? '===', first)], 'and');
  }
}

/** What is compared with, in the form the attribute is stored in. */
function operand(
  entity: EntityPlan,
  {
    field,
    operator,
    isList,
  }: Pick<ConditionPlan & { readonly kind: 'compare' }, 'field' | 'operator' | 'isList'>,
  value: WrittenValue,
  at: number,
): Doc {
  if (value.kind === 'current') return `current.${value.field}`;
  const given = valueExpression(value);
  if (operator === 'exists' || operator.startsWith('size')) return given;
  const as = operandAt(operator, at);
  if (operator !== 'in' || isList || value.kind === 'literal') return storedOperand(entity, field, given, as);
  const form = operandForm(entity, field, as);
  return form === null ? given : call(code`${given}.map`, [form]);
}
