/** Small pieces generated code is put together from. */

import { TableloomError } from './errors.js';
import type { EntityCodec, IndexRef, Key, TableRef } from './types.js';
import type { WriteEnvironment } from './writes.js';

/** A table, which is also the index its own key makes. */
export function tableRef(name: string, partition: string, sort?: string): TableRef & IndexRef {
  const key = sort === undefined ? { partition } : { partition, sort };
  const table: TableRef = { name, ...key };
  return { name, table, ...key };
}

/** One of a table's indexes. */
export function indexRef(
  table: TableRef,
  name: string,
  partition: string,
  sort?: string,
  more?: readonly string[],
): IndexRef {
  const index = sort === undefined ? { table, name, partition } : { table, name, partition, sort };
  return more === undefined ? index : { ...index, more };
}

/** The index as it is ordered by another of its key attributes, all sort attributes before that being bound. */
export function sortedBy(index: IndexRef, sort: string): IndexRef {
  const { sort: first, more = [] } = index;
  const others = more.filter((name) => name !== sort);
  return { ...index, sort, more: first === undefined ? others : [first, ...others] };
}

/** `encode(value)`, where there is a value: null and undefined stay what they are. */
export function encoded<T, V extends T | null | undefined, E = string>(
  encode: (value: T) => E,
  value: V,
): E | Extract<V, null | undefined> {
  if (value === null || value === undefined) return value as Extract<V, null | undefined>;
  return encode(value as T);
}

/** An optional argument for an attribute that always has a value: absent leaves it as it is, null is refused. */
export function notNull<T>(field: string, value: T | null | undefined): T | undefined {
  if (value === null) throw new TableloomError('VALUE_INVALID', `${field} cannot be null.`, { field });
  return value;
}

/** One key per shard. */
export function shardKeys<K>(count: number, key: (shard: number) => K): readonly K[] {
  return Array.from({ length: count }, (_, shard) => key(shard));
}

/** The normalisations an entity may declare. */
export const lowercase = (text: string): string => text.toLowerCase();
export const trim = (text: string): string => text.trim();

/** What a loader needs of a session. */
export interface KeyReader {
  get<R extends object>(
    entity: EntityCodec<R>,
    key: Key,
    options?: { readonly consistent?: boolean },
  ): Promise<R | null>;
}

/** Reads by primary key. */
export interface KeyLoader<K, R> {
  /** The record, or null. Keys asked for in one tick share a batch get; a key is read once a request. */
  load(key: K, options?: { readonly consistent?: boolean }): Promise<R | null>;
  /** In the order of the keys, null where there is none. */
  loadMany(keys: readonly K[]): Promise<readonly (R | null)[]>;
  /** Whether there is a record; read like one, so that nothing is read twice. */
  exists(key: K, options?: { readonly consistent?: boolean }): Promise<boolean>;
  /** In the order of the keys. BAD_INPUT for more than `most`. */
  existMany(
    keys: readonly K[],
    most: number,
    options?: { readonly consistent?: boolean },
  ): Promise<readonly boolean[]>;
}

export function keyLoader<K, R extends object>(
  session: KeyReader,
  entity: EntityCodec<R>,
  keyOf: (key: K) => Key,
): KeyLoader<K, R> {
  const load: KeyLoader<K, R>['load'] = async (key, options) => session.get(entity, keyOf(key), options);
  const exists: KeyLoader<K, R>['exists'] = async (key, options) => (await load(key, options)) !== null;
  return {
    load,
    loadMany: (keys) => Promise.all(keys.map((key) => load(key))),
    exists,
    async existMany(keys, most, options) {
      if (keys.length > most) {
        const message = `At most ${most} can be asked about at once; ${keys.length} were given.`;
        throw new TableloomError('BAD_INPUT', message, { limit: most });
      }
      return Promise.all(keys.map((key) => exists(key, options)));
    },
  };
}

/** The first that was found, in the order given; all are waited for. `R` is the union of what they may find. */
export async function firstFound<R extends object>(reads: readonly Promise<R | null>[]): Promise<R | null> {
  const records = await Promise.all(reads);
  return records.find((record) => record !== null) ?? null;
}

/** The record of the kind that is told. */
export function loadByKind<R extends object>(
  kind: string,
  loads: Readonly<Record<string, () => Promise<R | null>>>,
): Promise<R | null> {
  return loads[kind]?.() ?? Promise.resolve(null);
}

type MaybePromise<T> = T | Promise<T>;

/** Changes, or how to compute them from the record as it is. */
export type Changes<R, C extends object> = C | ((current: R) => MaybePromise<C>);

/** Values for a record that may be there already. */
export type Upserts<R, N extends object> = N | ((current: R | null) => MaybePromise<N>);

/** An update's change function, from changes and the generated way to apply them. */
export function changing<R, C extends object>(
  changes: Changes<R, C>,
  apply: (current: R, changes: C, env: WriteEnvironment) => R,
): (current: R, env: WriteEnvironment) => MaybePromise<R> {
  if (!isFunction(changes)) return (current, env) => apply(current, changes, env);
  return async (current, env) => apply(current, await changes(current), env);
}

/**
 * An upsert's change function: creates, under the key it was asked for, where nothing is, changes what is there. Values
 * for key fields change nothing: the key says which record is meant.
 */
export function upserting<R, N extends C & object, C>(
  values: Upserts<R, N>,
  key: object,
  apply: {
    readonly create: (values: N, env: WriteEnvironment) => MaybePromise<R>;
    readonly change: (current: R, changes: C, env: WriteEnvironment) => R;
  },
): (current: R | null, env: WriteEnvironment) => MaybePromise<R> {
  return async (current, env) => {
    const given = { ...(isFunction(values) ? await values(current) : values), ...key };
    return current === null ? apply.create(given, env) : apply.change(current, given, env);
  };
}

/** A put's change function: the record anew from what is given, but for what a record keeps for as long as it is there. */
export function putting<R extends object, N extends object>(
  values: N,
  key: object,
  {
    create,
    kept,
  }: {
    readonly create: (values: N, env: WriteEnvironment) => MaybePromise<R>;
    readonly kept: readonly (keyof R)[];
  },
): (current: R | null, env: WriteEnvironment) => Promise<R> {
  return async (current, env) => {
    if (current === null) return create({ ...values, ...key }, env);
    // A record that is there keeps its numbers, and takes no others.
    const made = await create({ ...values, ...key }, { ...env, next: async () => 0 });
    return { ...made, ...Object.fromEntries(kept.map((field) => [field, current[field]])) };
  };
}

/** A rule's name, and where its answer is stored in another form, what makes it. */
type Computation = string | readonly [rule: string, form: (value: string) => string];

/**
 * The record with the attributes that rules compute from the rest of it. VALUE_INVALID where a rule gives a promise
 * or nothing: it has to answer at once, and null stands for no value.
 */
export function computed<R extends object, K extends keyof R & string>(
  env: Pick<WriteEnvironment, 'rule'>,
  given: Omit<R, K>,
  rules: Readonly<Record<K, Computation>>,
): R {
  const computations = Object.entries<Computation>(rules);
  const rest: Record<string, unknown> = { ...given };
  for (const [field] of computations) delete rest[field];
  const values = computations.map(([field, computation]): [string, unknown] => {
    const [name, form] = typeof computation === 'string' ? [computation] : computation;
    // Each is given its own copy: what one rule does to it is nothing to the next.
    const value = env.rule(name)({ ...rest } as never);
    if (value === undefined || value instanceof Promise) {
      const what = value === undefined ? 'nothing' : 'a promise';
      throw new TableloomError('VALUE_INVALID', `${field} is computed by ${name}, which gave ${what}.`, {
        field,
      });
    }
    return [field, typeof value === 'string' && form !== undefined ? form(value) : value];
  });
  return { ...rest, ...Object.fromEntries(values) } as R;
}

/** Records and changes are plain objects, so what is a function computes them. */
function isFunction<T extends object, A>(
  value: T | ((argument: A) => MaybePromise<T>),
): value is (argument: A) => MaybePromise<T> {
  return typeof value === 'function';
}
