/** The versions of a record: the current one, and none that is newer or should have been deleted. */
import { itemId, keyOfItem } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import { same } from '../reindex/run.js';
import type { AnyCodec } from '../reindex/types.js';
import type { Item, Key } from '../types.js';
import { sameValue } from '../values.js';
import type { Action } from '../write/action.js';
import { cleaned } from '../write/changes.js';
import { absent } from '../write/entity/unchanged.js';
import { versionsOf } from '../write/versions.js';
import type { Fault } from './findings.js';

export interface VersionItem {
  readonly key: Key;
  readonly item: Item;
  /** It may be gone already: versions expire. */
  readonly isPassing: boolean;
}

/** The versions that the last write of a record has left; none where no write of ours has been. */
export function currentVersions(codec: AnyCodec, record: object): VersionItem[] {
  const { table, revision } = codec;
  if (revision === undefined || Number(Reflect.get(record, revision)) < 1) return [];
  return versionsOf(codec, record, (item) => keyOfItem(table, item)).map(({ item, versions }) => ({
    key: checkKey(keyOfItem(table, item), table),
    item: cleaned(item),
    isPassing: versions?.keep?.expires !== undefined,
  }));
}

export function versionFault(
  { table, name }: AnyCodec,
  { key, item, isPassing }: VersionItem,
  there: Item | null,
): { readonly fault: Fault; readonly action: Action } | undefined {
  if (there === null ? isPassing : Object.entries(item).every(([one, value]) => sameValue(value, there[one])))
    return undefined;
  const entity = String(item['_type']);
  const whole = { ...there, ...item };
  return {
    fault: {
      kind: there === null ? 'missing' : 'stale',
      part: 'version',
      entity,
      table,
      key,
      item: there,
      wanted: whole,
      isRepairable: true,
    },
    action: {
      kind: 'put',
      table,
      key,
      item: whole,
      purpose: { kind: 'derived', entity: name },
      condition: there === null ? absent(table) : same(there),
    },
  };
}

/** Why a record should not have a version; undefined where it may. */
export function surplus(codec: AnyCodec, record: object, version: Item): string | undefined {
  const { table, revision } = codec;
  if (revision === undefined) return undefined;
  const current = Number(Reflect.get(record, revision));
  const number = version[revision];
  // A record without a revision was not written by us since, and tells nothing of its versions.
  if (typeof number !== 'number' || !(current >= 1)) return undefined;
  if (number < 1) return 'Revisions begin at 1.';
  if (number > current) return `The record's own revision is ${current}.`;
  const id = itemId(table, keyOfItem(table, version));
  for (const { versions } of versionsOf(codec, record, (item) => keyOfItem(table, item))) {
    const most = versions?.keep?.versions;
    if (!versions || most === undefined || number > current - most) continue;
    if (itemId(table, versions.keyOf(number)) === id) return `The last ${most} versions are kept.`;
  }
  return undefined;
}
