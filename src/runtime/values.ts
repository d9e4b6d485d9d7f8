/** Attribute values in their stored form. */
import { KeyError, TableloomError } from './errors.js';
import type { AttributeValue } from './types.js';

const isoForm =
  /^(\d{4})-(\d\d)-(\d\d)(?:T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/i;

const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDay(year: number, month: number, day: number): boolean {
  if (month === 2 && day === 29) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return year >= 0 && day >= 1 && day <= (daysInMonth[month - 1] ?? 0);
}

/** `Number` of digits at fixed places, without making a string. */
function digitsAt(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Whether `text` is what `Date.toISOString` returns. Written for speed: every stored record passes here. */
function isCanonical(text: string): boolean {
  return (
    text.length === 24 &&
    text.charCodeAt(4) === 0x2d &&
    text.charCodeAt(7) === 0x2d &&
    text.charCodeAt(10) === 0x54 &&
    text.charCodeAt(13) === 0x3a &&
    text.charCodeAt(16) === 0x3a &&
    text.charCodeAt(19) === 0x2e &&
    text.charCodeAt(23) === 0x5a &&
    isDay(digitsAt(text, 0, 4), digitsAt(text, 5, 7), digitsAt(text, 8, 10)) &&
    digitsAt(text, 11, 13) <= 23 &&
    digitsAt(text, 14, 16) <= 59 &&
    digitsAt(text, 17, 19) <= 59 &&
    digitsAt(text, 20, 23) <= 999
  );
}

/**
 * A moment as `YYYY-MM-DDTHH:mm:ss.sssZ`. Takes a Date, an ISO 8601 text with a zone, or a date alone (midnight
 * UTC); digits finer than a millisecond are cut off. Throws KeyError for anything else: text without a zone
 * would mean another moment on another machine, and years outside 0000–9999 do not sort as text.
 */
export function canonicalTime(value: Date | string): string {
  if (typeof value === 'string') {
    if (isCanonical(value)) return value;
    const parts = isoForm.exec(value);
    if (parts !== null && isDay(Number(parts[1]), Number(parts[2]), Number(parts[3]))) {
      const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] =
        parts;
      const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
      const moment = Date.parse(
        `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}${zone.toUpperCase()}`,
      );
      return fourDigitYear(new Date(moment));
    }
  } else if (value instanceof Date && !Number.isNaN(value.getTime())) {
    return fourDigitYear(value);
  }
  throw new KeyError('A moment is needed, such as 2026-01-31T09:30:00.000Z.');
}

function fourDigitYear(moment: Date): string {
  const iso = moment.toISOString();
  if (iso.length === 24) return iso;
  throw new KeyError('A moment is needed within the years 0000 to 9999.');
}

/**
 * DynamoDB nests attributes at most 32 levels deep ("Quotas in Amazon DynamoDB": nested attribute depth). The item
 * itself is the first, as DynamoDB Local counts: it refuses a list of 32 levels.
 */
const deepest = 31;
/** DynamoDB's numbers lie below 10^126 and, but for zero, above 10^-130 ("Supported data types": Number). */
export const largestNumber = 9.99e125;
export const smallestNumber = 1e-130;

/**
 * A JSON document as an attribute value; a Date becomes its text in UTC. Refuses, with VALUE_INVALID naming the place, what
 * would be changed or lost on its way: `undefined` in a list, functions, class instances, NaN and infinities, numbers outside DynamoDB's range,
 * the names `` (which DynamoDB refuses) and `__proto__` (which the SDK drops), and lists and maps nested more than
 * 31 levels deep.
 */
export function documentValue(value: unknown, name = 'value'): AttributeValue | undefined {
  // A stored record that lacks it, which an update leaves as it is.
  if (value === undefined) return undefined;
  if (value instanceof Error) throw value;
  return checked(value, name, 1);
}

function checked(value: unknown, path: string, depth: number): AttributeValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return storableNumber(value, path);
  if (typeof value !== 'object') throw invalid(path, `cannot hold ${typeof value}`);
  if (depth > deepest) throw invalid(path, `is nested deeper than ${deepest} levels`);
  if (Array.isArray(value)) {
    return Array.from(value, (element: unknown, at) => checked(element, `${path}[${at}]`, depth + 1));
  }
  if (value instanceof Date) return momentText(value, path);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw invalid(path, 'is not plain JSON');
  const copy: Record<string, AttributeValue> = {};
  for (const [key, element] of Object.entries(value)) {
    if (key === '' || key === '__proto__') throw invalid(path, `cannot hold the name "${key}"`);
    // What rules leave out is absent.
    if (element === undefined) continue;
    copy[key] = checked(element, `${path}.${key}`, depth + 1);
  }
  return copy;
}

function momentText(value: Date, path: string): string {
  try {
    return canonicalTime(value);
  } catch (error) {
    throw invalidValue(path, `${path} is not a moment within the years 0000 to 9999.`, error);
  }
}

/** The number, where DynamoDB can store it; VALUE_INVALID otherwise. */
export function storableNumber(value: number, path: string): number {
  if (!Number.isFinite(value)) throw invalid(path, 'is not a finite number');
  const magnitude = Math.abs(value);
  if (magnitude > largestNumber || (magnitude !== 0 && magnitude < smallestNumber)) {
    throw invalid(path, 'is a number outside of what can be stored (1e-130 to 9.99e125)');
  }
  return value;
}

function invalid(path: string, why: string): TableloomError {
  return invalidValue(path, `${path} ${why}.`);
}

/** A value cannot be stored. @param path its field, or its place within the field: `stops[2].at` */
export function invalidValue(path: string, message: string, cause?: unknown): TableloomError {
  return new TableloomError('VALUE_INVALID', message, { field: fieldOf(path), path }, cause);
}

/** The field at the beginning of a place in a record. */
export function fieldOf(path: string): string {
  return path.split(/[.[]/)[0] ?? path;
}

/** The time of expiry DynamoDB acts on, in whole seconds since 1970, from a moment. */
export function epochSeconds(value: Date | string): number {
  return Math.floor(Date.parse(canonicalTime(value)) / 1000);
}

/** Whether two stored values are the same. Sets are compared without order, numbers by value. */
export function sameValue(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  }
  if (a instanceof Set || b instanceof Set) return a instanceof Set && b instanceof Set && sameSet(a, b);
  if (isList(a) || isList(b)) {
    return (
      isList(a) && isList(b) && a.length === b.length && a.every((element, at) => sameValue(element, b[at]))
    );
  }
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameValue(a[name], b[name]))
  );
}

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

function sameSet(a: AnySet, b: AnySet): boolean {
  if (a.size !== b.size) return false;
  const isIn = (element: SetMember) =>
    b.has(element) || (element instanceof Uint8Array && [...b].some((other) => sameValue(element, other)));
  return [...a].every(isIn);
}

type SetMember = string | number | Uint8Array;
type AnySet = ReadonlySet<SetMember>;

/** The normalizations that an entity may declare. */
export const lowercase = (text: string): string => text.toLowerCase();
export const trim = (text: string): string => text.trim();

/** The elements of a set as a list: without duplicates, in ascending order, as a set is stored. */
export function distinct<T extends string | number>(values: readonly T[]): T[] {
  return [...new Set(values)].sort(ascending);
}

/** A list as a set. DynamoDB has no empty sets: one is stored as an empty list, so that it is not null when it is read. */
export function setOf(
  values: readonly string[] | readonly number[],
): Set<string> | Set<number> | readonly never[] {
  if (values.length === 0) return [];
  return new Set<string | number>(values) as Set<string> | Set<number>;
}

/** The list of a stored set; empty where there is none. */
export function listOf<T extends string | number>(stored: unknown): T[] {
  return stored instanceof Set ? [...(stored as Set<T>)].sort(ascending) : [];
}

/** Text in the order of its code points, as in keys; JavaScript's own differs above U+FFFF. */
function ascending(a: string | number, b: string | number): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Some fields of a record, and no others. */
export function picked<R extends object, F extends keyof R & string>(
  record: R,
  fields: readonly F[],
): Pick<R, F> {
  const part: Partial<Record<string, unknown>> = {};
  for (const field of fields) part[field] = record[field];
  return part as Pick<R, F>;
}
