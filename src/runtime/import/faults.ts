/** Whether the other items of records are what they should be. */
import type { Requester } from '../client/requests.js';
import { keyOfItem } from '../keys/item-key.js';
import { getItems } from '../read/batch-get.js';
import type { AttributeValue, Item, Key } from '../types.js';
import { sameValue } from '../values.js';
import { guardAttributes } from '../write/action.js';
import { cleaned, entriesById, heldBy } from '../write/changes.js';
import type { Source } from './context.js';
import { type Row, type RowContext, rawOf } from './rows/rows.js';

/** The records of which another item is not what it should be, by their number. */
export async function itemFaults(
  requester: Requester,
  { codec }: Source,
  mains: readonly (Item | null)[],
): Promise<ReadonlySet<number>> {
  const { table } = codec;
  const faults = new Set<number>();
  const wanted: {
    readonly number: number;
    readonly key: Key;
    readonly item: Item;
    readonly isGuard: boolean;
  }[] = [];
  for (const [number, main] of mains.entries()) {
    if (main === null) continue;
    const record = codec.read(main);
    const own = cleaned(codec.item(record));
    if (
      Object.keys(own).some((name) => !sameValue(main[name] as AttributeValue, own[name] as AttributeValue))
    )
      faults.add(number);
    for (const item of entriesById(codec, record).values())
      wanted.push({ number, key: keyOfItem(table, item), item, isGuard: false });
    for (const { guard, item } of heldBy(codec, record, main))
      wanted.push({ number, key: guard.key, item, isGuard: true });
    for (const item of codec.versions?.(record) ?? [])
      wanted.push({ number, key: keyOfItem(table, item), item: keyOfItem(table, item), isGuard: false });
  }
  const found = await getItems(
    requester,
    wanted.map(({ key }) => ({ table, key, consistent: true })),
  );
  for (const [at, { number, item, isGuard }] of wanted.entries()) {
    const stored = found[at];
    const names = isGuard ? [guardAttributes.owner] : Object.keys(item);
    if (
      !stored ||
      names.some((name) => !sameValue(stored[name] as AttributeValue, item[name] as AttributeValue))
    )
      faults.add(number);
  }
  return faults;
}

/** It names a row that has gone since: what a record names does not change with that. */
export function isFormerReference(
  { mapping }: Source,
  row: Row,
  name: string,
  main: Item,
  { referred }: RowContext,
): boolean {
  const field = mapping.fields.find((one) => one.field === name);
  if (field?.reference === undefined || field.reference.missing.kind === 'reject') return false;
  const raw = rawOf(field, row);
  return main[name] === raw && referred(field.reference, String(raw)) === undefined;
}
