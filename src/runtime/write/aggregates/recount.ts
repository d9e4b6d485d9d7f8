/** Repairs aggregates: for records that are older than the aggregate, or that another program wrote. */
import type { Requester } from '../../client/requests.js';
import { conflict } from '../../errors.js';
import { itemId } from '../../keys/item-key.js';
import { checkKey } from '../../keys/limits.js';
import { getItems } from '../../read/batch-get.js';
import type { Aggregate, Item, Key, SequenceRef, TableRef } from '../../types.js';
import { counterAttributes, numberIn } from '../action.js';
import { commit } from '../commit.js';
import { checkSum, isAt, itemsOf } from './aggregates.js';

/**
 * Sets an aggregate to the value that the records give, and returns it. Skips records that do not count in it. CONFLICT
 * where writes changed it meanwhile: their records may or may not be among these, so that the aggregate must be counted
 * again. Run it while nobody writes: a write that leaves the aggregate's value the same goes unnoticed.
 */
export async function recount<R extends object>(
  requester: Requester,
  number: Aggregate<R>,
  records: Iterable<R> | AsyncIterable<R>,
): Promise<number> {
  const { entity, name } = number;
  const { table } = entity;
  const keys = itemsOf(number);
  const before = await getItems(
    requester,
    keys.map((key) => ({ ...key, consistent: true })),
  );
  const counted = new Map(keys.map(({ key }) => [itemId(table, key), 0]));
  for await (const record of records) {
    for (const { name: other, key, by } of entity.counters?.(record) ?? []) {
      const id = other === name && key !== undefined ? itemId(table, key) : undefined;
      const sum = id === undefined ? undefined : counted.get(id);
      if (id !== undefined && sum !== undefined) counted.set(id, sum + by);
    }
  }
  const total = [...counted.values()].reduce((sum, value) => sum + value, 0);
  checkSum(number, total);
  for (const [at, { key }] of keys.entries()) {
    const value = counted.get(itemId(table, key)) ?? 0;
    await set(requester, { entity: entity.name, name, table, key }, before[at] ?? null, value);
  }
  return total;
}

/**
 * Moves a sequence forward to the greatest number of these records, and returns its last number. Never moves it back.
 * CONFLICT where a number was taken meanwhile.
 */
export async function resume(
  requester: Requester,
  sequence: SequenceRef,
  records: Iterable<object> | AsyncIterable<object>,
): Promise<number> {
  const { entity, table, key, name } = sequence;
  const [item = null] = await getItems(requester, [{ table, key, entity, consistent: true }]);
  let last = numberIn(item);
  for await (const record of records) {
    const value: unknown = (record as Readonly<Record<string, unknown>>)[name];
    if (typeof value === 'number' && value > last) last = value;
  }
  await set(requester, sequence, item, last);
  return last;
}

interface AggregateItem {
  readonly entity: string;
  readonly name: string;
  readonly table: TableRef;
  readonly key: Key;
}

/** Sets a number, on the condition that nobody has changed it since it was read. */
async function set(
  requester: Requester,
  { entity, name, table, key }: AggregateItem,
  item: Item | null,
  value: number,
): Promise<void> {
  if (numberIn(item) === value) return;
  const outcome = await commit(requester, [
    {
      kind: 'update',
      table,
      key: checkKey(key, table),
      set: { [counterAttributes.name]: name, [counterAttributes.value]: value },
      remove: [],
      purpose: { kind: 'unchanged', entity },
      condition: isAt(table, item === null ? null : numberIn(item)),
    },
  ]);
  if (outcome.kind !== 'done') throw conflict(outcome.error.cause);
}
