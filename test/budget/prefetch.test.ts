/** Which pages a budget counts as bringing their parent, in either order. */

import { buildSchema, parse } from 'graphql';
import { budgetOf } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { costsOf } from '../../src/generator/costs/costs.js';
import { checked } from '../generator/support.js';

const sdlOf = (direction: string) => `
  scalar DateTime
  enum Direction { ASC DESC }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type Query { room(id: ID!): Room }
  type Room { id: ID! owner: String!
    notes(first: Int, after: String, last: Int, before: String${direction}, since: DateTime, until: DateTime): NoteConnection! }
  type Note { id: ID! roomId: ID! at: DateTime! }
  type NoteEdge { node: Note! cursor: String! }
  type NoteConnection { edges: [NoteEdge!]! nodes: [Note!]! pageInfo: PageInfo! }
`;

const range = 'range: { at: { from: $since, to: $until } }';

/** The requests of a room and its notes: 1 where the page brings the room. */
function requests(notes: string, page: string, sortKey: string): number | undefined {
  const yaml = `
version: 1
tables: { main: { name: app, key: [PK, SK] } }
entities:
  Room: { key: { PK: "ROOM#{id}", SK: ${sortKey} }, immutable: true }
  Note: { key: { PK: "ROOM#{roomId}", SK: "NOTE#{at}#{id}" }, immutable: true }
patterns:
  room: { one: Room, for: Query.room, where: { id: $id } }
  notes: { many: Note, for: Room.notes, where: { roomId: $parent.id }, ${notes}, ${range}, index: table }
`;
  const sdl = sdlOf(notes.includes('$direction') ? ', direction: Direction' : '');
  const { plan, diagnostics } = checked(yaml, sdl);
  if (!plan) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const variables = ['$size: Int', '$at: String', '$until: DateTime', '$direction: Direction'].filter((one) =>
    page.includes(one.split(':')[0] ?? ''),
  );
  const query = `query ${variables.length > 0 ? `(${variables.join(', ')})` : ''} {
    room(id: "1") { owner notes(${page}) { nodes { id } } } }`;
  const budget = budgetOf(costsOf(plan), buildSchema(sdl), parse(query));
  expect(budget?.usual.steps).toBe(1);
  return budget?.usual.requests;
}

const date = '"2026-01-01T00:00:00.000Z"';

test.each([
  // Of notes above the room, in ascending order.
  ['sort: at', 'first: 2', 1],
  ['sort: at', 'first: $size', 1],
  ['sort: at', 'last: 2', 2],
  ['sort: at', 'first: 2, after: "x"', 2],
  ['sort: at', 'first: 2, after: $at', 2],
  ['sort: at', 'first: 2, before: "x"', 1],
  ['sort: at', `first: 2, since: ${date}`, 2],
  ['sort: at', `first: 2, until: ${date}`, 1],
  ['sort: -at', 'first: 2', 2],
  ['sort: -at', 'last: 2', 1],
  ['sort: -at', 'last: 2, before: "x"', 2],
  ['sort: -at', 'last: $size', 2],
  ['sort: at, order: $direction', 'first: 2', 1],
  ['sort: at, order: $direction', 'first: 2, direction: ASC', 1],
  ['sort: at, order: $direction', 'first: 2, direction: DESC', 2],
  ['sort: at, order: $direction', 'last: 2, direction: DESC', 1],
  ['sort: at, order: $direction', 'first: 2, direction: $direction', 2],
  ['sort: -at, order: $direction', 'first: 2, direction: ASC', 1],
  ['sort: -at, order: $direction', 'first: 2', 2],
])('notes above the room, %s: (%s) takes %i', (notes, page, count) => {
  expect(requests(notes, page, 'A')).toBe(count);
});

test.each([
  ['sort: at', 'first: 2', 2],
  ['sort: at', 'last: 2', 1],
  ['sort: -at', 'first: 2', 1],
  ['sort: -at', `first: 2, since: ${date}`, 1],
  ['sort: -at', `first: 2, until: ${date}`, 2],
  ['sort: -at', 'first: 2, until: null', 1],
  ['sort: -at', 'first: 2, until: $until', 2],
  ['sort: -at, order: $direction', 'first: 2, direction: DESC', 1],
  ['sort: -at, order: $direction', 'first: 2, direction: ASC', 2],
  ['sort: -at, order: $direction', 'last: 2, direction: ASC', 1],
])('notes below the room, %s: (%s) takes %i', (notes, page, count) => {
  expect(requests(notes, page, 'ROOM')).toBe(count);
});
