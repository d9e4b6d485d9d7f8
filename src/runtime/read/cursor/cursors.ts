/** Positions as cursors of one query. */
import { badCursor } from '../../errors.js';
import type { AttributeValue, IndexQuery, IndexRef, Key, Part, Partitions, SortRange } from '../../types.js';
import { decodeFields, encodeFields } from './bytes.js';
import { bucketsIn, type Position } from './positions.js';
import { bindingOf, type CursorSealer } from './sealing.js';

/** Incremented when the contents of cursors change, so that older ones are refused, not misread. */
const format = 2;

/** The longest possible cursor: the keys of index and table have less than 10 KB, and base64 adds a third. */
const longest = 16_384;

/** What of a query its cursors depend on. */
export type QueryIdentity = Pick<
  IndexQuery<object>,
  'pattern' | 'layout' | 'index' | 'partitions' | 'equals' | 'binding' | 'sort' | 'descending' | 'filter'
>;

/** A bucketed query's window, which its cursors do not depend on, but its answer does. */
export function windowOf<R extends object>({ partitions }: IndexQuery<R>): unknown {
  if (partitions.kind === 'parts') return partitions.lists;
  return partitions.kind === 'sequence' ? partitions.keys : null;
}

/**
 * What identifies a query: its pattern, the keys it reads by, and every encoded argument, as text. Buckets are left out: the window of
 * a bucketed pattern moves with the clock, and its cursors contain their bucket.
 */
export function identityOf(query: QueryIdentity): string {
  const { pattern, layout, index, partitions, binding, sort, descending, filter } = query;
  const sorted = sort && rangeIn(sort);
  const filtered = filter && [filter.expression, filter.names, canonical(filter.values)];
  const identity = [
    format,
    pattern,
    layout ?? 0,
    index.name ?? 0,
    binding ?? readIn(partitions),
    sorted ?? 0,
    descending,
    filtered ?? 0,
  ];
  return JSON.stringify(query.equals === undefined ? identity : [...identity, canonical(query.equals)]);
}

/** Buckets move with time, and have a binding where that counts. */
function readIn(partitions: Partitions): unknown {
  if (partitions.kind === 'sequence') return 0;
  if (partitions.kind === 'one') return partitions.key;
  if (partitions.kind === 'merge') return partitions.keys;
  return partitions.lists.map((parts) =>
    parts.map(({ key, sort, index }) => [key, (sort && rangeIn(sort)) ?? 0, index?.name ?? 0]),
  );
}

function rangeIn(sort: SortRange): unknown {
  return sort.kind === 'between' ? [sort.from, sort.to, sort.below].map(bound) : sort;
}

/** A number is not the absence of one. */
function bound(value: string | number | undefined): unknown {
  return typeof value === 'number' ? [value] : (value ?? 0);
}

/** JSON has neither sets nor bytes, and an object's names have no order that counts. */
function canonical(value: AttributeValue | Readonly<Record<string, AttributeValue>>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  if (value instanceof Set) return { set: [...value].sort() };
  if (Array.isArray(value)) return value.map(canonical);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, element]) => [name, canonical(element)]);
}

/** Makes and reads the cursors of one query. */
export class Cursors {
  readonly #sealer: CursorSealer;
  readonly #query: QueryIdentity;
  readonly #identity: string;
  #digest: Buffer | undefined;

  constructor(sealer: CursorSealer, query: QueryIdentity, identity: string) {
    this.#sealer = sealer;
    this.#query = query;
    this.#identity = identity;
  }

  get #binding(): Buffer {
    this.#digest ??= bindingOf(this.#identity);
    return this.#digest;
  }

  cursor(position: Position): string {
    return this.#sealer.seal(this.#binding, encodeFields(this.#fields(position)));
  }

  /** The position of a client's cursor. BAD_CURSOR where it is not one of this query's. */
  position(cursor: string, argument: 'after' | 'before'): Position {
    if (cursor.length > longest) throw badCursor(argument);
    const plain = this.#sealer.open(this.#binding, cursor);
    const position = plain && this.#read(decodeFields(plain));
    if (position === undefined) throw badCursor(argument);
    return position;
  }

  /** The fields that determine a position, without those that follow from the query. */
  #fields({ bucket, shard, sort, more, base }: Position): (string | number)[] {
    const { partitions } = this.#query;
    const part = this.#buckets[bucket]?.[shard];
    const index = this.#indexOf(part);
    const { table } = index;
    const fields: (string | number)[] = [];
    if (partitions.kind === 'merge') fields.push(shard);
    if (partitions.kind === 'sequence' || partitions.kind === 'parts') fields.push(nameOf(part));
    if (sort !== undefined) fields.push(sort);
    for (const [at, name] of (index.more ?? []).entries())
      if (this.#query.equals?.[name] === undefined) fields.push(more?.[at] as string | number);
    if (index.partition !== table.partition) fields.push(base[table.partition] as string);
    if (table.sort !== undefined && table.sort !== index.sort) fields.push(base[table.sort] as string);
    return fields;
  }

  #read(fields: readonly (string | number)[]): Position | undefined {
    const rest = [...fields];
    const isOne = this.#query.partitions.kind === 'one';
    const place = isOne ? { bucket: 0, shard: 0 } : this.#place(rest.shift());
    const part = place && this.#buckets[place.bucket]?.[place.shard];
    if (place === undefined || part === undefined) return undefined;
    const index = this.#indexOf(part);
    const { table } = index;
    const sort = index.sort === undefined ? undefined : rest.shift();
    const more = index.more?.map((name) => this.#query.equals?.[name] ?? (rest.shift() as string | number));
    const base: Key = { [table.partition]: part.key };
    if (index.partition !== table.partition) base[table.partition] = rest.shift() as string;
    if (table.sort !== undefined)
      base[table.sort] = (table.sort === index.sort ? sort : rest.shift()) as string;
    return { ...place, sort, ...(more !== undefined && { more }), base };
  }

  #place(
    field: string | number | undefined,
  ): { readonly bucket: number; readonly shard: number } | undefined {
    if (typeof field !== 'number') return undefined;
    if (this.#query.partitions.kind === 'merge') return { bucket: 0, shard: field };
    for (const [bucket, parts] of this.#buckets.entries()) {
      const shard = parts.findIndex((part) => nameOf(part) === field);
      if (shard !== -1) return { bucket, shard };
    }
    return undefined;
  }

  get #buckets(): readonly (readonly Part[])[] {
    return bucketsIn(this.#query.partitions);
  }

  #indexOf(part: Part | undefined): IndexRef {
    return part?.index ?? this.#query.index;
  }
}

/**
 * A part among those of a query, in 48 bits: its key may be long, and its place moves with time. Of a hundred
 * parts two have the same in one query of fifty thousand million.
 */
function nameOf({ key, sort }: Part = { key: '' }): number {
  const name = sort === undefined ? String(key) : JSON.stringify([key, rangeIn(sort)]);
  return bindingOf(name).readUIntBE(0, 6);
}
