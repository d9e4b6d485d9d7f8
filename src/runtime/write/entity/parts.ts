/** Changes of parts of an attribute: of fields of documents, entries of maps and elements of lists. */
import { TableloomError } from '../../errors.js';
import type { AttributeValue, NumberKind, Optional } from '../../types.js';
import { fieldOf, invalidValue, sameValue } from '../../values.js';
import { sumOf } from './sums.js';

/** A step to a part: a field, an entry, or the elements of a list that have these values. */
export type PartStep = string | MapEntry | Readonly<Record<string, unknown>>;

/** An entry of a document, which counts as empty where there is none. */
class MapEntry {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export function mapEntry(name: string): MapEntry {
  return new MapEntry(name);
}

/** The value with a change made; undefined where it stays as it is. `at` is its place in the record. */
type Change = (value: unknown, at: string) => unknown;

/** The attribute with all changes made, one after the other. NOT_FOUND where a part of it that they need is not there. */
export function altered<T>(field: string, current: T, changes: readonly Change[]): T {
  // In the place of a field that the stored record lacks.
  if (current instanceof Error) throw current;
  return changes.reduce<unknown>((value, change) => change(value, field) ?? value, current) as T;
}

/** Sets a part; null is a value, undefined changes nothing. */
export function setAt(path: readonly PartStep[], value: unknown): Change {
  return value === undefined ? unchanged : along(path, () => value);
}

/** Adds to a number, which counts as 0 where it has no value. */
export function addAt(path: readonly PartStep[], by: Optional<number>, kind: NumberKind): Change {
  if (by === null || by === undefined) return unchanged;
  return along(path, (current, at) => {
    if (isMissing(current)) return sumOf(kind, at, null, by);
    if (typeof current !== 'number') throw invalid(at, 'a number');
    return sumOf(kind, at, current, by);
  });
}

/** Appends to a list, which counts as empty where it has no value. */
export function appendAt(path: readonly PartStep[], elements: Optional<readonly unknown[]>): Change {
  const present = (elements ?? []).filter((one) => !isMissing(one));
  if (present.length === 0) return unchanged;
  return along(path, (current, at) => [...listAt(current, at), ...present]);
}

/** Removes the elements that equal one of these or have its values, or the entries of these names. */
export function removeAt(path: readonly PartStep[], gone: Optional<readonly unknown[]>): Change {
  const all = (gone ?? []).filter((one) => !isMissing(one));
  if (all.length === 0) return unchanged;
  return along(path, (current, at) => {
    if (isMissing(current)) return undefined;
    if (Array.isArray(current))
      return current.filter((element: unknown) => !all.some((one) => isLike(element, one)));
    const names = new Set(all);
    return Object.fromEntries(Object.entries(documentAt(current, at)).filter(([name]) => !names.has(name)));
  });
}

const unchanged: Change = () => undefined;

function along([step, ...rest]: readonly PartStep[], change: Change): Change {
  if (step === undefined) return change;
  const next = along(rest, change);
  if (typeof step === 'string') return (value, at) => withEntry(documentAt(value, at), step, next, at);
  if (step instanceof MapEntry)
    return (value, at) => withEntry(isMissing(value) ? {} : documentAt(value, at), step.name, next, at);
  const selected = `[${Object.entries(step).map(([name, value]) => `${name}=${JSON.stringify(value)}`)}]`;
  return (value, at) => {
    const list = listAt(value, at);
    if (!list.some((element) => isLike(element, step))) throw missing(`${at}${selected}`);
    return list.map((element) =>
      isLike(element, step) ? (next(element, `${at}${selected}`) ?? element) : element,
    );
  };
}

type Document = Readonly<Record<string, unknown>>;

function withEntry(document: Document, name: string, change: Change, at: string): Document | undefined {
  const value = change(Object.hasOwn(document, name) ? document[name] : undefined, `${at}.${name}`);
  return value === undefined ? undefined : { ...document, [name]: value };
}

function documentAt(value: unknown, at: string): Document {
  if (isMissing(value)) throw missing(at);
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(at, 'a document');
  return value as Document;
}

function listAt(value: unknown, at: string): readonly unknown[] {
  if (isMissing(value)) return [];
  if (!Array.isArray(value)) throw invalid(at, 'a list');
  return value;
}

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** Whether an element equals a value or, of documents, has its fields. */
function isLike(element: unknown, pattern: unknown): boolean {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern))
    return sameValue(element as AttributeValue, pattern as AttributeValue);
  if (typeof element !== 'object' || element === null) return false;
  return Object.entries(pattern).every(([name, value]) => {
    const own = Object.hasOwn(element, name) ? (element as Document)[name] : null;
    return sameValue((own ?? null) as AttributeValue, (value ?? null) as AttributeValue);
  });
}

function missing(path: string): TableloomError {
  return new TableloomError('NOT_FOUND', `There is no ${path}.`, { field: fieldOf(path), path });
}

function invalid(path: string, wanted: string): TableloomError {
  return invalidValue(path, `${path} is not ${wanted}.`);
}
