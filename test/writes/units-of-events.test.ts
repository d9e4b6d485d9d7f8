/** The write units of mutations that publish are those that access-patterns.md lists. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Plan } from '../../src/generator/plan/types/plan.js';
import { createLoaders } from '../fixtures/ok/events/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/events/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/events/generated/schema.js';
import { tables } from '../fixtures/ok/events/generated/tables.js';
import { generateProject } from '../support/projects.js';
import { openProject, type Project } from '../support/running.js';

let plan: Plan;
let project: Project;
beforeAll(async () => {
  const resolvers = createResolvers({ staff: () => undefined, ownTenant: () => true });
  plan = (await generateProject('test/fixtures/ok/events')).run.plan;
  project = await openProject({ typeDefs, tables, resolvers, createLoaders }, afterAll, { capacity: true });
});

async function units(mutation: string): Promise<number> {
  const { errors, writeUnits } = await project.ask(`mutation { ${mutation} }`);
  expect(errors).toBeUndefined();
  return writeUnits;
}

function listed(name: string) {
  const { cost } = plan.mutations.find((one) => one.name === name) ?? {};
  return { least: cost?.least.total, most: cost?.most.total };
}

test('of a record with a generated id', async () => {
  const data = await project.data('mutation { createUser(input: { name: "A", email: "a" }) { id } }');
  const { id } = data.createUser as { id: string };
  expect(await units('createUser(input: { name: "B", email: "b" }) { id }')).toBe(listed('createUser').most);
  expect(await units(`updateUser(id: "${id}", input: { name: "C" }) { id }`)).toBe(listed('updateUser').most);
  expect(await units(`deleteUser(id: "${id}") { id }`)).toBe(listed('deleteUser').most);
});

test('of a record that may be created again', async () => {
  const set = (value: string) => units(`setSetting(name: "theme", value: "${value}") { value }`);
  const { least, most } = listed('setSetting');
  expect([await set('dark'), await set('light')]).toEqual([most, least]);
  expect(await units('deleteSetting(name: "theme") { name }')).toBe(listed('deleteSetting').most);
  // The engine refuses the transaction once, as the marker is not known.
  expect(await set('dark')).toBeGreaterThanOrEqual(most ?? 0);
});
