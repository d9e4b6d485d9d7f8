/** What is reported of stored records, `reindex` deals with; then nothing is reported any more. */

import type { StoredProject } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/generator/diagnostics/diagnostic.js';
import { printLock, reindexed, settle } from '../../src/generator/lock.js';
import { readLock } from '../../src/generator/parse/lock.js';
import { openProject } from '../support/running.js';
import { type Written, written } from '../support/written.js';

const tables = `tables:
  main:
    name: main
    key: [PK, SK]
    indexes: { ${[1, 2, 3, 4].map((at) => `GSI${at}: [GSI${at}PK, GSI${at}SK]`).join(', ')} }
`;

const before = {
  schema: `
type Query { order(id: ID!): Order  orders(shop: String!): [Order!]!  open(shop: String!): [Order!]! }
type Mutation { addOrder(input: OrderInput!): Order! }
input OrderInput { id: ID!  shop: String!  rank: Int!  mail: String!  status: Status! }
enum Status { OPEN HELD DONE }
type Order { id: ID!  shop: String!  rank: Int!  mail: String!  status: Status! }`,
  yaml: `version: 1
${tables}entities: { Order: {} }
patterns:
  order: { one: Order, for: Query.order, where: { id: $id } }
  orders: { many: Order, for: Query.orders, where: { shop: $shop } }
  open: { many: Order, for: Query.open, where: { shop: $shop }, when: { status: OPEN }, sort: rank }
mutations:
  addOrder: { create: Order, for: Mutation.addOrder, from: $input }
`,
};

/** A new pattern and a new count, a wider condition, a unique value, a normalized one, a name, and a required attribute. */
const after = {
  schema: `
type Query {
  order(id: ID!): Order  orders(shop: String!): [Order!]!  open(shop: String!): [Order!]!
  byEmail(email: String!): [Order!]!  count(shop: String!): Int!
}
enum Status { OPEN HELD DONE }
type Order { id: ID!  shop: String!  rank: Int!  email: String!  status: Status!  plan: String! }`,
  yaml: (more: string) => `version: 1
${tables}entities:
  Order:
    identity: [shop, id]
    unique: { fields: [shop, rank], when: { status: [OPEN, HELD] } }
    normalize: { email: lowercase }
    default: { plan: FREE }
${more}
patterns:
  order: { one: Order, for: Query.order, where: { id: $id } }
  orders: { many: Order, for: Query.orders, where: { shop: $shop } }
  open: { many: Order, for: Query.open, where: { shop: $shop }, when: { status: [OPEN, HELD] }, sort: rank }
  byEmail: { many: Order, for: Query.byEmail, where: { email: $email } }
  count: { count: Order, for: Query.count, where: { shop: $shop }, maintained: true }
`,
};

const declared = '    renamed: { mail: email }\n    readDefault: [plan]';
const sealed = ({ lock }: Written) => lock.replace('"sealed": false', '"sealed": true');
const isPending = ({ code }: Pick<Diagnostic, 'code'>) => code !== 'unused-index';
const codesOf = ({ warnings }: Written) =>
  warnings
    .filter(isPending)
    .map(({ code, hint = '' }) => `${code} ${/--accept ([\w.+]+)/.exec(hint)?.[1]}`)
    .sort();

test('what is reported of stored records is dealt with by reindex, and then no longer reported', async () => {
  const first = await written(before.yaml, before.schema);
  const project = await openProject(first.generated);
  for (const [id, rank, status] of [
    ['a', 1, 'OPEN'],
    ['b', 2, 'HELD'],
    ['c', 2, 'DONE'],
  ])
    await project.data('mutation ($input: OrderInput!) { addOrder(input: $input) { id } }', {
      input: { id, shop: 's', rank, mail: `${String(id).toUpperCase()}@example.org`, status },
    });

  const second = await written(after.yaml(declared), after.schema, sealed(first));
  expect(codesOf(second)).toEqual([
    'backfill-needed Order.shop+rank',
    'backfill-needed byEmail',
    'backfill-needed count',
    'identity-changed Order',
    'key-moved Order.email',
    'key-moved open',
    'key-moved order',
  ]);
  const now = await project.reopened(second.generated);
  const index = (await second.module('index')) as unknown as StoredProject;
  const report = await now.database.reindex(index, { entities: ['Order'] });
  expect(report.failed).toBe(0);
  expect(
    await now.data(
      '{ open(shop: "s") { id } byEmail(email: "a@example.org") { id email plan } count(shop: "s") }',
    ),
  ).toEqual({
    open: [{ id: 'a' }, { id: 'b' }],
    byEmail: [{ id: 'a', email: 'a@example.org', plan: 'FREE' }],
    count: 3,
  });

  // The attributes are stored as declared, so that what reads them otherwise can go.
  const { lock } = readLock('access-patterns.lock.json', second.lock);
  const settled = settle(lock, reindexed(lock, 'Order'));
  expect(
    (await written(after.yaml(''), after.schema, printLock(settled))).warnings.filter(isPending),
  ).toEqual([]);
  expect(codesOf(await written(after.yaml(''), after.schema, second.lock))).toEqual(
    expect.arrayContaining(['attribute-renamed Order.email', 'attribute-required Order.plan']),
  );
});

/** What is reported of a project with one attribute and one pattern, after a change of them. */
async function reportedOf(
  [type, ...fields]: readonly [type: string, ...fields: readonly string[]],
  options: { readonly before?: string; readonly after?: string; readonly pattern?: string },
): Promise<readonly string[]> {
  const schema = (all: readonly string[], isFound: boolean) => `scalar DateTime
type Query { order(id: ID!): Order ${isFound ? ' found(value: String!): [Order!]!' : ''} }
type Order { id: ID!  shop: String!  ${all.join('  ')} }`;
  const yaml = (entity = '', pattern = '') => `version: 1
${tables.trimEnd()}\n    ttl: ttl\nentities: { Order: { ${entity} } }
patterns:
  order: { one: Order, for: Query.order, where: { id: $id } }
${pattern === '' ? '' : `  found: { many: Order, for: Query.found, ${pattern} }\n`}`;
  const isKnown = options.before !== undefined;
  const first = await written(
    yaml(options.before ?? '', isKnown ? options.pattern : ''),
    schema(type === '' ? [] : [type], isKnown && options.pattern !== undefined),
  );
  const second = await written(
    yaml(options.after, options.pattern),
    schema(fields, options.pattern !== undefined),
    sealed(first),
  );
  return codesOf(second);
}

test.each([
  ['a pattern', 'where: { plan: $value }', ''],
  ['a unique value', undefined, 'unique: [plan]'],
])('records that read as a default are not in %s yet', async (_what, pattern, option) => {
  const reported = await reportedOf(['plan: String', 'plan: String!'], {
    before: option,
    after: ['default: { plan: FREE }, readDefault: [plan]', ...(option ? [option] : [])].join(', '),
    ...(pattern === undefined ? {} : { pattern }),
  });
  expect(reported).toEqual([`backfill-needed ${pattern === undefined ? 'Order.plan' : 'found'}`]);
});

test.each([
  ['a pattern', 'plan: String', 'where: { plan: $value }', ''],
  ['a unique value', 'plan: String', undefined, 'unique: [plan]'],
  ['an expiry', 'until: DateTime', undefined, 'ttl: until'],
])('%s needs nothing of records that have no value for it', async (_what, field, pattern, after) => {
  const reported = await reportedOf(['', field], { after, ...(pattern === undefined ? {} : { pattern }) });
  expect(reported).toEqual([]);
});

test('an attribute that is renamed and required may still be missing', async () => {
  const reported = await reportedOf(['mail: String', 'email: String!'], {
    after: 'renamed: { mail: email }',
  });
  expect(reported).toEqual(['attribute-required Order.email']);
});

test('an attribute takes no name under which stored records have something else', async () => {
  const schema = (fields: string) => `type Query { order(id: ID!): Order }\ntype Order { id: ID! ${fields} }`;
  const yaml = (options = '') => `version: 1
entities: { Order: { ${options} } }
patterns: { order: { one: Order, for: Query.order, where: { id: $id } } }
`;
  const renamed = yaml('renamed: { mail: email }');
  const both = await written(yaml(), schema('mail: String email: String'));
  const draft = await written(renamed, schema('email: String'), both.lock);
  expect(draft.warnings.filter(isPending)).toEqual([]);
  const refused = { code: 'renamed-attribute' };
  await expect(written(renamed, schema('email: String'), sealed(both))).rejects.toMatchObject({
    diagnostics: [refused],
  });
  const one = await written(yaml(), schema('mail: String'), sealed(both));
  await expect(written(renamed, schema('email: String'), one.lock)).rejects.toMatchObject({
    diagnostics: [refused],
  });
  // Nor do two of them take one name.
  const twice = yaml('renamed: { mail: address, email: address }');
  await expect(written(twice, schema('address: String'), sealed(both))).rejects.toMatchObject({
    diagnostics: [refused, refused],
  });
  // Said late, or again, it is what it was.
  const late = await written(
    yaml(),
    schema('email: String'),
    sealed(await written(yaml(), schema('mail: String'))),
  );
  const said = await written(renamed, schema('email: String'), late.lock);
  expect(codesOf(await written(renamed, schema('email: String'), said.lock))).toEqual([]);
});

test.each([
  ['other records', 'count: Order, when: { plan: A }', 'count: Order, when: { plan: [A, B] }', true],
  ['another field', 'sum: Order, of: rank', 'sum: Order, of: weight', true],
  ['fewer shards', 'sum: Order, of: rank, shards: 4', 'sum: Order, of: rank, shards: 2', true],
  ['more shards', 'sum: Order, of: rank, shards: 2', 'sum: Order, of: rank, shards: 4', false],
  ['the same values', 'count: Order, when: { plan: [A, B] }', 'count: Order, when: { plan: [B, A] }', false],
])('a number of %s under the key that it had', async (_what, was, is, isReported) => {
  const sdl = `enum Plan { A B }
type Query { order(id: ID!): Order  found(shop: String!): Int! }
type Order { id: ID!  shop: String!  rank: Int!  weight: Int!  plan: Plan! }`;
  const yaml = (pattern: string) => `version: 1
entities: { Order: {} }
patterns:
  order: { one: Order, for: Query.order, where: { id: $id } }
  found: { ${pattern}, for: Query.found, where: { shop: $shop }${pattern.startsWith('count') ? ', maintained: true' : ''} }
`;
  const first = await written(yaml(was), sdl);
  const second = await written(yaml(is), sdl, sealed(first));
  expect(codesOf(second)).toEqual(isReported ? ['backfill-needed found'] : []);
  // It stays until it is dealt with.
  expect(codesOf(await written(yaml(is), sdl, second.lock))).toEqual(codesOf(second));
});
