/** What generated codecs and queries are put together from: items of records, and records of parts of items. */
import type { AnyEncoding } from './keys.js';
import { setOf } from './lists.js';
import { unpack } from './templates.js';
import type { EntityReader, IndexQuery, IndexRef, Item, Key } from './types.js';
import { documentValue } from './values.js';

/** The attributes of a record as they are stored: no `null`, documents checked, lists in `sets` as sets. */
export function stored<R extends object>(
  type: string,
  record: R,
  sets: readonly (keyof R & string)[] = [],
): Item {
  return itemOf(type, record, sets);
}

function itemOf(type: string, record: object, sets: readonly string[]): Item {
  const item: Item = { _type: type };
  for (const [name, value] of Object.entries(record))
    if (name !== '__typename') item[name] = storedValue(name, value, sets);
  return item;
}

/**
 * The item of an index entry: some attributes of its record, and its own key. Undefined where the record has no such
 * entry, which its key says.
 *
 * @param expiry the attribute of the table's `ttl`, where the record has one
 */
export function entry<R extends object>(
  type: string,
  record: R,
  fields: readonly (keyof R & string)[],
  key: Key | undefined,
  {
    sets = [],
    ...expiry
  }: { readonly sets?: readonly (keyof R & string)[] } & Readonly<
    Record<string, number | undefined | readonly string[]>
  > = {},
): Item | undefined {
  if (key === undefined) return undefined;
  return { ...(expiry as Item), ...itemOf(type, picked(record, fields), sets), ...key };
}

function storedValue(name: string, value: unknown, sets: readonly string[]): Item[string] {
  if (value === null || value === undefined) return undefined;
  if (sets.includes(name)) return setOf(value as readonly string[]);
  if (typeof value === 'object') return documentValue(value, name);
  return value as Item[string];
}

/** Some fields of a record, under its name or another. */
export function picked<R extends object, F extends keyof R & string>(
  record: R,
  fields: readonly F[],
): Pick<R, F> {
  const part: Partial<Record<string, unknown>> = {};
  for (const field of fields) part[field] = record[field];
  return part as Pick<R, F>;
}

/** A hole of a key: what it is called, and how it is encoded; without a name its value is not wanted. */
type Hole<K> = readonly [name: keyof K & string, encoding: AnyEncoding] | AnyEncoding;

/** By key attribute, what its text is made of: literal text and holes. */
export type KeyTemplates<K> = Readonly<Record<string, readonly (string | Hole<K>)[]>>;

/** Reads a record's fields back from its key; undefined for a key that was made otherwise. */
export function keyParser<K extends object>(
  templates: KeyTemplates<K>,
): (key: Readonly<Record<string, unknown>>) => K | undefined {
  const attributes = Object.entries(templates).map(([attribute, parts]) => ({
    attribute,
    template: parts.map((part) => (isNamed(part) ? part[1] : part)),
    names: parts.flatMap((part) => (typeof part === 'string' ? [] : [isNamed(part) ? part[0] : undefined])),
  }));
  return (key) => {
    const fields: Record<string, unknown> = {};
    for (const { attribute, template, names } of attributes) {
      const values: readonly unknown[] | undefined = unpack(String(key[attribute]), template);
      if (values === undefined) return undefined;
      for (const [at, name] of names.entries()) if (name !== undefined) fields[name] = values[at];
    }
    return fields as K;
  };
}

function isNamed<K>(part: string | Hole<K>): part is readonly [keyof K & string, AnyEncoding] {
  return Array.isArray(part);
}

type Held<R extends object> = Extract<IndexQuery<R>['holds'], { readonly kind: 'some' }>;

/** What an index holds of records that it does not hold whole. */
export interface HeldParts<R extends object, F extends keyof R & string, U extends keyof R & string> {
  readonly fields: readonly F[];
  /** Fields that only the keys of its items tell. */
  readonly keys?: KeyTemplates<Pick<R, U>>;
  /** GraphQL fields that take nothing else of their parent, and are no attributes. */
  readonly relations?: readonly string[];
  /** Attributes that no GraphQL field shows. */
  readonly hidden?: readonly (F | U)[];
  /** The record's primary key, of its fields; left out, the items carry it as it is. */
  readonly key?: (record: Pick<R, F>) => Key;
}

/** An index whose items hold some fields of their records; others take a batch get. */
export function held<R extends object, F extends keyof R & string, U extends keyof R & string = never>(
  entity: EntityReader<R>,
  { fields, keys, relations = [], hidden = [], key }: HeldParts<R, F, U>,
): Held<R> {
  const parsed = keys && keyParser<Pick<R, U>>(keys);
  const names = [...fields, ...holesOf(keys ?? {})] as (F | U)[];
  const part = (item: Item) => picked(entity.read(item), ['__typename' as F, ...fields]);
  const { partition, sort } = entity.table;
  return {
    kind: 'some',
    covers: [...names.filter((name) => !hidden.includes(name)), ...relations],
    keyOf: (item) =>
      key ? key(part(item)) : (picked(item, sort === undefined ? [partition] : [partition, sort]) as Key),
    read: (item) => ({ ...part(item), ...parsed?.(item) }) as Partial<R>,
  };
}

function holesOf(templates: Readonly<Record<string, readonly unknown[]>>): string[] {
  return Object.values(templates).flatMap((parts) =>
    parts.flatMap((part) => (Array.isArray(part) ? [String(part[0])] : [])),
  );
}

type QueryParts<R extends object, E extends object> = Omit<
  IndexQuery<R, E>,
  'pattern' | 'entity' | 'index' | 'partitions' | 'descending' | 'holds' | 'page'
> &
  Partial<Pick<IndexQuery<R, E>, 'partitions' | 'descending' | 'holds' | 'page'>> & {
    /** The only partition that is read. */
    readonly partition?: string | number;
  };

/** A query: ascending, of whole records, in pages of 20 and at most 100, where it does not say otherwise. */
export function query<R extends object, E extends object = object>(
  pattern: string,
  entity: EntityReader<R>,
  index: IndexRef,
  { partition = '', ...parts }: QueryParts<R, E>,
): IndexQuery<R, E> {
  return {
    pattern,
    entity,
    index,
    partitions: { kind: 'one', key: partition },
    descending: false,
    holds: { kind: 'all' },
    page: { default: 20, max: 100 },
    ...parts,
  };
}
