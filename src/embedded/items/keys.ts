import { db, type LevelRange } from '../dynalite.js';
import type { Index, KeyAttribute, KeySchema, Table } from '../store/table.js';
import { attribute, type Item, scalar } from './attributes.js';

/*
 * Where items lie in the level database. A key is
 *   <table or index id>~<6 hex digits of the partition's hash>/<partition>/<sort>/
 * with partition and sort key in dynalite's sortable hex, in which '/' (end of a part) sorts before every
 * digit and '~' after. An index entry ends with the hash prefix and the whole key of its item. dynalite ends
 * it with the hash prefix alone: two items of one partition whose 24 bits agree replace each other there.
 */

/** Sorts after every key that starts with the text before it. */
export const last = '~';

/** Place of an item. The key attributes are checked before. */
export function itemKey(table: Table, key: Item): string {
  return `${table.key.id}~${partition(table.key, key)}${sortText(table.key, key)}`;
}

/** Place of an item's entry in an index; the item has all key attributes of the index. */
export function entryKey(table: Table, index: Index, item: Item): string {
  const { hash, range } = table.key;
  const scatter = db.hashPrefix(
    keyText(hash, item),
    hash.type,
    ...(range === undefined ? [] : [keyText(range, item), range.type]),
  );
  const place = `${index.key.id}~${partition(index.key, item)}${sortText(index.key, item)}`;
  return `${place}${scatter}/${sortable(hash, item)}/${sortText(table.key, item)}`;
}

/** Start of the keys of one partition of a table or index. */
export function partitionStart(key: KeySchema, hash: string): string {
  return `${key.id}~${db.hashPrefix(hash, key.hash.type)}/${db.toRangeStr(hash, key.hash.type)}/`;
}

/** All keys of a table or index. */
export function wholeRange(id: string): LevelRange {
  return { gte: `${id}~`, lt: `${id}~${last}` };
}

/** The keys of one of `total` equal parts of a table, as a segmented Scan reads it. */
export function segmentRange(id: string, segment: number, total: number): LevelRange {
  const from = (part: number) => Math.ceil((4096 * part) / total);
  const hex = (bucket: number) => bucket.toString(16).padStart(3, '0');
  const end = segment + 1 === total ? last : hex(from(segment + 1));
  return { gte: `${id}~${hex(from(segment))}`, lt: `${id}~${end}` };
}

function partition(key: KeySchema, item: Item): string {
  return `${db.hashPrefix(keyText(key.hash, item), key.hash.type)}/${sortable(key.hash, item)}/`;
}

function sortText(key: KeySchema, item: Item): string {
  return key.range === undefined ? '' : `${sortable(key.range, item)}/`;
}

function sortable(part: KeyAttribute, item: Item): string {
  return db.toRangeStr(keyText(part, item), part.type);
}

function keyText(part: KeyAttribute, item: Item): string {
  const text = scalar(attribute(item, part.name), part.type);
  if (text === undefined) throw new Error(`the item has no key attribute ${part.name}`);
  return text;
}
