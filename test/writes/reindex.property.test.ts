/**
 * Records that were written by one plan and reindexed by another are stored as if the other had written them: the same
 * items with the same attributes, whatever the two plans are, wherever the run was ended and resumed.
 */

import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import type { Database, Item, ReindexReport, Session, StoredProject, Write } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { DiagnosticsError } from '../../src/generator/diagnostics/print.js';
import { openTables } from '../support/databases.js';
import { openEngine } from '../support/engines.js';
import { runs } from '../support/runs.js';
import { type Written, written } from '../support/written.js';

const sdl = (one: Declared) => `scalar DateTime
type Query {
  order(${one.key.includes('customerId') ? 'customerId: ID!, ' : ''}id: ID!): Order
  customer(id: ID!): Customer
  open(status: String!): [Order!]!
  ofCustomer(customerId: ID!): [Order!]!
  ${one.counted === '' ? '' : 'counted(status: String!): Int!'}
  ${one.ranks === '' ? '' : 'ranks(customerId: ID!): Int!'}
}
type Order { id: ID!  code: String!  status: String!  rank: Int!  at: DateTime!  note: String  customerId: ID!
  until: DateTime  version: Int! }
type Customer { id: ID!  name: String!  version: Int! }
`;

interface Declared {
  readonly key: string;
  readonly customerKey: string;
  readonly open: string;
  readonly openName: string;
  readonly ofCustomer: string;
  readonly unique: string;
  readonly counted: string;
  readonly ranks: string;
  readonly references: string;
  readonly ttl: string;
}

const options: { readonly [Name in keyof Declared]: readonly string[] } = {
  key: [
    '',
    'key: { PK: "ORDER#{id}", SK: METADATA }, ',
    'key: { PK: "O#{id}", SK: O }, ',
    'key: { PK: "OF#{customerId}", SK: "ORDER#{id}" }, ',
  ],
  customerKey: ['', 'key: { PK: "C#{id}", SK: C }, '],
  open: [
    'sort: at',
    'sort: -rank',
    'sort: at, shards: 4',
    'sort: at, shards: 3',
    'sort: at, bucket: month(at), across: 24',
    'sort: at, bucket: day(at), across: 60',
    'sort: at, index: GSI2',
    'sort: at, entry: true',
    'sort: rank, entry: { include: [note, rank] }',
    'sort: at, entry: true, index: GSI1',
    'sort: at, when: { status: [OPEN, HELD] }',
  ],
  openName: ['open', 'openOrders'],
  ofCustomer: ['', 'sort: at', 'sort: rank, entry: true', 'sort: at, when: { note: present }'],
  unique: ['', 'unique: [code], ', 'unique: [[code, status]], ', 'unique: [code, [code, status]], '],
  counted: ['', 'where: { status: $status }', 'where: { status: $status }, shards: 2'],
  ranks: ['', 'where: { customerId: $customerId }'],
  references: [
    '',
    'references: { customerId: Customer }, ',
    'references: { customerId: { to: Customer, onDelete: restrict } }, ',
  ],
  ttl: ['', 'ttl: until, '],
};

const declared = fc.record(
  Object.fromEntries(Object.entries(options).map(([name, all]) => [name, fc.constantFrom(...all)])),
) as unknown as fc.Arbitrary<Declared>;
const drawn = declared.map((one) => {
  // What is counted does not expire.
  const isCounted = one.counted !== '' || one.ranks !== '' || one.references.includes('restrict');
  return isCounted ? { ...one, ttl: '' } : one;
});

function yaml(one: Declared): string {
  const isByCustomer = one.key.includes('customerId');
  const pattern = (text: string, ...parts: string[]) =>
    text === '' ? [] : [`  ${parts[0]}: { ${parts.slice(1).join(', ')}, ${text} }`];
  return `version: 1
tables:
  t: { name: orders, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK], GSI2: [GSI2PK, GSI2SK], GSI3: [GSI3PK, GSI3SK] }, ttl: ttl }
entities:
  Order: { ${one.key}${one.unique}${one.references}${one.ttl}generate: { version: revision } }
  Customer: { ${one.customerKey}generate: { version: revision } }
patterns:
  order: { one: Order, for: Query.order, where: { ${isByCustomer ? 'customerId: $customerId, ' : ''}id: $id } }
  customer: { one: Customer, for: Query.customer, where: { id: $id } }
${[
  ...pattern(one.open, one.openName, 'many: Order', 'for: Query.open', 'where: { status: $status }'),
  ...(one.ofCustomer === ''
    ? ['  ofCustomer: { many: Order, for: Query.ofCustomer, where: { customerId: $customerId } }']
    : pattern(
        one.ofCustomer,
        'ofCustomer',
        'many: Order',
        'for: Query.ofCustomer',
        'where: { customerId: $customerId }',
      )),
  ...pattern(one.counted, 'counted', 'count: Order', 'for: Query.counted', 'maintained: true'),
  ...pattern(one.ranks, 'ranks', 'sum: Order', 'of: rank', 'for: Query.ranks'),
].join('\n')}
`;
}

/** A pair that the generator refuses is no case. */
async function accepted(one: Declared, lock?: string): Promise<Written> {
  try {
    return await written(yaml(one), sdl(one), lock);
  } catch (error) {
    fc.pre(!(error instanceof DiagnosticsError));
    throw error;
  }
}

type Step =
  | { readonly kind: 'create'; readonly id: number; readonly values: Values }
  | { readonly kind: 'change'; readonly id: number; readonly values: Partial<Values> }
  | { readonly kind: 'delete'; readonly id: number };

interface Values {
  readonly status: string;
  readonly rank: number;
  readonly at: string;
  readonly note: string | null;
  readonly until: string | null;
}

const values = fc.record({
  status: fc.constantFrom('OPEN', 'HELD', 'DONE'),
  rank: fc.integer({ min: -3, max: 99 }),
  at: fc.constantFrom('2026-01-31T10:00:00.000Z', '2026-02-01T09:00:00.000Z', '2026-02-02T00:00:00.000Z'),
  note: fc.constantFrom(null, 'a', 'b'),
  until: fc.constantFrom(null, '2126-01-01T00:00:00.000Z'),
});
const id = fc.integer({ min: 0, max: 25 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('create' as const), id, values }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('change' as const), id, values }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), id }) },
  ),
  { minLength: 10, maxLength: 40 },
);

const customerOf = (order: number) => `c${order % 3}`;
const now = () => new Date('2026-03-01T00:00:00.000Z');

interface AnyWrites {
  create(values: object): Write<object>;
  update(key: object, changes: object): Write<object>;
  delete(key: object): Write<object>;
}

async function play(database: Database, plan: Written, all: readonly Step[]): Promise<void> {
  const { orderWrites: orders, customerWrites: customers } = (await plan.module('writes')) as unknown as {
    readonly orderWrites: AnyWrites;
    readonly customerWrites: AnyWrites;
  };
  const session: Session = database.session();
  for (const name of ['c0', 'c1', 'c2']) await session.write(customers.create({ id: name, name }));
  const stored = new Set<number>();
  for (const step of all) {
    const key = { id: `o${step.id}`, customerId: customerOf(step.id) };
    if (step.kind === 'create') {
      if (stored.has(step.id)) continue;
      stored.add(step.id);
      await session.write(orders.create({ ...key, code: `code${step.id}`, ...step.values }));
    } else if (stored.has(step.id)) {
      if (step.kind === 'delete') stored.delete(step.id);
      await session.write(step.kind === 'delete' ? orders.delete(key) : orders.update(key, step.values));
    }
  }
}

const engine = openEngine();

async function storedProject(plan: Written): Promise<StoredProject> {
  return (await plan.module('index')) as unknown as StoredProject;
}

/** Every item as text, sorted; without aggregates that were counted down to nothing, or that the plan does not have any more. */
async function contents(tables: Awaited<ReturnType<typeof openTables>>, plan: Declared): Promise<string[]> {
  const gone = [
    ...(plan.counted === '' ? ['counted'] : []),
    ...(plan.ranks === '' ? ['ranks'] : []),
    ...(plan.references.includes('restrict') ? [] : ['Order.customerId']),
  ];
  const { client } = await engine;
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.names.t }));
  return (Items as Item[])
    .filter((item) => item._number !== 0 && !gone.includes(String(item._counts)))
    .map((item) => JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))))
    .sort();
}

/** Reindexes, ended after each few pages and resumed by the cursor, or by an older one as after a crash. */
async function reindexed(
  database: Database,
  project: StoredProject,
  segments: number,
  ends: readonly boolean[],
) {
  let resume: string | undefined;
  for (const isCrash of [...ends, undefined]) {
    const abort = new AbortController();
    const cursors: string[] = [];
    const report = await database.reindex(project, {
      segments,
      ...(resume !== undefined && { resume }),
      signal: abort.signal,
      onProgress: ({ cursor }) => {
        cursors.push(cursor);
        if (isCrash !== undefined && cursors.length === 2) abort.abort();
      },
    });
    expect(report.problems).toEqual([]);
    if (report.cursor === null) return countsOf(report);
    resume = isCrash ? cursors[0] : report.cursor;
  }
  throw new Error('the last run is not ended');
}

const countsOf = ({ changed, moved, written, deleted, aggregates, failed }: ReindexReport) => ({
  changed,
  moved,
  written,
  deleted,
  aggregates,
  failed,
});

test('reindexed records are stored as the plan would have written them', { timeout: 900_000 }, async () => {
  const { client } = await engine;
  await fc.assert(
    fc.asyncProperty(
      drawn,
      drawn,
      steps,
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.boolean(), { maxLength: 4 }),
      async (a, b, all, segments, ends) => {
        const [first, alone] = [await accepted(a), await accepted(b)];
        // With the lock of the first, as in a project; and without, as where the lock was lost.
        for (const second of [await accepted(b, first.lock), alone]) {
          const [tables, expected] = await Promise.all(
            [first, second].map(({ generated }) => openTables(client, generated.tables)),
          );
          if (!tables || !expected) throw new Error('no tables');
          const database = tables.open({ now });
          await play(database, first, all);
          await play(expected.open({ now }), second, all);
          const project = await storedProject(second);
          const counted = countsOf(await database.reindex(project, { dryRun: true }));
          const done = await reindexed(database, project, segments, ends);
          // What a crash had done and not noted is not counted again.
          if (!ends.includes(true)) expect(done).toEqual(counted);
          expect(await contents(tables, b)).toEqual(await contents(expected, b));
          const again = await database.reindex(project);
          expect(again).toMatchObject({
            changed: 0,
            moved: 0,
            written: 0,
            deleted: 0,
            aggregates: 0,
            failed: 0,
          });
        }
      },
    ),
    { numRuns: runs(12), endOnFailure: true },
  );
});
