/** Finds entries, guards and versions that no record has. */
import { type ItemKey, keyOfItem } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import { getItems, ItemReads } from '../read/batch-get.js';
import { type Derived, deletion, derivedOf, isWanted } from '../reindex/leftovers.js';
import { asRead, same } from '../reindex/run.js';
import type { AnyCodec } from '../reindex/types.js';
import type { Item, TableRef } from '../types.js';
import { guardAttributes, nextAttribute, typeOf } from '../write/action.js';
import { isMarked } from '../write/references.js';
import { type Check, type Diagnosis, healthy, type Look, reasonOf } from './check.js';
import { orphan } from './findings.js';
import { surplus } from './versions.js';

const atOnce = 8;
const pageSize = 100;

/** An item and the record that it is of, as far as it tells. */
interface Kept {
  readonly item: Item;
  readonly owner: ItemKey | undefined;
  readonly of:
    | { readonly kind: 'derived'; readonly derived: Derived }
    | { readonly kind: 'version'; readonly parent: AnyCodec };
}

/** `last`: of what could not be judged before. */
type Turn = NonNullable<Look['turn']> | 'last';

/**
 * A guard that no record has is deleted at the second look only: until all records have theirs, it may be the only one that
 * keeps others from a record's value.
 */
export async function verifyDerived(
  check: Check,
  table: TableRef,
  items: readonly Item[],
  turn: Turn = 'first',
): Promise<void> {
  const kept = items.flatMap((item) => keptOf(check, table, item) ?? []);
  const reads = new ItemReads(check.requester);
  await reads.load(kept.flatMap(({ owner }) => owner ?? []));
  for (let at = 0; at < kept.length; at += atOnce)
    await Promise.all(
      kept.slice(at, at + atOnce).map((one) => verifyOne(check, table, one, { reads, turn })),
    );
}

/** The second look at all that waits for one. */
export async function verifyPostponed(check: Check): Promise<void> {
  const all = check.postponed.splice(0);
  for (let at = 0; at < all.length; at += pageSize) {
    const some = all.slice(at, at + pageSize);
    const items = await getItems(check.requester, some);
    for (const [number, { table, key }] of some.entries()) {
      const item = items[number];
      if (item) await verifyDerived(check, table, [item], 'second');
      else check.findings.withdraw(table, key);
    }
  }
}

function keptOf(check: Check, table: TableRef, item: Item): Kept | undefined {
  if (check.isExpired(table, item)) return undefined;
  const derived = derivedOf(check.run, table, item);
  if (derived) return { item, owner: derived.place, of: { kind: 'derived', derived } };
  const type = typeOf(item);
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

async function verifyOne(
  check: Check,
  table: TableRef,
  { item, of }: Kept,
  { reads, turn }: { readonly reads: ItemReads; readonly turn: Turn },
): Promise<void> {
  const isGuard = of.kind === 'derived' && of.derived.kind === 'guard';
  const look = {
    ...(isGuard && turn !== 'last' && { turn }),
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
  if (main !== null && owner && !isOfOther(check, codec, owner.table, main)) {
    if (isMarked(main)) return healthy;
    if (!check.isSound(codec, owner.table, main)) {
      // What is there may be repaired by then, or gone.
      check.lookAgain(table, keyOfItem(table, item));
      return healthy;
    }
    if (isWanted(check.run, table, derived, main)) return healthy;
  }
  const why = owner
    ? `It names the record ${JSON.stringify(owner.key)}, which ${main ? 'does not have it' : 'is not there'}.`
    : 'It names no record.';
  const part = nextAttribute in item ? 'next' : kind;
  const entity = typeOf(item) || codec.name;
  return {
    faults: [orphan(entity, part, table, item, why)],
    actions: deletion(table, derived, main),
  };
}

/** Whether a record is of another entity than what names it says. */
function isOfOther(check: Check, codec: AnyCodec, table: TableRef, main: Item): boolean {
  const own = check.run.known.get(typeOf(main));
  return own !== undefined && own.name !== codec.name && check.isSound(own, table, main);
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
  let why: string | undefined;
  try {
    why = surplus(parent, check.run.read(parent, main), item);
  } catch (error) {
    // The record is reported; it tells nothing of its versions.
    reasonOf(error);
  }
  if (why === undefined) return healthy;
  const entity = typeOf(item);
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
