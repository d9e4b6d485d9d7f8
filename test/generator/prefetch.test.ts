/** Which fields are prefetched in parallel to their parent, and which with it by one Query. */

import { expect, test } from 'vitest';
import type { PrefetchPlan } from '../../src/generator/plan/types/access.js';
import { checked } from './support.js';

const sdl = (direction: string) => `
  scalar DateTime
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type Query { room(id: ID!): Room }
  enum Direction { ASC DESC }
  type Room { id: ID! owner: String! kind: String!
    notes(first: Int, after: String, last: Int, before: String${direction}): NoteConnection! }
  type Note { id: ID! roomId: ID! at: DateTime! kind: String! mark: String }
  type NoteEdge { node: Note! cursor: String! }
  type NoteConnection { edges: [NoteEdge!]! nodes: [Note!]! pageInfo: PageInfo! }
  type Other { roomId: ID! n: ID! at: DateTime! }
`;

interface Variant {
  /** Of the room, of the notes, of another entity that may lie between them. */
  readonly room?: string;
  readonly note?: string;
  readonly other?: string;
  readonly roomPattern?: string;
  readonly notes?: string;
  readonly more?: string;
}

function prefetchOf({
  room = 'key: { PK: "ROOM#{id}", SK: METADATA }',
  note = 'key: { PK: "ROOM#{roomId}", SK: "NOTE#{at}#{id}" }',
  other,
  roomPattern = '',
  notes = 'where: { roomId: $parent.id }, sort: at',
  more = '',
}: Variant): PrefetchPlan | undefined {
  const yaml = `
version: 1
tables: { main: { name: app, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] }, ttl: ttl } }
entities:
  Room: { ${room}, immutable: true }
  Note: { ${note}, immutable: true }
  ${other === undefined ? '' : `Other: { ${other}, identity: [roomId, n], immutable: true }`}
patterns:
  room: { one: Room, for: Query.room, where: { id: $id } ${roomPattern} }
  notes: { many: Note, for: Room.notes, ${notes}, index: table }
  ${more}
`;
  const { plan, diagnostics } = checked(
    yaml,
    sdl(notes.includes('$direction') ? ', direction: Direction' : ''),
  );
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  const [parent, child] = plan?.patterns ?? [];
  expect(parent?.starts).toEqual(child?.prefetch && ['notes']);
  return child?.prefetch;
}

const together = (page: 'first' | 'last' | 'ordered', between = 0) =>
  ({ kind: 'collection', page, head: 'NOTE#', between }) as const;
const parallel = { kind: 'parallel' } as const;

test.each<[string, Variant, PrefetchPlan | undefined]>([
  ['notes above their room, the oldest first', {}, together('first')],
  ['the newest first', { notes: 'where: { roomId: $parent.id }, sort: -at' }, together('last')],
  ['the room above its notes', { room: 'key: { PK: "ROOM#{id}", SK: ROOM }' }, together('last')],
  [
    'as the caller orders them',
    { notes: 'where: { roomId: $parent.id }, sort: at, order: $direction' },
    together('ordered'),
  ],
  ['a room that is read strongly consistent', { roomPattern: ', consistent: true' }, undefined],
  ['notes that are', { notes: 'where: { roomId: $parent.id }, sort: at, consistent: true' }, parallel],
  [
    'a filter',
    { notes: 'where: { roomId: $parent.id }, sort: at, filter: { mark: { exists: true } }' },
    parallel,
  ],
  ['notes that expire', { note: 'key: { PK: "ROOM#{roomId}", SK: "NOTE#{at}#{id}" }, ttl: at' }, parallel],
  ['another entity between', { other: 'key: { PK: "ROOM#{roomId}", SK: "MIDDLE#{n}" }' }, parallel],
  [
    'another entity whose partitions may be rooms',
    { other: 'key: { PK: "{roomId}#{n}", SK: MIDDLE }' },
    parallel,
  ],
  ['another entity below both', { other: 'key: { PK: "ROOM#{roomId}", SK: "LOW#{n}" }' }, together('first')],
  [
    'another entity above both',
    { other: 'key: { PK: "ROOM#{roomId}", SK: "OTHER#{n}" }' },
    together('first'),
  ],
  [
    'another entity in other partitions',
    { other: 'key: { PK: "HALL#{roomId}", SK: "MIDDLE#{n}" }' },
    together('first'),
  ],
  [
    'an entry of the room between',
    {
      more: 'owned: { many: Room, where: { owner: $owner }, index: GSI1, key: { GSI1PK: "OWNER#{owner}", GSI1SK: "{id}" }, entry: { key: { PK: "ROOM#{id}", SK: MIDDLE }, include: [kind] } }',
    },
    together('first', 1),
  ],
  [
    'rooms that share a partition',
    {
      room: 'key: { PK: "ROOM#{kind}", SK: "METADATA#{id}" }, identity: [kind, id]',
      roomPattern: '',
      notes: 'where: { roomId: $parent.kind }, sort: at',
    },
    undefined,
  ],
  ['a value that is no part of the key', { notes: 'where: { roomId: $parent.owner }, sort: at' }, undefined],
])('%s', (_what, variant, prefetch) => {
  expect(prefetchOf(variant)).toEqual(prefetch);
});
