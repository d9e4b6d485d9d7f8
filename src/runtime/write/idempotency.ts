/** Idempotency tokens: what is sent twice is done once. */
import { createHash } from 'node:crypto';
import type { Requester } from '../client/requests.js';
import { idempotencyMismatch, TableloomError } from '../errors.js';
import { epochOf } from '../expiry.js';
import { checkKey } from '../keys/limits.js';
import { getItems } from '../read/batch-get.js';
import type { Item, Key, TableRef } from '../types.js';
import type { Action } from './action.js';
import type { Write } from './write.js';

/** Where tokens of a table are kept. Generated, one for each table whose mutations take tokens. */
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
  /** What the token is used for, its arguments included; any JSON. The same token for anything else is refused. */
  readonly of: unknown;
  /** For how many seconds the token is remembered; left out, for a day. */
  readonly seconds?: number;
}

/** A token that was given. */
export type GivenIdempotency = Idempotency & { readonly token: string };

const day = 86_400;

/** The attributes of a token's item. */
const attributes = { fingerprint: '_once', results: '_results' } as const;

/** VALUE_INVALID for an empty token, which whoever forgot to make one would share. */
export function isGiven(once: Idempotency): once is GivenIdempotency {
  const { token } = once;
  if (token === null || token === undefined) return false;
  if (token === '') throw new TableloomError('VALUE_INVALID', 'An idempotency token cannot be empty.');
  return true;
}

/**
 * The results of the earlier call with this token; undefined where there was none, or it is forgotten.
 * IDEMPOTENCY_MISMATCH where that was of something else.
 */
export async function earlierResults(
  requester: Requester,
  once: GivenIdempotency,
  now: Date,
): Promise<readonly unknown[] | undefined> {
  const { table, ttl } = once.tokens;
  const [item] = await getItems(requester, [{ table, key: keyOf(once), consistent: true }]);
  if (!item || Number(item[ttl]) <= epochOf(now)) return undefined;
  if (item[attributes.fingerprint] !== fingerprint(once.of)) throw idempotencyMismatch();
  return JSON.parse(String(item[attributes.results])) as unknown[];
}

/** Takes the token in the transaction of the writes it is for, and keeps what they gave, without secrets. */
export function takeToken(
  once: GivenIdempotency,
  writes: readonly Write<unknown>[],
  results: readonly unknown[],
  now: Date,
): Action {
  const { table, ttl } = once.tokens;
  const key = keyOf(once);
  const item: Item = {
    ...key,
    [ttl]: epochOf(now) + (once.seconds ?? day),
    [attributes.fingerprint]: fingerprint(once.of),
    [attributes.results]: JSON.stringify(results.map((result, at) => withoutSecrets(result, writes[at]))),
  };
  const condition = {
    expression: 'attribute_not_exists(#p) OR #x <= :x',
    names: { '#p': table.partition, '#x': ttl },
    values: { ':x': epochOf(now) },
  };
  return { kind: 'put', table, key, item, condition, purpose: { kind: 'token', entity: 'Token' } };
}

function keyOf({ tokens, token }: GivenIdempotency): Key {
  return checkKey(tokens.key(token), tokens.table);
}

function withoutSecrets(result: unknown, write: Write<unknown> | undefined): unknown {
  if (typeof result !== 'object' || result === null) return result;
  const nothing = (write?.secret ?? []).map((name) => [name, null]);
  return { ...result, ...Object.fromEntries(nothing) };
}

/** The same for values that are the same JSON, in whatever order their properties stand. */
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
