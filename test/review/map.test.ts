/** The table map is of the plan: whatever it stores is on it, and every pattern reads something there. */

import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/generator/plan/types/plan.js';
import { tableMap } from '../../src/review/map/map.js';
import type { MapTable, State, TableMap } from '../../src/review/map/table-map.js';
import { sampleItems } from '../../src/review/samples/items.js';
import { foldersIn } from '../support/files.js';
import { generateProject } from '../support/projects.js';
import { revisionsOf } from './support/revisions.js';

const projects = [
  '.',
  ...foldersIn('examples').map((name) => `examples/${name}`),
  ...foldersIn('test/fixtures/ok').map((name) => `test/fixtures/ok/${name}`),
].filter((folder) => existsSync(`${folder}/access-patterns.yaml`));

async function planOf(folder: string): Promise<Plan> {
  return (await generateProject(folder)).run.plan;
}

describe.each(projects)('the map of %s', (folder) => {
  test('has every item of the plan, and every pattern reads an item', async () => {
    const plan = await planOf(folder);
    const map = tableMap(null, plan);
    for (const { table, id, slots } of sampleItems(plan)) {
      for (const { index, partition } of slots)
        expect(entriesAt(map, table, index, partition.value)).toContain(id);
    }
    expect(map.patterns.map(({ name }) => name)).toEqual(plan.patterns.map(({ name }) => name));
    for (const { name, places } of map.patterns) {
      expect(places.flatMap(({ items }) => items).length, name).toBeGreaterThan(0);
      for (const { table, index, partition, items } of places)
        expect(entriesAt(map, table, index, partition), name).toEqual(expect.arrayContaining([...items]));
    }
    expect(new Set(statesOf(map))).toEqual(new Set(['same']));
  });
});

const schema = `
  type Query { card(id: ID!): Card  cards: [Card!]!  decks: [Deck!]! }
  type Mutation { add(input: NewCard!): Card! }
  type Card { id: ID!  title: String!  deckId: ID  by: String }
  type Deck { id: ID! }
  input NewCard { id: ID!  title: String! }
`;

const declared = `version: 1
entities:
  Card: {}
  Deck: {}
patterns:
  card: { one: Card, for: Query.card, where: { id: $id } }
  cards: { many: Card, for: Query.cards, sort: title, shards: 2 }
  decks: { many: Deck, for: Query.decks }
mutations:
  add: { create: Card, for: Mutation.add, from: $input }
`;

async function mapOf(change: (texts: { schema: string; patterns: string }) => object): Promise<TableMap> {
  const texts = { schema, patterns: declared };
  const [before, after] = [texts, { ...texts, ...change(texts) }].map(
    (one) =>
      new Map([
        ['schema/schema.graphql', one.schema],
        ['access-patterns.yaml', one.patterns],
      ]),
  );
  const { before: was, after: is } = await revisionsOf(before ?? new Map(), after ?? new Map());
  return tableMap(was.plan, is.plan);
}

/** `path: state` of whatever is not the same. */
function differences({ tables, patterns }: TableMap): string[] {
  const all = tables.flatMap((table) => [
    [table.name, table.state],
    ...table.items.map(({ id, state }) => [`${table.name} item ${id}`, state]),
    ...table.slots.flatMap(({ index, state, collections }) => [
      [`${table.name}.${index ?? 'key'}`, state],
      ...collections.flatMap((one) => [
        [`${table.name}.${index ?? 'key'} ${one.partition}`, one.state],
        ...one.entries.map((entry) => [
          `${table.name}.${index ?? 'key'} ${one.partition} / ${entry.sort?.value}: ${entry.item}`,
          entry.state,
        ]),
      ]),
    ]),
  ]);
  return [...all, ...patterns.map(({ name, state }) => [`pattern ${name}`, state])]
    .filter(([, state]) => state !== 'same')
    .map((one) => one.join(': '));
}

describe('between two revisions', () => {
  test('what is new is marked, from the pattern to the table', async () => {
    const map = await mapOf(({ schema: text, patterns }) => ({
      schema: text.replace('decks: [Deck!]!', 'decks: [Deck!]!  cardsBy(by: String!): [Card!]!'),
      patterns: patterns.replace(
        'mutations:',
        '  cardsBy: { many: Card, for: Query.cardsBy, where: { by: $by }, sort: title }\nmutations:',
      ),
    }));
    expect(differences(map)).toMatchInlineSnapshot(`
      [
        "entities: changed",
        "entities item Card: changed",
        "entities.key: changed",
        "entities.key CARD#card-1: changed",
        "entities.key CARD#card-1 / METADATA: Card: changed",
        "entities.GSI1: changed",
        "entities.GSI1 CARD#0: changed",
        "entities.GSI1 CARD#0 / title#card-1: Card: changed",
        "entities.GSI2: new",
        "entities.GSI2 CARD_BY_BY#by: new",
        "entities.GSI2 CARD_BY_BY#by / title#card-1: Card: new",
        "pattern cardsBy: new",
      ]
    `);
  });

  test('a partition that is spread otherwise is changed, and so is what reads it', async () => {
    const map = await mapOf(({ patterns }) => ({ patterns: patterns.replace('shards: 2', 'shards: 4') }));
    expect(differences(map)).toMatchInlineSnapshot(`
      [
        "entities: changed",
        "entities item Card: changed",
        "entities.key: changed",
        "entities.key CARD#card-1: changed",
        "entities.key CARD#card-1 / METADATA: Card: changed",
        "entities.GSI1: changed",
        "entities.GSI1 CARD#0: changed",
        "entities.GSI1 CARD#0 / title#card-1: Card: changed",
        "pattern cards: changed",
      ]
    `);
    const cards = map.patterns.find(({ name }) => name === 'cards');
    expect([cards?.before, cards?.reads]).toMatchInlineSnapshot(`
      [
        "GSI1: \`GSI1PK = CARD#{shard}\`, 2 shards merged, by title ↑",
        "GSI1: \`GSI1PK = CARD#{shard}\`, 4 shards merged, by title ↑",
      ]
    `);
  });

  test('what is gone is there, as it was', async () => {
    const map = await mapOf(({ schema: text, patterns }) => ({
      schema: text.replace('decks: [Deck!]!', '').replace('type Deck { id: ID! }', ''),
      patterns: patterns.replace('  Deck: {}\n', '').replace(/ {2}decks: .*\n/, ''),
    }));
    expect(differences(map)).toMatchInlineSnapshot(`
      [
        "entities: changed",
        "entities item Deck: gone",
        "entities.key: changed",
        "entities.key DECK#deck-1: gone",
        "entities.key DECK#deck-1 / METADATA: Deck: gone",
        "entities.GSI1: changed",
        "entities.GSI1 DECK: gone",
        "entities.GSI1 DECK / deck-1: Deck: gone",
        "pattern decks: gone",
      ]
    `);
  });

  test('a new attribute changes its item wherever that is', async () => {
    const map = await mapOf(({ schema: text }) => ({
      schema: text.replace('by: String', 'by: String  color: String'),
    }));
    expect(differences(map)).toMatchInlineSnapshot(`
      [
        "entities: changed",
        "entities item Card: changed",
        "entities.key: changed",
        "entities.key CARD#card-1: changed",
        "entities.key CARD#card-1 / METADATA: Card: changed",
        "entities.GSI1: changed",
        "entities.GSI1 CARD#0: changed",
        "entities.GSI1 CARD#0 / title#card-1: Card: changed",
      ]
    `);
    const card = map.tables[0]?.items.find(({ id }) => id === 'Card');
    expect([Object.keys(card?.before ?? {}), Object.keys(card?.attributes ?? {})]).toMatchInlineSnapshot(`
      [
        [
          "PK",
          "SK",
          "GSI1PK",
          "GSI1SK",
          "_type",
          "by",
          "deckId",
          "id",
          "title",
          "_revision",
        ],
        [
          "PK",
          "SK",
          "GSI1PK",
          "GSI1SK",
          "_type",
          "by",
          "color",
          "deckId",
          "id",
          "title",
          "_revision",
        ],
      ]
    `);
  });
});

describe('what a pattern reads', () => {
  /** `items of table.index partition`, by pattern. */
  async function readsOf(idea: string): Promise<Record<string, string[]>> {
    const { patterns } = tableMap(null, await planOf(`test/fixtures/ok/${idea}`));
    return Object.fromEntries(
      patterns.map(({ name, places }) => [
        name,
        places.map(
          ({ table, index, partition, items }) =>
            `${items.join(', ')} of ${table}.${index ?? 'key'} ${partition}`,
        ),
      ]),
    );
  }

  test('is its range of a partition, and whatever else is in there', async () => {
    expect(await readsOf('item-collections')).toMatchInlineSnapshot(`
      {
        "repoItems": [
          "Repo, Issue, Star of forge.key REPO#owner#repo-1",
        ],
        "repoOfOwner": [
          "Owner of forge.key OWNER#owner-1",
          "Repo, Issue, Star of forge.key REPO#owner#repo-1",
        ],
        "repoWithIssues": [
          "Repo, Issue of forge.key REPO#owner#repo-1",
        ],
        "repoWithStars": [
          "Repo, Star of forge.key REPO#owner#repo-1",
        ],
        "runDetails": [
          "Run, Param of forge.key EXP#e",
        ],
        "runItems": [
          "Run, Param, Metric of forge.key EXP#e",
        ],
        "runWithParams": [
          "Run, Param of forge.key EXP#e",
        ],
      }
    `);
  });

  test('is, of several entities, that of each', async () => {
    expect(await readsOf('mixed')).toMatchInlineSnapshot(`
      {
        "customerOrders": [
          "Customer, Order of shop.key CUSTOMER#customer-1",
        ],
        "customerView": [
          "Customer, Order, Note of shop.key CUSTOMER#customer-1",
        ],
        "documents": [
          "Invoice of shop.GSI1 INVOICE_BY_CUSTOMER_ID#customer-1",
          "Payment of shop.GSI1 PAYMENT_BY_CUSTOMER_ID#customer-1",
        ],
        "secret": [
          "Secret of shop.key CUSTOMER#customer-1",
        ],
      }
    `);
  });

  test('is the guard of a unique value, and then the record', async () => {
    expect(await readsOf('unique-lookups')).toMatchInlineSnapshot(`
      {
        "caretaker": [
          "guard User.site+number of people.key UNIQUE#User.site+number#site#0000000001",
          "User of people.key USER#user-1",
        ],
        "owner": [
          "guard User.phone of people.key UNIQUE#User.phone#phone",
          "User of people.key USER#user-1",
        ],
        "robot": [
          "Robot of people.key ROBOT#robot-1",
        ],
        "user": [
          "User of people.key USER#user-1",
        ],
        "userByEmail": [
          "guard User.email of people.key UNIQUE#login#email",
          "User of people.key USER#user-1",
        ],
        "userByPhone": [
          "guard User.phone of people.key UNIQUE#User.phone#phone",
          "User of people.key USER#user-1",
        ],
      }
    `);
  });

  test('is the number itself where writes maintain it', async () => {
    expect(await readsOf('aggregates')).toMatchInlineSnapshot(`
      {
        "activeMembers": [
          "aggregate activeMembers of entities.key COUNT#Member.activeMembers#team-1",
        ],
        "allMembers": [
          "aggregate allMembers of entities.key COUNT#Member.allMembers",
        ],
        "invited": [
          "aggregate invited of entities.key COUNT#Member.invited#team-1",
        ],
        "issue": [
          "Issue of entities.key TEAM#team-1",
        ],
        "issues": [
          "Issue of entities.key TEAM#team-1",
        ],
        "members": [
          "Member of entities.GSI1 MEMBER_BY_TEAM_ID#team-1",
          "aggregate members of entities.key COUNT#Member.members#team-1",
        ],
        "membersOfCity": [
          "aggregate membersOfCity of entities.key COUNT#Member.membersOfCity#city#0",
        ],
        "receipt": [
          "Receipt of entities.key RECEIPT#receipt-1",
        ],
        "spent": [
          "aggregate spent of entities.key SUM#Order.spent#team-1",
        ],
        "spentBy": [
          "aggregate spent of entities.key SUM#Order.spent#team-1",
        ],
        "team": [
          "Team of entities.key TEAM#team-1",
        ],
        "ticket": [
          "Ticket of entities.key TICKET#ticket-1",
        ],
        "turnover": [
          "aggregate turnover of entities.key SUM#Order.turnover#0",
        ],
      }
    `);
  });

  test('is what leads to records, and these', async () => {
    expect(await readsOf('through')).toMatchInlineSnapshot(`
      {
        "aliased": [
          "Alias of club.GSI1 ALIAS",
          "Player of club.key PLAYER#player-1",
        ],
        "bestPlayer": [
          "Participation of club.GSI2 PARTICIPATION_BY_GAME_ID#game-1",
          "Player of club.key PLAYER#player-1",
        ],
        "gamesOfPlayer": [
          "Participation of club.GSI1 PARTICIPATION_BY_PLAYER_ID#player-1",
          "Game of club.key CLUB#club",
        ],
        "lastGame": [
          "Participation of club.GSI1 PARTICIPATION_BY_PLAYER_ID#player-1",
          "Game of club.key CLUB#club",
        ],
        "player": [
          "Player of club.key PLAYER#player-1",
        ],
        "playerByAlias": [
          "Alias of club.key ALIAS#alias-1",
          "Player of club.key PLAYER#player-1",
        ],
        "playersOfGame": [
          "Participation of club.GSI2 PARTICIPATION_BY_GAME_ID#game-1",
          "Player of club.key PLAYER#player-1",
        ],
      }
    `);
  });
});

function entriesAt(map: TableMap, table: string, index: string | null, partition: string): string[] {
  const slot = map.tables.find(({ name }) => name === table)?.slots.find((one) => one.index === index);
  const collection = slot?.collections.find((one) => one.partition === partition);
  return (collection?.entries ?? []).map(({ item }) => item);
}

function statesOf({ tables, patterns }: TableMap): State[] {
  const ofTable = ({ state, items, slots }: MapTable) => [
    state,
    ...items.map((one) => one.state),
    ...slots.flatMap((slot) => [
      slot.state,
      ...slot.collections.flatMap((one) => [one.state, ...one.entries.map((entry) => entry.state)]),
    ]),
  ];
  return [...tables.flatMap(ofTable), ...patterns.map(({ state }) => state)];
}
