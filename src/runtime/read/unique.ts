/** Records by their unique values. */

import type { Requester } from '../client/requests.js';
import { conflict } from '../errors.js';
import { isExpired } from '../expiry.js';
import { type ItemKey, itemId } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import type { EntityCodec, Item, Key } from '../types.js';
import { whole } from '../whole.js';
import { guardAttributes } from '../write/action.js';

/** Finds the record that has a unique value: by the guard of the value, which names its owner. */
export interface UniqueLookup<R extends object> {
  /** The pattern's name: in logs and errors. */
  readonly pattern: string;
  readonly entity: EntityCodec<R>;
  /** The guard's key; undefined where there is no value. */
  readonly key: Key | undefined;
  readonly keyOf: (record: R) => Key | undefined;
}

/** @param keyOf the key of the guard, from the values of its fields */
export function uniqueLookup<R extends F, F extends object>(
  pattern: string,
  entity: EntityCodec<R>,
  keyOf: (values: F) => Key | undefined,
  values: F,
): UniqueLookup<R> {
  return { pattern, entity, keyOf, key: keyOf(values) };
}

/**
 * The record, or null. Both reads are strongly consistent. Where the value changes hands between them, they are made again
 * until the deadline, then CONFLICT.
 *
 * @param remembered the item under a key, which may have been read before; later reads go to DynamoDB
 */
export async function ownerOfValue<R extends object>(
  requester: Requester,
  lookup: UniqueLookup<R>,
  now: Date,
  read: Reads,
): Promise<R | null> {
  const { pattern: name, key } = lookup;
  if (key === undefined) return null;
  const observed = () => ({ kind: 'read', name, index: 'table' }) as const;
  return requester.observers.pattern(observed, () => find(requester, { ...lookup, key }, now, read));
}

interface Reads {
  readonly remembered: (key: ItemKey) => Promise<Item | null>;
  readonly fresh: (key: ItemKey) => Promise<Item | null>;
}

async function find<R extends object>(
  requester: Requester,
  { entity, key, keyOf }: UniqueLookup<R> & { readonly key: Key },
  now: Date,
  read: Reads,
): Promise<R | null> {
  const { table } = entity;
  const guardId = itemId(table, checkKey(key, table));
  const retry = requester.retry();
  let owner: Item[string];
  for (let get = read.remembered; ; get = read.fresh) {
    const guard = await get({ table, key, entity: entity.name, consistent: true });
    // A value that entities share may belong to a record of another one. An owner that has expired leaves its guard.
    if (guard === null || guard[guardAttributes.entity] !== entity.name) return null;
    if (guard[guardAttributes.owner] === owner) return null;
    owner = guard[guardAttributes.owner];
    const ownKey = ownerKey(entity, guard);
    const item = await get({ table, key: ownKey, entity: entity.name, consistent: true });
    if (item !== null) {
      const record = whole(entity, item);
      const held = keyOf(record);
      if (held !== undefined && itemId(table, held) === guardId)
        return isExpired(entity, item, now) ? null : record;
    }
    if (!(await retry.wait())) throw conflict();
  }
}

/** The key of a guard's owner, which `ownerOf` wrote. */
function ownerKey<R extends object>({ table }: EntityCodec<R>, guard: Item): Key {
  const [partition, sort] = JSON.parse(String(guard[guardAttributes.owner])) as (string | number)[];
  return {
    [table.partition]: partition ?? '',
    ...(table.sort === undefined ? {} : { [table.sort]: sort ?? '' }),
  };
}
