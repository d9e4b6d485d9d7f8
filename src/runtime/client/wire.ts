/**
 * DynamoDB's own form of attribute values, and back. The document client of the SDK does the same for every
 * command and option it knows, at a price that shows where pages are read; reads and writes go through here, but for
 * bulk loads. So do the items in errors, which the document client leaves as they are.
 */
import type { AttributeValue as WireValue } from '@aws-sdk/client-dynamodb';
import { TableloomError } from '../errors.js';
import type { AttributeValue, Item } from '../types.js';

/** An item in the wire's form. */
export type WireItem = Record<string, WireValue>;

/** Attribute values of a key or of an expression, for DynamoDB. Attributes that are undefined are left out. */
export function toWire(values: Readonly<Record<string, AttributeValue | undefined>>): WireItem {
  const wire: WireItem = {};
  for (const name in values) {
    const value = values[name];
    if (value !== undefined) wire[name] = wireOf(value);
  }
  return wire;
}

function wireOf(value: AttributeValue): WireValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: numberText(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: value };
  if (value instanceof Set) return wireOfSet([...value]);
  if (Array.isArray(value)) return { L: value.filter((one) => one !== undefined).map(wireOf) };
  return { M: toWire(value as Record<string, AttributeValue>) };
}

/** The shortest text that reads back as the same double fits DynamoDB's 38 digits. VALUE_INVALID where it is no number. */
function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  throw new TableloomError('VALUE_INVALID', `${value} cannot be stored: it is no number.`);
}

function wireOfSet(members: readonly (string | number)[]): WireValue {
  const texts = members.map((one) => (typeof one === 'number' ? numberText(one) : one));
  return typeof members[0] === 'number' ? { NS: texts } : { SS: texts };
}

/** An item from DynamoDB. Numbers are JavaScript's; binary values stay bytes. */
export function fromWire(wire: WireItem): Item {
  const item: Item = {};
  for (const name in wire) item[name] = valueOfWire(wire[name] as WireValue);
  return item;
}

function valueOfWire(wire: WireValue): AttributeValue {
  if (wire.S !== undefined) return wire.S;
  if (wire.N !== undefined) return Number(wire.N);
  if (wire.BOOL !== undefined) return wire.BOOL;
  if (wire.M !== undefined) return fromWire(wire.M) as AttributeValue;
  if (wire.L !== undefined) return wire.L.map(valueOfWire);
  if (wire.SS !== undefined) return new Set(wire.SS);
  if (wire.NS !== undefined) return new Set(wire.NS.map(Number));
  return wire.B ?? null;
}
