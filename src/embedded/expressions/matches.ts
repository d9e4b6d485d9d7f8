import {
  type AttributeValue,
  attribute,
  equal,
  type Item,
  members,
  order,
  typeOf,
} from '../items/attributes.js';
import { type Condition, isPath, isPlaceholder, type Operand, type Path } from './expressions.js';

/**
 * Whether `item` meets a condition or filter; `values` belong to the request. dynalite's own evaluation finds
 * no list or map equal to another, compares strings by UTF-16 units, and takes `false`, the empty string and
 * names like `constructor` for something else than they are.
 */
export function matches(item: Item, condition: Condition, values: Item): boolean {
  switch (condition.type) {
    case 'and':
      return matches(item, condition.args[0], values) && matches(item, condition.args[1], values);
    case 'or':
      return matches(item, condition.args[0], values) || matches(item, condition.args[1], values);
    case 'not':
      return !matches(item, condition.args[0], values);
  }
  const [left, right, third] = condition.args.map((operand) => resolve(operand, item, values));
  switch (condition.type) {
    case '=':
      return left !== undefined && right !== undefined && equal(left, right);
    case '<>':
      return left === undefined || right === undefined || !equal(left, right);
    case '<':
      return compare(left, right, (sign) => sign < 0);
    case '<=':
      return compare(left, right, (sign) => sign <= 0);
    case '>':
      return compare(left, right, (sign) => sign > 0);
    case '>=':
      return compare(left, right, (sign) => sign >= 0);
    case 'between':
      return compare(left, right, (sign) => sign >= 0) && compare(left, third, (sign) => sign <= 0);
    case 'in':
      return condition.args.slice(1).some((operand) => {
        const candidate = resolve(operand, item, values);
        return left !== undefined && candidate !== undefined && equal(left, candidate);
      });
    case 'function':
      return applies(condition.name, left, right);
  }
}

function applies(
  name: Extract<Condition, { type: 'function' }>['name'],
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean {
  switch (name) {
    case 'attribute_exists':
      return left !== undefined;
    case 'attribute_not_exists':
      return left === undefined;
    case 'attribute_type':
      return left !== undefined && right !== undefined && 'S' in right && right.S === typeOf(left);
    case 'begins_with':
      return left !== undefined && right !== undefined && beginsWith(left, right);
    case 'contains':
      return left !== undefined && right !== undefined && contains(left, right);
  }
}

function compare(
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
  accept: (sign: number) => boolean,
): boolean {
  if (left === undefined || right === undefined) return false;
  const sign = order(left, right);
  return sign !== undefined && accept(sign);
}

function beginsWith(whole: AttributeValue, start: AttributeValue): boolean {
  if ('S' in whole && 'S' in start) return whole.S.startsWith(start.S);
  if ('B' in whole && 'B' in start) {
    const bytes = Buffer.from(start.B, 'base64');
    return Buffer.from(whole.B, 'base64').subarray(0, bytes.length).equals(bytes);
  }
  return false;
}

function contains(whole: AttributeValue, part: AttributeValue): boolean {
  if ('S' in whole && 'S' in part) return whole.S.includes(part.S);
  if ('B' in whole && 'B' in part) {
    return Buffer.from(whole.B, 'base64').includes(Buffer.from(part.B, 'base64'));
  }
  if ('L' in whole) return whole.L.some((member) => equal(member, part));
  if ('SS' in whole && 'S' in part) return whole.SS.includes(part.S);
  if ('NS' in whole && 'N' in part) return whole.NS.includes(part.N);
  if ('BS' in whole && 'B' in part) return whole.BS.includes(part.B);
  return false;
}

function resolve(operand: Operand, item: Item, values: Item): AttributeValue | undefined {
  if (isPath(operand)) return valueAt(operand, item);
  if (isPlaceholder(operand)) return attribute(values, operand.value);
  const [measured] = operand.args;
  const value = measured === undefined ? undefined : resolve(measured, item, values);
  const size = value === undefined ? undefined : sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

/** The `size` function: UTF-16 units of a string (as DynamoDB Local counts), bytes, or members. */
function sizeOf(value: AttributeValue): number | undefined {
  if ('S' in value) return value.S.length;
  if ('B' in value) return Buffer.byteLength(value.B, 'base64');
  if ('L' in value) return value.L.length;
  if ('M' in value) return Object.keys(value.M).length;
  return members(value)?.length;
}

/** What is stored at a document path. */
export function valueAt(path: Path, item: Item): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const step of path) {
    if (value === undefined) return undefined;
    value = child(value, step);
  }
  return value;
}

function child(value: AttributeValue, step: string | number): AttributeValue | undefined {
  if (typeof step === 'number') return 'L' in value ? value.L[step] : undefined;
  return 'M' in value ? attribute(value.M, step) : undefined;
}
