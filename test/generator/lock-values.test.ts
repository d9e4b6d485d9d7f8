/** What a sealed lock says of values whose stored form a declaration changes, at any depth, and of what an index projects. */

import { expect, test } from 'vitest';
import { printLock, seal } from '../../src/generator/lock.js';
import { readLock } from '../../src/generator/parse/lock.js';
import { written } from '../support/written.js';

const sdl = `scalar JSON
type Query { order(id: ID!): Order  byShop(shop: String!): [Order!]! }
type Order { id: ID!  shop: String!  tags: [String!]  address: Address  data: JSON  lines: [Line!] }
type Address { city: String!  zip: String  kind: Kind }
type Line { sku: String!  count: Int }
enum Kind { HOME WORK }
`;
const yaml = `version: 1
tables:
  main: { name: main, key: [PK, SK], indexes: { GSI1: { key: [GSI1PK, GSI1SK], project: [shop] } } }
entities: { Order: {} }
patterns:
  order: { one: Order, for: Query.order, where: { id: $id } }
  byShop: { many: Order, for: Query.byShop, where: { shop: $shop } }
`;

async function sealed(): Promise<string> {
  return printLock(seal(readLock('a.lock.json', (await written(yaml, sdl)).lock).lock));
}

type Edit = readonly [from: string, to: string];
const edited = (text: string, [from, to]: Edit) => {
  expect(text).toContain(from);
  return text.replace(from, to);
};

async function reported(inSdl: readonly Edit[], inYaml: readonly Edit[] = [], given?: string) {
  const lock = given ?? (await sealed());
  const { warnings, lock: next } = await written(
    inYaml.reduce(edited, yaml),
    inSdl.reduce(edited, sdl),
    lock,
  );
  return { next, said: warnings.map(({ code, message }) => `${code}: ${message}`) };
}

test.each<readonly [what: string, inSdl: readonly Edit[], inYaml: readonly Edit[], said: string]>([
  [
    'a list that becomes a set',
    [],
    [['Order: {}', 'Order: { sets: [tags] }']],
    'attribute-retyped: `Order.tags` is `[String!]`, stored as a set, but stored records have a list of text there.',
  ],
  [
    'a list of other values',
    [['tags: [String!]', 'tags: [Int!]']],
    [],
    'attribute-retyped: `Order.tags` is `[Int!]`, but stored records have a list of text there.',
  ],
  [
    'JSON that becomes an object',
    [['data: JSON', 'data: Line']],
    [],
    'attribute-retyped: `Order.data` is `Line`, but stored records have JSON there.',
  ],
  [
    'a value of a stored object',
    [['zip: String', 'zip: Int']],
    [],
    'attribute-retyped: `Address.zip` is `Int`, but stored records have text there.',
  ],
  [
    'a value of an object in a list that is required',
    [['count: Int', 'count: Int!']],
    [],
    'attribute-required: `Line.count` is required, but values stored before may have none, and reading one of them fails.',
  ],
  [
    'a value of an enum within a stored object',
    [['HOME WORK', 'HOME']],
    [],
    'enum-value-gone: `Address.kind` no longer has the value `WORK`, but stored records may have it, and reading one of them fails.',
  ],
  [
    'a type of objects that is another one under another name',
    [
      ['address: Address', 'address: Place'],
      ['type Address { city: String!', 'type Place { city: Int!'],
    ],
    [],
    'attribute-retyped: `Place.city` is `Int!`, but stored records have text there.',
  ],
  [
    'an index that has to project more',
    [],
    [['project: [shop]', 'project: [shop, tags]']],
    'index-new: Index `GSI1` of table `main` is no longer on GSI1PK, GSI1SK with shop but on GSI1PK, GSI1SK with shop, tags: a server does not start on a table that lacks it.',
  ],
])('%s', async (_what, inSdl, inYaml, said) => {
  const changed = await reported(inSdl, inYaml);
  expect(changed.said).toEqual([said]);
  // It stays until somebody deals with it.
  expect((await reported(inSdl, inYaml, changed.next)).said).toEqual([said]);
});

test.each<readonly [what: string, inSdl: readonly Edit[], inYaml: readonly Edit[]]>([
  ['an index that projects less', [], [['project: [shop]', 'project: KEYS_ONLY']]],
  [
    'a type of objects under another name',
    [
      ['address: Address', 'address: Place'],
      ['type Address', 'type Place'],
    ],
    [],
  ],
  ['a value more within a stored object', [['zip: String', 'zip: String  street: String']], []],
])('nothing of %s', async (_what, inSdl, inYaml) => {
  expect((await reported(inSdl, inYaml)).said).toEqual([]);
});

test('nothing where a lock of before does not say what of a list, a set, an object and JSON a value is', async () => {
  const old = (await sealed())
    .replaceAll(/"(?:list of \w+|object|json)( \w+)?"/g, '"document"')
    .replaceAll(/^ {2}"type .*\n/gm, '');
  expect((await reported([], [], old)).said).toEqual([]);
  expect((await reported([['tags: [String!]', 'tags: String']], [], old)).said).toEqual([
    'attribute-retyped: `Order.tags` is `String`, but stored records have a list, a set or an object there.',
  ]);
});
