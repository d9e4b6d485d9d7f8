/** What a reindex brings to the plan besides records that change: logs, versions, computed attributes, another table. */

import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Database, Item, StoredProject } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { openTables, type TestTables } from '../support/databases.js';
import { openEngine } from '../support/engines.js';
import { type Written, written } from '../support/written.js';

const engine = openEngine();
const now = () => new Date('2026-03-01T00:00:00.000Z');

type Module = Readonly<
  Record<string, { create(values: object): never; update(key: object, change: object): never }>
>;

interface Version {
  readonly plan: Written;
  readonly project: StoredProject;
  readonly writes: Module;
}

async function version(yaml: string, sdl: string, before?: Version): Promise<Version> {
  const plan = await written(yaml, sdl, before?.plan.lock);
  return {
    plan,
    project: (await plan.module('index')) as unknown as StoredProject,
    writes: (await plan.module('writes')) as unknown as Module,
  };
}

async function contents({ names }: TestTables): Promise<string[]> {
  const { client } = await engine;
  const all = await Promise.all(
    Object.entries(names).map(async ([table, TableName]) => {
      const { Items = [] } = await client.send(new ScanCommand({ TableName }));
      return (Items as Item[]).map((item) => `${table} ${JSON.stringify(Object.entries(item).sort())}`);
    }),
  );
  return all.flat().sort();
}

type Play = (database: Database, writes: Module) => Promise<unknown>;

/** What `second` makes of what `first` stored is what `second` alone stores. */
async function expectSame(first: Version, second: Version, play: Play, compute = {}): Promise<void> {
  const { client } = await engine;
  const [tables, alone] = [
    await openTables(client, second.plan.generated.tables),
    await openTables(client, second.plan.generated.tables),
  ];
  await play(tables.open({ now, compute }), first.writes);
  await play(alone.open({ now, compute }), second.writes);
  const database = tables.open({ now, compute });
  const report = await database.reindex(second.project, { segments: 2 });
  expect(report.problems).toEqual([]);
  expect(report.changed).toBeGreaterThan(0);
  expect(await contents(tables)).toEqual(await contents(alone));
  expect(await database.reindex(second.project)).toMatchObject({ changed: 0, written: 0, deleted: 0 });
}

const tables = `tables:
  one: { name: one, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK], GSI2: [GSI2PK, GSI2SK] } }
  two: { name: two, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } }
`;

test('records of an append-only entity get the keys and entries of new patterns, and move', async () => {
  const sdl = (more = '') => `scalar DateTime
type Query { entry(id: ID!): Entry  ${more} }
type Entry { id: ID!  actor: String!  at: DateTime!  note: String }
`;
  const yaml = (entity: string, patterns = '') => `version: 1
${tables}entities: { Entry: { table: one, ${entity}immutable: true } }
patterns:
  entry: { one: Entry, for: Query.entry, where: { id: $id } }
${patterns}`;
  const first = await version(yaml(''), sdl());
  const more = `  ofActor: { many: Entry, for: Query.ofActor, where: { actor: $actor }, sort: at, shards: 2 }
  ofMonth: { many: Entry, for: Query.ofMonth, bucket: month(at), across: 12, sort: -at, entry: true, index: GSI2 }
`;
  const second = await version(
    yaml('key: { PK: "LOG#{id}", SK: LOG }, ', more),
    sdl('ofActor(actor: String!): [Entry!]!  ofMonth: [Entry!]!'),
    first,
  );
  await expectSame(first, second, async (database, { entryWrites }) => {
    for (const id of ['a', 'b', 'c'])
      await database
        .session()
        .writeOne(
          entryWrites?.create({ id, actor: id === 'a' ? 'x' : 'y', at: '2026-02-01T00:00:00Z' }) as never,
        );
  });
});

test('versions of a history get the key of a new pattern, and stay what they were', async () => {
  const sdl = (more = '') => `scalar DateTime
type Query { page(id: ID!): Page  versions(id: ID!): [PageVersion!]!  ${more} }
type Page { id: ID!  text: String!  updatedAt: DateTime!  version: Int! }
type PageVersion { id: ID!  text: String!  updatedAt: DateTime!  version: Int! }
`;
  const yaml = (patterns = '') => `version: 1
${tables}entities:
  Page: { table: one, generate: { updatedAt: touch, version: revision } }
  PageVersion: { table: one, historyOf: Page, key: { PK: "PAGE#{id}", SK: "VERSION#{version}" } }
patterns:
  page: { one: Page, for: Query.page, where: { id: $id } }
  versions: { many: PageVersion, for: Query.versions, where: { id: $id }, sort: version }
${patterns}`;
  const first = await version(yaml(), sdl());
  const second = await version(
    yaml('  texts: { many: PageVersion, for: Query.texts, where: { text: $text }, sort: updatedAt }\n'),
    sdl('texts(text: String!): [PageVersion!]!'),
    first,
  );
  await expectSame(first, second, async (database, { pageWrites }) => {
    await database.session().writeOne(pageWrites?.create({ id: 'a', text: 'x' }) as never);
    await database.session().writeOne(pageWrites?.update({ id: 'a' }, { text: 'y' }) as never);
  });
});

test('an attribute that a rule computes is computed, and is a key', async () => {
  const sdl = (more = '', stored = '') => `type Query { place(id: ID!): Place  ${more} }
type Place { id: ID!  name: String!  ${stored}  version: Int! }
`;
  const yaml = (entity = '', patterns = '') => `version: 1
${tables}entities: { Place: { table: one, ${entity}generate: { version: revision } } }
patterns:
  place: { one: Place, for: Query.place, where: { id: $id } }
${patterns}`;
  const first = await version(yaml(), sdl());
  const second = await version(
    yaml(
      'compute: { search: searchOf }, ',
      '  found: { many: Place, for: Query.found, where: { search: $search } }\n',
    ),
    sdl('found(search: String!): [Place!]!', 'search: String!'),
    first,
  );
  const compute = { searchOf: ({ name }: { readonly name: string }) => name.toLowerCase() };
  await expectSame(
    first,
    second,
    (database, { placeWrites }) =>
      database.session().writeOne(placeWrites?.create({ id: 'a', name: 'ABC' }) as never),
    compute,
  );
});

test('records of another table move there, with all that belongs to them', async () => {
  const sdl = `type Query { user(id: ID!): User  byCity(city: String!): [User!]!  count: Int! }
type User { id: ID!  email: String!  city: String!  version: Int! }
`;
  const yaml = (table: string) => `version: 1
${tables}entities: { User: { table: ${table}, unique: [email], generate: { version: revision } } }
patterns:
  user: { one: User, for: Query.user, where: { id: $id } }
  byCity: { many: User, for: Query.byCity, where: { city: $city }, entry: true }
  count: { count: User, for: Query.count, maintained: true }
`;
  const first = await version(yaml('one'), sdl);
  const second = await version(yaml('two'), sdl, first);
  await expectSame(first, second, async (database, { userWrites }) => {
    for (const id of ['a', 'b'])
      await database
        .session()
        .writeOne(userWrites?.create({ id, email: `${id}@example.org`, city: 'Ulm' }) as never);
  });
});

test('a renamed attribute has its present name, and no other', async () => {
  const sdl = (phone: string) => `type Query { person(id: ID!): Person }
type Person { id: ID!  ${phone}: String!  version: Int! }
`;
  const yaml = (renamed = '') => `version: 1
${tables}entities: { Person: { table: one, ${renamed}generate: { version: revision } } }
patterns:
  person: { one: Person, for: Query.person, where: { id: $id } }
`;
  const first = await version(yaml(), sdl('phoneNumber'));
  const second = await version(yaml('renamed: { phoneNumber: phone }, '), sdl('phone'), first);
  await expectSame(first, second, (database, { personWrites }) =>
    database.session().writeOne(personWrites?.create({ id: 'a', phone: '1', phoneNumber: '1' }) as never),
  );
});
