/** Positions as cursors of one query. */
import { badCursor } from '../../errors.js';
import type { AttributeValue, IndexQuery, Key } from '../../types.js';
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
  return partitions.kind === 'sequence' ? partitions.keys : null;
}

/**
 * What identifies a query: its pattern, the keys it reads by, and every encoded argument, as text. Buckets are left out: the window of
 * a bucketed pattern moves with the clock, and its cursors contain their bucket.
 */
export function identityOf(query: QueryIdentity): string {
  const { pattern, layout, index, partitions, binding, sort, descending, filter } = query;
  const read =
    partitions.kind === 'sequence'
      ? (binding ?? 0)
      : partitions.kind === 'one'
        ? partitions.key
        : partitions.keys;
  const sorted =
    sort === undefined || sort.kind !== 'between' ? sort : [sort.from, sort.to, sort.below].map(bound);
  const filtered = filter && [filter.expression, filter.names, canonical(filter.values)];
  const identity = [
    format,
    pattern,
    layout ?? 0,
    index.name ?? 0,
    read,
    sorted ?? 0,
    descending,
    filtered ?? 0,
  ];
  return JSON.stringify(query.equals === undefined ? identity : [...identity, canonical(query.equals)]);
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
    const { partitions, index } = this.#query;
    const { table } = index;
    const fields: (string | number)[] = [];
    if (partitions.kind === 'merge') fields.push(shard);
    if (partitions.kind === 'sequence') fields.push(nameOf(partitions.keys[bucket]?.[shard] ?? ''));
    if (sort !== undefined) fields.push(sort);
    for (const [at, name] of (index.more ?? []).entries())
      if (this.#query.equals?.[name] === undefined) fields.push(more?.[at] as string | number);
    if (index.partition !== table.partition) fields.push(base[table.partition] as string);
    if (table.sort !== undefined && table.sort !== index.sort) fields.push(base[table.sort] as string);
    return fields;
  }

  #read(fields: readonly (string | number)[]): Position | undefined {
    const { partitions, index } = this.#query;
    const { table } = index;
    const rest = [...fields];
    const place = partitions.kind === 'one' ? { bucket: 0, shard: 0 } : this.#place(rest.shift());
    const sort = index.sort === undefined ? undefined : rest.shift();
    const more = index.more?.map((name) => this.#query.equals?.[name] ?? (rest.shift() as string | number));
    const partition = place && bucketsIn(partitions)[place.bucket]?.[place.shard];
    if (place === undefined || partition === undefined) return undefined;
    const base: Key = { [table.partition]: partition };
    if (index.partition !== table.partition) base[table.partition] = rest.shift() as string;
    if (table.sort !== undefined)
      base[table.sort] = (table.sort === index.sort ? sort : rest.shift()) as string;
    return { ...place, sort, ...(more !== undefined && { more }), base };
  }

  #place(
    field: string | number | undefined,
  ): { readonly bucket: number; readonly shard: number } | undefined {
    const { partitions } = this.#query;
    if (partitions.kind === 'merge')
      return typeof field === 'number' ? { bucket: 0, shard: field } : undefined;
    if (partitions.kind !== 'sequence') return undefined;
    for (const [bucket, keys] of partitions.keys.entries()) {
      const shard = keys.findIndex((key) => nameOf(key) === field);
      if (shard !== -1) return { bucket, shard };
    }
    return undefined;
  }
}

/**
 * A partition among those of a query, in 48 bits: its key may be long, and its place moves with time. Of a hundred
 * partitions two have the same in one query of fifty thousand million.
 */
function nameOf(partition: string): number {
  return bindingOf(partition).readUIntBE(0, 6);
}
