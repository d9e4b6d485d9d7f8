/** Direct updates: one UpdateItem that reads nothing first and conflicts with no other of its kind. */
import { unmarshall, type WireItem } from '../../client/marshall.js';
import type { Requester } from '../../client/requests.js';
import type { Retry } from '../../client/retry.js';
import { fromAws, isContention, nameOf } from '../../errors.js';
import { epochOf } from '../../expiry.js';
import { allOf, anyOf, type Condition, exists, filterOf, greaterThan } from '../../read/filters.js';
import type { EntityCodec, Item, Key } from '../../types.js';
import { whole } from '../../whole.js';
import { purposeOf, updateExpression } from '../commit.js';
import { markAttribute } from '../references.js';
import type { DirectUpdate } from '../write.js';

/** What a direct update of a record changes. */
export interface DirectChange {
  readonly set: Item;
  readonly remove: readonly string[];
  /** What is added to numbers. */
  readonly add: Readonly<Record<string, number>>;
  /** Besides that there is such a record. */
  readonly conditions: readonly Condition[];
}

/** The update: of a record that exists, has not expired and is not being deleted. */
export function directUpdate<R extends object>(
  codec: EntityCodec<R>,
  key: Key,
  { set, remove, add, conditions }: DirectChange,
  now: Date,
): DirectUpdate<R> {
  const { table, name: entity, ttl, cascades, revision } = codec;
  const condition = filterOf(
    allOf(
      exists(table.partition, true),
      ttl === undefined ? undefined : anyOf(exists(ttl, false), greaterThan(ttl, epochOf(now))),
      cascades && exists(markAttribute, false),
      ...conditions,
    ),
  );
  return {
    action: {
      kind: 'update',
      table,
      key,
      set,
      remove,
      add: { ...add, ...(revision !== undefined && { [revision]: 1 }) },
      purpose: { kind: 'unchanged', entity },
      ...(condition && { condition }),
    },
    read: (item) => whole(codec, item),
  };
}

/** The item afterwards; or, where the condition does not hold, the item as it is, null if there is none. */
export type DirectOutcome =
  | { readonly kind: 'done'; readonly item: Item }
  | { readonly kind: 'refused'; readonly item: Item | null }
  /** The tables' plan is known as another by now: nothing was sent. */
  | { readonly kind: 'outdated' };

/**
 * Sends a direct update. What adds to numbers is sent once: where the answer is lost, the error is STORAGE_UNAVAILABLE
 * and the update may have been made. CONFLICT where transactions keep writing the item until the deadline.
 *
 * @param turn waits for writers that need the item to themselves, and returns what ends the turn
 */
export async function sendDirectly(
  requester: Requester,
  { action }: DirectUpdate<unknown>,
  retry: Retry,
  turn: () => Promise<() => void>,
): Promise<DirectOutcome> {
  const { table, key } = action;
  const purpose = () => purposeOf([action]);
  const input = {
    TableName: requester.tableName(table),
    Key: key,
    ...updateExpression(action),
    ReturnValues: 'ALL_NEW' as const,
  };
  const { planned } = requester;
  const isSum = Object.keys(action.add ?? {}).length > 1;
  const send = async () => {
    if (!(await requester.isPlanned(planned))) return undefined;
    const how = { isPlanned: true };
    return isSum
      ? requester.updateOnce(input, purpose, how)
      : requester.send('UpdateItem', input, purpose, how);
  };
  for (;;) {
    const release = await turn();
    try {
      const answer = await send().finally(release);
      if (answer === undefined) return { kind: 'outdated' };
      const { Attributes: item = {} } = answer;
      return { kind: 'done', item };
    } catch (thrown) {
      const error = fromAws(thrown);
      const { cause } = error;
      if (nameOf(cause) === 'ConditionalCheckFailedException') {
        const { Item: item } = cause as { Item?: WireItem };
        return { kind: 'refused', item: item === undefined ? null : unmarshall(item) };
      }
      if (!(isContention(cause) || wasNeverSent(cause)) || !(await retry.wait())) throw error;
    }
  }
}

const unsent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Whether there was no connection to send the request by. */
function wasNeverSent(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && unsent.has(String(cause.code));
}
