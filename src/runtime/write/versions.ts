/** Versions of a record that was deleted stay; one that is created again under its key goes on from the last of them. */
import type { Requester } from '../client/requests.js';
import type { EntityCodec, Item, Keep, Key, TableRef } from '../types.js';

/** Where the versions of one record lie. */
export interface VersionsOfRecord {
  readonly table: TableRef;
  /** The key of the record itself. */
  readonly record: Key;
  /** The attribute that tells versions apart. */
  readonly revision: string;
  /** What is not kept for ever may be missing though later ones are there. */
  readonly keep: Keep | undefined;
  /** The keys of a version of these numbers, by which of several histories it is. */
  keyOf(revision: number): Key;
}

/** The greatest numbers a key may hold: where `pad` gives it fewer digits, one of the later ones. */
const greatest = [Number.MAX_SAFE_INTEGER, ...Array.from({ length: 15 }, (_, at) => 10 ** (15 - at) - 1)];

/**
 * The last revision that is kept of a record under this key; zero where none is found. One query of one item.
 * Undefined where versions do not lie in one partition in the order of their numbers.
 */
export async function lastRevision(
  requester: Requester,
  { table, revision, keyOf }: VersionsOfRecord,
): Promise<number | undefined> {
  const { partition, sort } = table;
  const [first, last] = [keyOf(1), greatestKey(keyOf)];
  if (sort === undefined || first[partition] !== last[partition]) return undefined;
  const bounds = [String(first[sort]), String(last[sort])];
  const isInverted = String(last[sort]) < String(first[sort]);
  const [from, to] = isInverted ? bounds.reverse() : bounds;
  const { Items = [] } = await requester.send('Query', {
    TableName: requester.tableName(table),
    KeyConditionExpression: '#p = :p AND #s BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#p': partition, '#s': sort },
    ExpressionAttributeValues: { ':p': first[partition], ':from': from, ':to': to },
    ScanIndexForward: isInverted,
    ConsistentRead: true,
    Limit: 1,
  });
  return revisionIn(Items[0], revision);
}

function revisionIn(item: Item | undefined, revision: string): number {
  const value = item?.[revision];
  return typeof value === 'number' ? value : 0;
}

function greatestKey(keyOf: (revision: number) => Key): Key {
  for (const revision of greatest) {
    try {
      return keyOf(revision);
    } catch {
      // More digits than the key has room for.
    }
  }
  return keyOf(1);
}

/** The versions that a record's write adds, each with where its others lie. */
export function versionsOf<R extends object>(
  codec: EntityCodec<R>,
  record: R,
  keyOfItem: (item: Item) => Key,
): { readonly item: Item; readonly versions: VersionsOfRecord | undefined }[] {
  const { table, revision } = codec;
  return (codec.versions?.(record) ?? []).map((item, at) => {
    if (revision === undefined) return { item, versions: undefined };
    const keyOf = (number: number) =>
      keyOfItem(codec.versions?.({ ...record, [revision]: number })[at] ?? item);
    const keep = codec.keep?.[at];
    return { item, versions: { table, record: codec.key(record), revision, keep, keyOf } };
  });
}
