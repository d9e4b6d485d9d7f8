/** Whose an item is that is where an item of a record belongs: of that record, of another one, or of nobody. */
import { itemId, keyOfItem } from '../keys/item-key.js';
import { ItemReads } from '../read/batch-get.js';
import type { EntityCodec, Item, Key, TableRef } from '../types.js';
import { sameValue } from '../values.js';
import { guardAttributes, typeOf } from '../write/action.js';
import { cleaned, heldBy } from '../write/changes.js';
import type { Run } from './run.js';
import type { AnyCodec } from './types.js';

type Keyed<R extends object> = Pick<EntityCodec<R>, 'table' | 'key' | 'read'>;

/** Whether an item is what another version of the plan stores of the record under a key, wherever it is. */
export function isOfRecord(codec: AnyCodec, there: Item, place: Key): boolean {
  return typeOf(there) === codec.name && isKeyed(codec, there, place);
}

/** Whether an item is the entry, but for its type. */
export function isMislabelled(run: Run, table: TableRef, there: Item, entry: Item): boolean {
  return !isRecord(run, table, there) && hasAllBut('_type', there, entry);
}

/** Whether an item has every attribute of another one, but for one. */
export function hasAllBut(except: string, item: Item, other: Item): boolean {
  return Object.entries(other).every(([name, value]) => name === except || sameValue(value, item[name]));
}

/** Whether the owner of a guard is there, and has the value. */
export async function isHeld(run: Run, table: TableRef, guard: Item): Promise<boolean> {
  const codec = run.known.get(String(guard[guardAttributes.entity]));
  // What is not of this plan is left to whoever wrote it.
  if (codec === undefined || run.known.has(typeOf(guard))) return true;
  const key = ownerKey(table, guard);
  // Nobody can release what names no owner.
  if (key === undefined) return false;
  const reads = new ItemReads(run.requester);
  await reads.load([{ table, key, consistent: true }]);
  const item = reads.get(table, key);
  return item !== null && holds(run, run.known.get(typeOf(item)) ?? codec, table, item, guard);
}

/** Whether an item is the main item of a record of the plan, under the key that its attributes give. */
function isRecord(run: Run, table: TableRef, item: Item): boolean {
  const codec = run.known.get(typeOf(item));
  return codec !== undefined && isKeyOf(codec, table, item);
}

/** Whether an item is where a record of the entity with its attributes would be. */
export function isKeyOf<R extends object>(codec: Keyed<R>, table: TableRef, item: Item): boolean {
  return codec.table.name === table.name && isKeyed(codec, item, keyOfItem(table, item));
}

/** Whether a record of the entity with the attributes of an item would be under a key. */
function isKeyed<R extends object>({ table, ...codec }: Keyed<R>, item: Item, key: Key): boolean {
  try {
    return itemId(table, codec.key(codec.read(item))) === itemId(table, key);
  } catch {
    return false;
  }
}

/** Whether a main item's record has the value of a guard; so too where the record cannot be read. */
export function holds(run: Run, codec: AnyCodec, table: TableRef, item: Item, guard: Item): boolean {
  try {
    const record = run.read(codec, item);
    const id = itemId(table, keyOfItem(table, guard));
    return heldBy(codec, record, cleaned(codec.item(record))).some(
      (held) => itemId(codec.table, held.guard.key) === id,
    );
  } catch {
    return true;
  }
}

/** The key of the record that owns a guard; undefined where that is not told as this runtime tells it. */
export function ownerKey(table: TableRef, guard: Item): Key | undefined {
  try {
    const [partition, sort] = JSON.parse(String(guard[guardAttributes.owner])) as (string | number)[];
    if (partition === undefined || (sort === undefined) !== (table.sort === undefined)) return undefined;
    return { [table.partition]: partition, ...(table.sort !== undefined && { [table.sort]: sort ?? '' }) };
  } catch {
    return undefined;
  }
}
