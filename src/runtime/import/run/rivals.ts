/** Rows that want one unique value: which of them is the record. */
import { itemId } from '../../keys/item-key.js';
import type { Item, Key, TableRef } from '../../types.js';
import { guardAttributes } from '../../write/action.js';
import type { FoundItems } from '../../write/write.js';
import type { CollisionPolicy } from '../mapping.js';
import type { AnyRecord, Codec } from '../rows/records.js';

export interface Rival {
  readonly text: string;
  readonly item: Item;
  readonly policy: CollisionPolicy;
  readonly isWeaker: boolean;
}

/** A total order: whichever row comes first, the same one wins. */
export function isNewer(
  { newest }: CollisionPolicy,
  text: string,
  record: AnyRecord,
  otherText: string,
  other: AnyRecord,
): boolean {
  const [a, b] = [record[newest] ?? '', other[newest] ?? ''];
  if (a === b) return text < otherText;
  return typeof a === 'number' && typeof b === 'number' ? a > b : String(a) > String(b);
}

/** What becomes of the row that lost against `text`. */
export function lost({ policy, text }: Pick<Rival, 'policy' | 'text'>) {
  const { fields, newest, others } = policy;
  const reason = `a row with the same ${fields.join(' and ')} is newer by ${newest}`;
  return others === 'merge'
    ? ({ outcome: 'merged', code: 'merged', reason, into: text } as const)
    : ({ outcome: 'rejected', code: 'duplicate', reason, into: text } as const);
}

/** The record of which an item is that is at a place: during a migration, the item may be of another version. */
export async function recordAt(
  { table, ...codec }: Codec,
  place: Key,
  found: Pick<FoundItems, 'load' | 'get'>,
): Promise<Item | null> {
  await found.load([{ table, key: place, consistent: true }]);
  const item = found.get(table, place);
  const own = item && codec.key(codec.read(item));
  if (!own || itemId(table, own) === itemId(table, place)) return item;
  await found.load([{ table, key: own, consistent: true }]);
  return found.get(table, own);
}

/** Where the record is that owns the value of a guard. */
export function ownerPlace(table: TableRef, guard: Item): Key | null {
  const owner = guard[guardAttributes.owner];
  if (typeof owner !== 'string') return null;
  const [partition, sort] = JSON.parse(owner) as (string | number)[];
  const key: Key = { [table.partition]: partition ?? '' };
  if (table.sort !== undefined) key[table.sort] = sort ?? '';
  return key;
}
