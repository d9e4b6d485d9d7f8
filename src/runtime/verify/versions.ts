/** The versions of a record: the current one, and none that is newer or should have been deleted. */
import { itemId, keyOfItem } from '../keys/item-key.js';
import { hasAllBut } from '../reindex/belonging.js';
import type { AnyCodec } from '../reindex/types.js';
import { type VersionItem, versionAction } from '../reindex/versions.js';
import type { Item } from '../types.js';
import { type Action, guardAttributes, typeOf } from '../write/action.js';
import { versionsOf } from '../write/versions.js';
import type { Fault } from './findings.js';

/** @returns no action where another item has its key: a record, or an entry, may be there alone */
export function versionFault(
  codec: AnyCodec,
  version: VersionItem,
  there: Item | null,
): { readonly fault: Fault; readonly action?: Action } | undefined {
  // It may be gone already: versions expire.
  if (there === null && version.keep?.expires) return undefined;
  const action = versionAction(codec, version, there);
  if (!action) return undefined;
  const fault: Fault = {
    kind: there === null ? 'missing' : 'stale',
    part: 'version',
    entity: String(version.item['_type']),
    table: codec.table,
    key: version.key,
    item: there,
    wanted: action.item,
    isRepairable: true,
  };
  if (there === null || !isOther(there, version.item)) return { fault, action };
  const why = 'Another item has its key.';
  const remedy = 'Delete the other item, then run `tableloom verify --repair` again.';
  return { fault: { ...fault, kind: 'missing', wanted: version.item, isRepairable: false, why, remedy } };
}

/** Whether an item says of itself that it is something else, and is not the version but for that. */
function isOther(there: Item, version: Item): boolean {
  const type = typeOf(there);
  if (guardAttributes.entity in there) return true;
  if (type === '' || type === typeOf(version)) return false;
  return !hasAllBut('_type', there, version);
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
