/**
 * Conditions on stored items: filters of queries, and what writes require of a record. A comparison whose value is
 * absent vanishes, and with it a group that has nothing left. Placeholders are numbered at the end, when the whole
 * expression is known. The same condition can be checked on an item that was read.
 */

import { compareKeys } from '../keys/ranges.js';
import type { AttributeValue, Filter, Item, Optional } from '../types.js';
import { sameValue, storableNumber } from '../values.js';

/** A condition as DynamoDB is sent it, and as it holds for an item. */
export interface Test {
  /** The scope numbers its placeholders. */
  readonly expression: (scope: Scope) => string;
  readonly holds: (item: Item) => boolean;
  /** The message of an error where a write requires it, and it does not hold. */
  readonly message?: string;
}

/** Undefined where the condition is absent. */
export type Condition = Test | undefined;

/** Numbers placeholders. */
interface Scope {
  name(attribute: string): string;
  value(value: AttributeValue): string;
}

export type Comparable = string | number | boolean;
type Stored = AttributeValue | undefined;

/** Another attribute of the same item, to compare with. */
export interface AttributeOperand {
  readonly attribute: string;
}

export function attribute(name: string): AttributeOperand {
  return { attribute: name };
}

export type Operand = Comparable | AttributeOperand;

const comparisons = {
  '=': isEqual,
  // True also where an attribute is missing, as DynamoDB has it.
  '<>': (a: Stored, b: Stored) => !isEqual(a, b),
  '<': (a: Stored, b: Stored) => order(a, b) < 0,
  '<=': (a: Stored, b: Stored) => order(a, b) <= 0,
  '>': (a: Stored, b: Stored) => order(a, b) > 0,
  '>=': (a: Stored, b: Stored) => order(a, b) >= 0,
} as const;

export type Operator = keyof typeof comparisons;

function isEqual(a: Stored, b: Stored): boolean {
  return a !== undefined && b !== undefined && sameValue(a, b);
}

/** Negative, zero or positive; NaN for values of which DynamoDB calls neither the smaller. */
function order(a: Stored, b: Stored): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return typeof a === 'string' && typeof b === 'string' ? compareKeys(a, b) : Number.NaN;
}

function compare(operator: Operator) {
  return (name: string, operand: Optional<Operand>): Condition => {
    if (isAbsent(operand)) return undefined;
    return {
      expression: (scope) => `${scope.name(name)} ${operator} ${operandText(scope, name, operand)}`,
      holds: (item) => comparisons[operator](item[name], operandOf(item, operand)),
    };
  };
}

function operandText(scope: Scope, name: string, operand: Operand): string {
  return typeof operand === 'object' ? scope.name(operand.attribute) : valueText(scope, name, operand);
}

/** VALUE_INVALID for a number that DynamoDB does not know. */
function valueText(scope: Scope, name: string, value: Comparable): string {
  return scope.value(typeof value === 'number' ? storableNumber(value, name) : value);
}

function operandOf(item: Item, operand: Operand): Stored {
  return typeof operand === 'object' ? item[operand.attribute] : operand;
}

export const equal = compare('=');
/** True also where the attribute is missing, as DynamoDB has it. */
export const notEqual = compare('<>');
export const lessThan = compare('<');
export const atMost = compare('<=');
export const greaterThan = compare('>');
export const atLeast = compare('>=');

/**
 * Inclusive at both ends; an end that is absent is open. Not DynamoDB's BETWEEN, which refuses ends the wrong way
 * round: nothing lies between those.
 */
export function between(name: string, from: Optional<Operand>, to: Optional<Operand>): Condition {
  return allOf(atLeast(name, from), atMost(name, to));
}

/** At most 100 values, which is DynamoDB's limit for IN; an empty list matches nothing. */
export function oneOf(name: string, values: Optional<readonly Optional<Comparable>[]>): Condition {
  if (isAbsent(values)) return undefined;
  const present = values.filter((value): value is Comparable => !isAbsent(value));
  if (present.length === 0) return values.length === 0 ? never(name) : undefined;
  return {
    expression: (scope) =>
      `${scope.name(name)} IN (${present.map((value) => valueText(scope, name, value)).join(', ')})`,
    holds: (item) => present.some((value) => isEqual(item[name], value)),
  };
}

/** Matches nothing: no attribute both exists and does not exist. */
function never(name: string): Condition {
  return allOf(exists(name, true), exists(name, false));
}

/** Present for true, missing for false. */
export function exists(name: string, present: Optional<boolean>): Condition {
  if (isAbsent(present)) return undefined;
  return {
    expression: (scope) => `${present ? 'attribute_exists' : 'attribute_not_exists'}(${scope.name(name)})`,
    holds: (item) => (item[name] !== undefined) === present,
  };
}

/** A part of a text, or an element of a list or set. */
export function contains(name: string, operand: Optional<Operand>): Condition {
  if (isAbsent(operand)) return undefined;
  return {
    expression: (scope) => `contains(${scope.name(name)}, ${operandText(scope, name, operand)})`,
    holds: (item) => isIn(item[name], operandOf(item, operand)),
  };
}

function isIn(whole: Stored, part: Stored): boolean {
  if (typeof whole === 'string') return typeof part === 'string' && whole.includes(part);
  const elements: readonly AttributeValue[] =
    whole instanceof Set ? [...whole] : Array.isArray(whole) ? (whole as readonly AttributeValue[]) : [];
  return elements.some((element) => isEqual(element, part));
}

export function beginsWith(name: string, operand: Optional<string | AttributeOperand>): Condition {
  if (isAbsent(operand)) return undefined;
  return {
    expression: (scope) => `begins_with(${scope.name(name)}, ${operandText(scope, name, operand)})`,
    holds: (item) => {
      const [whole, start] = [item[name], operandOf(item, operand)];
      return typeof whole === 'string' && typeof start === 'string' && whole.startsWith(start);
    },
  };
}

/**
 * Elements of a list, set or map, or bytes of a text.
 *
 * @param missing what counts where the attribute is missing: 0 for a set that is empty, which DynamoDB cannot store.
 *   Left out, a missing attribute has no size: only `<>` is true of it.
 */
export function size(
  name: string,
  operator: Operator,
  operand: Optional<number | AttributeOperand>,
  missing?: number,
): Condition {
  if (isAbsent(operand)) return undefined;
  const isTrue = (item: Item) => {
    const count = sizeOf(item[name]) ?? missing;
    return count === undefined ? operator === '<>' : comparisons[operator](count, operandOf(item, operand));
  };
  return {
    expression: (scope) => {
      const there = `attribute_exists(${scope.name(name)}) AND size(${scope.name(name)}) ${operator} ${operandText(scope, name, operand)}`;
      const otherwise = `attribute_not_exists(${scope.name(name)})`;
      if (missing === undefined || typeof operand === 'number')
        return isTrue({}) ? `${otherwise} OR (${there})` : there;
      return `(${otherwise} AND ${scope.value(missing)} ${operator} ${operandText(scope, name, operand)}) OR (${there})`;
    },
    holds: isTrue,
  };
}

/** As DynamoDB counts it; undefined for what has no size. */
function sizeOf(value: Stored): number | undefined {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length;
  if (value instanceof Set) return value.size;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : undefined;
}

/** With the message of the error where a write requires the condition, and it does not hold. */
export function otherwise(condition: Condition, message: string): Condition {
  return condition && { ...condition, message };
}

export function allOf(...conditions: readonly Condition[]): Condition {
  const present = conditions.filter((condition) => condition !== undefined);
  if (present.length < 2) return present[0];
  return {
    expression: (scope) => joined(scope, present, ' AND '),
    holds: (item) => present.every((one) => one.holds(item)),
  };
}

export function anyOf(...conditions: readonly Condition[]): Condition {
  const present = conditions.filter((condition) => condition !== undefined);
  if (present.length < 2) return present[0];
  return {
    expression: (scope) => joined(scope, present, ' OR '),
    holds: (item) => present.some((one) => one.holds(item)),
  };
}

function joined(scope: Scope, tests: readonly Test[], operator: string): string {
  return tests.map(({ expression }) => `(${expression(scope)})`).join(operator);
}

export function not(condition: Condition): Condition {
  return (
    condition && {
      expression: (scope) => `NOT (${condition.expression(scope)})`,
      holds: (item) => !condition.holds(item),
    }
  );
}

/** Of an attribute that is stored under the first of these names that an item has; absent where what it is compared with is. */
export function underAnyName(
  [name = '', ...former]: readonly string[],
  compared: (name: string) => Condition,
): Condition {
  const own = compared(name);
  if (own === undefined || former.length === 0) return own;
  return anyOf(allOf(exists(name, true), own), allOf(exists(name, false), underAnyName(former, compared)));
}

/** A condition that does not apply to items of one entity. */
export function exceptFor(types: readonly string[], condition: Condition): Condition {
  return condition && anyOf(oneOf('_type', types), condition);
}

/** The filter with its names and values; undefined without a condition. */
export function filterOf(condition: Condition): Filter | undefined {
  if (condition === undefined) return undefined;
  const names = new Map<string, string>();
  const values: Record<string, AttributeValue> = {};
  const expression = condition.expression({
    name: (attribute) => {
      const known = names.get(attribute) ?? `#f${names.size}`;
      names.set(attribute, known);
      return known;
    },
    value: (value) => {
      const placeholder = `:f${Object.keys(values).length}`;
      values[placeholder] = value;
      return placeholder;
    },
  });
  return {
    expression,
    names: Object.fromEntries([...names].map(([attribute, placeholder]) => [placeholder, attribute])),
    values,
  };
}

function isAbsent<T>(value: T): value is Extract<T, null | undefined> {
  return value === null || value === undefined;
}
