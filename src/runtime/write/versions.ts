/** Versions outlive their record; one that is created again under the same key continues their revisions. */
import type { Requester } from '../client/requests.js';
import { epochOf } from '../expiry.js';
import { itemId } from '../keys/item-key.js';
import type { EntityCodec, Item, Keep, Key } from '../types.js';
import { type Action, nextAttribute, type VersionsOfRecord } from './action.js';

/** Candidates for the greatest number of a key: `pad` may allow fewer digits than a number has. */
const greatest = [Number.MAX_SAFE_INTEGER, ...Array.from({ length: 15 }, (_, at) => 10 ** (15 - at) - 1)];

/**
 * The last revision in the history of a record; zero where there is none. One query of one item. Undefined where the
 * versions are not in one partition in the order of their numbers.
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
  const input = {
    TableName: requester.tableName(table),
    KeyConditionExpression: '#p = :p AND #s BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#p': partition, '#s': sort },
    ExpressionAttributeValues: { ':p': first[partition], ':from': from, ':to': to },
    ScanIndexForward: isInverted,
    ConsistentRead: true,
    Limit: 1,
  };
  const { Items = [] } = await requester.send('Query', input, 'versions');
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
      // More digits than the key allows.
    }
  }
  return keyOf(1);
}

/** When a version expires that is written now. */
export function expiryOfVersion(keep: Keep | undefined, now: Date): Item {
  return keep?.expires ? { [keep.expires.ttl]: epochOf(now) + keep.expires.seconds } : {};
}

/** The versions that a record's write adds, each with where the record's other versions are stored. */
export function versionsOf<R extends object>(
  codec: Pick<EntityCodec<R>, 'table' | 'key' | 'versions' | 'keep' | 'keepOf' | 'leavingVersions'> & {
    readonly revision?: string;
  },
  record: R,
  keyOfItem: (item: Item) => Key,
): { readonly item: Item; readonly versions: VersionsOfRecord | undefined }[] {
  const { table, revision } = codec;
  return (codec.versions?.(record) ?? []).map((item, at) => {
    if (revision === undefined) return { item, versions: undefined };
    const numbered = (number: number): R => ({ ...record, [revision]: number });
    const keyOf = (number: number) =>
      keyOfItem(codec.versions?.(numbered(number)).find((one) => isOfSame(one, item)) ?? item);
    const keysOf = (number: number) => {
      const others = (codec.leavingVersions?.(numbered(number)) ?? []).filter((one) => isOfType(one, item));
      const keys = [keyOf(number), ...others.map(keyOfItem)];
      return [...new Map(keys.map((key) => [itemId(table, key), key])).values()];
    };
    const keep = codec.keepOf ? codec.keepOf(item) : codec.keep?.[at];
    return { item, versions: { table, record: codec.key(record), revision, keep, keyOf, keysOf } };
  });
}

function isOfType(one: Item, other: Item): boolean {
  return one['_type'] === other['_type'];
}

/** Of one history, in the same version of the plan. */
function isOfSame(one: Item, other: Item): boolean {
  return isOfType(one, other) && one[nextAttribute] === other[nextAttribute];
}

/** Where old versions are deleted, the first may be missing although later ones exist. Returns whether some do. */
export async function learnEarlier(
  requester: Requester,
  actions: readonly Action[],
  revisions: Map<string, number>,
): Promise<boolean> {
  let isNews = false;
  for (const action of actions) {
    if (action.kind !== 'put' || action.purpose.kind !== 'version') continue;
    const { versions } = action.purpose;
    const id = itemId(versions.table, versions.record);
    if (versions.keep === undefined || action.item[versions.revision] !== 1 || revisions.has(id)) continue;
    const last = (await lastRevision(requester, versions)) ?? 0;
    revisions.set(id, last);
    isNews ||= last > 0;
  }
  return isNews;
}
