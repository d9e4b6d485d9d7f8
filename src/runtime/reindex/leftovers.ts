/** Deletes entries and guards of earlier plans: those that no record has any more. */
import { conflict } from '../errors.js';
import { itemId, keyOfItem } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import { ItemReads } from '../read/batch-get.js';
import type { Item, Key, TableRef } from '../types.js';
import { type Action, guardAttributes, nextAttribute, typeOf } from '../write/action.js';
import { entriesById } from '../write/changes.js';
import { commit } from '../write/commit.js';
import { absent } from '../write/entity/unchanged.js';
import { holds, ownerKey } from './belonging.js';
import { changedSince } from './record.js';
import { asRead, type Run, same } from './run.js';
import type { AnyCodec } from './types.js';

/** An entry or a guard, and where the main item of its record has to be; no `place` where it does not tell. */
export interface Derived {
  readonly codec: AnyCodec;
  readonly item: Item;
  readonly kind: 'entry' | 'guard';
  readonly place: { readonly table: TableRef; readonly key: Key } | undefined;
}

const atOnce = 8;

export async function deleteLeftovers(run: Run, table: TableRef, found: readonly Item[]): Promise<void> {
  const isGone = ({ _type: type }: Item) => run.gone.has(String(type));
  await deleteGone(run, table, found.filter(isGone));
  const items = found.filter((item) => !isGone(item));
  const derived = items.flatMap((item) => derivedOf(run, table, item) ?? []);
  const reads = new ItemReads(run.requester);
  await reads.load(derived.flatMap(({ place }) => (place ? [{ ...place, consistent: true }] : [])));
  for (let at = 0; at < derived.length; at += atOnce)
    await Promise.all(derived.slice(at, at + atOnce).map((one) => settle(run, table, one, reads)));
}

/** Nobody writes these any more. */
async function deleteGone(run: Run, table: TableRef, items: readonly Item[]): Promise<void> {
  const one = async (item: Item) => {
    const purpose = { kind: 'derived', entity: String(item['_type']) } as const;
    const action: Action = { kind: 'delete', table, key: keyOfItem(table, item), purpose };
    const retry = run.requester.retry();
    for (;;) {
      const outcome = run.dryRun ? ({ kind: 'done' } as const) : await commit(run.requester, [action]);
      if (outcome.kind === 'done') break;
      if (!(await retry.wait())) throw outcome.error;
    }
    run.counts.deleted += 1;
  };
  for (let at = 0; at < items.length; at += atOnce) await Promise.all(items.slice(at, at + atOnce).map(one));
}

export function derivedOf(run: Run, table: TableRef, item: Item): Derived | undefined {
  const type = typeOf(item);
  const isNext = item[nextAttribute] !== undefined;
  // A record is one, whatever else its item says.
  if (run.known.has(type) && !isNext) return undefined;
  const guarded = run.codecs.get(String(item[guardAttributes.entity]));
  if (guarded !== undefined) {
    const key = ownerKey(table, item);
    return { codec: guarded, item, kind: 'guard', place: key && { table, key } };
  }
  const [name = '', pattern] = type.split('.');
  const codec = run.codecs.get(name);
  if (codec === undefined || (pattern === undefined && !isNext)) return undefined;
  const place = placeOf(codec, item);
  const isThere = place && itemId(place.table, place.key) === itemId(table, keyOfItem(table, item));
  // In the place of a record and whole: it is the record, with a wrong mark. Nobody else has what it says. A migration leaves such items.
  if (isThere && run.isStrict && isWhole(codec, item)) return undefined;
  // What is in the place of a record and is none tells of none.
  return { codec, item, kind: 'entry', place: isThere ? undefined : place };
}

/** Whether an item has all that a record of the entity needs. */
export function isWhole(codec: AnyCodec, item: Item): boolean {
  try {
    const record = codec.read(item);
    return codec.isWhole?.(record) ?? Object.values(record).every((value) => value !== undefined);
  } catch {
    return false;
  }
}

/** Every entry of this plan has the fields of its record's key. */
function placeOf(codec: AnyCodec, entry: Item): Derived['place'] {
  try {
    return { table: codec.table, key: checkKey(codec.key(codec.read(entry)), codec.table) };
  } catch {
    return undefined;
  }
}

async function settle(run: Run, table: TableRef, first: Derived, known: ItemReads): Promise<void> {
  const retry = run.requester.retry();
  const key = keyOfItem(table, first.item);
  if (run.expected.has(itemId(table, key))) return;
  let derived = first;
  let reads = known;
  for (;;) {
    const main = derived.place ? reads.get(derived.place.table, derived.place.key) : null;
    if (main !== null && isWanted(run, table, derived, main)) return;
    if (run.dryRun) {
      // It is left over if it was there while its record did not change.
      if ((await isAsRead(run, table, derived, main)) || !(await retry.wait())) {
        run.counts.deleted += 1;
        return;
      }
    } else {
      const outcome = await commit(run.requester, deletion(table, derived, main));
      if (outcome.kind === 'done') {
        run.counts.deleted += 1;
        return;
      }
      if (!(await retry.wait())) throw conflict(outcome.error.cause);
    }
    reads = new ItemReads(run.requester);
    await reads.load([{ table, key, consistent: true }]);
    const item = reads.get(table, key);
    const again = item && derivedOf(run, table, item);
    if (!again) return;
    derived = again;
    if (derived.place) await reads.load([{ ...derived.place, consistent: true }]);
  }
}

async function isAsRead(
  run: Run,
  table: TableRef,
  { item, place }: Derived,
  main: Item | null,
): Promise<boolean> {
  if ((await changedSince(run, { table, key: keyOfItem(table, item), item })) !== undefined) return false;
  if (place === undefined) return true;
  if (main !== null) return (await changedSince(run, { ...place, item: main })) === undefined;
  const reads = new ItemReads(run.requester);
  await reads.load([{ ...place, consistent: true }]);
  return reads.get(place.table, place.key) === null;
}

/** Deletes it, if it is as it was read and its record still does not have it. */
export function deletion(table: TableRef, { codec, item, place }: Derived, main: Item | null): Action[] {
  const entity = codec.name;
  const key = keyOfItem(table, item);
  const gone: Action = {
    kind: 'delete',
    table,
    key,
    purpose: { kind: 'derived', entity },
    condition: same(item),
  };
  if (place === undefined) return [gone];
  const condition = main === null ? absent(place.table) : asRead({ ...codec, table: place.table }, main);
  return [gone, { kind: 'check', ...place, purpose: { kind: 'unchanged', entity }, condition }];
}

export function isWanted(run: Run, table: TableRef, { codec, kind, item }: Derived, main: Item): boolean {
  if (kind === 'guard') return holds(run, codec, table, main, item);
  try {
    return entriesById(codec, run.read(codec, main)).has(itemId(table, keyOfItem(table, item)));
  } catch {
    return true;
  }
}
