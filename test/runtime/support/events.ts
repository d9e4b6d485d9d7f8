/** Notes whose changes are events, their codecs written as the generator writes them. */
import type { AnyCodec, EntityCodec, Item, Key, TableDefinition } from 'tableloom/runtime';
import {
  day,
  type EventLog,
  type EventRecord,
  epochSeconds,
  eventType,
  type IndexRef,
  query,
  rangeOf,
  type TableRef,
  text,
  time,
} from 'tableloom/runtime/generated';

const main: TableRef = { name: 'main', partition: 'PK', sort: 'SK' };
const log: TableRef = { name: 'events', partition: 'PK', sort: 'SK' };
const logKey: IndexRef = { table: log, partition: 'PK', sort: 'SK' };

export const definitions: readonly TableDefinition[] = [
  {
    table: 'main',
    name: '${PREFIX}-main',
    key: { partition: 'PK', sort: 'SK' },
    indexes: [],
    ttl: 'ttl',
  },
  {
    table: 'events',
    name: '${PREFIX}-events',
    key: { partition: 'PK', sort: 'SK' },
    indexes: [],
    ttl: 'ttl',
  },
];

export interface Note {
  readonly name: string;
  readonly text: string;
  readonly secret: string | null;
  readonly version: number;
}

export const noteKey = ({ name }: Pick<Note, 'name'>): Key => ({ PK: `NOTE#${text(name)}`, SK: 'METADATA' });

export const notes: EntityCodec<Note> = {
  name: 'Note',
  table: main,
  key: noteKey,
  item: (note) => ({ ...noteKey(note), ...note, secret: note.secret ?? undefined }),
  read: (item) => ({
    name: item.name as string,
    text: item.text as string,
    secret: (item.secret as string | undefined) ?? null,
    version: item.version as number,
  }),
  revision: 'version',
  keyFields: () => undefined,
};

const eventKey = ({ type, timestamp, lane, id }: EventRecord): Key => ({
  PK: `${text(type)}#${day(timestamp)}#${text(lane)}`,
  SK: `${time(timestamp)}#${text(id)}`,
});

const eventCodec: EntityCodec<EventRecord> = {
  name: 'Event',
  table: log,
  key: eventKey,
  item: (event): Item => ({
    ...eventKey(event),
    ...(event as unknown as Item),
    ttl: epochSeconds(event.expiresAt),
  }),
  read: (item) => ({
    id: item.id as string,
    type: item.type as string,
    entity: item.entity as string,
    entityId: item.entityId as string,
    revision: (item.revision as number | undefined) ?? null,
    actor: (item.actor as string | undefined) ?? null,
    before: (item.before as EventRecord['before'] | undefined) ?? null,
    after: (item.after as EventRecord['after'] | undefined) ?? null,
    timestamp: item.timestamp as string,
    lane: item.lane as string,
    key: item.key as EventRecord['key'],
    previous: (item.previous as string | undefined) ?? null,
    expiresAt: item.expiresAt as string,
  }),
  ttl: 'ttl',
};

/** Events are kept for 30 days; those of NOTE_UPDATED are spread over two partitions. */
export const eventLog: EventLog = {
  codec: eventCodec,
  keepSeconds: 30 * 86_400,
  lanes: { NOTE_UPDATED: 2 },
  read: ({ type, lane, bucket, from }) =>
    query('eventsOfDay', eventCodec, logKey, {
      partition: `${text(type)}#${day(bucket)}#${text(lane)}`,
      sort: rangeOf({ from: from ?? undefined }, { head: '', terminated: true }),
      consistent: true,
      page: { default: 1000, max: 1000 },
    }),
};

const ofNote = { entity: 'Note', fields: ['name', 'text'], key: ['name'], isRecreated: true };

/** A name that objects have of themselves. */
export const constructed = eventType<Note>(eventLog, 'constructor', ofNote);

export const events = {
  NOTE_CREATED: eventType<Note>(eventLog, 'NOTE_CREATED', ofNote),
  NOTE_UPDATED: eventType<Note>(eventLog, 'NOTE_UPDATED', ofNote),
  NOTE_DELETED: eventType<Note>(eventLog, 'NOTE_DELETED', ofNote),
  NOTE_HIDDEN: eventType<Note>(eventLog, 'NOTE_HIDDEN', ofNote),
};

export const noteCodec: AnyCodec = notes;

export function note(name: string, words: string): Note {
  return { name, text: words, secret: `secret of ${name}`, version: 1 };
}
