import { type Decimal, decimal } from '../dynalite.js';
import { ValidationError } from '../errors.js';
import {
  type AttributeValue,
  attribute,
  cloneValue,
  type Item,
  members,
  typeOf,
} from '../items/attributes.js';
import { isPath, isPlaceholder, type Path, type SetValue, type UpdateSection } from './expressions.js';
import { valueAt } from './matches.js';

/** Where a step of a path ends: a map to set a name in, or a list to set a position in. */
type Target =
  | { readonly kind: 'map'; readonly map: Record<string, AttributeValue>; readonly name: string }
  | { readonly kind: 'list'; readonly list: AttributeValue[]; readonly position: number };

const wrongType = 'An operand in the update expression has an incorrect data type';
const wrongPath = 'The document path provided in the update expression is invalid for update';
const noAttribute = 'The provided expression refers to an attribute that does not exist in the item';

/**
 * The item after an update expression. Every operand and every list position refers to `old`, whatever the
 * other clauses do: `REMOVE l[0], l[1]` removes the first two elements (dynalite removes the first and third).
 * @param old the stored item, or only the key if there is none; not changed, and shared where nothing changes
 * @throws ValidationError with DynamoDB's message
 */
export function applyUpdate(old: Item, sections: readonly UpdateSection[], values: Item): Item {
  const next: Record<string, AttributeValue> = { ...old };
  for (const { path } of sections) {
    const head = path[0];
    const value = typeof head === 'string' && path.length > 1 ? attribute(next, head) : undefined;
    if (value !== undefined) next[String(head)] = cloneValue(value);
  }
  const removed = new Map<AttributeValue[], Set<number>>();
  const settled = sections.map((section) =>
    section.type === 'set' ? { ...section, value: operand(section.val, old, values) } : section,
  );
  for (const section of settled) {
    const target = locate(next, section.path);
    const present = target.kind === 'map' ? attribute(target.map, target.name) : target.list[target.position];
    switch (section.type) {
      case 'set':
        put(target, section.value, removed);
        break;
      case 'add':
        put(target, add(present, given(section.val.value, values)), removed);
        break;
      case 'delete':
        if (present !== undefined) {
          const rest = subtractSet(present, given(section.val.value, values));
          if (rest === undefined) remove(target, removed);
          else put(target, rest, removed);
        }
        break;
      case 'remove':
        remove(target, removed);
        break;
    }
  }
  for (const [list, positions] of removed) closeGaps(list, positions);
  return next;
}

function locate(root: Record<string, AttributeValue>, path: Path): Target {
  const last = path.at(-1);
  const parent = valueAt(path.slice(0, -1), root);
  if (typeof last === 'string' && parent !== undefined && 'M' in parent) {
    return { kind: 'map', map: parent.M as Record<string, AttributeValue>, name: last };
  }
  if (typeof last === 'number' && parent !== undefined && 'L' in parent) {
    return { kind: 'list', list: parent.L as AttributeValue[], position: last };
  }
  throw new ValidationError(wrongPath);
}

function put(target: Target, value: AttributeValue, removed: Map<AttributeValue[], Set<number>>): void {
  if (target.kind === 'map') {
    target.map[target.name] = value;
    return;
  }
  // A position beyond the end leaves holes until the gaps are closed.
  target.list[target.position] = value;
  if (!removed.has(target.list)) removed.set(target.list, new Set());
}

function remove(target: Target, removed: Map<AttributeValue[], Set<number>>): void {
  if (target.kind === 'map') {
    delete target.map[target.name];
    return;
  }
  const positions = removed.get(target.list) ?? new Set<number>();
  positions.add(target.position);
  removed.set(target.list, positions);
}

function closeGaps(list: AttributeValue[], positions: ReadonlySet<number>): void {
  const rest = list.filter((_, at) => !positions.has(at));
  list.splice(0, list.length, ...rest);
}

function operand(value: SetValue, old: Item, values: Item): AttributeValue {
  if (isPath(value)) return cloneValue(stored(value, old));
  if (isPlaceholder(value)) return given(value.value, values);
  const [first, second] = value.args;
  if (first === undefined || second === undefined) throw new ValidationError(wrongType);
  switch (value.type) {
    case 'add':
    case 'subtract':
      return arithmetic(value.type, operand(first, old, values), operand(second, old, values));
    case 'function': {
      if (value.name === 'if_not_exists') {
        const present = isPath(first) ? valueAt(first, old) : undefined;
        return present === undefined ? operand(second, old, values) : cloneValue(present);
      }
      const left = operand(first, old, values);
      const right = operand(second, old, values);
      if (!('L' in left) || !('L' in right)) throw new ValidationError(wrongType);
      return { L: [...left.L, ...right.L] };
    }
  }
}

function stored(path: Path, old: Item): AttributeValue {
  const value = valueAt(path, old);
  if (value === undefined) throw new ValidationError(noAttribute);
  return value;
}

function given(placeholder: string, values: Item): AttributeValue {
  const value = attribute(values, placeholder);
  if (value === undefined) throw new ValidationError(noAttribute);
  return cloneValue(value);
}

function arithmetic(sign: 'add' | 'subtract', left: AttributeValue, right: AttributeValue): AttributeValue {
  if (!('N' in left) || !('N' in right)) throw new ValidationError(wrongType);
  const a = decimal(left.N);
  const b = decimal(right.N);
  return { N: numberText(sign === 'add' ? a.plus(b) : a.minus(b)) };
}

/** @throws ValidationError if the number is outside DynamoDB's range or 38 digits. */
function numberText(number: Decimal): string {
  if (number.c.length > 38) {
    throw new ValidationError('Attempting to store more than 38 significant digits in a Number');
  }
  const isZero = number.c[0] === 0;
  if (!isZero && number.e > 125) {
    throw new ValidationError(
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    );
  }
  if (!isZero && number.e < -130) {
    throw new ValidationError(
      'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    );
  }
  return number.toFixed();
}

function add(present: AttributeValue | undefined, more: AttributeValue): AttributeValue {
  if (present === undefined) return more;
  if ('N' in more) return arithmetic('add', present, more);
  const [old, added] = sameSets(present, more);
  return setOf(typeOf(more), [...old, ...added.filter((member) => !old.includes(member))]);
}

/** What is left of a set, or undefined if that is nothing: there are no empty sets. */
function subtractSet(present: AttributeValue, less: AttributeValue): AttributeValue | undefined {
  const [old, gone] = sameSets(present, less);
  const rest = old.filter((member) => !gone.includes(member));
  return rest.length === 0 ? undefined : setOf(typeOf(less), rest);
}

function sameSets(left: AttributeValue, right: AttributeValue): [readonly string[], readonly string[]] {
  const a = members(left);
  const b = members(right);
  if (a === undefined || b === undefined || typeOf(left) !== typeOf(right)) {
    throw new ValidationError(wrongType);
  }
  return [a, b];
}

function setOf(type: string, set: readonly string[]): AttributeValue {
  if (type === 'SS') return { SS: set };
  return type === 'NS' ? { NS: set } : { BS: set };
}
