/** The writes of one entity, as generated code declares them. */
import { readerOf } from '../../read/records.js';
import type { EntityCodec, IndexQuery, Key } from '../../types.js';
import { type Deletion, type DeletionOfAll, removeTree } from '../cascade/cascade.js';
import { type DependentsOf, deletableRecord } from '../cascade/tree.js';
import type {
  CreateOptions,
  DeleteOptions,
  MaybePromise,
  UpdateOptions,
  UpsertOptions,
  Write,
  WriteEnvironment,
} from '../write.js';
import { create, remove, update, upsert } from '../writes.js';
import {
  type ChangeRules,
  type Changes,
  type ChangesOf,
  type Changing,
  changed,
  changing,
  putting,
  type Upserts,
  upserting,
} from './changing.js';
import { directly } from './direct-changes.js';
import type { Adding, Additions } from './sums.js';

/** Makes a record of the values for it. */
type Creating<R, N> = (values: N, env: WriteEnvironment) => MaybePromise<R>;

/** What an update does besides setting values. */
export interface ChangeOptions {
  /** Leaves the time of the last change as it is. */
  readonly untouched?: boolean | undefined;
}

export interface CreateWrites<R extends object, N> {
  /** A new record. */
  create(values: N, options?: CreateOptions<R>): Write<R>;
}

export function createWrites<R extends object, N>(
  entity: EntityCodec<R>,
  build: Creating<R, N>,
): CreateWrites<R, N> {
  return { create: (values, options) => create(entity, (env) => build(values, env), options) };
}

export interface UpdateWrites<R extends object, K, C extends object> {
  /** Changes the record with this key. @param options.add adds to numbers: other additions do not conflict */
  update(
    key: K,
    changes: Changes<R, C>,
    options?: UpdateOptions<R> & ChangeOptions & { readonly add?: Adding<Additions<C>, R> | undefined },
  ): Write<R>;
}

/** @param change how changes are applied: a function where attributes are computed of others */
export function updateWrites<R extends object, K, C extends object>(
  entity: EntityCodec<R>,
  keyOf: (key: K) => Key,
  change: ChangeRules<string> | Changing<R, C>,
): UpdateWrites<R, K, C> {
  const apply = applying(entity, change);
  return {
    update: (key, changes, options = {}) => ({
      ...update(entity, keyOf(key), changing(changes, apply, partsOf(entity, options)), options),
      direct: ({ now, sharing: sharingOf }) =>
        sharingOf(entity.name)
          ? undefined
          : directly(entity, keyOf(key), changes, { ...options, change, now }),
    }),
  };
}

function applying<R extends object, C extends object>(
  entity: EntityCodec<R>,
  change: ChangeRules<string> | Changing<R, C>,
): Changing<R, C> {
  if (typeof change === 'function') return change;
  return (current, changes, env) => changed(entity, current, changes, env, change);
}

function partsOf<R extends object, O extends object>({ numbers }: EntityCodec<R>, options: O) {
  return { ...options, numbers };
}

export interface UpsertWrites<R extends object, K, N extends object, C extends object> {
  /** Changes the record with this key, or creates it. @param options.add adds to numbers, of a new record to their default */
  upsert<A extends Additions<C> = object>(
    key: K,
    values: Upserts<R, Omit<N, keyof A>>,
    options?: UpsertOptions<R> & ChangeOptions & { readonly add?: Adding<A, R | null> | undefined },
  ): Write<R>;
}

function upsertWrites<R extends object, K extends object, N extends object, C extends object>(
  entity: EntityCodec<R>,
  keyOf: (key: K) => Key,
  build: Creating<R, N>,
  change: ChangeRules<string> | Changing<R, C>,
): UpsertWrites<R, K, N, C> {
  const defaults = typeof change === 'function' ? {} : { defaults: change.defaults };
  const apply = { create: build, change: applying(entity, change), ...defaults };
  return {
    upsert: (key, values, options = {}) => ({
      ...upsert(
        entity,
        keyOf(key),
        upserting<R, N, C>(values as Upserts<R, N>, key, apply, partsOf(entity, options)),
        options,
      ),
      // What only sets values is more often a creation, for which a refused update is in vain.
      direct: ({ now, sharing: sharingOf }) =>
        options.add && !sharingOf(entity.name)
          ? directly(entity, keyOf(key), values as Changes<R, C>, { ...options, change, now })
          : undefined,
    }),
  };
}

type EntityWrites<R extends object, K, N extends object, C extends object> = CreateWrites<R, N> &
  UpdateWrites<R, K, C> &
  UpsertWrites<R, K, N, C> &
  DeleteWrites<R, K>;

/** All writes of an entity, its changes applied by rules, or by a function where attributes are computed of others. */
export function writesOf<R extends object, K extends object, N extends object, const F extends string>(
  entity: EntityCodec<R>,
  keyOf: (key: K) => Key,
  build: Creating<R, N>,
  change: ChangeRules<F>,
): EntityWrites<R, K, N, ChangesOf<N, Extract<F, keyof N>>>;
export function writesOf<R extends object, K extends object, N extends C & object, C extends object>(
  entity: EntityCodec<R>,
  keyOf: (key: K) => Key,
  build: Creating<R, N>,
  change: Changing<R, C>,
): EntityWrites<R, K, N, C>;
export function writesOf<R extends object, K extends object, N extends object>(
  entity: EntityCodec<R>,
  keyOf: (key: K) => Key,
  build: Creating<R, N>,
  change: ChangeRules<string> | Changing<R, object>,
): EntityWrites<R, K, N, object> {
  return {
    ...createWrites(entity, build),
    ...updateWrites(entity, keyOf, change),
    ...upsertWrites(entity, keyOf, build, change),
    ...deleteWrites(entity, keyOf),
  };
}

export interface PutWrites<R extends object, K, N> {
  /** Replaces the record with this key whole, or creates it: what is not given is cleared or has its default. */
  put(key: K, values: N, options?: UpsertOptions<R>): Write<R>;
}

/** @param kept what a record keeps for as long as it is there */
export function putWrites<R extends object, K extends object, N extends object>(
  entity: EntityCodec<R>,
  keyOf: (key: K) => Key,
  build: Creating<R, N>,
  kept: readonly (keyof R & string)[],
): PutWrites<R, K, N> {
  return {
    put: (key, values, options) =>
      upsert(entity, keyOf(key), putting(values, key, { create: build, kept }), options),
  };
}

export interface DeleteWrites<R extends object, K> {
  delete(key: K, options?: DeleteOptions<R>): Write<R>;
  /** All records of a query for these values, for `db.cascade`: those that still have them when they are deleted. */
  deleteAll<V extends Partial<R>>(query: (values: V) => IndexQuery<R>, values: V): DeletionOfAll;
}

export function deleteWrites<R extends object, K>(
  entity: EntityCodec<R>,
  keyOf: (key: K) => Key,
): DeleteWrites<R, K> {
  return {
    delete: (key, options) => remove(entity, keyOf(key), options),
    deleteAll: (query, values) => allOf(entity, query(values), values),
  };
}

function allOf<R extends object>(
  entity: EntityCodec<R>,
  query: IndexQuery<R>,
  values: Partial<R>,
  further: DependentsOf<R> = () => [],
): DeletionOfAll {
  const fields = Object.keys(values) as (keyof R)[];
  const isMeant = (record: R) => fields.every((field) => record[field] === values[field]);
  return {
    entity: entity.name,
    async *records(requester, now) {
      for await (const record of readerOf(requester, now).each(query))
        yield deletableRecord(entity, entity.key(record), { further, isMeant });
    },
  };
}

export interface CascadeWrites<R extends object, K> {
  /** With all that goes with it: in one transaction by `db.write`, in as many as it takes by `db.cascade`. */
  delete(key: K, options?: DeleteOptions<R>): Deletion<R>;
  /** All records of a query for these values, for `db.cascade`, each with all that goes with it. */
  deleteAll<V extends Partial<R>>(query: (values: V) => IndexQuery<R>, values: V): DeletionOfAll;
}

export function cascadeWrites<R extends object, K>(
  entity: EntityCodec<R>,
  keyOf: (key: K) => Key,
  dependents: DependentsOf<R>,
): CascadeWrites<R, K> {
  return {
    delete: (key, options) => removeTree(entity, keyOf(key), dependents, options),
    deleteAll: (query, values) => allOf(entity, query(values), values, dependents),
  };
}
