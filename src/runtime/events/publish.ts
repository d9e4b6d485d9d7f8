/**
 * The event of a change, in the change's transaction: an outbox, so that a change that is stored has its event, and one that is
 * not has none.
 *
 * Events of one record have ascending times, whatever clocks say: each record's item has the last one's type and time
 * (`_event`), and the next is later. A deleted record leaves them in a marker next to the events, for a record that is
 * created again under its key.
 */
import { epochOf } from '../expiry.js';
import { itemId } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import { shardOf } from '../keys/partitions.js';
import type { EntityCodec, Item, Key } from '../types.js';
import { type Action, lastEvent } from '../write/action.js';
import { cleaned } from '../write/changes.js';
import { absent } from '../write/entity/unchanged.js';
import type { FoundItems, WriteEnvironment } from '../write/write.js';
import type { EventDocument, EventLog, EventRecord, EventType } from './types.js';

/** What a change publishes it from. */
export interface Published<R> {
  readonly type: EventType<R & object>;
  readonly before: { readonly record: R; readonly item: Item } | null;
  readonly after: R | null;
  /** `before` has expired: for those who read events, there was no record. */
  readonly isReplaced?: boolean | undefined;
}

export interface EventActions {
  readonly actions: readonly Action[];
  /** What the record's item says of its last event from now on. */
  readonly mark: string;
}

/** The event of a change, and what keeps the order of its record's events. */
export function eventActions<R extends object>(
  entity: EntityCodec<R>,
  { type, before, after, isReplaced }: Published<R>,
  env: Pick<WriteEnvironment, 'clock' | 'actor' | 'newId'>,
  found: FoundItems,
): EventActions {
  const { log } = type;
  const record = (after ?? before?.record) as R;
  const entityId = textOfKey(record, type.key);
  const marker = type.isRecreated ? markerOf(type, entityId) : undefined;
  const left = before === null && marker ? found.get(log.codec.table, marker) : null;
  const previous = (before?.item ?? left)?.[lastEvent];
  const last = typeof previous === 'string' ? previous : null;
  const now = env.clock().getTime();
  const at = last === null ? now : Math.max(now, momentOf(last) + 1);
  const event = eventOf(type, {
    id: env.newId(at),
    key: picked(record, type.key),
    entityId,
    at,
    previous: last,
    revision: revisionOf(entity, record),
    actor: env.actor,
    before: before === null || isReplaced ? null : picked(before.record, type.fields),
    after: after === null ? null : picked(after, type.fields),
  });
  const mark = markOf(event);
  return {
    mark,
    actions: [
      put(log, event, entity.cache && { record: itemId(entity.table, entity.key(record)), actor: env.actor }),
      ...(marker ? markerActions(type, { before, after, left, mark, at }, marker) : []),
    ],
  };
}

/** The last event of a record as its item names it. */
export function markOf({ type, timestamp }: Pick<EventRecord, 'type' | 'timestamp'>): string {
  return `${type}@${timestamp}`;
}

/** The moment of {@link markOf}, in milliseconds. */
export function momentOf(mark: string): number {
  return Date.parse(mark.slice(mark.indexOf('@') + 1));
}

/** The record that an event is of. */
type ChangedRecord = Pick<EventRecord, 'entity' | 'entityId'>;

interface Change {
  readonly id: string;
  readonly key: EventDocument;
  readonly entityId: string;
  readonly at: number;
  readonly previous: string | null;
  readonly revision: number | null;
  readonly actor: string | null;
  readonly before: EventDocument | null;
  readonly after: EventDocument | null;
}

function eventOf({ type, entity, log }: EventType, { at, ...change }: Change): EventRecord {
  return {
    ...change,
    type,
    entity,
    timestamp: new Date(at).toISOString(),
    lane: laneOf(log, type, { entity, entityId: change.entityId }),
    expiresAt: new Date(at + log.keepSeconds * 1000).toISOString(),
  };
}

/** The shard of a record's events of a type. */
export function laneOf(log: EventLog, type: string, { entity, entityId }: ChangedRecord): string {
  return String(shardOf(`${entity}#${entityId}`, laneCount(log, type)));
}

/** Over how many partitions a day's events of a type are spread. */
export function laneCount({ lanes }: EventLog, type: string): number {
  return (Object.hasOwn(lanes, type) && lanes[type]) || 1;
}

/** @param cached the record, where other processes may have it in their caches, and who changed it */
function put(
  { codec }: EventLog,
  event: EventRecord,
  cached: { readonly record: string; readonly actor: string | null } | undefined,
): Action {
  const item = cleaned(codec.item(event));
  const key = checkKey(codec.key(event), codec.table);
  const { type, timestamp } = event;
  const purpose = { kind: 'derived', entity: codec.name } as const;
  const { record, actor } = cached ?? {};
  const wake = { type, timestamp, ...(record !== undefined && { record }), ...(actor && { actor }) };
  return { kind: 'put', table: codec.table, key, item, purpose, event: wake };
}

interface Marked {
  readonly before: unknown;
  readonly after: unknown;
  /** The marker that is there, as far as is known. */
  readonly left: Item | null;
  readonly mark: string;
  readonly at: number;
}

/** A deleted record leaves a marker, for as long as its events are kept; a new one takes the place of the one that is there. */
function markerActions(type: EventType, { before, after, left, mark, at }: Marked, key: Key): Action[] {
  const { codec, keepSeconds } = type.log;
  const { table, ttl } = codec;
  if (before !== null && after !== null) return [];
  const purpose = { kind: 'marker', entity: type.entity } as const;
  if (after === null) {
    const expiry = ttl === undefined ? {} : { [ttl]: epochOf(new Date(at)) + keepSeconds };
    const item = { ...key, [lastEvent]: mark, ...expiry };
    return [{ kind: 'put', table, key, item, purpose: { kind: 'derived', entity: type.entity } }];
  }
  if (left === null) return [{ kind: 'check', table, key, purpose, condition: absent(table) }];
  return [{ kind: 'delete', table, key, purpose, condition: isSameMarker(left) }];
}

function isSameMarker(left: Item) {
  const mark = left[lastEvent];
  return { expression: '#e = :e', names: { '#e': lastEvent }, values: { ':e': mark ?? null } };
}

/** Where the marker of a record is: its partition begins with `#`, as that of no event does. */
function markerOf({ entity, log }: EventType, entityId: string): Key {
  const { table } = log.codec;
  const key = { [table.partition]: `#${entity}#${entityId}`, ...(table.sort && { [table.sort]: '#' }) };
  return checkKey(key, table);
}

/** A key of one field is its value; of several they are joined by `#`, and escaped so that no two keys are the same text. */
function textOfKey(record: object, fields: readonly string[]): string {
  const values = fields.map((field) => String(record[field as keyof object]));
  const [only] = values;
  if (values.length === 1 && only !== undefined) return only;
  return values.map((value) => value.replace(/[%#]/g, encodeURIComponent)).join('#');
}

function picked(record: object, fields: readonly string[]): EventDocument {
  return Object.fromEntries(fields.map((field) => [field, record[field as keyof object] ?? null]));
}

function revisionOf<R extends object>({ revision }: EntityCodec<R>, record: R): number | null {
  const value = revision === undefined ? null : record[revision];
  return typeof value === 'number' ? value : null;
}
