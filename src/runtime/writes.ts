/** Writes, as values: what they do is computed when they are sent, from the records as they are then. */
import type { Action } from './actions.js';
import { absent, changeActions, kept, unchanged } from './changes.js';
import { checkConditions, checkRequirements, type Requirements } from './conditions.js';
import { beingDeleted, notFound, TableloomError, versionConflict } from './errors.js';
import { type ItemKey, keyOfItem } from './items.js';
import { checkKey } from './keysize.js';
import { isExpired } from './query.js';
import { isMarked } from './references.js';
import type { EntityCodec, IndexQuery, Item, Key, SequenceRef, TableRef } from './types.js';

type MaybePromise<T> = T | Promise<T>;

/** What writes of one call have in common. */
export interface CallEnvironment {
  readonly now: Date;
  /** A new id: a UUID of version 7 unless the database was given another way to make them. */
  newId(): string;
  /** A rule that computes attributes. RULE_MISSING where the database was given none of the name. */
  rule(name: string): (record: never) => unknown;
}

/** What a write is computed with. */
export interface WriteEnvironment extends CallEnvironment {
  /** The next number of a sequence; several of one call are consecutive. */
  next(sequence: SequenceRef): Promise<number>;
}

/** Further writes for the same transaction, computed from the record before and after. May be asked again after a conflict. */
export type Alongside<Before, After> = (change: {
  readonly before: Before;
  readonly after: After;
}) => MaybePromise<readonly Write<unknown>[]>;

export interface CreateOptions<R> {
  readonly alongside?: Alongside<null, R> | undefined;
}

export interface UpdateOptions<R> {
  /** The version the caller saw: VERSION_CONFLICT where the record has another. Null and undefined: any. */
  readonly expect?: number | null | undefined;
  /** Asked of the record as it is, after `expect` and before the change is computed. */
  readonly require?: Requirements<R> | undefined;
  readonly alongside?: Alongside<R, R> | undefined;
}

export interface UpsertOptions<R> {
  readonly expect?: number | null | undefined;
  /** Asked of the record where there is one. */
  readonly require?: Requirements<R> | undefined;
  readonly alongside?: Alongside<R | null, R> | undefined;
}

export interface DeleteOptions<R> {
  readonly expect?: number | null | undefined;
  readonly require?: Requirements<R> | undefined;
  readonly alongside?: Alongside<R, null> | undefined;
}

export interface DeleteIfPresentOptions<R> extends DeleteOptions<R> {
  /** Where there is no such record: the result is null, and nothing is deleted. */
  readonly ifMissing: 'ignore';
}

export type WriteKind = 'create' | 'update' | 'upsert' | 'remove' | 'check';

/** A write for `Session.write`, which gives its result. Made by the functions below. */
export interface Write<out Result> {
  readonly kind: WriteKind;
  /** The entity's name. */
  readonly entity: string;
  /** What it is called among the writes of its call; see `step`. */
  readonly step?: string;
  /** Attributes of its result that are kept nowhere else. */
  readonly secret?: readonly string[] | undefined;
  /** The record that has to be read first; a create needs none. */
  readonly target?: ItemKey;
  /** What it does, given the item under `target`, or under the key of what it creates where that has expired. */
  plan(found: FoundItems, env: WriteEnvironment): MaybePromise<Planned<Result>>;
}

/** Items that were read for a write. */
export interface FoundItems {
  get(table: TableRef, key: Key): Item | null;
  /** The last revision kept of an earlier record with this key; zero where none is known. */
  lastRevision?(table: TableRef, key: Key): number;
  /** Reads further ones, which only now are known to be needed. */
  load(keys: readonly ItemKey[]): Promise<void>;
  /** Records of a query, at most so many; an index may lag behind. */
  query<R extends object>(query: IndexQuery<R>, most: number): Promise<readonly R[]>;
}

/** A write worked out, for one attempt. */
export interface Planned<Result> {
  readonly result: Result;
  readonly actions: readonly Action[];
  /** The record's main item afterwards, by its key; null where it is gone. */
  readonly items: readonly { readonly table: TableRef; readonly key: Key; readonly item: Item | null }[];
  readonly alongside?: () => MaybePromise<readonly Write<unknown>[]>;
}

/**
 * Creates a record. ALREADY_EXISTS where one has its key; UNIQUE_VIOLATION where another holds a unique value.
 *
 * @param build the record; its revision is set to 1, or where versions of a deleted record with its key are kept, to
 *   one more than theirs
 */
export function create<R extends object>(
  entity: EntityCodec<R>,
  build: (env: WriteEnvironment) => MaybePromise<R>,
  options: CreateOptions<R> = {},
): Write<R> {
  return {
    kind: 'create',
    entity: entity.name,
    secret: entity.secret,
    plan: async (found, env) => {
      const built = await build(env);
      const key = checkKey(entity.key(built), entity.table);
      const after = firstRevision(entity, built, found);
      checkConditions(entity, null, after, env);
      // An expired record that DynamoDB has not removed yet holds the key: it is replaced.
      const expired = stored(entity, found.get(entity.table, key));
      return written(entity, { before: expired, after, replace: true, now: env.now }, (record) =>
        options.alongside?.({ before: null, after: record }),
      );
    },
  };
}

/**
 * Changes a record: reads it, computes it anew and stores what differs, on the condition that nobody changed it
 * meanwhile; else all is computed again, unless `expect` is given. NOT_FOUND where it is missing. A change that
 * changes no attribute writes nothing and leaves the revision as it is.
 *
 * @param change may run several times; its revision is set to one more than the current one
 */
export function update<R extends object>(
  entity: EntityCodec<R>,
  key: Key,
  change: (current: R, env: WriteEnvironment) => MaybePromise<R>,
  options: UpdateOptions<R> = {},
): Write<R> {
  requireRevision(entity);
  return {
    kind: 'update',
    entity: entity.name,
    secret: entity.secret,
    target: target(entity, key),
    plan: async (found, env) => {
      const before = changeable(entity, found.get(entity.table, key), env.now);
      if (before === null) throw notFound(entity.name, keyFields(entity, key));
      const expected = validation(entity, options.expect, before.item);
      checkRequirements(entity.name, options.require, before.record);
      const after = nextRevision(entity, before.item, await change(before.record, env), found);
      checkConditions(entity, before.record, after, env);
      const taken = expiredAt(entity, found, before.item, after, env.now);
      return written(entity, { before, after, expected, taken, now: env.now }, (record) =>
        options.alongside?.({ before: before.record, after: record }),
      );
    },
  };
}

/**
 * Changes a record or creates it. `expect`, where given, demands that it is there, with that version.
 *
 * @param change is given null where there is no record; may run several times
 */
export function upsert<R extends object>(
  entity: EntityCodec<R>,
  key: Key,
  change: (current: R | null, env: WriteEnvironment) => MaybePromise<R>,
  options: UpsertOptions<R> = {},
): Write<R> {
  requireRevision(entity);
  return {
    kind: 'upsert',
    entity: entity.name,
    secret: entity.secret,
    target: target(entity, key),
    plan: async (found, env) => {
      const item = found.get(entity.table, key);
      const before = changeable(entity, item, env.now);
      if (before === null) {
        if (options.expect != null) throw versionConflict(entity.name, options.expect, null);
        const after = firstRevision(entity, await change(null, env), found);
        checkConditions(entity, null, after, env);
        return written(
          entity,
          { before: stored(entity, item), after, replace: true, racing: true, now: env.now },
          (record) => options.alongside?.({ before: null, after: record }),
        );
      }
      const expected = validation(entity, options.expect, before.item);
      checkRequirements(entity.name, options.require, before.record);
      const after = nextRevision(entity, before.item, await change(before.record, env), found);
      checkConditions(entity, before.record, after, env);
      return written(entity, { before, after, expected, now: env.now }, (record) =>
        options.alongside?.({ before: before.record, after: record }),
      );
    },
  };
}

/** Deletes a record with its entries and guards; its versions stay. Gives the record as it last was. */
export function remove<R extends object>(
  entity: EntityCodec<R>,
  key: Key,
  options?: DeleteOptions<R>,
): Write<R>;
export function remove<R extends object>(
  entity: EntityCodec<R>,
  key: Key,
  options: DeleteIfPresentOptions<R>,
): Write<R | null>;
export function remove<R extends object>(
  entity: EntityCodec<R>,
  key: Key,
  options: DeleteOptions<R> & Partial<Pick<DeleteIfPresentOptions<R>, 'ifMissing'>> = {},
): Write<R | null> {
  return {
    kind: 'remove',
    entity: entity.name,
    secret: entity.secret,
    target: target(entity, key),
    plan: (found, env) => {
      const before = live(entity, found.get(entity.table, key), env.now);
      if (before === null) {
        if (options.ifMissing === 'ignore') return { result: null, actions: [], items: [] };
        throw notFound(entity.name, keyFields(entity, key));
      }
      const expected = validation(entity, options.expect, before.item);
      checkRequirements(entity.name, options.require, before.record);
      const { actions } = changeActions({ codec: entity, before, after: null, expected, now: env.now });
      const alongside = () => options.alongside?.({ before: before.record, after: null }) ?? [];
      return { result: before.record, actions, items: [{ table: entity.table, key, item: null }], alongside };
    },
  };
}

/**
 * Demands something of a record that is not written: the transaction takes place only if the record is still as
 * `test` saw it. What `test` throws is what the call throws. Gives the record, or null.
 */
export function check<R extends object>(
  entity: EntityCodec<R>,
  key: Key,
  test: (current: R | null) => MaybePromise<void>,
): Write<R | null> {
  return {
    kind: 'check',
    entity: entity.name,
    secret: entity.secret,
    target: target(entity, key),
    plan: async (found, env) => {
      const { table, name } = entity;
      const item = found.get(table, key);
      const current = live(entity, item, env.now);
      await test(current?.record ?? null);
      const gone = current === null || isMarked(current.item);
      const asRead = gone ? unchanged : kept;
      const action: Action = {
        kind: 'check',
        table,
        key,
        purpose: { kind: 'unchanged', entity: name, ...(gone && { gone }) },
        condition: item === null ? absent(table) : asRead(entity, item),
      };
      return { result: current?.record ?? null, actions: [action], items: [] };
    },
  };
}

/** What has to be read to change the record under a key. */
export function target<R extends object>(entity: EntityCodec<R>, key: Key): ItemKey {
  return { table: entity.table, key: checkKey(key, entity.table), consistent: true };
}

function requireRevision<R extends object>(entity: EntityCodec<R>): void {
  if (entity.revision !== undefined) return;
  const message = `${entity.name} has no revision: its records are created and deleted, never changed.`;
  throw new TableloomError('APPEND_ONLY', message, { entity: entity.name });
}

/** The fields a key was built from, for messages. */
export function keyFields<R extends object>(entity: EntityCodec<R>, key: Key): Record<string, unknown> {
  return { ...entity.keyFields?.(key) };
}

interface StoredRecord<R> {
  readonly record: R;
  readonly item: Item;
}

function stored<R extends object>(entity: EntityCodec<R>, item: Item | null): StoredRecord<R> | null {
  return item === null ? null : { record: entity.read(item), item };
}

/** The record, unless it has expired: then it is gone, whether or not DynamoDB has removed it. */
export function live<R extends object>(
  entity: EntityCodec<R>,
  item: Item | null,
  now: Date,
): StoredRecord<R> | null {
  return item === null || isExpired(entity, item, now) ? null : stored(entity, item);
}

/** The same; BEING_DELETED where that has begun. */
function changeable<R extends object>(
  entity: EntityCodec<R>,
  item: Item | null,
  now: Date,
): StoredRecord<R> | null {
  const record = live(entity, item, now);
  if (record !== null && isMarked(record.item)) throw beingDeleted(entity.name);
  return record;
}

function revisionOf<R extends object>(entity: EntityCodec<R>, item: Item): number {
  const value = entity.revision === undefined ? undefined : item[entity.revision];
  return typeof value === 'number' ? value : 0;
}

function withRevision<R extends object>(entity: EntityCodec<R>, record: R, revision: number): R {
  return entity.revision === undefined ? record : { ...record, [entity.revision]: revision };
}

function firstRevision<R extends object>(entity: EntityCodec<R>, record: R, found: FoundItems): R {
  return withRevision(entity, record, lastKept(entity, record, found) + 1);
}

function nextRevision<R extends object>(entity: EntityCodec<R>, item: Item, record: R, found: FoundItems): R {
  return withRevision(
    entity,
    record,
    Math.max(revisionOf(entity, item), lastKept(entity, record, found)) + 1,
  );
}

/** The last revision of an earlier record with this key whose versions are there. */
function lastKept<R extends object>(entity: EntityCodec<R>, record: R, found: FoundItems): number {
  if (entity.versions === undefined) return 0;
  return found.lastRevision?.(entity.table, entity.key(record)) ?? 0;
}

/** The version the caller demands, which the stored item has; VERSION_CONFLICT where it has another. */
export function validation<R extends object>(
  entity: EntityCodec<R>,
  expect: number | null | undefined,
  item: Item,
): number | undefined {
  if (expect === null || expect === undefined) return undefined;
  requireRevision(entity);
  const current = revisionOf(entity, item);
  if (current !== expect) throw versionConflict(entity.name, expect, current);
  return expect;
}

interface Written<R> {
  readonly before: StoredRecord<R> | null;
  readonly after: R;
  readonly expected?: number | undefined;
  readonly replace?: boolean;
  readonly racing?: boolean;
  readonly taken?: StoredRecord<R> | null;
  readonly now: Date;
}

/** An expired record that DynamoDB has not removed yet, under the key a record moves to. */
function expiredAt<R extends object>(
  entity: EntityCodec<R>,
  found: FoundItems,
  before: Item,
  after: R,
  now: Date,
): StoredRecord<R> | null {
  if (entity.ttl === undefined) return null;
  const key = entity.key(after);
  if (sameKey(key, keyOfItem(entity.table, before))) return null;
  const item = found.get(entity.table, checkKey(key, entity.table));
  return item !== null && isExpired(entity, item, now) ? stored(entity, item) : null;
}

/** The plan of a write that leaves a record behind. Its result is read from the item, as every later read will. */
function written<R extends object>(
  entity: EntityCodec<R>,
  change: Written<R>,
  alongside: (record: R) => MaybePromise<readonly Write<unknown>[]> | undefined,
): Planned<R> {
  const { actions, item } = changeActions({ codec: entity, ...change });
  const result = item === null ? change.after : entity.read(item);
  const items = item === null ? [] : [{ table: entity.table, key: keyOfItem(entity.table, item), item }];
  const left = change.before && keyOfItem(entity.table, change.before.item);
  const moved =
    left === null || items.some(({ key }) => sameKey(key, left))
      ? []
      : [{ table: entity.table, key: left, item: null }];
  return { result, actions, items: [...moved, ...items], alongside: () => alongside(result) ?? [] };
}

function sameKey(a: Key, b: Key): boolean {
  return Object.keys(a).every((name) => a[name] === b[name]);
}
