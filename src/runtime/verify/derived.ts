/** Finds entries, guards and versions that no record has, and items that are of no entity. */
import { type ItemKey, itemId, keyOfItem } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import { ItemReads } from '../read/batch-get.js';
import { type Derived, deletion, derivedOf, isWanted } from '../reindex/leftovers.js';
import { asRead, same } from '../reindex/run.js';
import type { AnyCodec } from '../reindex/types.js';
import type { Item, TableRef } from '../types.js';
import { counterAttributes, guardAttributes, lastEvent, nextAttribute } from '../write/action.js';
import { isMarked } from '../write/references.js';
import { type Check, type Diagnosis, healthy, reasonOf } from './check.js';
import { orphan } from './findings.js';
import { surplus } from './versions.js';

const atOnce = 8;

/** An item and the record that it is of, as far as it tells. */
interface Kept {
  readonly item: Item;
  readonly owner: ItemKey | undefined;
  readonly of:
    | { readonly kind: 'derived'; readonly derived: Derived }
    | { readonly kind: 'version'; readonly parent: AnyCodec };
}

export async function verifyDerived(check: Check, table: TableRef, items: readonly Item[]): Promise<void> {
  const kept = items.flatMap((item) => keptOf(check, table, item) ?? []);
  const reads = new ItemReads(check.requester);
  await reads.load(kept.flatMap(({ owner }) => owner ?? []));
  for (let at = 0; at < kept.length; at += atOnce)
    await Promise.all(kept.slice(at, at + atOnce).map((one) => verifyOne(check, table, one, reads)));
}

function keptOf(check: Check, table: TableRef, item: Item): Kept | undefined {
  if (check.isExpired(table, item)) return undefined;
  const derived = derivedOf(check.run, table, item);
  if (derived) return { item, owner: derived.place, of: { kind: 'derived', derived } };
  const type = String(item['_type']);
  const codec = check.run.codecs.get(type);
  const parent = check.run.known.get(check.types?.[type]?.historyOf ?? '');
  if (codec === undefined || parent === undefined || parent.table.name !== table.name) return undefined;
  try {
    const key = checkKey(parent.key(codec.read(item)), parent.table);
    return { item, owner: { table: parent.table, key }, of: { kind: 'version', parent } };
  } catch (error) {
    // It is reported as a record of its own.
    reasonOf(error);
    return undefined;
  }
}

async function verifyOne(check: Check, table: TableRef, { item }: Kept, reads: ItemReads): Promise<void> {
  const look = {
    entity: String(item['_type'] ?? item[guardAttributes.entity]),
    table,
    key: keyOfItem(table, item),
    keysOf: (now: Item) => keptOf(check, table, now)?.owner ?? [],
    diagnose: async (now: Item, known: ItemReads) => {
      const again = keptOf(check, table, now);
      return again ? diagnose(check, table, again, known) : healthy;
    },
  };
  await check.look({ ...look, keysOf: (now) => [look.keysOf(now)].flat() }, item, reads);
}

function diagnose(check: Check, table: TableRef, { item, owner, of }: Kept, reads: ItemReads): Diagnosis {
  const main = owner ? reads.get(owner.table, owner.key) : null;
  if (of.kind === 'version')
    return main && owner ? versionOf(check, table, item, of.parent, { ...owner, main }) : healthy;
  const { derived } = of;
  const { codec, kind } = derived;
  if (main !== null && owner) {
    if (isMarked(main) || !check.isSound(codec, owner.table, main)) return healthy;
    if (isWanted(check.run, table, derived, main)) return healthy;
  }
  const why = owner
    ? `It names the record ${JSON.stringify(owner.key)}, which ${main ? 'does not have it' : 'is not there'}.`
    : 'It names no record.';
  const part = nextAttribute in item ? 'next' : kind;
  const entity = String(item['_type'] ?? codec.name);
  return {
    faults: [orphan(entity, part, table, item, why)],
    actions: deletion(table, derived, main),
  };
}

function versionOf(
  check: Check,
  table: TableRef,
  item: Item,
  parent: AnyCodec,
  { key, main }: ItemKey & { readonly main: Item },
): Diagnosis {
  if (isMarked(main) || main['_type'] !== parent.name || !check.isSound(parent, parent.table, main))
    return healthy;
  if (check.isExpired(parent.table, main)) return healthy;
  const why = surplus(parent, check.run.read(parent, main), item);
  if (why === undefined) return healthy;
  const entity = String(item['_type']);
  return {
    faults: [orphan(entity, 'version', table, item, why)],
    actions: [
      {
        kind: 'delete',
        table,
        key: keyOfItem(table, item),
        purpose: { kind: 'derived', entity },
        condition: same(item),
      },
      {
        kind: 'check',
        table: parent.table,
        key,
        purpose: { kind: 'unchanged', entity: parent.name },
        condition: asRead(parent, main),
      },
    ],
  };
}

/** What the runtime itself keeps besides records and what is derived of them. */
const ownAttributes = [counterAttributes.name, '_once'];

/** Reports items that are of no entity of the plan. */
export async function verifyUnknown(check: Check, table: TableRef, items: readonly Item[]): Promise<void> {
  const isUnknown = (item: Item) => {
    const type = item['_type'];
    if (check.isExpired(table, item) || type === '_plan') return false;
    const guarded = item[guardAttributes.entity];
    if (typeof guarded === 'string') return !check.run.known.has(guarded);
    if (typeof type === 'string') return !check.run.known.has(type.split('.')[0] ?? '');
    return !(lastEvent in item) && ownAttributes.every((name) => !(name in item));
  };
  for (const item of items) {
    if (!isUnknown(item)) continue;
    const key = keyOfItem(table, item);
    const type = item['_type'] ?? item[guardAttributes.entity];
    const look = {
      entity: type === undefined ? '' : String(type),
      table,
      key,
      keysOf: () => [],
      diagnose: async (now: Item) => {
        if (!isUnknown(now)) return healthy;
        const owner = [...check.run.known.values()].find((codec) => isKeyOf(codec, table, now));
        if (owner) check.uncertain.add(owner.name);
        const why = owner
          ? `Its key is one of ${owner.name}, and its _type is not.`
          : 'It is of no entity of the plan.';
        const fault = orphan(look.entity, 'item', table, now, why);
        return { faults: [{ ...fault, kind: 'unknown' as const, isRepairable: false }], actions: [] };
      },
    };
    await check.look(look, item, new ItemReads(check.requester));
  }
}

/** Whether an item is where a record of the entity with its attributes would be. */
function isKeyOf(codec: AnyCodec, table: TableRef, item: Item): boolean {
  if (codec.table.name !== table.name) return false;
  try {
    return itemId(table, codec.key(codec.read(item))) === itemId(table, keyOfItem(table, item));
  } catch {
    return false;
  }
}
