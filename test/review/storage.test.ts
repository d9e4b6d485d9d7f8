/** What a review says of stored records, beyond the one change of each rule. */

import { describe, expect, test } from 'vitest';
import { printLock, settle } from '../../src/generator/lock.js';
import type { Finding } from '../../src/review/report.js';
import { review } from '../../src/review/review.js';
import type { Revisions } from '../../src/review/revision.js';
import { revisionsOf, type Texts } from './support/revisions.js';

const schema = `scalar DateTime
type Query { order(id: ID!): Order }
type Order { id: ID!  customer: String!  note: String  lines: [Line!]!  tags: [String!]!  address: Address }
type Line { product: ID!  count: Int  kind: Kind! }
type Address { street: String!  city: City }
type City { name: String!  inside: City }
enum Kind { GIFT PLAIN }
`;
const yaml = `version: 1
entities:
  Order: {}
patterns:
  order: { one: Order, for: Query.order, where: { id: $id } }
`;

function project(edits: Readonly<Record<string, string>> = {}): Texts {
  const edited = (text: string) =>
    Object.entries(edits).reduce((all, [from, to]) => all.replace(from, to), text);
  return new Map([
    ['schema/schema.graphql', edited(schema)],
    ['access-patterns.yaml', edited(yaml)],
  ]);
}

const revisions = (edits: Readonly<Record<string, string>>) => revisionsOf(project(), project(edits));

async function storage(of: Revisions): Promise<readonly Finding[]> {
  const { findings } = await review(of, { today: '2026-11-29' });
  return findings.filter(({ section }) => section === 'storage');
}

const shortly = (findings: readonly Finding[]) =>
  findings.map(({ rule, subject, severity }) => `${severity} ${rule} ${subject}`);

const byCustomer = {
  'Query { order': 'Query { orders(customer: String!): [Order!]!  order',
  'patterns:\n': 'patterns:\n  orders: { many: Order, for: Query.orders, where: { customer: $customer } }\n',
};

describe('records of a draft lock', () => {
  test('are in development databases only: nothing is an error', async () => {
    const { before, after } = await revisions({ '  note: String': '  note: String!' });
    const unsealed = (one: typeof before) => ({
      ...one,
      lock: { ...one.lock, isSealed: false },
    });
    const draft = { before: unsealed(before), after: unsealed(after) };
    const findings = await storage(draft);
    expect(shortly(findings)).toEqual(['warning attribute-required Order.note']);
    expect(findings[0]?.notes.at(-1)).toMatch(/draft/);
  });
});

describe('what the lock has accepted', () => {
  test('is reported, one severity milder', async () => {
    const { before, after } = await revisions(byCustomer);
    const accepted = { before, after: { ...after, lock: settle(after.lock, ['orders']) } };
    expect(printLock(accepted.after.lock)).not.toContain('backfill-needed');
    const findings = await storage(accepted);
    expect(shortly(findings)).toEqual(['warning index-new entities.GSI1', 'note backfill-needed orders']);
    expect(findings[1]?.notes.at(-1)).toMatch(/accepted in the lock/);
    expect(findings[1]?.remedy).toBeUndefined();
  });

  test('within embedded types too', async () => {
    const { before, after } = await revisions({ 'count: Int ': 'count: Int! ' });
    const settled = { before, after: { ...after, lock: settle(after.lock, ['Line.count']) } };
    expect(shortly(await storage(settled))).toEqual(['warning attribute-required Order.lines[].count']);
  });
});

describe('a count', () => {
  const counting = (when: string) =>
    project({
      'Query { order': 'Query { open(customer: String!): Int!  order',
      'note: String ': 'note: String  kind: Kind! ',
      'patterns:\n': `patterns:\n  open: { count: Order, for: Query.open, where: { customer: $customer }, ${when}, maintained: true }\n`,
    });

  test('of other records than before is a wrong number', async () => {
    const of = await revisionsOf(counting('when: { kind: GIFT }'), counting('when: { kind: PLAIN }'));
    expect(shortly(await storage(of))).toEqual(['error backfill-needed open']);
  });

  test('of the same records, said otherwise, needs nothing', async () => {
    const of = await revisionsOf(
      counting('when: { kind: [GIFT, PLAIN] }, shards: 2'),
      counting('when: { kind: [PLAIN, GIFT] }, shards: 3'),
    );
    expect(shortly(await storage(of))).toEqual([]);
  });
});

describe('conditions of a key', () => {
  const listing = (values: string) =>
    project({
      'Query { order': 'Query { some(customer: String!): [Order!]!  order',
      'note: String ': 'note: String  kind: Kind! ',
      'patterns:\n': `patterns:\n  some: { many: Order, for: Query.some, where: { customer: $customer }, when: { kind: [${values}] } }\n`,
    });

  test('are the same in another order', async () => {
    expect(shortly(await storage(await revisionsOf(listing('GIFT, PLAIN'), listing('PLAIN, GIFT'))))).toEqual(
      [],
    );
  });
});

describe('what the declaration provides for', () => {
  test('is a note: records are read as they are', async () => {
    const findings = await storage(
      await revisions({
        '  note: String': '  remark: String',
        'customer: String!': 'customer: String!  plan: String!',
        'Order: {}': 'Order: { renamed: { note: remark }, default: { plan: FREE }, readDefault: [plan] }',
      }),
    );
    expect(shortly(findings)).toEqual([
      'note attribute-required Order.plan',
      'note attribute-renamed Order.remark',
    ]);
  });
});

describe('values within values', () => {
  test.each([
    ['a field of an embedded type is gone', 'street: String!  ', '', 'attribute-gone Order.address.street'],
    ['has another type', 'product: ID!', 'product: Int!', 'attribute-retyped Order.lines[].product'],
    ['is required', 'count: Int ', 'count: Int! ', 'attribute-required Order.lines[].count'],
    [
      'is new and required',
      'street: String!',
      'street: String!  zip: String!',
      'attribute-required Order.address.zip',
    ],
    ['has fewer values', 'GIFT PLAIN', 'PLAIN', 'enum-value-gone Order.lines[].kind'],
    [
      'of a type that holds itself',
      'City { name: String!',
      'City { name: Int!',
      'attribute-retyped Order.address.city.name',
    ],
    ['elements have another type', 'tags: [String!]!', 'tags: [Int!]!', 'attribute-retyped Order.tags'],
    ['a list is a set', 'Order: {}', 'Order: { sets: [tags] }', 'attribute-retyped Order.tags'],
  ])('%s', async (_what, from, to, expected) => {
    expect(shortly(await storage(await revisions({ [from]: to })))).toEqual([`error ${expected}`]);
  });

  test.each([
    ['a new field that may be null', 'street: String!', 'street: String!  zip: String'],
    ['a new value of an enum', 'GIFT PLAIN', 'GIFT PLAIN LATE'],
    ['another name of an embedded type', 'Line', 'Item'],
  ])('are read as they were: %s', async (_what, from, to) => {
    const all = new Map([...project()].map(([path, text]) => [path, text.replaceAll(from, to)] as const));
    expect(shortly(await storage(await revisionsOf(project(), all)))).toEqual([]);
  });
});

const withTable = (index: string, more: Readonly<Record<string, string>> = {}) =>
  project({
    ...byCustomer,
    'version: 1': `version: 1\ntables:\n  shop: { name: shop, key: [PK, SK], indexes: { ${index} } }`,
    ...more,
  });

describe('an index', () => {
  test('with another key attribute is another one, and has no record that is stored', async () => {
    const of = await revisionsOf(withTable('GSI4: [GSI4PK, GSI4SK]'), withTable('GSI4: [GSI4PKX, GSI4SK]'));
    const findings = await storage(of);
    expect(shortly(findings)).toEqual(['error index-changed shop.GSI4', 'warning backfill-needed orders']);
    expect(findings[1]?.sample?.before).toHaveProperty('GSI4PK');
    expect(findings[1]?.sample?.after).toHaveProperty('GSI4PKX');
    // It stays until the records are reindexed.
    expect(printLock(of.after.lock)).toMatch(/backfill-needed/);
  });

  test('that projects less serves as it is', async () => {
    const of = await revisionsOf(
      withTable('GSI1: [GSI1PK, GSI1SK]'),
      withTable('GSI1: { key: [GSI1PK, GSI1SK], project: [customer] }'),
    );
    const [finding, ...others] = await storage(of);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'index-changed', severity: 'note', class: 'code only' });
    expect(finding?.message).toMatch(/need not project all attributes any more/);
  });
});

describe('normalize', () => {
  const normalizing = (steps: string, unique = '') =>
    project({ 'Order: {}': `Order: { ${steps && `normalize: { customer: ${steps} }`}${unique} }` });

  test.each([
    ['is removed', ''],
    ['has fewer steps', '[trim]'],
  ])('that %s leaves values as they were stored', async (_what, steps) => {
    const of = await revisionsOf(normalizing('[trim, lowercase]'), normalizing(steps));
    const [finding, ...others] = await storage(of);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'normalize-changed', severity: 'warning', class: 'code only' });
    expect(finding?.remedy).toMatch(/^Keep `normalize`/);
    expect(finding?.sample?.before?.['customer']).toBe('customer');
    expect(finding?.sample?.after?.['customer']).toMatch(/^\s?Customer/);
  });

  test('that is removed of a unique value lets another record take it', async () => {
    const of = await revisionsOf(
      normalizing('lowercase', ', unique: [customer]'),
      normalizing('', ' unique: [customer]'),
    );
    const [finding, ...others] = await storage(of);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'key-moved', subject: 'Order.customer', severity: 'error' });
    expect(finding?.message).toMatch(/no longer normalized by `lowercase`/);
    expect(finding?.notes.join()).toMatch(/a second record can take the same value/);
    expect(printLock(of.after.lock)).toMatch(/key-moved/);
  });

  test('that is new in a key shows a value that is stored otherwise', async () => {
    const of = await revisionsOf(
      normalizing('', ' unique: [customer]'),
      normalizing('lowercase', ', unique: [customer]'),
    );
    const [finding] = await storage(of);
    expect(finding?.rule).toBe('key-moved');
    expect([finding?.sample?.before?.['customer'], finding?.sample?.after?.['customer']]).toEqual([
      ' Customer ',
      ' customer ',
    ]);
  });
});

test('fewer shards of a key that is declared show a shard that is gone', async () => {
  const sharded = (shards: number) =>
    withTable('GSI1: [GSI1PK, GSI1SK]', {
      '{ customer: $customer } }': `{ customer: $customer }, shards: ${shards}, index: GSI1, key: { GSI1PK: 'CUSTOMER#{customer}#{shard}', GSI1SK: '{id}' } }`,
    });
  const findings = await storage(await revisionsOf(sharded(4), sharded(2)));
  expect(shortly(findings)).toEqual(['error key-moved orders']);
  expect([findings[0]?.sample?.before, findings[0]?.sample?.after]).toEqual([
    expect.objectContaining({ GSI1PK: 'CUSTOMER#customer#3' }),
    expect.objectContaining({ GSI1PK: 'CUSTOMER#customer#1' }),
  ]);
});
