/** What a review says that publishing needs is what the server sends. */

import type { RequestReport } from 'tableloom/runtime';
import { afterAll, expect, test } from 'vitest';
import { permissionsOf } from '../../src/review/permissions/needs.js';
import { createLoaders } from '../fixtures/ok/events/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/events/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/events/generated/schema.js';
import { tables } from '../fixtures/ok/events/generated/tables.js';
import { generateProject } from '../support/projects.js';
import { openProject } from '../support/running.js';
import { actionsOf } from './support/actions.js';

test('writes that publish send nothing that is not allowed, and need what is', async () => {
  const { plan, model } = (await generateProject('test/fixtures/ok/events')).run;
  const allowed = permissionsOf({ plan, model }).all.map(({ action, resource }) => `${action} ${resource}`);
  const sent = new Set<string>();
  const onRequest = (report: RequestReport) => {
    const named = (table: string) => (/events/.test(table) ? 'events' : 'main');
    for (const one of actionsOf(report, named)) sent.add(one);
  };
  const rules = { staff: () => undefined, ownTenant: () => true };
  const resolvers = createResolvers(rules);
  const project = await openProject({ typeDefs, tables, resolvers, createLoaders }, afterAll, { onRequest });
  const ask = async (text: string) => {
    const { data, errors } = await project.ask(text);
    expect(errors, text).toBeUndefined();
    return Object.values(data ?? {})[0] as { readonly id: string };
  };
  const create = 'mutation { createUser(input: { name: "A", email: "a@x.org" }) { id } }';
  const [{ id }, { id: other }] = [await ask(create), await ask(create)];
  for (const text of [
    `mutation { updateUser(id: "${id}", input: { name: "B" }) { id } }`,
    `mutation { updateUser(id: "${id}", input: { name: "B" }) { id } }`,
    `mutation { deactivateUsers(ids: ["${id}"]) { id } }`,
    // One of the two changes nothing.
    `mutation { deactivateUsers(ids: ["${id}", "${other}"]) { id } }`,
    `mutation { deleteUser(id: "${id}") { id } }`,
    'mutation { setSetting(name: "theme", value: "dark") { value } }',
    'mutation { deleteSetting(name: "theme") { name } }',
    'mutation { setSetting(name: "theme", value: "light") { value } }',
    '{ changes(first: 1) { nodes { id } } }',
  ])
    await ask(text);
  expect([...sent].filter((one) => !allowed.includes(one))).toEqual([]);
  const writes = allowed.filter((one) => !/Get|Query/.test(one));
  expect(writes.filter((one) => !sent.has(one))).toEqual([]);
});
