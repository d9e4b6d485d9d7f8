/** Reads by primary key, as generated loaders make them. */
import { referenceMissing, TableloomError } from '../errors.js';
import { checkList } from '../keys/partitions.js';
import type { EntityCodec, Key } from '../types.js';
import type { MaybePromise } from '../write/write.js';

/** What a loader uses of a session. */
export interface KeyReader {
  get<R extends object>(
    entity: EntityCodec<R>,
    key: Key,
    options?: { readonly consistent?: boolean },
  ): Promise<R | null>;
}

/** Reads by primary key. */
export interface KeyLoader<K, R> {
  /** The record, or null. Keys requested in one tick share a batch get; a session reads a key once. */
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
        const message = `At most ${most} keys can be checked at once; ${keys.length} were passed.`;
        throw new TableloomError('BAD_INPUT', message, { limit: most });
      }
      return Promise.all(keys.map((key) => exists(key, options)));
    },
  };
}

/** The first record that was found, in the order of the reads; awaits all of them. `R` is the union of their records. */
export async function firstFound<R extends object>(reads: readonly Promise<R | null>[]): Promise<R | null> {
  const records = await Promise.all(reads);
  return records.find((record) => record !== null) ?? null;
}

/** The record of the given kind. */
export function loadByKind<R extends object>(
  kind: string,
  loads: Readonly<Record<string, () => Promise<R | null>>>,
): Promise<R | null> {
  return loads[kind]?.() ?? Promise.resolve(null);
}

/** The records of a list of keys, in its order, null where there is none; each is read once. BAD_INPUT above `max`. */
export async function loadEach<V, K, R>(
  loader: KeyLoader<K, R>,
  list: {
    readonly field: string;
    readonly values: readonly (V | null | undefined)[];
    readonly max: number;
    readonly consistent?: boolean;
  },
  key: (value: V) => K,
): Promise<(R | null)[]> {
  const { field, values, max, consistent = false } = list;
  checkList(field, values.length, max);
  return Promise.all(
    values.map((value) =>
      value === null || value === undefined ? null : loader.load(key(value), { consistent }),
    ),
  );
}

/** Those that there are of a list of keys, in its order; see {@link loadEach}. */
export async function loadPresent<V, K, R>(...list: Parameters<typeof loadEach<V, K, R>>): Promise<R[]> {
  const records = await loadEach<V, K, R>(...list);
  return records.filter((record) => record !== null);
}

/**
 * A record that a reference keeps from being deleted. REFERENCE_MISSING where it is not there: records that were stored before the
 * reference was declared, or past its checks, may name one that is gone.
 */
export async function referencedRecord<R>(
  read: MaybePromise<R | null>,
  entity: string,
  field: string,
  to: string,
): Promise<R> {
  const record = await read;
  if (record === null) throw referenceMissing(entity, field, to);
  return record;
}
