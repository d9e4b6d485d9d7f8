/** Events: one is written in the transaction of each change that publishes it, and is read by type and day. */

import { beforeAll, expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/events/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/events/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/events/generated/schema.js';
import { tables } from '../fixtures/ok/events/generated/tables.js';
import { type Served, serve } from './serve.js';

let served: Served;
let now = new Date('2026-03-01T10:00:00.000Z');
beforeAll(async () => {
  const rules = { staff: () => undefined, ownTenant: () => true };
  served = await serve(
    { typeDefs, tables, resolvers: createResolvers(rules), loaders: createLoaders },
    { now: () => now },
  );
});

const ask = async (text: string) => Object.values(await served.ask(text))[0];

const eventsOf = async (type: string) => {
  const shown = 'nodes { type entity entityId revision before after }';
  const page = (await ask(`{ events(type: ${type}, first: 10) { ${shown} } }`)) as { nodes: unknown[] };
  return page.nodes;
};

test('a create, an update of several and a delete each leave their events', async () => {
  const create = (name: string) =>
    ask(`mutation { createUser(input: { name: "${name}", email: " ${name}@x.org" }) { id } }`);
  const [{ id: a }, { id: b }] = (await Promise.all([create('A'), create('B')])) as [
    { id: string },
    { id: string },
  ];
  expect(served.operations).toEqual(['TransactWriteItems', 'TransactWriteItems']);
  now = new Date('2026-03-02T10:00:00.000Z');
  await ask(`mutation { deactivateUsers(ids: ["${a}", "${b}"]) { id } }`);
  await ask(`mutation { updateUser(id: "${a}", input: { status: INACTIVE }) { id } }`);
  await ask(`mutation { deleteUser(id: "${a}") { id } }`);
  const active = { name: 'A', email: 'a@x.org', status: 'ACTIVE' };
  expect(await eventsOf('USER_CREATED')).toContainEqual({
    type: 'USER_CREATED',
    entity: 'User',
    entityId: a,
    revision: 1,
    before: null,
    after: active,
  });
  const updated = (await eventsOf('USER_UPDATED')) as { entityId: string; before: unknown; after: unknown }[];
  // One that changes nothing leaves none.
  expect(updated.map(({ entityId }) => entityId).sort()).toEqual([a, b].sort());
  expect(updated.find(({ entityId }) => entityId === a)).toMatchObject({
    before: active,
    after: { ...active, status: 'INACTIVE' },
  });
  expect(await eventsOf('USER_DELETED')).toMatchObject([
    { entityId: a, before: { ...active, status: 'INACTIVE' }, after: null },
  ]);
});

test('a record is created again under the key of a deleted one', async () => {
  const set = (value: string) => ask(`mutation { setSetting(name: "theme", value: "${value}") { value } }`);
  await set('dark');
  await ask('mutation { deleteSetting(name: "theme") { name } }');
  await set('light');
  const found = (await eventsOf('SETTING_SET')) as { before: unknown; after: unknown }[];
  expect(found.map(({ before, after }) => [before, after])).toEqual([
    [null, { value: 'light' }],
    [null, { value: 'dark' }],
  ]);
});
