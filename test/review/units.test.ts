/**
 * The units that a review reports are those that the engine bills, before and after a change, of records of the declared size.
 * Only on the embedded engine: DynamoDB Local 1.25 bills transactions otherwise than DynamoDB does.
 */

import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { costOfChange } from '../../src/review/cost/cost.js';
import { revisionOf } from '../../src/review/revision.js';
import { engineKind } from '../support/engines.js';
import { openProject, type Project } from '../support/running.js';
import { type Written, written } from '../support/written.js';
import { fillerOf } from './support/filled.js';

const sdl = `
type Query {
  card(id: ID!): Card
  cards(shelf: ID!, first: Int, after: String): CardConnection!
  labels(shelf: ID!, first: Int, after: String): CardConnection!
  titles(shelf: ID!, first: Int, after: String): CardConnection!
  newest(first: Int, after: String): CardConnection!
  notes(card: ID!, first: Int, after: String): NoteConnection!
}
type Mutation {
  addCard(input: NewCard!): Card!
  renameCard(id: ID!, title: String!, body: String!): Card!
  removeCard(id: ID!): Card!
  addNote(input: NewNote!): Note!
  addBoth(first: NewCard!, second: NewNote!): Both!
}
input NewCard { id: ID! shelf: ID! title: String! body: String! }
input NewNote { id: ID! card: ID! text: String! }
type Both { card: Card! note: Note! }
type Card { id: ID! shelf: ID! title: String! body: String! }
type Note { id: ID! card: ID! text: String! }
type CardConnection { edges: [CardEdge!]! nodes: [Card!]! pageInfo: PageInfo! }
type CardEdge { cursor: String! node: Card! }
type NoteConnection { edges: [NoteEdge!]! nodes: [Note!]! pageInfo: PageInfo! }
type NoteEdge { cursor: String! node: Note! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;

interface Layout {
  readonly projection: string;
  readonly shards: number;
  readonly included: string;
  /** A further pattern, by an index of its own. */
  readonly isByBody: boolean;
}

const before: Layout = { projection: '[title]', shards: 4, included: '[title]', isByBody: false };
const changes: Readonly<Record<string, Partial<Layout>>> = {
  'an index is added': { isByBody: true },
  'an entry includes more': { included: '[title, body]' },
  'an index projects more': { projection: '[title, body]' },
  'a list has twice the shards': { shards: 8 },
};

function yamlOf({ projection, shards, included, isByBody }: Layout, { card, note }: Sizes): string {
  return `version: 1
tables:
  cards:
    name: cards
    key: [PK, SK]
    indexes:
      GSI1: [GSI1PK, GSI1SK]
      GSI2: { key: [GSI2PK, GSI2SK], project: ${projection} }
      GSI3: [GSI3PK, GSI3SK]${isByBody ? '\n      GSI4: [GSI4PK, GSI4SK]' : ''}
entities:
  Card: { table: cards, key: { PK: "CARD#{id}", SK: CARD } }
  Note: { table: cards, key: { PK: "CARD#{card}", SK: "NOTE#{id}" }, references: { card: Card } }
patterns:
  card: { one: Card, for: Query.card, where: { id: $id } }
  cards: { many: Card, for: Query.cards, where: { shelf: $shelf }, sort: id, index: GSI1, page: { default: 5, max: 10 } }
  titles: { many: Card, for: Query.titles, where: { shelf: $shelf }, sort: id, index: GSI2, page: { default: 5, max: 10 } }
  labels:
    many: Card
    for: Query.labels
    where: { shelf: $shelf }
    sort: id
    page: { default: 5, max: 10 }
    entry: { key: { PK: "SHELF#{shelf}", SK: "{id}" }, include: ${included} }
  newest: { many: Card, for: Query.newest, sort: -id, index: GSI3, shards: ${shards}, page: { default: 5, max: 10 } }
  notes: { many: Note, for: Query.notes, where: { card: $card }, sort: id, page: { default: 5, max: 10 } }${
    isByBody ? '\n  byBody: { many: Card, where: { shelf: $shelf }, sort: -id, index: GSI4 }' : ''
  }
mutations:
  addCard: { create: Card, for: Mutation.addCard, from: $input }
  renameCard: { update: Card, for: Mutation.renameCard, where: { id: $id }, set: { title: $title, body: $body } }
  removeCard: { delete: Card, for: Mutation.removeCard, where: { id: $id } }
  addNote: { create: Note, for: Mutation.addNote, from: $input }
  addBoth:
    for: Mutation.addBoth
    transaction:
      card: { create: Card, from: $first }
      note: { create: Note, from: $second }
sizes:
  Card: { records: 1000, bytes: ${card} }
  Note: { records: 1000, bytes: ${note} }
`;
}

interface Sizes {
  readonly card: number;
  readonly note: number;
}

const shelf = id('shelf', 0);

/** As long as those that the tool makes. */
function id(kind: string, number: number): string {
  return `${kind}-${String(number).padStart(35 - kind.length, '0')}`;
}

const fields = { card: 'id shelf title body', note: 'id card text' } as const;
const page = (of: keyof typeof fields) => `{ nodes { ${fields[of]} } pageInfo { hasNextPage } }`;

const reads: Readonly<Record<string, string>> = {
  card: `{ card(id: "${id('card', 1)}") { ${fields.card} } }`,
  cards: `{ cards(shelf: "${shelf}") ${page('card')} }`,
  labels: `{ labels(shelf: "${shelf}") ${page('card')} }`,
  titles: `{ titles(shelf: "${shelf}") ${page('card')} }`,
  newest: `{ newest ${page('card')} }`,
  notes: `{ notes(card: "${id('card', 1)}") ${page('note')} }`,
};

const returned = `{ ${fields.card} }`;
const addCard = `mutation ($input: NewCard!) { addCard(input: $input) ${returned} }`;
const addNote = `mutation ($input: NewNote!) { addNote(input: $input) { ${fields.note} } }`;

/** What each read and write is billed, of records of these sizes. */
async function measured(
  made: Written,
  sizes: Sizes,
): Promise<ReadonlyMap<string, { read: number; write: number }>> {
  const project = await openProject(made.generated, undefined, { capacity: true });
  const filled = await fillerOf(made, { Card: sizes.card, Note: sizes.note });
  const card = (number: number, letter = 'a') =>
    filled('Card', { id: id('card', number), shelf }, ['title', 'body'], letter);
  const note = (number: number, of: number) =>
    filled('Note', { id: id('note', number), card: id('card', of) }, ['text']);
  const billed = new Map<string, { read: number; write: number }>();
  const ask = async (name: string, ...call: Parameters<Project['ask']>) => {
    const { errors, readUnits, writeUnits } = await project.ask(...call);
    expect(errors, name).toBeUndefined();
    billed.set(name, { read: readUnits, write: writeUnits });
  };
  // As many as fill the page of each shard.
  for (let number = 0; number < 160; number++) await ask('addCard', addCard, { input: card(number) });
  for (let number = 0; number < 8; number++) await ask('addNote', addNote, { input: note(number, 1) });
  for (const [name, document] of Object.entries(reads)) await ask(name, document);
  const { id: key, title, body } = card(2, 'b');
  const rename = `mutation ($id: ID!, $title: String!, $body: String!) { renameCard(id: $id, title: $title, body: $body) ${returned} }`;
  await ask('renameCard', rename, { id: key, title, body });
  await ask('removeCard', `mutation { removeCard(id: "${id('card', 3)}") ${returned} }`);
  await ask(
    'addBoth',
    `mutation ($first: NewCard!, $second: NewNote!) { addBoth(first: $first, second: $second) { card ${returned} note { ${fields.note} } } }`,
    { first: card(900), second: note(900, 1) },
  );
  return billed;
}

describe.runIf(engineKind() === 'embedded')('units of records of', () => {
  const sizes: readonly Sizes[] = [
    { card: 300, note: 300 },
    { card: 1000, note: 3000 },
    { card: 3000, note: 1000 },
    { card: 9000, note: 300 },
  ];
  test.each(sizes)('$card and $note bytes, before and after each change', async (size) => {
    const open = async (layout: Layout) => {
      const made = await written(yamlOf(layout, size), sdl);
      return { revision: revisionOf('', made.run, new Map()), billed: await measured(made, size) };
    };
    const was = await open(before);
    for (const [title, change] of Object.entries(changes)) {
      const is = await open({ ...before, ...change });
      const { rows } = costOfChange({ before: was.revision, after: is.revision }).report;
      // Of small records an entry takes a unit, whatever is in it.
      const isChanged = rows.some((row) => !isDeepStrictEqual(row.before, row.after));
      expect(isChanged || size.card < 1024, title).toBe(true);
      for (const [state, { billed }] of [
        ['before', was],
        ['after', is],
      ] as const) {
        for (const { name, ...row } of rows) {
          const [units, real] = [row[state], billed.get(name)];
          if (!units || !real) continue;
          expectWithin(`${title}, ${state}: read units of ${name}`, units.read.usual, real.read);
          expectWithin(`${title}, ${state}: write units of ${name}`, units.write.most, real.write);
        }
        // Nothing asks the pattern that is added.
        expect([...billed.keys(), 'byBody'].sort()).toEqual(
          [...new Set([...rows.filter((row) => row[state]).map(({ name }) => name), 'byBody'])].sort(),
        );
      }
    }
  });
});

function expectWithin(what: string, reported: number, real: number): void {
  expect(
    Math.abs(reported - real) / Math.max(1, real),
    `${what}: ${reported}, billed ${real}`,
  ).toBeLessThanOrEqual(0.01);
}
