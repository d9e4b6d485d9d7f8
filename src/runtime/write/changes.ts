/** The actions that update all items of a record, from the record before and after. */
import { KeyError } from '../errors.js';
import { epochOf } from '../expiry.js';
import { itemId, keyOfItem } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import type { AttributeValue, Counted, EntityCodec, Guard, Item, Key, TableRef } from '../types.js';
import { sameValue } from '../values.js';
import { type Action, type Condition, counterAttributes, guardAttributes, lastEvent } from './action.js';
import { boundsOf } from './entity/sums.js';
import { absent, unchanged, unchangedAndStaying } from './entity/unchanged.js';
import { childrenActions, isMarked, referenceActions } from './references.js';
import { expiryOfVersion, versionsOf } from './versions.js';

/** A record as it was read, and its stored item, with attributes of other programs. */
export interface Stored<R> {
  readonly record: R;
  readonly item: Item;
}

/** How a record changes. */
export interface RecordChange<R extends object> {
  readonly codec: EntityCodec<R>;
  readonly before: Stored<R> | null;
  readonly after: R | null;
  /** The version that the caller requires, if any. */
  readonly expected?: number | undefined;
  /** `before` has expired: it is replaced whole, as if it were not there. */
  readonly replace?: boolean;
  /** Where another writer creates the record first, everything is computed again. */
  readonly racing?: boolean;
  /** An expired record under the key that the record moves to: it is replaced, and its derived items are deleted. */
  readonly taken?: Stored<R> | null;
  readonly now: Date;
}

/** Makes a change one of what two versions of the plan store of the record. */
export type Sharing = <R extends object>(change: RecordChange<R>) => RecordChange<R>;

/** The actions of one record's change, and its main item afterwards. */
export interface ChangeActions {
  readonly actions: readonly Action[];
  readonly item: Item | null;
}

/** With more attributes an UpdateExpression nears DynamoDB's 4 KB and 300 operators; the whole item is put instead. */
const mostUpdated = 100;

/**
 * Everything that a record's change does: to its main item, index entries, versions, the guards of its unique values and
 * aggregates, with checks that the records it refers to exist and that no record refers to a deleted one. Skips items
 * that stay the same. Where nothing but the revision would change, there is one check that the record is as it was read,
 * for the other writes of the transaction that depend on it; the revision stays.
 */
export function changeActions<R extends object>(
  alone: RecordChange<R>,
  sharing?: Sharing | undefined,
): ChangeActions {
  if (sharing && alone.before !== null && changesNothing(alone))
    return { actions: [checkAsRead(alone.codec, alone.before, alone.expected)], item: alone.before.item };
  const change = sharing ? sharing(alone) : alone;
  const { codec, before, after } = change;
  const next = after === null ? null : cleaned(codec.item(after));
  if (next !== null) checkItem(codec, next, after);
  const main = mainActions(change, next);
  // The same attributes make the same entries, versions and guards.
  if (main.actions.every(({ kind }) => kind === 'check')) return main;
  return {
    item: main.item,
    actions: [
      ...main.actions,
      ...derivedActions(codec, before?.record ?? null, after, change.racing),
      ...(after === null ? [] : versionActions(codec, after, change.now)),
      ...guardActions(change, next),
      ...(change.taken ? leavings(codec, change.taken, change.now) : []),
      ...counterActions(change),
      ...referenceActions(codec, change.replace ? null : (before?.record ?? null), after, change.now),
      ...(before !== null && leaves(codec, before, next) ? childrenActions(codec, before.record) : []),
    ],
  };
}

/**
 * Whether nothing changes of what this version stores, apart from the revision. Both are as it would store them: what is stored
 * has items of the other version, and lacks some of this one until the migration ends.
 */
function changesNothing<R extends object>({ codec, before, after, replace }: RecordChange<R>): boolean {
  if (before === null || after === null || replace) return false;
  const [old, next] = [cleaned(codec.item(before.record)), cleaned(codec.item(after))];
  return [...new Set([...Object.keys(old), ...Object.keys(next)])].every(
    (name) => name === codec.revision || sameValue(old[name], next[name]),
  );
}

/** The record is as it was read, and stays. */
function checkAsRead<R extends object>(codec: EntityCodec<R>, { item }: Stored<R>, expected?: number) {
  const { table, name: entity } = codec;
  const purpose = { kind: 'unchanged', entity, ...(expected !== undefined && { expected }) } as const;
  const condition = unchangedAndStaying(codec, item);
  return { kind: 'check', table, key: keyOfItem(table, item), purpose, condition } as const satisfies Action;
}

/** Its key, and that no key of an index is empty: the item has attributes besides the fields of the record as keys only. */
function checkItem<R extends object>(
  { table, name: entity }: EntityCodec<R>,
  item: Item,
  record: R | null,
): void {
  checkKey(keyOfItem(table, item), table);
  const attribute = Object.keys(item).find((name) => item[name] === '' && !(record && name in record));
  if (attribute === undefined || record === null) return;
  const empty = Object.entries(record).flatMap(([field, value]) => (value === '' ? [field] : []));
  const fields = empty.map((field) => `${entity}.${field}`).join(' or ');
  throw new KeyError(`${fields} is empty, and the index key ${attribute} consists of it alone.`, {
    entity,
    field: empty.join(' or '),
    attribute,
  });
}

/** The record is deleted, or moves to another key: nothing may refer to the old one. */
function leaves<R extends object>({ table }: EntityCodec<R>, before: Stored<R>, next: Item | null): boolean {
  return (
    next === null || itemId(table, keyOfItem(table, before.item)) !== itemId(table, keyOfItem(table, next))
  );
}

/** Deletes the derived items of a record whose main item is overwritten. */
function leavings<R extends object>(codec: EntityCodec<R>, gone: Stored<R>, now: Date): Action[] {
  const change = { codec, before: gone, after: null, now };
  return [
    ...derivedActions(codec, gone.record, null),
    ...guardActions(change, null),
    ...counterActions(change),
  ];
}

/** An item without what DynamoDB does not store: undefined, null at the top, empty sets. */
export function cleaned(item: Item): Item {
  const copy: Item = {};
  for (const name in item) {
    const value = item[name];
    if (value === undefined || value === null || (value instanceof Set && value.size === 0)) continue;
    copy[name] = value;
  }
  return copy;
}

function mainActions<R extends object>(change: RecordChange<R>, next: Item | null): ChangeActions {
  const { codec, before, expected, replace, racing = false } = change;
  const { table, name: entity } = codec;
  if (before === null) {
    if (next === null) return { actions: [], item: null };
    return { actions: [putNew(codec, next, racing)], item: next };
  }
  const asRead = checkAsRead(codec, before, expected);
  if (next === null)
    return { actions: [{ ...asRead, kind: 'delete', condition: unchanged(codec, before.item) }], item: null };
  const unknown = unknownAttributes(codec, before);
  if (itemId(table, asRead.key) !== itemId(table, keyOfItem(table, next))) {
    const moved = { ...unknown, ...next };
    const { taken } = change;
    const arrival: Action = taken
      ? {
          kind: 'put',
          table,
          key: keyOfItem(table, moved),
          item: moved,
          purpose: { kind: 'unchanged', entity },
          condition: unchanged(codec, taken.item),
        }
      : putNew(codec, moved, false);
    return { actions: [{ ...asRead, kind: 'delete' }, arrival], item: moved };
  }
  if (replace) {
    // Events of the new record follow those of the old one.
    const item = { ...next, ...(lastEvent in before.item && { [lastEvent]: before.item[lastEvent] }) };
    return { actions: [{ ...asRead, kind: 'put', item }], item };
  }
  const merged = { ...unknown, ...next };
  const set: Item = {};
  for (const name in next) if (!sameValue(next[name], before.item[name])) set[name] = next[name];
  const remove = Object.keys(before.item).filter((name) => !(name in merged));
  const changed = Object.keys(set).length + remove.length;
  const revised = codec.revision !== undefined && codec.revision in set ? 1 : 0;
  if (changed === revised) return { actions: [asRead], item: before.item };
  if (changed > mostUpdated) return { actions: [{ ...asRead, kind: 'put', item: merged }], item: merged };
  return { actions: [{ ...asRead, kind: 'update', set, remove }], item: merged };
}

/** Attributes that another program stored: an update leaves them as they are. */
function unknownAttributes<R extends object>(codec: EntityCodec<R>, { record, item }: Stored<R>): Item {
  const known = codec.item(record);
  return Object.fromEntries(Object.entries(item).filter(([name]) => !(name in known)));
}

function putNew<R extends object>(
  { table, name: entity, ttl }: EntityCodec<R>,
  item: Item,
  racing: boolean,
): Action {
  const purpose = { kind: 'absent', entity, racing, ...(ttl !== undefined && { ttl }) } as const;
  return { kind: 'put', table, key: keyOfItem(table, item), item, purpose, condition: absent(table) };
}

/** Index entries and relationship records, compared by key, so that two of them may swap keys. */
function derivedActions<R extends object>(
  codec: EntityCodec<R>,
  before: R | null,
  after: R | null,
  racing = false,
): Action[] {
  if (codec.entries === undefined) return [];
  const { table, name: entity } = codec;
  const purpose = { kind: 'derived', entity } as const;
  const old = entriesById(codec, before);
  const next = entriesById(codec, after);
  const actions: Action[] = [];
  for (const [id, item] of old)
    if (!next.has(id)) actions.push({ kind: 'delete', table, key: keyOfItem(table, item), purpose });
  for (const [id, item] of next) {
    const same = old.get(id);
    if (same !== undefined && sameValue(same as AttributeValue, item as AttributeValue)) continue;
    checkItem(codec, item, after);
    // A new record may be there under the key that another version of the plan reads it by.
    const isRecord = before === null && codec.ttl === undefined && item['_type'] === entity;
    if (isRecord) actions.push(putNew(codec, item, racing));
    else actions.push({ kind: 'put', table, key: keyOfItem(table, item), item, purpose });
  }
  return actions;
}

/** The entries of a record, by where they are stored. */
export function entriesById<R extends object>(
  codec: Pick<EntityCodec<R>, 'table' | 'entries'>,
  record: R | null,
): Map<string, Item> {
  const entries = (record === null ? [] : (codec.entries?.(record) ?? [])).filter(
    (item) => item !== undefined,
  );
  return new Map(entries.map((item) => [itemId(codec.table, keyOfItem(codec.table, item)), cleaned(item)]));
}

function versionActions<R extends object>(codec: EntityCodec<R>, after: R, now: Date): Action[] {
  const { table, name: entity } = codec;
  return versionsOf(codec, after, (item) => keyOfItem(table, item)).flatMap(
    ({ item, versions }): Action[] => {
      const key = checkKey(keyOfItem(table, item), table);
      if (versions === undefined)
        return [{ kind: 'put', table, key, item: cleaned(item), purpose: { kind: 'derived', entity } }];
      const { keep, revision, keysOf } = versions;
      const purpose = { kind: 'version', entity, versions } as const;
      const whole = cleaned({ ...item, ...expiryOfVersion(keep, now) });
      const put: Action = { kind: 'put', table, key, item: whole, purpose, condition: absent(table) };
      const oldest = Number(after[revision as keyof R]) - (keep?.versions ?? Number.POSITIVE_INFINITY);
      if (oldest < 1) return [put];
      const gone = keysOf(oldest).map((one): Action => {
        return { kind: 'delete', table, key: one, purpose: { kind: 'derived', entity } };
      });
      return [put, ...gone];
    },
  );
}

/** The owner of a unique value: the record's key, as one text. */
export function ownerOf(table: TableRef, key: Key): string {
  return JSON.stringify(
    table.sort === undefined ? [key[table.partition]] : [key[table.partition], key[table.sort]],
  );
}

/** One unique value of a record. */
export interface Held {
  readonly guard: Guard & { readonly key: Key };
  readonly item: Item;
  readonly owner: string;
  /** What else may be noted as its owner: the same record by its key of another version. */
  readonly alias: readonly string[];
}

/** Takes, releases or skips guards. A guard expires with its record. */
function guardActions<R extends object>(
  { codec, before, after, now }: RecordChange<R>,
  next: Item | null,
): Action[] {
  if (codec.guards === undefined) return [];
  const { table, name: entity } = codec;
  const old = before === null ? [] : heldBy(codec, before.record, before.item);
  const held = after === null || next === null ? [] : heldBy(codec, after, next);
  const actions: Action[] = [];
  for (const { guard, item, owner, alias } of old) {
    const id = itemId(table, guard.key);
    const kept = held.find((other) => itemId(table, other.guard.key) === id);
    if (kept !== undefined && sameValue(kept.item as AttributeValue, item as AttributeValue)) {
      held.splice(held.indexOf(kept), 1);
    } else if (kept === undefined) {
      const purpose = { kind: 'guard', entity, ...namesOf(guard), owner } as const;
      const condition = isOurs(table, [owner, ...alias]);
      actions.push({ kind: 'delete', table, key: guard.key, purpose, condition });
    }
  }
  for (const { guard, item, owner, alias } of held) {
    checkKey(guard.key, table);
    // A record that moves keeps its values: their owner changes from its old key to its new one.
    const previous =
      old.find((other) => itemId(table, other.guard.key) === itemId(table, guard.key))?.owner ?? owner;
    const condition = isOurs(table, [previous, ...alias], guard.expires ?? codec.ttl, now);
    const purpose = { kind: 'guard', entity, ...namesOf(guard), owner } as const;
    actions.push({ kind: 'put', table, key: guard.key, item, purpose, condition });
  }
  return actions;
}

/** The unique values that a record has, with the items of their guards. */
export function heldBy<R extends object>(
  codec: Pick<EntityCodec<R>, 'name' | 'table' | 'ttl' | 'guards' | 'owners'>,
  record: R,
  main: Item,
): Held[] {
  const { table, ttl } = codec;
  const keys = codec.owners?.(record) ?? [keyOfItem(table, main)];
  const [owner = '', ...alias] = new Set(keys.map((key) => ownerOf(table, key)));
  return (codec.guards?.(record) ?? []).flatMap((guard) => {
    const { field, key } = guard;
    if (key === undefined) return [];
    const item: Item = {
      ...key,
      [guardAttributes.entity]: codec.name,
      [guardAttributes.field]: field,
      [guardAttributes.owner]: owner,
      ...(ttl !== undefined && main[ttl] !== undefined && { [ttl]: main[ttl] }),
    };
    return { guard: { ...guard, key }, item, owner, alias };
  });
}

function namesOf({ field, constraint, message }: Guard): Pick<Guard, 'field' | 'constraint' | 'message'> {
  return {
    field,
    ...(constraint === undefined ? {} : { constraint }),
    ...(message === undefined ? {} : { message }),
  };
}

/**
 * What the change adds to aggregates: the difference, by the aggregate's key. A record that is being deleted was
 * subtracted when it was marked.
 */
export function counterActions<R extends object>({
  codec,
  before,
  after,
}: Pick<RecordChange<R>, 'codec' | 'before' | 'after'>): Action[] {
  if (codec.counters === undefined || (before !== null && isMarked(before.item))) return [];
  const { table, name: entity } = codec;
  const changes = new Map<string, Action & { readonly kind: 'add' }>();
  const count = (record: R, sign: 1 | -1) => {
    for (const { name, key, by, max, range } of codec.counters?.(record) ?? []) {
      if (key === undefined) continue;
      const id = itemId(table, key);
      changes.set(id, {
        kind: 'add',
        table,
        key: checkKey(key, table),
        attribute: counterAttributes.value,
        by: (changes.get(id)?.by ?? 0) + sign * by,
        set: { [counterAttributes.name]: name },
        purpose: { kind: 'counter', entity, guard: name },
        ...(max !== undefined && { max }),
        ...(range !== undefined && { range: rangeOf(range) }),
      });
    }
  };
  if (before !== null) count(before.record, -1);
  if (after !== null) count(after, 1);
  return [...changes.values()].filter(({ by }) => by !== 0);
}

function rangeOf(range: NonNullable<Counted['range']>): { readonly min: number; readonly max: number } {
  if (typeof range === 'string') return boundsOf(range);
  const { min, max } = boundsOf(range.kind);
  return { min: Math.ceil(min / range.shards), max: Math.floor(max / range.shards) };
}

/** No other record has the value; an expired one does not count. */
function isOurs(table: TableRef, owners: readonly string[], ttl?: string, now?: Date): Condition {
  const names: Record<string, string> = { '#p': table.partition, '#o': guardAttributes.owner };
  const distinct = [...new Set(owners)];
  const name = (at: number) => (at === 0 ? ':o' : `:o${at}`);
  const values: Record<string, AttributeValue> = Object.fromEntries(
    distinct.map((one, at) => [name(at), one]),
  );
  let expression = ['attribute_not_exists(#p)', ...distinct.map((_, at) => `#o = ${name(at)}`)].join(' OR ');
  if (ttl !== undefined && now !== undefined) {
    expression += ' OR #x <= :x';
    names['#x'] = ttl;
    values[':x'] = epochOf(now);
  }
  return { expression, names, values };
}
