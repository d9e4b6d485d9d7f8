/** One record of its kind, and lists stored as sets. */

import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/singleton-and-sets/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/singleton-and-sets/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/singleton-and-sets/generated/schema.js';
import { tables } from '../fixtures/ok/singleton-and-sets/generated/tables.js';
import { openProject } from '../support/running.js';

const fields = '{ title languages ports hosts version }';
const save = `mutation ($input: SettingsInput!) { saveSettings(input: $input) ${fields} }`;

test('there is one, and saving it again changes it', async () => {
  const project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) });
  expect(await project.data(`{ settings ${fields} }`)).toEqual({ settings: null });
  const first = { title: 'one', languages: ['é', 'b', 'a', 'b'], ports: [10, 9, -1, 9], hosts: ['#'] };
  const stored = { title: 'one', languages: ['a', 'b', 'é'], ports: [-1, 9, 10], hosts: ['#'], version: 1 };
  expect(await project.data(save, { input: first })).toEqual({ saveSettings: stored });
  expect(await project.data(`{ settings ${fields} }`)).toEqual({ settings: stored });
  const second = { title: 'two', languages: [], ports: [3], hosts: null };
  const changed = { ...second, version: 2 };
  expect(await project.data(save, { input: second })).toEqual({ saveSettings: changed });
  expect(await project.data(`{ settings ${fields} }`)).toEqual({ settings: changed });
  // Nothing is not null.
  const third = { title: 'two', languages: [], ports: [], hosts: [] };
  expect(await project.data(save, { input: third })).toEqual({ saveSettings: { ...third, version: 3 } });
  expect(await project.data(`{ settings ${fields} }`)).toEqual({ settings: { ...third, version: 3 } });
});

test('a list declared as a set is one in storage', async () => {
  const project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) });
  await project.data(save, { input: { title: 'one', languages: ['a'], ports: [], hosts: ['h', 'g'] } });
  const { Items } = await project.documents.send(new ScanCommand({ TableName: project.tableName('app') }));
  expect(Items).toEqual([
    expect.objectContaining({
      languages: new Set(['a']),
      hosts: new Set(['g', 'h']),
      ports: [],
      _type: 'Settings',
    }),
  ]);
});
