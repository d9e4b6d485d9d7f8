/** The items of a record, as generated codecs put them together. */
import type { Item, Key } from '../../types.js';
import { documentValue, picked, setOf } from '../../values.js';

/** The attributes of a record as they are stored: no `null`, documents checked, lists in `sets` as sets. */
export function stored<R extends object>(
  type: string,
  record: R,
  sets: readonly (keyof R & string)[] = [],
): Item {
  return itemOf(type, record, sets);
}

function itemOf(type: string, record: object, sets: readonly string[]): Item {
  const item: Item = { _type: type };
  for (const [name, value] of Object.entries(record))
    if (name !== '__typename') item[name] = storedValue(name, value, sets);
  return item;
}

/**
 * The item of an index entry: some attributes of its record, and its own key. Undefined where the record has no such
 * entry, which its key says.
 *
 * @param expiry the attribute of the table's `ttl`, where the record has one
 */
export function entry<R extends object>(
  type: string,
  record: R,
  fields: readonly (keyof R & string)[],
  key: Key | undefined,
  {
    sets = [],
    ...expiry
  }: { readonly sets?: readonly (keyof R & string)[] } & Readonly<
    Record<string, number | undefined | readonly string[]>
  > = {},
): Item | undefined {
  if (key === undefined) return undefined;
  return { ...(expiry as Item), ...itemOf(type, picked(record, fields), sets), ...key };
}

function storedValue(name: string, value: unknown, sets: readonly string[]): Item[string] {
  if (value === null || value === undefined) return undefined;
  if (sets.includes(name)) return setOf(value as readonly string[]);
  if (typeof value === 'object') return documentValue(value, name);
  return value as Item[string];
}
