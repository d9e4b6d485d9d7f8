/**
 * DynamoDB's own form of attribute values. The document client translates requests and answers, but not what an
 * error carries: the item on which a condition failed comes as it is on the wire.
 */
import type { AttributeValue, Item } from './types.js';

/** An item in DynamoDB's form; undefined where there is none. */
export function fromWire(item: unknown): Item | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeOf(value)]));
}

function attributeOf(value: unknown): AttributeValue {
  const [[type, content] = ['NULL', true]] = Object.entries(value as Record<string, unknown>);
  switch (type) {
    case 'S':
    case 'BOOL':
    case 'B':
      return content as AttributeValue;
    case 'N':
      return Number(content);
    case 'L':
      return (content as readonly unknown[]).map(attributeOf);
    case 'M':
      return fromWire(content) as AttributeValue;
    case 'SS':
      return new Set(content as string[]);
    case 'NS':
      return new Set((content as string[]).map(Number));
    default:
      return null;
  }
}
