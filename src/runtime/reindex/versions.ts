/** The versions of records in their histories. */
import { keyOfItem } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import type { AttributeValue, Item, Keep, Key } from '../types.js';
import { sameValue } from '../values.js';
import type { Action } from '../write/action.js';
import { cleaned } from '../write/changes.js';
import { absent } from '../write/entity/unchanged.js';
import { expiryOfVersion, versionsOf } from '../write/versions.js';
import { same } from './run.js';
import type { AnyCodec } from './types.js';

export interface VersionItem {
  readonly key: Key;
  readonly item: Item;
  readonly keep: Keep | undefined;
}

/** The versions that the last write of a record has left; none where no write of ours has been. */
export function currentVersions(codec: AnyCodec, record: object): VersionItem[] {
  const { table, revision } = codec;
  if (revision === undefined || Number(Reflect.get(record, revision)) < 1) return [];
  return versionsOf(codec, record, (item) => keyOfItem(table, item)).map(({ item, versions }) => ({
    key: checkKey(keyOfItem(table, item), table),
    item: cleaned(item),
    keep: versions?.keep,
  }));
}

/** Those with which histories begin that have none yet. */
export function firstVersions(codec: AnyCodec, record: object): VersionItem[] {
  const { begun } = codec;
  return begun ? currentVersions(codec, record).filter(({ item }) => begun.has(String(item['_type']))) : [];
}

/** Writes the version with which a history begins, in the place of one that an earlier record left; undefined where it is there. */
export function beginning(
  { table, name }: AnyCodec,
  { key, item, keep }: VersionItem,
  there: Item | null,
  now: Date,
): Action | undefined {
  const expires = keep?.expires?.ttl;
  const { [expires ?? '']: _time, ...rest } = there ?? {};
  if (there && sameValue(rest as AttributeValue, item as AttributeValue)) return undefined;
  return {
    kind: 'put',
    table,
    key,
    item: { ...item, ...expiryOfVersion(keep, now) },
    purpose: { kind: 'derived', entity: name },
    condition: there === null ? absent(table) : same(there),
  };
}

/** Writes a version, with what other programs stored of it; undefined where it is there. */
export function versionAction(
  { table, name }: AnyCodec,
  { key, item }: VersionItem,
  there: Item | null,
): (Action & { readonly kind: 'put' }) | undefined {
  const isThere = there && Object.entries(item).every(([one, value]) => sameValue(value, there[one]));
  if (isThere) return undefined;
  return {
    kind: 'put',
    table,
    key,
    item: { ...there, ...item },
    purpose: { kind: 'derived', entity: name },
    condition: there === null ? absent(table) : same(there),
  };
}
