/** Transactional reads: several records as of one moment. */
import type { Requester } from '../client/requests.js';
import { conflict, isContention, nameOf, snapshotTooLarge, TableloomError } from '../errors.js';
import { isExpired } from '../expiry.js';
import { type ItemKey, itemId } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import type { EntityCodec, Item, Key } from '../types.js';
import { whole } from '../whole.js';
import { purposeOf } from './batch-get.js';

/** DynamoDB reads at most this many items in one TransactGetItems ("TransactGetItems", API reference). */
export const transactReadLimit = 100;

/** A read for `Session.transactRead`, which returns its record. Made by {@link read}. */
export interface Read<out R> extends ItemKey {
  /** The record of the item; null where there is none, or it has expired. */
  record(item: Item | null, now: Date): R | null;
}

/** The record under a primary key: `read(userCodec, userKey({ id }))`. */
export function read<R extends object>(entity: EntityCodec<R>, key: Key): Read<R> {
  return {
    table: entity.table,
    key: checkKey(key, entity.table),
    entity: entity.name,
    record: (item, now) => (item === null || isExpired(entity, item, now) ? null : whole(entity, item)),
  };
}

/** The records of reads, in their order. */
export type ReadResults<R extends readonly Read<unknown>[]> = {
  -readonly [At in keyof R]: R[At] extends Read<infer Record> ? Record | null : never;
};

/**
 * The items under the keys as of one moment, in their order. A key that is passed several times is read once.
 * Where writers are at the items just then it is tried again until the deadline, then CONFLICT.
 */
export async function snapshot(requester: Requester, keys: readonly ItemKey[]): Promise<(Item | null)[]> {
  const wanted = new Map(keys.map((one) => [itemId(one.table, one.key), one]));
  if (wanted.size === 0) return [];
  if (wanted.size > transactReadLimit) throw snapshotTooLarge(wanted.size);
  const TransactItems = [...wanted.values()].map(({ table, key }) => ({
    Get: { TableName: requester.tableName(table), Key: key },
  }));
  const retry = requester.retry();
  for (;;) {
    try {
      const { Responses = [] } = await requester.send('TransactGetItems', { TransactItems }, () =>
        purposeOf([...wanted.values()]),
      );
      const found = new Map([...wanted.keys()].map((id, at) => [id, Responses[at]?.Item ?? null]));
      return keys.map(({ table, key }) => found.get(itemId(table, key)) ?? null);
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (!(await retry.wait())) throw error.code === 'BUSY' ? error : conflict(error.cause);
    }
  }
}

/** Others were at the items, or there was too much load: the same request may succeed a moment later. */
function isPassing(error: unknown): error is TableloomError {
  if (!(error instanceof TableloomError)) return false;
  const { cause, code } = error;
  if (isContention(cause)) return true;
  return nameOf(cause) === 'TransactionCanceledException' && (code === 'CONFLICT' || code === 'BUSY');
}
