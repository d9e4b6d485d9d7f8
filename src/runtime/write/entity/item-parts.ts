/** The items of index entries, as generated codecs put them together. */
import type { Item, Key } from '../../types.js';
import { documentValue, setOf } from '../../values.js';

/**
 * The item of an index entry: some attributes of its record, and its own key. Undefined where the record has no such
 * entry, which its key says.
 *
 * @param more `sets`: which of the fields are stored as sets; the attribute of the table's `ttl`, where the record has one
 */
export function entry<R extends object>(
  type: string,
  record: R,
  fields: readonly (keyof R & string)[],
  key: Key | undefined,
  more: EntryParts<R> = {},
): Item | undefined {
  if (key === undefined) return undefined;
  // Property by property: V8 is many times as slow where a spread meets names that it does not know.
  const item: Item = { _type: type };
  for (const name in more) if (name !== 'sets') item[name] = more[name] as number | undefined;
  for (const name of fields) item[name] = storedValue(name, record[name], more.sets);
  for (const name in key) item[name] = key[name];
  return item;
}

type EntryParts<R> = { readonly sets?: readonly (keyof R & string)[] } & Readonly<
  Record<string, number | undefined | readonly string[]>
>;

function storedValue(name: string, value: unknown, sets: readonly string[] = []): Item[string] {
  if (value === null || value === undefined) return undefined;
  if (sets.includes(name)) return setOf(value as readonly string[]);
  if (typeof value === 'object') return documentValue(value, name);
  return value as Item[string];
}
