import { ValidationError } from '../errors.js';
import type { AttributeValue, Item } from '../items/attributes.js';
import type { ExpressionInput } from './expressions.js';

/*
 * Parameters of the API from before expressions ("Legacy conditional parameters"), as the expressions that replace
 * them: what they mean is then decided in one place.
 */

interface LegacyCondition {
  readonly ComparisonOperator?: string;
  readonly AttributeValueList?: readonly AttributeValue[];
  /** Of Expected, in the place of an operator. */
  readonly Value?: AttributeValue;
  readonly Exists?: boolean;
}

interface LegacyUpdate {
  readonly Action?: 'ADD' | 'PUT' | 'DELETE';
  readonly Value?: AttributeValue;
}

type Conditions = Readonly<Record<string, LegacyCondition>>;

export interface LegacyInput {
  readonly AttributesToGet?: readonly string[];
  readonly AttributeUpdates?: Readonly<Record<string, LegacyUpdate>>;
  readonly ConditionalOperator?: 'AND' | 'OR';
  readonly Expected?: Conditions;
  readonly KeyConditions?: Conditions;
  readonly QueryFilter?: Conditions;
  readonly ScanFilter?: Conditions;
}

const legacy = [
  'AttributesToGet',
  'AttributeUpdates',
  'ConditionalOperator',
  'Expected',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
] as const;

const modern = [
  'ProjectionExpression',
  'UpdateExpression',
  'ConditionExpression',
  'FilterExpression',
  'KeyConditionExpression',
] as const;

/**
 * The request with expressions only.
 * @throws ValidationError where it has both, or a condition with the wrong number of values
 */
export function withExpressions<Input extends LegacyInput & ExpressionInput>(input: Input): Input {
  const old = legacy.filter((member) => input[member] !== undefined);
  if (old.length === 0) return input;
  const used = modern.filter((member) => input[member] !== undefined);
  if (used.length > 0)
    throw new ValidationError(
      'Can not use both expression and non-expression parameters in the same request: ' +
        `Non-expression parameters: {${old.join(', ')}} Expression parameters: {${used.join(', ')}}`,
    );
  const writer = new Writer();
  const { ConditionalOperator: joint = 'AND', AttributesToGet, AttributeUpdates } = input;
  const conditions = input.Expected ?? {};
  const filter = input.QueryFilter ?? input.ScanFilter ?? {};
  const texts = {
    ProjectionExpression: AttributesToGet?.map((name) => writer.name(name)).join(', '),
    UpdateExpression: writer.updates(AttributeUpdates ?? {}),
    ConditionExpression: writer.conditions(conditions, joint),
    FilterExpression: writer.conditions(filter, joint),
    KeyConditionExpression: writer.conditions(input.KeyConditions ?? {}, 'AND'),
  };
  const rest = Object.fromEntries(
    Object.entries(input).filter(([member]) => !old.some((one) => one === member)),
  );
  const expressions = Object.fromEntries(Object.entries(texts).filter(([, text]) => text));
  return { ...rest, ...expressions, ...writer.placeholders } as unknown as Input;
}

class Writer {
  readonly #names: Record<string, string> = {};
  readonly #values: Record<string, AttributeValue> = {};

  get placeholders(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Item;
  } {
    return {
      ...(Object.keys(this.#names).length > 0 && { ExpressionAttributeNames: this.#names }),
      ...(Object.keys(this.#values).length > 0 && { ExpressionAttributeValues: this.#values }),
    };
  }

  name(name: string): string {
    const placeholder = `#n${Object.keys(this.#names).length}`;
    this.#names[placeholder] = name;
    return placeholder;
  }

  #value(value: AttributeValue): string {
    const placeholder = `:v${Object.keys(this.#values).length}`;
    this.#values[placeholder] = value;
    return placeholder;
  }

  updates(updates: Readonly<Record<string, LegacyUpdate>>): string {
    const sections: Record<'SET' | 'REMOVE' | 'ADD' | 'DELETE', string[]> = {
      SET: [],
      REMOVE: [],
      ADD: [],
      DELETE: [],
    };
    for (const [attribute, { Action = 'PUT', Value }] of Object.entries(updates)) {
      const name = this.name(attribute);
      if (Value === undefined) {
        if (Action !== 'DELETE')
          throw new ValidationError(
            'One or more parameter values were invalid: ' +
              `Only DELETE action is allowed when no attribute value is specified`,
          );
        sections.REMOVE.push(name);
      } else if (Action === 'PUT') sections.SET.push(`${name} = ${this.#value(Value)}`);
      else sections[Action].push(`${name} ${this.#value(Value)}`);
    }
    return Object.entries(sections)
      .flatMap(([section, parts]) => (parts.length > 0 ? [`${section} ${parts.join(', ')}`] : []))
      .join(' ');
  }

  conditions(conditions: Conditions, joint: 'AND' | 'OR'): string {
    return Object.entries(conditions)
      .map(([attribute, condition]) => this.#condition(attribute, condition))
      .join(` ${joint} `);
  }

  #condition(attribute: string, condition: LegacyCondition): string {
    const name = this.name(attribute);
    const { ComparisonOperator: operator, AttributeValueList, Value, Exists } = condition;
    if (operator === undefined) {
      if (Exists === false) return `attribute_not_exists(${name})`;
      if (Value !== undefined) return `${name} = ${this.#value(Value)}`;
      throw new ValidationError(
        `One or more parameter values were invalid: Value must be provided when Exists is true for Attribute: ${attribute}`,
      );
    }
    const given = AttributeValueList ?? (Value === undefined ? [] : [Value]);
    const form = forms[operator];
    if (form === undefined || (form.values === 'some' ? given.length === 0 : given.length !== form.values))
      throw new ValidationError(
        `One or more parameter values were invalid: Invalid number of argument(s) for the ${operator} ComparisonOperator`,
      );
    return form.text(
      name,
      given.map((value) => this.#value(value)),
    );
  }
}

interface Form {
  readonly values: number | 'some';
  readonly text: (name: string, values: readonly string[]) => string;
}

const comparison = (sign: string): Form => ({
  values: 1,
  text: (name, [value]) => `${name} ${sign} ${value}`,
});
const call = (text: (name: string, value: string | undefined) => string): Form => ({
  values: 1,
  text: (name, [value]) => text(name, value),
});

const forms: Readonly<Record<string, Form>> = {
  EQ: comparison('='),
  NE: comparison('<>'),
  LE: comparison('<='),
  LT: comparison('<'),
  GE: comparison('>='),
  GT: comparison('>'),
  NOT_NULL: { values: 0, text: (name) => `attribute_exists(${name})` },
  NULL: { values: 0, text: (name) => `attribute_not_exists(${name})` },
  CONTAINS: call((name, value) => `contains(${name}, ${value})`),
  NOT_CONTAINS: call((name, value) => `NOT contains(${name}, ${value})`),
  BEGINS_WITH: call((name, value) => `begins_with(${name}, ${value})`),
  IN: { values: 'some', text: (name, values) => `${name} IN (${values.join(', ')})` },
  BETWEEN: { values: 2, text: (name, [low, high]) => `${name} BETWEEN ${low} AND ${high}` },
};
