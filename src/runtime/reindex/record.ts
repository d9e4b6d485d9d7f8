/** Brings all items of one record to the plan. */
import { alreadyExists, beingDeleted, conflict, TableloomError, valueTaken } from '../errors.js';
import { isExpired } from '../expiry.js';
import { type ItemKey, itemId, keyOfItem } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import { ItemReads } from '../read/batch-get.js';
import type { AttributeValue, Item, Key, TableRef } from '../types.js';
import { sameValue } from '../values.js';
import { type Action, counterAttributes, guardAttributes, nextAttribute, typeOf } from '../write/action.js';
import { cleaned, entriesById, type Held, heldBy, ownerOf } from '../write/changes.js';
import { commit } from '../write/commit.js';
import { absent } from '../write/entity/unchanged.js';
import { isMarked } from '../write/references.js';
import { isHeld, isMislabelled, isOfRecord } from './belonging.js';
import { asRead, type Run, same } from './run.js';
import type { AnyCodec } from './types.js';
import { beginning, firstVersions, type VersionItem } from './versions.js';

/** A record's main item as it was found. */
export interface Found {
  readonly codec: AnyCodec;
  /** The table it is in. */
  readonly table: TableRef;
  readonly item: Item;
}

/** A record's items as the plan says. */
export interface Wanted extends Found {
  readonly record: object;
  /** Where its main item is, and where it belongs. */
  readonly key: Key;
  readonly place: Key;
  readonly isMoved: boolean;
  readonly main: Item;
  /** The part of it that the record gives it. */
  readonly ours: Item;
  /** A field that cannot be null and has no value: the record is brought to the plan as far as it does not need it. */
  readonly lacking: string | undefined;
  readonly entries: ReadonlyMap<string, Item>;
  readonly guards: readonly Held[];
  /** With which its histories begin. */
  readonly versions: readonly VersionItem[];
  /** What another version of the plan may have stored of it, none of these. */
  readonly leaving: readonly Item[];
}

export function wantedOf(run: Run, found: Found): Wanted | undefined {
  const { codec, table, item } = found;
  run.counts.records += 1;
  try {
    if (isMarked(item)) throw beingDeleted(codec.name);
    return wantedItems(run, found);
  } catch (error) {
    run.fail(codec.name, keyOfItem(table, item), error);
    return undefined;
  }
}

/** Throws where the record's attributes give no keys. */
export function wantedItems(run: Run, found: Found): Wanted {
  const { codec, table, item } = found;
  const key = keyOfItem(table, item);
  const record = run.read(codec, item);
  const ours = cleaned(codec.item(record));
  const place = checkKey(keyOfItem(codec.table, ours), codec.table);
  const entries = entriesById(codec, record);
  for (const entry of entries.values()) checkKey(keyOfItem(codec.table, entry), codec.table);
  return {
    ...found,
    record,
    key,
    place,
    isMoved: itemId(table, key) !== itemId(codec.table, place),
    main: { ...run.foreign(codec, record, table, item), ...ours },
    ours,
    lacking: Object.entries(record).find(([, value]) => value === undefined)?.[0],
    entries,
    guards: heldBy(codec, record, ours),
    versions: firstVersions(codec, record),
    leaving: (codec.leaving?.(item) ?? []).filter((one) => {
      const id = itemId(codec.table, keyOfItem(codec.table, one));
      return !entries.has(id) && id !== itemId(table, key) && id !== itemId(codec.table, place);
    }),
  };
}

/** What is read of the items it should have: they may be right already. */
export function keysOf({ codec, place, isMoved, entries, guards, versions, leaving }: Wanted): ItemKey[] {
  const { table } = codec;
  const keys = [
    ...(isMoved ? [place] : []),
    ...Array.from(entries.values(), (entry) => keyOfItem(table, entry)),
    ...guards.map(({ guard }) => checkKey(guard.key, table)),
    ...versions.map(({ key }) => key),
    ...leaving.map((item) => keyOfItem(table, item)),
  ];
  return keys.map((key) => ({ table, key, consistent: true }));
}

export async function bring(run: Run, first: Wanted, known: ItemReads): Promise<void> {
  const retry = run.requester.retry();
  let wanted = first;
  let reads = known;
  const { codec, table, key } = first;
  try {
    for (;;) {
      const change = await changeOf(run, wanted, reads);
      // A scan may have read what is gone by now, and where nothing is written, no condition tells that it is.
      const isRight = change.actions.every(({ kind }) => kind === 'check');
      const isDoubtful = change.problems.length > 0 || (run.dryRun && !isRight);
      const stale = isDoubtful ? await changedSince(run, wanted) : undefined;
      if (stale === null) return;
      if (stale !== undefined && (await retry.wait())) {
        run.counts.records -= 1;
        const next = wantedOf(run, { codec, table, item: stale });
        if (next === undefined) return;
        reads = new ItemReads(run.requester);
        await reads.load(keysOf(next));
        wanted = next;
        continue;
      }
      for (const { error } of change.problems) run.fail(codec.name, key, error);
      if (isRight) return;
      const outcome = run.dryRun ? { kind: 'done' as const } : await commit(run.requester, change.actions);
      if (outcome.kind === 'done') return count(run, wanted, change.actions);
      if (!(await retry.wait())) throw conflict(outcome.error.cause);
      run.counts.failed -= change.problems.length;
      run.problems.splice(run.problems.length - change.problems.length);
      const again = new ItemReads(run.requester);
      await again.load([{ table, key, consistent: true }]);
      const item = again.get(table, key);
      // Deleted meanwhile, with all that belongs to it.
      if (item === null) return;
      run.counts.records -= 1;
      const next = wantedOf(run, { codec, table, item });
      if (next === undefined) return;
      await again.load(keysOf(next));
      wanted = next;
      reads = again;
    }
  } catch (error) {
    if (!(error instanceof TableloomError) || isOfStorage(error)) throw error;
    run.fail(codec.name, key, error);
  }
}

/** The item as it is now, null where it is gone; undefined where it is as it was read: so is all that belongs to it. */
export async function changedSince(
  run: Run,
  { table, key, item }: Pick<Wanted, 'table' | 'key' | 'item'>,
): Promise<Item | null | undefined> {
  const reads = new ItemReads(run.requester);
  await reads.load([{ table, key, consistent: true }]);
  const now = reads.get(table, key);
  return now !== null && sameValue(now as AttributeValue, item as AttributeValue) ? undefined : now;
}

/** What no other record would be spared. */
export function isOfStorage({ code }: TableloomError): boolean {
  return /^(?:BUSY|STORAGE_UNAVAILABLE|STORAGE_REFUSED|CANCELLED|CONFIGURATION|PLAN_MISMATCH)$/.test(code);
}

export function count(
  run: Run,
  { codec, isMoved, entries, guards }: Wanted,
  actions: readonly Action[],
): void {
  run.counts.changed += 1;
  if (isMoved) run.counts.moved += 1;
  run.counts.written += actions.filter(({ kind }) => kind === 'put' || kind === 'update').length;
  run.counts.deleted += actions.filter(({ kind }) => kind === 'delete').length;
  if (!run.dryRun || !isMoved) return;
  for (const id of entries.keys()) run.expected.add(id);
  for (const { guard } of guards) run.expected.add(itemId(codec.table, guard.key));
}

export interface Change {
  readonly actions: readonly Action[];
  readonly problems: readonly Problem[];
}

/** What stays as it is, and why. */
export interface Problem {
  readonly part: 'record' | 'entry' | 'guard';
  /** Where the item is, or would be. */
  readonly key: Key;
  readonly error: TableloomError;
}

export async function changeOf(run: Run, wanted: Wanted, reads: ItemReads): Promise<Change> {
  const { codec, place, isMoved } = wanted;
  const there = isMoved ? reads.get(codec.table, place) : null;
  const arrival = there === null ? undefined : copied(wanted, there);
  if (arrival && (there?.[nextAttribute] === undefined || arrival.problems.length > 0)) return arrival;
  const problems: Problem[] = [...(arrival?.problems ?? [])];
  const actions = [...(arrival?.actions ?? mainActions(wanted)), ...additionsOf(wanted)];
  for (const [, entry] of wanted.entries) {
    const key = keyOfItem(codec.table, entry);
    const action = entryAction(run, wanted, entry, reads.get(codec.table, key));
    if (action instanceof TableloomError) problems.push({ part: 'entry', key, error: action });
    else if (action) actions.push(action);
  }
  for (const held of wanted.guards) {
    const { key } = held.guard;
    const action = await guardAction(run, wanted, held, reads.get(codec.table, key));
    if (action instanceof TableloomError) problems.push({ part: 'guard', key, error: action });
    else if (action) actions.push(action);
  }
  for (const version of wanted.versions) {
    const there = reads.get(codec.table, version.key);
    // Verified is what does not expire.
    if (run.dryRun && there === null && version.keep?.expires) continue;
    const action = beginning(codec, version, there, run.now());
    if (action) actions.push(action);
  }
  // At once: what reads an index would find the record twice.
  for (const item of wanted.leaving) {
    const key = keyOfItem(codec.table, item);
    const left = reads.get(codec.table, key);
    if (left === null || left['_type'] !== item['_type']) continue;
    const purpose = { kind: 'derived', entity: codec.name } as const;
    actions.push({ kind: 'delete', table: codec.table, key, purpose, condition: same(left) });
  }
  return { actions, problems };
}

/** What a record adds to numbers that do not count it yet. */
function additionsOf({ codec, record }: Wanted): Action[] {
  return (codec.uncounted?.(record) ?? []).flatMap(({ name, key, by }): Action[] => {
    if (key === undefined || by === 0) return [];
    return [
      {
        kind: 'add',
        table: codec.table,
        key: checkKey(key, codec.table),
        attribute: counterAttributes.value,
        by,
        set: { [counterAttributes.name]: name },
        purpose: { kind: 'counter', entity: codec.name, guard: name },
      },
    ];
  });
}

/** Another item has the key that the record moves to: a copy of it, or another record, which is not overwritten. */
function copied({ codec, table, item, key, place, ours, main }: Wanted, there: Item): Change {
  const entity = codec.name;
  const isCopy =
    there['_type'] === entity &&
    sameValue(cleaned(codec.item(codec.read(there))) as AttributeValue, ours as AttributeValue);
  if (!isCopy)
    return { actions: [], problems: [{ part: 'record', key: place, error: alreadyExists(entity) }] };
  const purpose = { kind: 'unchanged', entity } as const;
  return {
    actions: [
      { kind: 'delete', table, key, purpose, condition: asRead({ ...codec, table }, item) },
      there[nextAttribute] === undefined
        ? { kind: 'check', table: codec.table, key: place, purpose, condition: asRead(codec, there) }
        : {
            kind: 'put',
            table: codec.table,
            key: place,
            item: main,
            purpose,
            condition: asRead(codec, there),
          },
    ],
    problems: [],
  };
}

/** With more attributes an UpdateExpression nears DynamoDB's 4 KB and 300 operators; the whole item is put instead. */
const mostUpdated = 100;

function mainActions({ codec, table, item, key, place, isMoved, main }: Wanted): Action[] {
  const purpose = { kind: 'unchanged', entity: codec.name } as const;
  const condition = asRead({ ...codec, table }, item);
  if (isMoved)
    return [
      { kind: 'delete', table, key, purpose, condition },
      { kind: 'put', table: codec.table, key: place, item: main, purpose, condition: absent(codec.table) },
    ];
  const set = Object.fromEntries(
    Object.entries(main).filter(([name, value]) => !sameValue(value, item[name])),
  );
  const remove = Object.keys(item).filter((name) => !(name in main));
  const changed = Object.keys(set).length + remove.length;
  if (changed === 0) return [{ kind: 'check', table, key, purpose, condition }];
  if (changed > mostUpdated) return [{ kind: 'put', table, key, item: main, purpose, condition }];
  return [{ kind: 'update', table, key, set, remove, purpose, condition }];
}

function entryAction(
  run: Run,
  { codec, place }: Wanted,
  entry: Item,
  there: Item | null,
): Action | TableloomError | undefined {
  const { table, name: entity } = codec;
  if (there !== null && sameValue(there as AttributeValue, entry as AttributeValue)) return undefined;
  const key = keyOfItem(table, entry);
  // An entry of an earlier plan may have its key; a record, or an item of another program, is not overwritten.
  const isOurs =
    there === null ||
    typeOf(there).startsWith(`${entity}.`) ||
    isOfRecord(codec, there, place) ||
    isMislabelled(run, table, there, entry);
  if (!isOurs) return alreadyExists(typeOf(entry));
  const purpose = { kind: 'derived', entity } as const;
  return {
    kind: 'put',
    table,
    key,
    item: entry,
    purpose,
    condition: there === null ? absent(table) : same(there),
  };
}

async function guardAction(
  run: Run,
  { codec, table: from, key: old, main }: Wanted,
  { guard, item, owner, alias }: Held,
  there: Item | null,
): Promise<Action | TableloomError | undefined> {
  const { table, name: entity } = codec;
  if (there !== null && sameValue(there as AttributeValue, item as AttributeValue)) return undefined;
  const { field, constraint } = guard;
  const names = { field, ...(constraint !== undefined && { constraint }) };
  const purpose = { kind: 'guard', entity, ...names, owner } as const;
  const put = { kind: 'put', table, key: guard.key, item, purpose } as const;
  if (there === null) return { ...put, condition: absent(table) };
  // Who has expired has no value any more; what takes it may be there already.
  if (isExpired(codec, main, run.now())) return undefined;
  const isOurs = [owner, ...alias, ownerOf(from, old)].includes(String(there[guardAttributes.owner]));
  if (!isOurs && (await isHeld(run, table, there))) return valueTaken({ entity, ...names });
  return { ...put, condition: same(there) };
}
