/** The steps of a migration of several tables, by processes that are killed between two of them or wake up late. */

import type { TableDefinition } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { storedPlanOf } from '../../../src/cli/migrate/stored-plan.js';
import { openProject } from '../../support/running.js';
import { written } from '../../support/written.js';

const schema = `type Query { thing(id: ID!): Thing  order(id: ID!): Order  open(status: String!): [Order!]! }
type Thing { id: ID! }
type Order { id: ID!  status: String!  rank: Int! }
`;
const yaml = (key: string) => `version: 1
tables:
  things: { name: things, key: [PK, SK] }
  orders: { name: orders, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } }
entities: { Thing: { table: things }, Order: { table: orders } }
patterns:
  thing: { one: Thing, for: Query.thing, where: { id: $id } }
  order: { one: Order, for: Query.order, where: { id: $id } }
  open: { many: Order, for: Query.open, where: { status: $status }, sort: rank, index: GSI1, key: { GSI1PK: "${key}#{status}", GSI1SK: "{rank}#{id}" } }
`;

async function openTables() {
  const first = await written(yaml('STATUS'), schema);
  const second = await written(yaml('OPEN'), schema);
  const project = await openProject(first.generated);
  const [from, to] = [storedPlanOf(first.plan), storedPlanOf(second.plan)];
  const migration = (settleMs = 0) => project.database.migration({ settleMs });
  await migration().note(from);
  const { tables } = first.generated as { readonly tables: readonly TableDefinition[] };
  /** What works on one table, as on all where it is killed before the next. */
  const only = async (name: string) => {
    const some = tables.filter(({ table }) => table === name);
    const { database } = await project.reopened({ ...first.generated, tables: some } as never);
    return database.migration({ settleMs: 0 });
  };
  return { from, to, migration, only };
}

test('a runner that was taken over in a wait does not undo the rollback when it goes on', async () => {
  const { from, to, migration } = await openTables();
  const late = migration(1500).expand(to);
  const ended = expect(late).rejects.toMatchObject({
    code: 'PLAN_MISMATCH',
    message: expect.stringContaining('another process has changed the migration meanwhile'),
  });
  while ((await migration().status())?.phase !== 'delete-only');
  expect(await migration().rollBack()).toMatchObject({ failed: 0, cursor: null });
  await ended;
  expect(await migration().status()).toMatchObject({ phase: 'settled', from, to: null });
});

test('a runner whose claim is gone writes nothing more, wherever the migration is by then', async () => {
  const { to, migration } = await openTables();
  let isTaken = false;
  const confirm = async () => {
    if (isTaken) throw new Error('taken');
  };
  const late = migration(1500).expand(to, { confirm });
  const ended = expect(late).rejects.toThrow('taken');
  while ((await migration().status())?.phase !== 'delete-only');
  isTaken = true;
  await ended;
  expect(await migration().status()).toMatchObject({ phase: 'delete-only' });
  await migration().expand(to);
  await expect(migration().open({ confirm })).rejects.toThrow('taken');
  expect(await migration().status()).toMatchObject({ phase: 'write-only' });
});

test.each(['things', 'orders'])('it is open once all tables say so, not when %s does', async (name) => {
  const { to, migration, only } = await openTables();
  await migration().expand(to);
  await migration().fill();
  await (await only(name)).open();
  expect(await migration().status()).toMatchObject({ phase: 'write-only' });
  await expect(migration().contract()).rejects.toMatchObject({ code: 'PLAN_MISMATCH' });
  await migration().open();
  expect(await migration().status()).toMatchObject({ phase: 'both' });
});

test.each(['things', 'orders'])(
  'a table that only the former version knows is settled with the others: %s migrated alone',
  async (name) => {
    const { to, migration, only } = await openTables();
    const one = await only(name);
    await one.expand(to);
    await one.fill();
    await one.open();
    expect(await migration().contract()).toMatchObject({ failed: 0, cursor: null });
    for (const table of ['things', 'orders'])
      expect(await (await only(table)).status()).toMatchObject({ phase: 'settled', from: to, to: null });
  },
);

test.each(['things', 'orders'])('who runs it is found in whichever table it was noted: %s', async (name) => {
  const { migration, only } = await openTables();
  const now = '2126-01-01T00:00:00.000Z';
  const run = {
    runner: 'a',
    by: 'a',
    since: now,
    beat: now,
    step: 'fill',
    cursor: null,
    progress: null,
  } as const;
  const kept = await (await only(name)).keepRun(null, run);
  expect(await migration().run()).toEqual(kept);
  await migration().keepRun(kept, null);
  expect(await (await only(name)).run()).toBeNull();
});
