/** Records that rows become, and the actions that write all of their items. */
import { TableloomError } from '../../errors.js';
import { itemId, keyOfItem } from '../../keys/item-key.js';
import { checkKey } from '../../keys/limits.js';
import type { AnyCodec } from '../../reindex/types.js';
import type { AttributeValue, EntityCodec, Item, Key, Reference, TableRef } from '../../types.js';
import { sameValue } from '../../values.js';
import type { Action, Condition } from '../../write/action.js';
import { changeActions, cleaned, heldBy, type RecordChange, type Sharing } from '../../write/changes.js';
import { checkConditions } from '../../write/conditions.js';
import { computed } from '../../write/entity/changing.js';
import { absent, unchanged } from '../../write/entity/unchanged.js';
import type { CallEnvironment, WriteEnvironment } from '../../write/write.js';
import { stampAttributes } from '../ledger.js';
import type { Values } from './rows.js';
import { Refusal } from './transforms.js';

export type AnyRecord = Record<string, unknown>;
/** The codec of an entity whose type is not known here. */
export type Codec = EntityCodec<AnyRecord>;

export function codecOf(codec: AnyCodec): Codec {
  return codec as unknown as Codec;
}

export interface Stamp {
  readonly source: string;
  readonly row: string;
}

/** Throws a Refusal where the values are no record: what the entity requires of every write holds for these, too. */
export function recordOf(codec: Codec, values: Values, env: Pick<WriteEnvironment, 'rule'>): AnyRecord {
  try {
    let record = codec.read(normalized(codec, values));
    if (codec.computed) record = computed(env, record, codec.computed as never) as AnyRecord;
    if (codec.revision !== undefined) record = { ...record, [codec.revision]: 1 };
    if (codec.isWhole?.(record) === false)
      throw new Refusal('value-missing', `${codec.name} lacks a field that cannot be null`);
    checkConditions(codec, null, record, env);
    return record;
  } catch (error) {
    if (!(error instanceof TableloomError)) throw error;
    throw new Refusal(error.code, error.message);
  }
}

/** The values as writes of the entity store them. */
export function normalized({ normalize }: Codec, values: Values): Values {
  if (normalize === undefined) return values;
  const steps = normalize as Readonly<Record<string, readonly ((value: string) => string)[] | undefined>>;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? (steps[name] ?? []).reduce((text, step) => step(text), value) : value,
    ]),
  );
}

export function keyOfValues(codec: Codec, values: Values): Key {
  return checkKey(codec.key(codec.read(values)), codec.table);
}

/** What changes are made with. */
type Changing = Pick<CallEnvironment, 'now' | 'sharing'>;

/** Creates a record with all of its items. */
export function creation(codec: Codec, record: AnyRecord, stamp: Stamp, env: Changing): readonly Action[] {
  const change = { codec, before: null, after: record, racing: true, now: env.now };
  const sharing = env.sharing(codec.name);
  const { actions } = changeActions(change, sharing);
  return stamped(codec, actions, { key: codec.key(record), twin: twinOf(change, sharing), stamp });
}

/** Makes a stored record what it is to be. */
export function replacement(
  codec: Codec,
  item: Item,
  record: AnyRecord,
  stamp: Stamp,
  env: Changing,
): readonly Action[] {
  const before = { record: codec.read(item), item };
  const revision = codec.revision === undefined ? undefined : Number(item[codec.revision] ?? 0) + 1;
  const after = codec.revision === undefined ? record : { ...record, [codec.revision]: revision };
  const change = { codec, before, after, now: env.now };
  const sharing = env.sharing(codec.name);
  const { actions } = changeActions(change, sharing);
  const isSame = actions.every(({ kind }) => kind === 'check');
  const twin = twinOf(isSame ? { ...change, after: before.record } : change, sharing);
  return stamped(codec, ofItem(codec, actions, item), {
    key: keyOfItem(codec.table, item),
    twin,
    stamp,
    item,
  });
}

/** Says that another row has a record as it is. */
export function restamped(codec: Codec, item: Item, stamp: Stamp, env: Changing): readonly Action[] {
  const record = codec.read(item);
  const change = { codec, before: { record, item }, after: record, now: env.now };
  const twin = twinOf(change, env.sharing(codec.name));
  return stamped(codec, [stays(codec, item)], { key: keyOfItem(codec.table, item), twin, stamp, item });
}

/** A record is still as it was read. */
export function stays(codec: Codec, item: Item): Action {
  const { table, name: entity } = codec;
  const condition = ofRow(unchanged(codec, item), item);
  return {
    kind: 'check',
    table,
    key: keyOfItem(table, item),
    purpose: { kind: 'unchanged', entity },
    condition,
  };
}

/** There is still no record. */
export function isNowhere({ table, name: entity }: Codec, key: Key): Action {
  return { kind: 'check', table, key, purpose: { kind: 'unchanged', entity }, condition: absent(table) };
}

/** What another version of the plan stores a record as, where that is another item. */
function twinOf(change: RecordChange<AnyRecord>, sharing: Sharing | undefined): Item | undefined {
  if (sharing === undefined) return undefined;
  const { codec, after } = sharing(change);
  const twin = after && codec.entries?.(after).find((item) => item?.['_type'] === codec.name);
  return twin ? cleaned(twin) : undefined;
}

/** Deletes a record, and with `versions` those of its history: of a record that should not have been there. */
export function removal(codec: Codec, item: Item, env: Changing, versions = false): readonly Action[] {
  const change = { codec, before: { record: codec.read(item), item }, after: null, now: env.now };
  const sharing = env.sharing(codec.name);
  const actions = ofItem(codec, changeActions(change, sharing).actions, item);
  if (!versions) return actions;
  const { codec: whole, before } = sharing?.(change) ?? change;
  return [...actions, ...versionRemovals(whole, before?.record ?? change.before.record)];
}

/** The condition, and that the record was made of the row that it is read with: not all entities have a revision to tell. */
function ofRow({ expression, names, values }: Condition, item: Item): Condition {
  const row = item[stampAttributes.row];
  const isOf = row === undefined ? 'attribute_not_exists(#row)' : '#row = :row';
  return {
    expression: `(${expression}) AND ${isOf}`,
    names: { ...names, '#row': stampAttributes.row },
    values: row === undefined ? values : { ...values, ':row': row },
  };
}

function ofItem({ table }: Codec, actions: readonly Action[], item: Item): readonly Action[] {
  const id = itemId(table, keyOfItem(table, item));
  return actions.map((action) =>
    action.kind !== 'add' && action.condition !== undefined && itemId(action.table, action.key) === id
      ? { ...action, condition: ofRow(action.condition, item) }
      : action,
  );
}

/** The history of a record that was imported has few versions. */
const mostVersions = 40;

function versionRemovals(codec: Codec, record: AnyRecord): Action[] {
  const { revision, table, name: entity } = codec;
  if (codec.versions === undefined || revision === undefined) return [];
  const last = Math.min(Number(record[revision]), mostVersions);
  return Array.from({ length: last }, (_, at) => ({ ...record, [revision]: at + 1 })).flatMap(
    (one) =>
      codec.versions?.(one).map(
        (item): Action => ({
          kind: 'delete',
          table,
          key: keyOfItem(table, item),
          purpose: { kind: 'derived', entity },
        }),
      ) ?? [],
  );
}

/** With the stamp on the main item, and on that of another version. */
function stamped(
  { table, name: entity }: Codec,
  actions: readonly Action[],
  of: { readonly key: Key; readonly twin: Item | undefined; readonly stamp: Stamp; readonly item?: Item },
): readonly Action[] {
  const { key, twin, stamp, item } = of;
  const attributes = { [stampAttributes.source]: stamp.source, [stampAttributes.row]: stamp.row };
  const isStamped = Object.entries(attributes).every(([name, value]) => item?.[name] === value);
  const id = itemId(table, key);
  const twinKey = twin && keyOfItem(table, twin);
  const twinId = twinKey && itemId(table, twinKey);
  const all = actions.map((action): Action => {
    const at = itemId(action.table, action.key);
    if (action.kind === 'put' && (at === id || at === twinId))
      return { ...action, item: { ...action.item, ...attributes } };
    if (at !== id) return action;
    if (action.kind === 'update') return { ...action, set: { ...action.set, ...attributes } };
    if (action.kind !== 'check' || isStamped) return action;
    return { ...action, kind: 'update', set: attributes, remove: [] };
  });
  const isLeft = twinKey && !isStamped && all.every((one) => itemId(one.table, one.key) !== twinId);
  if (!isLeft) return all;
  const whole = { ...twin, ...attributes };
  return [...all, { kind: 'put', table, key: twinKey, item: whole, purpose: { kind: 'derived', entity } }];
}

/** A record with the codec that says all that is stored of it: during a migration, by both versions of the plan. */
function storedAs(codec: Codec, record: AnyRecord, env: Changing): { codec: Codec; record: AnyRecord } {
  const change = env.sharing(codec.name)?.({ codec, before: null, after: record, now: env.now });
  return { codec: change?.codec ?? codec, record: change?.after ?? record };
}

/** The unique values of a record, by where their guards are. */
export function guardsOf(
  own: Codec,
  of: AnyRecord,
  env: Changing,
): { readonly table: TableRef; readonly key: Key; readonly field: string }[] {
  const { codec, record } = storedAs(own, of, env);
  return heldBy(codec, record, codec.item(record)).map(({ guard }) => {
    return { table: codec.table, key: guard.key, field: guard.field };
  });
}

export function referencesIn(own: Codec, of: AnyRecord, env: Changing): readonly Reference[] {
  const { codec, record } = storedAs(own, of, env);
  return codec.references?.(record) ?? [];
}

/** The fields in which two records differ; what writes count or set by themselves does not matter. */
export function differences(codec: Codec, stored: AnyRecord, wanted: AnyRecord): string[] {
  return Object.keys(wanted).filter(
    (name) =>
      name !== codec.revision &&
      !sameValue((stored[name] ?? null) as AttributeValue, (wanted[name] ?? null) as AttributeValue),
  );
}
