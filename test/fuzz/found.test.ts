/** What random projects found, as small projects: writes and questions, held against the oracle of the declarations. */

import { onTestFinished, test } from 'vitest';
import type { Texts } from './draw/project.js';
import type { QuestionStep, WriteStep } from './draw/steps.js';
import { emptyTally, Play } from './play/play.js';

interface Found extends Texts {
  readonly title: string;
  readonly writes: readonly WriteStep[];
  readonly questions: readonly Pick<QuestionStep, 'pattern' | 'args'>[];
  /** The attributes that are selected. */
  readonly select: readonly string[];
}

const paging = 'first: Int, after: String, last: Int, before: String';
const connection = `type ThingConnection { edges: [ThingEdge!]! pageInfo: PageInfo! }
type ThingEdge { node: Thing! cursor: String! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }`;

const add = (input: object): WriteStep => ({ mutation: 'add', args: { input } });

const found: readonly Found[] = [
  {
    title:
      'a record is created once, also where another step of the transaction reads it and changes nothing',
    sdl: `type Query { thing(id: ID!): Thing }
      type Mutation { add(input: NewThing!): Thing!  both(id: ID!, a: ThingChanges!, b: NewThing!): Thing! }
      type Thing { id: ID! name: String }
      input NewThing { id: ID! name: String }
      input ThingChanges { name: String }`,
    yaml: `version: 1
entities: { Thing: {} }
patterns: { thing: { one: Thing, for: Query.thing, where: { id: $id } } }
mutations:
  add: { create: Thing, for: Mutation.add, from: $input }
  both:
    for: Mutation.both
    transaction: { one: { update: Thing, where: { id: $id }, from: $a }, other: { create: Thing, from: $b } }
    returns: one`,
    writes: [
      add({ id: 'a', name: 'first' }),
      { mutation: 'both', args: { id: 'a', a: {}, b: { id: 'a', name: 'second' } } },
    ],
    questions: [{ pattern: 'thing', args: { id: 'a' } }],
    select: ['name'],
  },
  {
    title: 'a default is for what is left out: null is null',
    sdl: `enum State { OPEN DONE }
      type Query { thing(id: ID!): Thing }
      type Mutation { add(input: NewThing!): Thing! }
      type Thing { id: ID! state: State }
      input NewThing { id: ID! state: State }`,
    yaml: `version: 1
entities: { Thing: { default: { state: OPEN } } }
patterns: { thing: { one: Thing, for: Query.thing, where: { id: $id } } }
mutations: { add: { create: Thing, for: Mutation.add, from: $input } }`,
    writes: [add({ id: 'a', state: null }), add({ id: 'b' })],
    questions: [
      { pattern: 'thing', args: { id: 'a' } },
      { pattern: 'thing', args: { id: 'b' } },
    ],
    select: ['state'],
  },
  {
    title: 'text in a set is in the order of its code points',
    sdl: `type Query { thing(id: ID!): Thing }
      type Mutation { add(input: NewThing!): Thing! }
      type Thing { id: ID! tags: [String!]! }
      input NewThing { id: ID! tags: [String!]! }`,
    yaml: `version: 1
entities: { Thing: { sets: [tags] } }
patterns: { thing: { one: Thing, for: Query.thing, where: { id: $id } } }
mutations: { add: { create: Thing, for: Mutation.add, from: $input } }`,
    writes: [add({ id: 'a', tags: ['😀', '\uffff', 'b'] })],
    questions: [{ pattern: 'thing', args: { id: 'a' } }],
    select: ['tags'],
  },
  {
    title: 'an empty set has no elements, though it is not stored',
    sdl: `type Query { things(size: Int!, ${paging}): ThingConnection! }
      type Mutation { add(input: NewThing!): Thing! }
      type Thing { id: ID! kind: ID! tags: [String!]! }
      input NewThing { id: ID! kind: ID! tags: [String!]! }
      ${connection}`,
    yaml: `version: 1
entities: { Thing: { sets: [tags] } }
patterns:
  things: { many: Thing, for: Query.things, where: { kind: a }, filter: { tags: { size: { lte: $size } } } }
mutations: { add: { create: Thing, for: Mutation.add, from: $input } }`,
    writes: [[], ['x'], ['x', 'y']].map((tags, at) => add({ id: String(at), kind: 'a', tags })),
    questions: [0, 1, 2].map((size) => ({ pattern: 'things', args: { size } })),
    select: ['id', 'tags'],
  },
  {
    title: 'the order of a hierarchy is that of its first field, whatever follows it',
    sdl: `type Query { things(owner: ID!, name: String, ${paging}): ThingConnection! }
      type Mutation { add(input: NewThing!): Thing! }
      type Thing { id: ID! owner: ID! name: String! flag: Boolean! }
      input NewThing { id: ID! owner: ID! name: String! flag: Boolean! }
      ${connection}`,
    yaml: `version: 1
patterns:
  things: { many: Thing, for: Query.things, where: { owner: $owner }, narrow: { name: $name }, sort: [name, -flag] }
entities: { Thing: {} }
mutations: { add: { create: Thing, for: Mutation.add, from: $input } }`,
    writes: ['b', 'a', 'c'].flatMap((name) =>
      [true, false].map((flag) => add({ id: `${name}${flag}`, owner: 'o', name, flag })),
    ),
    questions: [
      { pattern: 'things', args: { owner: 'o' } },
      { pattern: 'things', args: { owner: 'o', name: 'b' } },
    ],
    select: ['name', 'flag'],
  },
  {
    title: 'pages between two cursors of one sort key send no more than their budget',
    sdl: `type Query { things(owner: [ID!]!, ${paging}): ThingConnection! }
      type Mutation { add(input: NewThing!): Thing! }
      type Thing { id: ID! owner: ID! }
      input NewThing { id: ID! owner: ID! }
      ${connection}`,
    yaml: `version: 1
entities: { Thing: { key: { PK: "THING#{id}", SK: "#" } } }
patterns:
  things:
    many: Thing
    for: Query.things
    where: { owner: { in: $owner } }
    index: GSI1
    key: { GSI1PK: "OWNER#{owner}", GSI1SK: "#" }
mutations: { add: { create: Thing, for: Mutation.add, from: $input } }
tables: { main: { name: main, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } } }`,
    writes: ['a', 'b', 'c'].flatMap((owner) => [0, 1, 2].map((at) => add({ id: `${owner}${at}`, owner }))),
    questions: Array.from({ length: 6 }, () => ({ pattern: 'things', args: { owner: ['a', 'b', 'c'] } })),
    select: ['id'],
  },
];

test.each(found)('$title', async ({ writes, questions, select, ...texts }) => {
  const play = await Play.open(texts, emptyTally(), onTestFinished);
  await play.replayed({
    writes,
    questions: questions.map((one, pages) => ({ ...one, pages, select: { Thing: select } })),
  });
});
