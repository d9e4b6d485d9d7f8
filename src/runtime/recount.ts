/** Repairs a number that is kept: for records that were there before it was, or that others wrote. */
import { counterAttributes } from './actions.js';
import { commit } from './commit.js';
import { conflict } from './errors.js';
import { getItems, itemId } from './items.js';
import { isAt, itemsOf, numberIn } from './numbers.js';
import type { Requester } from './requests.js';
import type { KeptNumber } from './types.js';

/**
 * Sets a number to what the records make of it, and gives it. Records that do not count in it are passed over.
 * CONFLICT where writes changed it meanwhile: what they wrote may or may not be among the records, so that it has to
 * be counted again. For a time without writes: one that leaves the number as it was goes unnoticed.
 */
export async function recount<R extends object>(
  requester: Requester,
  number: KeptNumber<R>,
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
  for (const [at, { key }] of keys.entries()) {
    const item = before[at] ?? null;
    const value = counted.get(itemId(table, key)) ?? 0;
    if (numberIn(item) === value) continue;
    const outcome = await commit(requester, [
      {
        kind: 'update',
        table,
        key,
        set: { [counterAttributes.name]: name, [counterAttributes.value]: value },
        remove: [],
        purpose: { kind: 'unchanged', entity: entity.name },
        condition: isAt(table, item === null ? null : numberIn(item)),
      },
    ]);
    if (outcome.kind !== 'done') throw conflict(outcome.error.cause);
  }
  return [...counted.values()].reduce((sum, value) => sum + value, 0);
}
