/** Entities without a declared revision: concurrent changes are guarded all the same, of records without one, too. */

import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { appKey } from '../fixtures/ok/hidden-revision/generated/keys.js';
import { createLoaders } from '../fixtures/ok/hidden-revision/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/hidden-revision/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/hidden-revision/generated/schema.js';
import { tables } from '../fixtures/ok/hidden-revision/generated/tables.js';
import { appWrites } from '../fixtures/ok/hidden-revision/generated/writes.js';
import { openProject, type Project } from '../support/running.js';

async function open(): Promise<Project> {
  const project = await openProject({ typeDefs, tables, createLoaders, resolvers: createResolvers({}) });
  await project.data('mutation { addApp(input: { id: "a", state: "new", version: "1.0" }) { id version } }');
  return project;
}

async function stored(project: Project): Promise<Record<string, unknown> | undefined> {
  const TableName = project.tableName('entities');
  return (await project.documents.send(new GetCommand({ TableName, Key: appKey({ id: 'a' }) }))).Item;
}

test('changes count in the record, and a field called version is the schema’s own', async () => {
  const project = await open();
  expect(await stored(project)).toMatchObject({ version: '1.0', _revision: 1 });
  const { install } = await project.data('mutation { install(id: "a", version: "1.1") { version } }');
  expect(install).toEqual({ version: '1.1' });
  await project.data('mutation { setState(id: "a", state: "old") { id } }');
  expect(await stored(project)).toMatchObject({ state: 'old', version: '1.1', _revision: 3 });
  expect(await project.data('{ apps(state: "new") { id } }')).toEqual({ apps: [] });
});

test('of changes at once none is lost, also where another program stored the record without a revision', async () => {
  const project = await open();
  const TableName = project.tableName('entities');
  await project.documents.send(
    new UpdateCommand({
      TableName,
      Key: appKey({ id: 'a' }),
      UpdateExpression: 'REMOVE #r',
      ExpressionAttributeNames: { '#r': '_revision' },
    }),
  );
  const change = () =>
    project.database.session().write(appWrites.update({ id: 'a' }, ({ state }) => ({ state: `${state}!` })));
  await Promise.all(Array.from({ length: 10 }, change));
  expect(await stored(project)).toMatchObject({ state: 'new!!!!!!!!!!', _revision: 10 });
});
