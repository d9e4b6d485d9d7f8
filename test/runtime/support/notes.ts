/** Notes spread over buckets and shards, and what a page of them has to be, computed in memory. */
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { EntityCodec, IndexQuery, Item, Key, PageArguments } from 'tableloom/runtime';
import { integer, type Partitions, rangeOf } from 'tableloom/runtime/generated';
import { gsi1, gsi2, table } from './domain.js';
import type { TestDatabase } from './engine.js';

export interface Note {
  readonly id: string;
  readonly list: string;
  readonly bucket: number;
  readonly shard: number;
  /** Sorts within its shard; no two notes of a shard share it, notes of different shards may. */
  readonly rank: number;
  readonly color: string;
  readonly name: string;
  /** `dangling`: deleted, but the index still shows it. `expired`: not yet removed by DynamoDB. */
  readonly fate: 'live' | 'dangling' | 'expired';
}

export const clock = new Date('2026-03-01T12:00:00.000Z');
const past = clock.getTime() / 1000 - 1;

const noteKey = ({ id }: Pick<Note, 'id'>): Key => ({ PK: `NOTE#${id}`, SK: 'METADATA' });

const codec: EntityCodec<Note> = {
  name: 'Note',
  table,
  key: noteKey,
  item: (note) => ({
    ...noteKey(note),
    GSI1PK: partitionKey(note.list, note.bucket, note.shard),
    GSI1SK: `R#${integer(note.rank)}`,
    ...note,
    ...(note.fate === 'expired' && { ttl: past }),
  }),
  read: (item) => item as unknown as Note,
  ttl: 'ttl',
};

function partitionKey(list: string, bucket: number, shard: number): string {
  return `${list}#${bucket}#${shard}`;
}

/** The items of a note: its record, and an entry that only leads to it. */
function itemsOf(note: Note): Item[] {
  const entry: Item = {
    PK: `NOTE#${note.id}`,
    SK: 'ENTRY',
    GSI2PK: partitionKey(note.list, note.bucket, note.shard),
    GSI2SK: `R#${integer(note.rank)}`,
    id: note.id,
    name: note.name,
    color: note.color,
  };
  // Only an entry can dangle: an index over the records themselves loses them with their deletion.
  return note.fate === 'dangling' ? [entry] : [codec.item(note), entry];
}

export async function putNotes({ client, tableName }: TestDatabase, notes: readonly Note[]): Promise<void> {
  await batch(
    client,
    tableName,
    notes.flatMap(itemsOf).map((Item) => ({ PutRequest: { Item } })),
  );
}

export async function deleteNotes(
  { client, tableName }: TestDatabase,
  notes: readonly Note[],
): Promise<void> {
  const keys = notes.flatMap((note) => ['METADATA', 'ENTRY'].map((SK) => ({ PK: `NOTE#${note.id}`, SK })));
  await batch(
    client,
    tableName,
    keys.map((Key) => ({ DeleteRequest: { Key } })),
  );
}

async function batch(client: TestDatabase['client'], tableName: string, requests: object[]): Promise<void> {
  const documents = DynamoDBDocumentClient.from(client);
  for (let at = 0; at < requests.length; at += 25) {
    await documents.send(
      new BatchWriteCommand({ RequestItems: { [tableName]: requests.slice(at, at + 25) as never } }),
    );
  }
}

/** What is asked of the notes of a list. */
export interface Ask {
  readonly list: string;
  readonly over: 'one' | 'merge' | 'sequence';
  readonly buckets: number;
  readonly shards: number;
  readonly descending: boolean;
  readonly color: string | null;
  readonly from: number | null;
  readonly before: number | null;
  /**
   * `entries`: through an index that holds some attributes; followed by reads by key unless they are enough.
   * `joins`: items of another entity that lead to the notes.
   */
  readonly through: 'records' | 'entries' | 'entries that suffice' | 'joins';
  readonly max: number;
}

const { ttl: _, ...lasting } = codec;

export function queryOf(ask: Ask): IndexQuery<Note, NoteEdge> {
  const bound = (rank: number | null) => (rank === null ? null : integer(rank));
  return {
    pattern: 'notes',
    // Of what expires an entry is never enough.
    entity: ask.through === 'entries that suffice' ? lasting : codec,
    index: ask.through === 'records' ? gsi1 : gsi2,
    partitions: partitionsOf(ask),
    sort: rangeOf({ from: bound(ask.from), before: bound(ask.before) }, { head: 'R#', terminated: false }),
    descending: ask.descending,
    ...(ask.color !== null && {
      filter: { expression: '#c = :c', names: { '#c': 'color' }, values: { ':c': ask.color } },
    }),
    covering: coveringOf(ask),
    page: { default: 3, max: ask.max },
  };
}

function coveringOf({ through }: Ask): IndexQuery<Note, NoteEdge>['covering'] {
  const keyOf = (item: Item) => noteKey({ id: String(item.id) });
  if (through === 'records') return { kind: 'all' };
  if (through !== 'joins') return { kind: 'some', covers: ['id', 'name'], keyOf, read: codec.read };
  return { kind: 'through', join: {}, keyOf, edge: (item) => ({ shade: String(item.color) }) };
}

/** What the edges carry where joins lead to the notes. */
export interface NoteEdge {
  readonly shade?: string;
}

/** How many items the index has of the answer: a record that is gone still counts where an entry leads to it. */
export function countOf(ask: Ask, notes: readonly Note[]): number {
  const isCounted = ask.through === 'records' ? ask : { ...ask, through: 'entries that suffice' as const };
  return answerOf(isCounted, notes).length;
}

export function fieldsOf(ask: Ask): ReadonlySet<string> {
  return new Set(ask.through === 'entries that suffice' ? ['id', '__typename'] : ['id', 'rank']);
}

function partitionsOf({ over, list, buckets, shards, descending }: Ask): Partitions {
  const keys = Array.from({ length: buckets }, (_, bucket) =>
    Array.from({ length: shards }, (_, shard) => partitionKey(list, bucket, shard)),
  );
  if (over === 'one') return { kind: 'one', key: partitionKey(list, 0, 0) };
  if (over === 'merge') return { kind: 'merge', keys: keys[0] ?? [] };
  return { kind: 'sequence', keys: descending ? keys.reverse() : keys };
}

/** The notes that answer, in order. */
export function answerOf(ask: Ask, notes: readonly Note[]): Note[] {
  const reach = { one: { buckets: 1, shards: 1 }, merge: { buckets: 1, shards: ask.shards }, sequence: ask }[
    ask.over
  ];
  const isAnswer = ({ bucket, shard, color, rank, fate }: Note) =>
    bucket < reach.buckets &&
    shard < reach.shards &&
    (ask.color === null || color === ask.color) &&
    (ask.from === null || rank >= ask.from) &&
    (ask.before === null || rank < ask.before) &&
    // What the entry alone shows is shown until it is gone itself.
    (fate === 'live' || ask.through === 'entries that suffice');
  const found = notes.filter((note) => note.list === ask.list && isAnswer(note)).sort(compare);
  return ask.descending ? found.reverse() : found;
}

export function compare(a: Note, b: Note): number {
  return a.bucket - b.bucket || a.rank - b.rank || a.shard - b.shard;
}

/** A page by Relay's algorithm. `after` and `before` are notes, of which cursors were issued, deleted since or not. */
export function pageOf(
  ask: Ask,
  notes: readonly Note[],
  { first, last }: PageArguments,
  after: Note | null,
  before: Note | null,
): { readonly nodes: readonly string[]; readonly hasNextPage: boolean; readonly hasPreviousPage: boolean } {
  const sign = ask.descending ? -1 : 1;
  const all = answerOf(ask, notes);
  const isWithin = (note: Note) =>
    (after === null || compare(note, after) * sign > 0) &&
    (before === null || compare(note, before) * sign < 0);
  const inside = all.filter(isWithin);
  const shown = last == null ? inside.slice(0, first ?? 3) : last === 0 ? [] : inside.slice(-last);
  const [start] = shown;
  const end = shown.at(-1);
  const isAfter = (a: Note, b: Note) => compare(a, b) * sign > 0;
  // A page without edges stands where it was entered.
  const next = end ?? (last == null ? after : null);
  const previous = start ?? (last == null ? null : before);
  const emptyNext =
    last == null
      ? all.length > 0 && after === null
      : before !== null && all.some((note) => !isAfter(before, note));
  const emptyPrevious =
    last == null
      ? after !== null && all.some((note) => !isAfter(note, after))
      : before === null && all.length > 0;
  return {
    nodes: shown.map(({ id }) => id),
    hasNextPage: next !== null && next !== undefined ? all.some((note) => isAfter(note, next)) : emptyNext,
    hasPreviousPage:
      previous !== null && previous !== undefined
        ? all.some((note) => isAfter(previous, note))
        : emptyPrevious,
  };
}
