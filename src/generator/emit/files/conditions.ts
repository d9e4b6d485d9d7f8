/** Validations of an entity and conditions of a mutation, as code. */

import type { EntityPlan, ValidationPlan } from '../../plan/types/storage.js';
import type { ConditionPlan, ConditionValue, MutationPlan } from '../../plan/types/writes.js';
import { group, property, quote, valueExpression } from '../code.js';
import { asStored } from './shared.js';

/** The `demands` of a codec; null where there are none. */
export function conditionsExpression({ attributes, historyOf }: EntityPlan): string | null {
  if (historyOf !== null) return null;
  const moves = attributes.flatMap(({ name, transitions }) =>
    transitions ? [`${name}: ${movesExpression(transitions)}`] : [],
  );
  const values = attributes.flatMap(({ name, validation }) =>
    validation ? [`${name}: ${validationExpression(validation)}`] : [],
  );
  const parts = [
    ...(moves.length > 0 ? [`transitions: ${group('{', moves, '}', 4, 15)}`] : []),
    ...(values.length > 0 ? [`values: ${group('{', values, '}', 4, 10)}`] : []),
  ];
  return parts.length === 0 ? null : group('{', parts, '}', 2, 11);
}

function movesExpression(transitions: Readonly<Record<string, readonly string[]>>): string {
  const rows = Object.entries(transitions).map(([from, to]) => `${from}: [${to.map(quote).join(', ')}]`);
  return group('{', rows, '}', 6, 10);
}

function validationExpression(validation: ValidationPlan): string {
  if (validation.kind === 'rule') return `{ rule: ${quote(validation.rule)} }`;
  const { min, max, pattern } = validation;
  const parts = [
    ...(min === undefined ? [] : [`min: ${min}`]),
    ...(max === undefined ? [] : [`max: ${max}`]),
    ...(pattern === undefined ? [] : [`pattern: ${patternExpression(pattern)}`]),
  ];
  return `{ ${parts.join(', ')} }`;
}

/** The whole text matches. A literal but for quotes in it, which would look like the ends of a text. */
function patternExpression(pattern: string): string {
  const whole = `^(?:${pattern})$`;
  return /['"`]/.test(pattern) ? `new RegExp(${quote(whole)}, 'u')` : String(new RegExp(whole, 'u'));
}

/** The `require` of a write's options, where something is required. */
export function requireOption(entity: EntityPlan, { require }: MutationPlan): string[] {
  if (!require) return [];
  const rows = require.map(({ name, condition }) => {
    const { text, all = [] } = conditionExpression(entity, condition);
    const line = `${name}: (current) => ${text}`;
    return line.length <= 96 || all.length < 2
      ? line
      : [`${name}: (current) =>`, all.map((part) => within(part, 'and')).join(' &&\n              ')].join(
          '\n              ',
        );
  });
  return [`require: ${group('{', rows, '}', 10, 9)}`];
}

/** A condition by itself. */
function whole(entity: EntityPlan, condition: ConditionPlan): string {
  return conditionExpression(entity, condition).text;
}

/** Code and how loosely it is bound: code within a tighter operator is put in brackets. */
interface Code {
  readonly text: string;
  readonly binds: 'or' | 'and' | 'comparison' | 'value';
  /** What has to hold together. */
  readonly all?: readonly Code[];
}

const order = ['or', 'and', 'comparison', 'value'] as const satisfies readonly Code['binds'][];

function within({ text, binds }: Code, outer: Code['binds']): string {
  return order.indexOf(binds) < order.indexOf(outer) ? `(${text})` : text;
}

function allOf(parts: readonly Code[]): Code {
  const flat = parts.flatMap((part) => part.all ?? [part]);
  const all = [...new Map(flat.map((part) => [part.text, part])).values()];
  const [only] = all;
  if (only && all.length === 1) return only;
  return { text: all.map((part) => within(part, 'and')).join(' && ') || 'true', binds: 'and', all };
}

function conditionExpression(entity: EntityPlan, condition: ConditionPlan): Code {
  switch (condition.kind) {
    case 'all':
      return allOf(condition.of.map((part) => conditionExpression(entity, part)));
    case 'any': {
      const parts = condition.of.map((part) => conditionExpression(entity, part));
      const [only] = parts;
      if (only && parts.length === 1) return only;
      return { text: parts.map((part) => within(part, 'and')).join(' || ') || 'false', binds: 'or' };
    }
    case 'not':
      return { text: `!(${whole(entity, condition.of)})`, binds: 'value' };
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
  const attribute = entity.attributes.find((one) => one.name === field);
  const own = property('current', field);
  const given = values.map((value) =>
    operand(entity, field, operator === 'in' && isList ? 'eq' : operator, value),
  );
  const [first = 'undefined', second = 'undefined'] = given;
  const compare = (sign: string, other: string): Code => {
    const isText = attribute?.encoding === 'text' && sign.length < 3;
    return {
      text: isText ? `compareKeys(${own}, ${other}) ${sign} 0` : `${own} ${sign} ${other}`,
      binds: 'comparison',
    };
  };
  const present = (names: readonly string[]): Code[] =>
    names.map((name) => ({ text: `${name} !== null`, binds: 'comparison' }));
  const nullable = [
    ...(attribute?.nullable ? [own] : []),
    ...values.flatMap((value) =>
      value.kind === 'current' && value.nullable ? [property('current', value.field)] : [],
    ),
  ];
  const size = /^size (\w+)$/.exec(operator)?.[1];
  if (size !== undefined) {
    // DynamoDB counts the bytes of a text.
    const count = attribute?.list ? `${own}.length` : `bytesOf(${own})`;
    return allOf([
      ...present(nullable),
      { text: `${count} ${signs[size] ?? '==='} ${first}`, binds: 'comparison' },
    ]);
  }
  switch (operator) {
    case 'eq':
      // Two that have no value are not equal either.
      return allOf([
        ...(values.some((one) => one.kind === 'current') ? present(nullable.slice(0, 1)) : []),
        compare('===', first),
      ]);
    case 'ne': {
      const both = values.some((one) => one.kind === 'current') ? nullable.slice(0, 1) : [];
      const [missing] = both;
      const isOther = compare('!==', first);
      return missing === undefined
        ? isOther
        : { text: `${missing} === null || ${isOther.text}`, binds: 'or' };
    }
    case 'between':
      return allOf([...present(nullable), compare('>=', first), compare('<=', second)]);
    case 'in': {
      const list = isList ? `[${given.join(', ')}]` : first;
      return allOf([...present(nullable), { text: `${list}.includes(${own})`, binds: 'value' }]);
    }
    case 'exists': {
      const [value] = values;
      if (value?.kind === 'literal')
        return { text: `${own} ${value.value === false ? '===' : '!=='} null`, binds: 'comparison' };
      return { text: `(${own} !== null) === ${first}`, binds: 'comparison' };
    }
    case 'contains':
      return allOf([...present(nullable), { text: `${own}.includes(${first})`, binds: 'value' }]);
    case 'begins':
      return allOf([...present(nullable), { text: `${own}.startsWith(${first})`, binds: 'value' }]);
    default:
      return allOf([...present(nullable), compare(signs[operator] ?? '===', first)]);
  }
}

/** What is compared with, in the form the attribute is stored in. */
function operand(entity: EntityPlan, field: string, operator: string, value: ConditionValue): string {
  if (value.kind === 'current') return property('current', value.field);
  const given = valueExpression(value);
  if (operator === 'exists' || operator === 'begins' || operator.startsWith('size')) return given;
  const isTime = entity.attributes.find((one) => one.name === field)?.element === 'time';
  const stored = (one: string) => (isTime ? `time(${one})` : asStored(entity, field, one));
  if (operator !== 'in' || value.kind === 'literal') return stored(given);
  return stored('value') === 'value' ? given : `${given}.map((value) => ${stored('value')})`;
}
