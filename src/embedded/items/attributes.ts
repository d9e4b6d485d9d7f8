import { decimal } from '../dynalite.js';

/** One attribute value as it travels on the wire; `B` is base64 text. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Item };

/** An item, or a map inside one: attribute values by name. */
export interface Item {
  readonly [name: string]: AttributeValue;
}

/** DynamoDB's own letters for the type of a value. */
export type AttributeType = 'S' | 'N' | 'B' | 'SS' | 'NS' | 'BS' | 'BOOL' | 'NULL' | 'L' | 'M';

/** The value under `name`, never something inherited from `Object.prototype`. */
export function attribute(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

export function typeOf(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType;
  throw new TypeError('an attribute value has exactly one type');
}

/** Text of a key-capable value (`S`, `N`, `B`) if it has this type. */
export function scalar(value: AttributeValue | undefined, type: AttributeType): string | undefined {
  const text = value === undefined ? undefined : (value as Partial<Record<AttributeType, unknown>>)[type];
  return typeof text === 'string' ? text : undefined;
}

/** Members of a set, or undefined if the value is not a set. */
export function members(value: AttributeValue): readonly string[] | undefined {
  if ('SS' in value) return value.SS;
  if ('NS' in value) return value.NS;
  if ('BS' in value) return value.BS;
  return undefined;
}

/** Equality as conditions see it: deep, sets without order. Numbers are stored normalized, so text decides. */
export function equal(left: AttributeValue, right: AttributeValue): boolean {
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  if ('L' in left && 'L' in right) {
    const others = right.L;
    return (
      left.L.length === others.length &&
      left.L.every((value, at) => {
        const other = others[at];
        return other !== undefined && equal(value, other);
      })
    );
  }
  if ('M' in left && 'M' in right) return equalItems(left.M, right.M);
  const set = members(left);
  const otherSet = members(right);
  if (set !== undefined && otherSet !== undefined) {
    return set.length === otherSet.length && set.every((member) => otherSet.includes(member));
  }
  const a = left as Partial<Record<AttributeType, unknown>>;
  const b = right as Partial<Record<AttributeType, unknown>>;
  return a[type] === b[type];
}

export function equalItems(left: Item, right: Item): boolean {
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => {
      const a = attribute(left, name);
      const b = attribute(right, name);
      return a !== undefined && b !== undefined && equal(a, b);
    })
  );
}

/** Negative, zero or positive as `left` sorts before, with or after `right`; undefined if they do not compare. */
export function order(left: AttributeValue, right: AttributeValue): number | undefined {
  if ('S' in left && 'S' in right) return compareUtf8(left.S, right.S);
  if ('N' in left && 'N' in right) return decimal(left.N).cmp(decimal(right.N));
  if ('B' in left && 'B' in right) {
    return Buffer.compare(Buffer.from(left.B, 'base64'), Buffer.from(right.B, 'base64'));
  }
  return undefined;
}

/**
 * Order of two strings by their UTF-8 bytes, which is DynamoDB's order. JavaScript's `<` orders by
 * UTF-16 units and puts U+FF5E after U+1F600.
 */
function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a !== b) return codePointOrder(a) - codePointOrder(b);
  }
  return left.length - right.length;
}

/** Moves the surrogates (code points above U+FFFF) behind the rest of the 16-bit plane. */
function codePointOrder(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

/** A copy that shares nothing with `value`. */
export function cloneValue(value: AttributeValue): AttributeValue {
  if ('L' in value) return { L: value.L.map(cloneValue) };
  if ('M' in value) return { M: cloneItem(value.M) };
  if ('SS' in value) return { SS: [...value.SS] };
  if ('NS' in value) return { NS: [...value.NS] };
  if ('BS' in value) return { BS: [...value.BS] };
  return { ...value };
}

function cloneItem(item: Item): Item {
  const copy: Record<string, AttributeValue> = {};
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value !== undefined) copy[name] = cloneValue(value);
  }
  return copy;
}
