/** Multi-attribute keys: values in their stored form, and bounds on them. */
import { KeyError } from '../errors.js';
import type { SortRange } from '../types.js';
import { largestNumber, smallestNumber } from '../values.js';
import { compareKeys, successor } from './ranges.js';

/** Text as a key attribute. KeyError for an empty one, which DynamoDB does not accept. */
export function keyText(value: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new KeyError('A value that records are found by must be text that is not empty.');
}

export function keyNumber(value: number): number {
  const magnitude = Math.abs(value);
  if (value === 0 || (magnitude >= smallestNumber && magnitude <= largestNumber)) return value;
  throw new KeyError(
    'A value that records are found by must be a number that can be stored (1e-130 to 9.99e125).',
  );
}

/** Bounds on an attribute; absent or null leaves that end open, as empty text does for a lower one. */
export interface MultiAttributeBounds<T> {
  readonly from?: T | null | undefined;
  readonly to?: T | null | undefined;
  readonly after?: T | null | undefined;
  readonly before?: T | null | undefined;
  readonly prefix?: string | null | undefined;
}

/**
 * The values that lie within all bounds.
 *
 * @param form a bound in the form the attribute is stored in
 */
export function multiAttributeRange<T, K extends string | number>(
  form: (value: T) => K,
  bounds: MultiAttributeBounds<T>,
): SortRange {
  const key = (value: T | null | undefined): string | number | undefined => {
    if (value === null || value === undefined) return undefined;
    const isEmpty: boolean = (value as unknown) === '';
    return isEmpty ? '' : form(value);
  };
  const { prefix } = bounds;
  const after = key(bounds.after);
  const start = prefix == null || prefix === '' ? undefined : prefix;
  const from = greatest(key(bounds.from), after === undefined ? undefined : next(after), start);
  const to = key(bounds.to);
  const below = least(key(bounds.before), start === undefined ? undefined : successor(start));
  if (start !== undefined && from === start && to === undefined && below === successor(start))
    return { kind: 'prefix', prefix: start };
  const isBelow = below !== undefined && (to === undefined || compareKeys(below, to) <= 0);
  const end = isBelow ? below : to;
  if (end === '') return { kind: 'empty' };
  if (from !== undefined && end !== undefined) {
    const order = compareKeys(from, end);
    if (order > 0 || (order === 0 && isBelow)) return { kind: 'empty' };
  }
  return {
    kind: 'between',
    ...(from === undefined || from === '' ? undefined : { from }),
    ...(isBelow ? { below } : to === undefined ? undefined : { to }),
  };
}

function greatest(...bounds: (string | number | undefined)[]): string | number | undefined {
  return bounds.reduce((a, b) =>
    a === undefined || (b !== undefined && compareKeys(b, a) > 0) ? (b ?? a) : a,
  );
}

function least(...bounds: (string | number | undefined)[]): string | number | undefined {
  return bounds.reduce((a, b) =>
    a === undefined || (b !== undefined && compareKeys(b, a) < 0) ? (b ?? a) : a,
  );
}

/** The next greater value: DynamoDB has no exclusive lower bound next to an upper one. Numbers are doubles here. */
function next(value: string | number): string | number {
  if (typeof value === 'string') return `${value}\u0000`;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value === 0 ? 0 : value);
  const step = value < 0 ? -1n : 1n;
  bits.setBigInt64(0, bits.getBigInt64(0) + step);
  const above = bits.getFloat64(0);
  if (Math.abs(above) >= smallestNumber) return above;
  return value < 0 ? 0 : smallestNumber;
}
