/**
 * The seam between JavaScript's values and DynamoDB's: every attribute value of the runtime's own requests passes
 * through `marshall` and `unmarshall`, in both directions, as do the items inside errors, which no client of the SDK
 * translates. (Users' own requests, `Session.document`, pass through the SDK's document client instead.)
 *
 * Both do what `@aws-sdk/util-dynamodb` does with `removeUndefinedValues`, `allowImpreciseNumbers` and
 * `wrapNumbers: Number`: test/runtime/marshall.test.ts compares them on random values. They exist because they are
 * ten times as fast (0.6 µs against 6 µs for an item of twelve attributes), which shows where pages are read: `npm run bench latest` measures both.
 */
import type { AttributeValue as WireValue } from '@aws-sdk/client-dynamodb';
import { TableloomError } from '../errors.js';
import type { AttributeValue, Item } from '../types.js';

/** An item in the form DynamoDB's API takes: `{ name: { S: 'Ada' } }`. */
export type WireItem = Record<string, WireValue>;

/**
 * An item, a key or an expression's values for DynamoDB. Leaves out attributes and elements that are `undefined`.
 * Throws VALUE_INVALID for NaN, an infinite number and an empty set, none of which DynamoDB stores.
 */
export function marshall(values: Readonly<Record<string, AttributeValue | undefined>>): WireItem {
  const wire: WireItem = {};
  for (const name in values) {
    const value = values[name];
    if (value !== undefined) wire[name] = marshallValue(value);
  }
  return wire;
}

function marshallValue(value: AttributeValue): WireValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: numberText(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: value };
  if (value instanceof Set) return marshallSet([...value]);
  // In the place of a field that a stored record lacks: see `whole`.
  if (value instanceof Error) throw value;
  if (Array.isArray(value)) return { L: value.filter((one) => one !== undefined).map(marshallValue) };
  return { M: marshall(value as Record<string, AttributeValue>) };
}

/** The shortest text that reads back as the same double: at most 17 digits of the 38 that DynamoDB keeps. */
function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  throw new TableloomError('VALUE_INVALID', `${value} cannot be stored: only finite numbers can.`);
}

function marshallSet(members: readonly (string | number | Uint8Array)[]): WireValue {
  const [first] = members;
  if (first === undefined)
    throw new TableloomError('VALUE_INVALID', 'An empty set cannot be stored: leave the field out instead.');
  if (typeof first === 'string') return { SS: members as string[] };
  if (typeof first === 'number') return { NS: (members as number[]).map(numberText) };
  return { BS: members as Uint8Array[] };
}

/**
 * An item from DynamoDB. Numbers become doubles: whole ones are exact up to 2^53, and `inexactIn` names the attributes with
 * others that are not. Binary values stay bytes.
 */
export function unmarshall(wire: WireItem): Item {
  const item: Item = {};
  const before = inexactNumbers;
  // As the SDK does: assigned, the name would replace the prototype.
  for (const name in wire) if (name !== '__proto__') item[name] = unmarshallValue(wire[name] as WireValue);
  if (inexactNumbers !== before) inexactItems.set(item, Object.keys(wire).filter(hasInexact(wire)));
  return item;
}

function unmarshallValue(wire: WireValue): AttributeValue {
  if (wire.S !== undefined) return wire.S;
  if (wire.N !== undefined) return numberOf(wire.N);
  if (wire.BOOL !== undefined) return wire.BOOL;
  if (wire.M !== undefined) return unmarshall(wire.M) as AttributeValue;
  if (wire.L !== undefined) return wire.L.map(unmarshallValue);
  if (wire.SS !== undefined) return new Set(wire.SS);
  if (wire.NS !== undefined) return new Set(wire.NS.map(numberOf));
  if (wire.BS !== undefined) return new Set(wire.BS);
  return wire.B ?? null;
}

/** How many numbers were read that their doubles do not say exactly. */
let inexactNumbers = 0;
const inexactItems = new WeakMap<object, readonly string[]>();
const noNames: readonly string[] = [];

/** The attributes of an item, as `unmarshall` returned it, with a number that is not what is stored: it has too many digits. */
export function inexactIn(item: object): readonly string[] {
  return inexactItems.get(item) ?? noNames;
}

function hasInexact(wire: WireItem): (name: string) => boolean {
  return (name) => {
    const before = inexactNumbers;
    unmarshallValue(wire[name] as WireValue);
    return inexactNumbers !== before;
  };
}

/** Up to 15 digits, every decimal is the only one of its double. */
const surelyExact = 15;

function numberOf(text: string): number {
  const number = Number(text);
  if (text.length > surelyExact && digitsOf(text) !== digitsOf(String(number))) inexactNumbers += 1;
  return number;
}

/** The same text for the same number. */
function digitsOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign === '-' ? '-' : ''}${significant}e${power}`;
}
