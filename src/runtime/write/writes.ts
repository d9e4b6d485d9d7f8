/** Makes writes. A write is a value: what it does is computed when it is sent, from the records as they are then. */

import { notFound, versionConflict } from '../errors.js';
import { eventActions } from '../events/publish.js';
import type { EventType } from '../events/types.js';
import { isExpired } from '../expiry.js';
import { keyOfItem } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import type { EntityCodec, Key } from '../types.js';
import { whole } from '../whole.js';
import { type Action, lastEvent } from './action.js';
import { type ChangeActions, changeActions } from './changes.js';
import { checkConditions, checkRequirements } from './conditions.js';
import { absent, unchanged, unchangedAndStaying } from './entity/unchanged.js';
import { isMarked } from './references.js';
import {
  changeable,
  expiredAt,
  firstRevision,
  keyFields,
  live,
  nextRevision,
  requireRevision,
  type StoredRecord,
  sameKey,
  stored,
  target,
  validation,
} from './stored.js';
import type {
  CreateOptions,
  DeleteIfPresentOptions,
  DeleteOptions,
  FoundItems,
  MaybePromise,
  Planned,
  UpdateOptions,
  UpsertOptions,
  Write,
  WriteEnvironment,
} from './write.js';

/**
 * Creates a record. ALREADY_EXISTS where one has its key; UNIQUE_VIOLATION where another has a unique value of it.
 *
 * @param build returns the record; its revision is set to 1, or where a deleted record with its key left versions, to
 *   one more than the last of them
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
      // An expired record that DynamoDB has not removed yet has the key: it is replaced. Another step may have read a live one.
      const item = found.get(entity.table, key);
      const expired = item !== null && isExpired(entity, item, env.now) ? stored(entity, item) : null;
      const state = { before: expired, after, replace: true, now: env.now };
      return written(entity, state, { found, env, publish: options.publish }, (record) =>
        options.alongside?.({ before: null, after: record }),
      );
    },
  };
}

/**
 * Updates a record: reads it, computes the change and stores what differs, on the condition that nobody changed it
 * meanwhile; otherwise computes it again, unless `expect` is passed. NOT_FOUND where there is no record. Where no
 * attribute changes nothing is written, and the revision stays.
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
    targets: [target(entity, key)],
    plan: async (found, env) => {
      const before = changeable(entity, found.get(entity.table, key), env.now);
      if (before === null) throw notFound(entity.name, keyFields(entity, key));
      const expected = validation(entity, options.expect, before.item);
      checkRequirements(entity.name, options.require, before);
      const after = nextRevision(entity, before.item, await change(before.record, env), found);
      checkConditions(entity, before.record, after, env);
      const taken = expiredAt(entity, found, before.item, after, env.now);
      const state = { before, after, expected, taken, now: env.now };
      return written(entity, state, { found, env, publish: options.publish }, (record) =>
        options.alongside?.({ before: before.record, after: record }),
      );
    },
  };
}

/**
 * Updates a record or creates it. `expect`, if passed, requires that it exists, with that version.
 *
 * @param change receives null where there is no record; may run several times
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
    targets: [target(entity, key)],
    plan: async (found, env) => {
      const item = found.get(entity.table, key);
      const before = changeable(entity, item, env.now);
      if (before === null) {
        if (options.expect != null) throw versionConflict(entity.name, options.expect, null);
        const after = firstRevision(entity, await change(null, env), found);
        checkConditions(entity, null, after, env);
        const state = { before: stored(entity, item), after, replace: true, racing: true, now: env.now };
        return written(entity, state, { found, env, publish: options.publish }, (record) =>
          options.alongside?.({ before: null, after: record }),
        );
      }
      const expected = validation(entity, options.expect, before.item);
      checkRequirements(entity.name, options.require, before);
      const after = nextRevision(entity, before.item, await change(before.record, env), found);
      checkConditions(entity, before.record, after, env);
      const state = { before, after, expected, now: env.now };
      return written(entity, state, { found, env, publish: options.publish }, (record) =>
        options.alongside?.({ before: before.record, after: record }),
      );
    },
  };
}

/** Deletes a record with its entries and guards; its versions stay. Returns its last state. */
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
    targets: [target(entity, key)],
    plan: (found, env) => {
      const before = live(entity, found.get(entity.table, key), env.now);
      if (before === null) {
        if (options.ifMissing === 'ignore') return { result: null, actions: [], items: [] };
        throw notFound(entity.name, keyFields(entity, key));
      }
      const expected = validation(entity, options.expect, before.item);
      checkRequirements(entity.name, options.require, before);
      const change = { codec: entity, before, after: null, expected, now: env.now };
      const changed = changeActions(change, env.sharing(entity.name));
      const { actions } = reported(entity, { before, after: null }, changed, {
        found,
        env,
        publish: options.publish,
      });
      const alongside = () => options.alongside?.({ before: before.record, after: null }) ?? [];
      return { result: before.record, actions, items: [{ table: entity.table, key, item: null }], alongside };
    },
  };
}

/**
 * Checks a record without writing it: the transaction takes place only if the record is still as `test` saw it. The
 * call throws what `test` throws. Returns the record, or null.
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
    targets: [target(entity, key)],
    plan: async (found, env) => {
      const { table, name } = entity;
      const item = found.get(table, key);
      const current = live(entity, item, env.now);
      await test(current?.record ?? null);
      const gone = current === null || isMarked(current.item);
      const asRead = gone ? unchanged : unchangedAndStaying;
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

interface Written<R> {
  readonly before: StoredRecord<R> | null;
  readonly after: R;
  readonly expected?: number | undefined;
  readonly replace?: boolean;
  readonly racing?: boolean;
  readonly taken?: StoredRecord<R> | null;
  readonly now: Date;
}

/** What an event of a change is made with. */
interface Reporting<R> {
  readonly publish: EventType<R & object> | undefined;
  readonly env: WriteEnvironment;
  readonly found: FoundItems;
}

/** With the event that reports the change, where one is published and something changes. */
function reported<R extends object>(
  entity: EntityCodec<R>,
  { before, after, replace }: Pick<Written<R>, 'before' | 'replace'> & { readonly after: R | null },
  changed: ChangeActions,
  { publish, env, found }: Reporting<R>,
): ChangeActions {
  if (publish === undefined || changed.actions.every(({ kind }) => kind === 'check')) return changed;
  const event = { type: publish, before, after, isReplaced: replace };
  const { actions, mark } = eventActions(entity, event, env, found);
  return {
    item: changed.item && { ...changed.item, [lastEvent]: mark },
    actions: [...changed.actions.map((action) => marked(action, mark)), ...actions],
  };
}

/** The action, which leaves the record's last event in its main item. */
function marked(action: Action, mark: string): Action {
  const isMain = action.purpose.kind === 'absent' || action.purpose.kind === 'unchanged';
  if (isMain && action.kind === 'put') return { ...action, item: { ...action.item, [lastEvent]: mark } };
  if (isMain && action.kind === 'update') return { ...action, set: { ...action.set, [lastEvent]: mark } };
  return action;
}

/** The plan of a write after which there is a record. Its result is read from the item, as every later read will be. */
function written<R extends object>(
  entity: EntityCodec<R>,
  change: Written<R>,
  reporting: Reporting<R>,
  alongside: (record: R) => MaybePromise<readonly Write<unknown>[]> | undefined,
): Planned<R> {
  const changed = changeActions({ codec: entity, ...change }, reporting.env.sharing(entity.name));
  const { actions, item } = reported(entity, change, changed, reporting);
  const result = item === null ? change.after : whole(entity, item);
  const items = item === null ? [] : [{ table: entity.table, key: keyOfItem(entity.table, item), item }];
  const left = change.before && keyOfItem(entity.table, change.before.item);
  const moved =
    left === null || items.some(({ key }) => sameKey(key, left))
      ? []
      : [{ table: entity.table, key: left, item: null }];
  return { result, actions, items: [...moved, ...items], alongside: () => alongside(result) ?? [] };
}
