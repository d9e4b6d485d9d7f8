/** Idempotency keys: a call that is sent twice takes place once. */
import { createHash } from 'node:crypto';
import type { Requester } from '../client/requests.js';
import { idempotencyMismatch, TableloomError } from '../errors.js';
import { epochOf } from '../expiry.js';
import { checkKey } from '../keys/limits.js';
import { getItems } from '../read/batch-get.js';
import type { Item, Key, TableRef } from '../types.js';
import type { Action } from './action.js';

/** Where a table stores idempotency keys. Generated for each table whose mutations take them. */
export interface IdempotencyStore {
  readonly table: TableRef;
  /** The attribute that DynamoDB expires items by. */
  readonly ttl: string;
  key(token: string): Key;
}

/** What makes a call the same as an earlier one. */
export interface Idempotency {
  readonly tokens: IdempotencyStore;
  /** As the caller gave it. Null and undefined: nothing is remembered, and every call writes. */
  readonly token: string | null | undefined;
  /** The operation and its arguments, as any JSON. The same key with another value is refused. */
  readonly of: unknown;
  /** For how many seconds the key is remembered. Default: a day. */
  readonly seconds?: number;
}

/** With a key. */
export type KeyedIdempotency = Idempotency & { readonly token: string };

const day = 86_400;

/** The attributes of a key's item. */
const attributes = { fingerprint: '_once', results: '_results' } as const;

/** VALUE_INVALID for an empty key: callers that forget to set one would share it. */
export function hasKey(idempotency: Idempotency): idempotency is KeyedIdempotency {
  const { token } = idempotency;
  if (token === null || token === undefined) return false;
  if (token === '')
    throw new TableloomError(
      'VALUE_INVALID',
      'An idempotency key cannot be empty: create one for each operation, such as a UUID.',
    );
  return true;
}

/**
 * The results of the earlier call with this key; undefined where there was none, or it has expired.
 * IDEMPOTENCY_MISMATCH where that was of something else.
 */
export async function earlierResults(
  requester: Requester,
  idempotency: KeyedIdempotency,
  now: Date,
): Promise<readonly unknown[] | undefined> {
  const { table, ttl } = idempotency.tokens;
  const [item] = await getItems(requester, [{ table, key: keyOf(idempotency), consistent: true }]);
  if (!item || Number(item[ttl]) <= epochOf(now)) return undefined;
  if (item[attributes.fingerprint] !== fingerprint(idempotency.of)) throw idempotencyMismatch();
  return JSON.parse(String(item[attributes.results])) as unknown[];
}

/** Stores the key in the transaction of its writes, with their results, without secrets. */
export function claimKey(
  idempotency: KeyedIdempotency,
  results: readonly unknown[],
  secrets: readonly (readonly string[] | undefined)[],
  now: Date,
): Action {
  const { table, ttl } = idempotency.tokens;
  const key = keyOf(idempotency);
  const item: Item = {
    ...key,
    [ttl]: epochOf(now) + (idempotency.seconds ?? day),
    [attributes.fingerprint]: fingerprint(idempotency.of),
    [attributes.results]: JSON.stringify(
      results.map((result, at) => withoutSecrets(result, secrets[at])),
      // In the place of a field that the record lacks.
      (_name, value: unknown) => (value instanceof Error ? null : value),
    ),
  };
  const condition = {
    expression: 'attribute_not_exists(#p) OR #x <= :x',
    names: { '#p': table.partition, '#x': ttl },
    values: { ':x': epochOf(now) },
  };
  return {
    kind: 'put',
    table,
    key,
    item,
    condition,
    purpose: { kind: 'idempotency', entity: 'idempotency key' },
  };
}

function keyOf({ tokens, token }: KeyedIdempotency): Key {
  return checkKey(tokens.key(token), tokens.table);
}

function withoutSecrets(result: unknown, secret: readonly string[] = []): unknown {
  if (Array.isArray(result)) return result.map((one) => withoutSecrets(one, secret));
  if (typeof result !== 'object' || result === null) return result;
  const nothing = secret.map((name) => [name, null]);
  return { ...result, ...Object.fromEntries(nothing) };
}

/** Equal for values that are the same JSON, whatever the order of their properties. */
function fingerprint(of: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(of, sorted) ?? '')
    .digest('base64url');
}

function sorted(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What {@link atMostOnce} is carried out with. */
interface Attempt {
  /** What an earlier call with the same key returned; undefined where there was none. */
  earlier(now: Date): Promise<readonly unknown[] | undefined>;
  write(): Promise<readonly unknown[]>;
  readonly now: () => Date;
  /** The moment of the write. */
  readonly began: Date;
}

/** The results of the write, or of an earlier one with the same key: then nothing is written. */
export async function atMostOnce({ earlier, write, now, began }: Attempt): Promise<readonly unknown[]> {
  const before = await earlier(began);
  if (before !== undefined) return before;
  try {
    return await write();
  } catch (error) {
    // The cause may be a faster call with the same key, or the loss of our answer.
    const faster = await earlier(now()).catch((problem) => {
      throw problem instanceof TableloomError && problem.code === 'IDEMPOTENCY_MISMATCH' ? problem : error;
    });
    if (faster !== undefined) return faster;
    throw error;
  }
}
