/** A record as it is stored: whether it is there, has expired, is being deleted, and which revision it has. */

import { beingDeleted, TableloomError, versionConflict } from '../errors.js';
import { isExpired } from '../expiry.js';
import { type ItemKey, keyOfItem } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import type { EntityCodec, Item, Key } from '../types.js';
import { isMarked } from './references.js';
import type { FoundItems } from './write.js';

/** What must be read to change the record under a key. */
export function target<R extends object>(entity: EntityCodec<R>, key: Key): ItemKey {
  const { table, name } = entity;
  return { table, key: checkKey(key, table), entity: name, consistent: true };
}

export function requireRevision<R extends object>(entity: EntityCodec<R>): void {
  if (entity.revision !== undefined) return;
  const message = `${entity.name} has no revision: its records are created and deleted, never changed.`;
  throw new TableloomError('APPEND_ONLY', message, { entity: entity.name });
}

/** The fields a key was built from, for messages. */
export function keyFields<R extends object>(entity: EntityCodec<R>, key: Key): Record<string, unknown> {
  return { ...entity.keyFields?.(key) };
}

export interface StoredRecord<R> {
  readonly record: R;
  readonly item: Item;
}

export function stored<R extends object>(entity: EntityCodec<R>, item: Item | null): StoredRecord<R> | null {
  return item === null ? null : { record: entity.read(item), item };
}

/** The record; null where it has expired, whether or not DynamoDB has removed it. */
export function live<R extends object>(
  entity: EntityCodec<R>,
  item: Item | null,
  now: Date,
): StoredRecord<R> | null {
  return item === null || isExpired(entity, item, now) ? null : stored(entity, item);
}

/** The record, unless it has expired; BEING_DELETED where its deletion has begun. */
export function changeable<R extends object>(
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

export function firstRevision<R extends object>(entity: EntityCodec<R>, record: R, found: FoundItems): R {
  return withRevision(entity, record, lastVersion(entity, record, found) + 1);
}

export function nextRevision<R extends object>(
  entity: EntityCodec<R>,
  item: Item,
  record: R,
  found: FoundItems,
): R {
  return withRevision(
    entity,
    record,
    Math.max(revisionOf(entity, item), lastVersion(entity, record, found)) + 1,
  );
}

/** The last revision of an earlier record with this key that left versions. */
function lastVersion<R extends object>(entity: EntityCodec<R>, record: R, found: FoundItems): number {
  // Another version of the plan may have a history where this one has none.
  if (entity.revision === undefined) return 0;
  return found.lastRevision?.(entity.table, entity.key(record)) ?? 0;
}

/** The version that the caller requires; VERSION_CONFLICT where the stored item has another. */
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

/** An expired record that DynamoDB has not removed yet, under the key a record moves to. */
export function expiredAt<R extends object>(
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

export function sameKey(a: Key, b: Key): boolean {
  return Object.keys(a).every((name) => a[name] === b[name]);
}
