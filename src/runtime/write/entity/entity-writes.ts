/** The writes of one entity, as generated code declares them. */
import { time } from '../../keys/encodings.js';
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
import { type Changes, type ChangesOf, changing, putting, type Upserts, upserting } from './changing.js';
import { type Form, formed } from './forms.js';

/** Makes a record of the values for it. */
type Creating<R, N> = (values: N, env: WriteEnvironment) => MaybePromise<R>;
/** Makes a record of the one there is and changes of it. */
type Changing<R, C> = (current: R, changes: C, env: WriteEnvironment) => R;

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
  /** Changes the record with this key. */
  update(key: K, changes: Changes<R, C>, options?: UpdateOptions<R>): Write<R>;
}

export function updateWrites<R extends object, K, C extends object>(
  entity: EntityCodec<R>,
  keyOf: (key: K) => Key,
  change: Changing<R, C>,
): UpdateWrites<R, K, C> {
  return {
    update: (key, changes, options) => update(entity, keyOf(key), changing(changes, change), options),
  };
}

export interface UpsertWrites<R extends object, K, N extends object> {
  /** Changes the record with this key, or creates it. */
  upsert(key: K, values: Upserts<R, N>, options?: UpsertOptions<R>): Write<R>;
}

export function upsertWrites<R extends object, K extends object, N extends C & object, C extends object>(
  entity: EntityCodec<R>,
  keyOf: (key: K) => Key,
  build: Creating<R, N>,
  change: Changing<R, C>,
): UpsertWrites<R, K, N> {
  const apply = { create: build, change };
  return {
    upsert: (key, values, options) => upsert(entity, keyOf(key), upserting(values, key, apply), options),
  };
}

type EntityWrites<R extends object, K, N extends object, C extends object> = CreateWrites<R, N> &
  UpdateWrites<R, K, C> &
  UpsertWrites<R, K, N> &
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
  const apply: Changing<R, object> =
    typeof change === 'function'
      ? change
      : (current, changes, env) => changed(entity, current, changes, env, change);
  return {
    ...createWrites(entity, build),
    ...updateWrites(entity, keyOf, apply),
    ...upsertWrites(entity, keyOf, build, apply),
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

/** How changes of an entity are applied. */
export interface ChangeRules<F extends string> {
  /** Attributes that changes do not reach, besides `touched` and the revision. */
  readonly fixed: readonly F[];
  /** By field, what brings a value into the form it is stored in, in this order; null stays null. */
  readonly forms?: Readonly<Record<string, readonly Form[]>>;
  /** Fields that hold the time of the last change. */
  readonly touched?: readonly string[];
}

/** The record with changes: a field that they leave out stays as it is. */
export function changed<R extends object>(
  { revision }: EntityCodec<R>,
  current: R,
  changes: object,
  env: Pick<WriteEnvironment, 'now'>,
  { fixed, forms = {}, touched = [] }: ChangeRules<string>,
): R {
  const record: Record<string, unknown> = { ...(current as object) };
  for (const [field, value] of Object.entries(changes)) {
    if (value === undefined || !Object.hasOwn(current, field)) continue;
    if (field === '__typename' || field === revision || fixed.includes(field) || touched.includes(field))
      continue;
    record[field] = (forms[field] ?? []).reduce<unknown>(
      (step, form) => formed(field, step, form as Form<unknown>),
      value,
    );
  }
  for (const field of touched) record[field] = time(env.now);
  if (revision !== undefined) record[revision] = Number(record[revision]) + 1;
  return record as R;
}
