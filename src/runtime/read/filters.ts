/**
 * Filter expressions from optional values: a comparison whose value is absent vanishes, and with it a group that has
 * nothing left. Placeholders are numbered at the end, when the whole filter is known.
 */

import type { AttributeValue, Filter } from '../types.js';

/** A part of a filter whose placeholders are not numbered yet; undefined for an absent condition. */
export type Condition = ((scope: Scope) => string) | undefined;

/** Numbers placeholders. */
interface Scope {
  name(attribute: string): string;
  value(value: AttributeValue): string;
}

type Comparable = string | number | boolean;
type Optional<T> = T | null | undefined;

function compare(operator: string) {
  return (attribute: string, value: Optional<Comparable>): Condition =>
    isAbsent(value) ? undefined : (scope) => `${scope.name(attribute)} ${operator} ${scope.value(value)}`;
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
export function between(
  attribute: string,
  from: Optional<string | number>,
  to: Optional<string | number>,
): Condition {
  return allOf(atLeast(attribute, from), atMost(attribute, to));
}

/** At most 100 values, which is DynamoDB's limit for IN; an empty list matches nothing. */
export function oneOf(attribute: string, values: Optional<readonly Optional<Comparable>[]>): Condition {
  if (isAbsent(values)) return undefined;
  const present = values.filter((value): value is Comparable => !isAbsent(value));
  if (present.length === 0) return values.length === 0 ? never(attribute) : undefined;
  return (scope) => `${scope.name(attribute)} IN (${present.map((value) => scope.value(value)).join(', ')})`;
}

/** Matches nothing: no attribute both exists and does not exist. */
function never(attribute: string): Condition {
  return allOf(exists(attribute, true), exists(attribute, false));
}

/** Present for true, missing for false. */
export function exists(attribute: string, present: Optional<boolean>): Condition {
  if (isAbsent(present)) return undefined;
  return (scope) => `${present ? 'attribute_exists' : 'attribute_not_exists'}(${scope.name(attribute)})`;
}

/** A part of a text, or an element of a list or set. */
export function contains(attribute: string, value: Optional<Comparable>): Condition {
  return isAbsent(value) ? undefined : (scope) => `contains(${scope.name(attribute)}, ${scope.value(value)})`;
}

export function beginsWith(attribute: string, prefix: Optional<string>): Condition {
  return isAbsent(prefix)
    ? undefined
    : (scope) => `begins_with(${scope.name(attribute)}, ${scope.value(prefix)})`;
}

/** Elements of a list, set or map, or bytes of a text. */
export function size(
  attribute: string,
  operator: '=' | '<>' | '<' | '<=' | '>' | '>=',
  value: Optional<number>,
): Condition {
  return isAbsent(value)
    ? undefined
    : (scope) => `size(${scope.name(attribute)}) ${operator} ${scope.value(value)}`;
}

export function allOf(...conditions: readonly Condition[]): Condition {
  return group(conditions, ' AND ');
}

export function anyOf(...conditions: readonly Condition[]): Condition {
  return group(conditions, ' OR ');
}

export function not(condition: Condition): Condition {
  return condition && ((scope) => `NOT (${condition(scope)})`);
}

function group(conditions: readonly Condition[], operator: string): Condition {
  const present = conditions.filter((condition) => condition !== undefined);
  if (present.length < 2) return present[0];
  return (scope) => present.map((condition) => `(${condition(scope)})`).join(operator);
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
  const expression = condition({
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
