/** A project with a legacy table of people, and the verbs of `tableloom import` there. */

import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createTables } from 'tableloom/runtime';
import { expect } from 'vitest';
import { withFailures } from '../../src/cli/verbs.js';
import { codegen, openEndpointProject } from './endpoint-project.js';
import { printed } from './project.js';

export const files = {
  'codegen.ts': codegen,
  'schema/schema.graphql': `type Query { person(id: ID!): Person }
type Person { id: ID!  email: String!  name: String!  createdAt: DateTime!  updatedAt: DateTime!  version: Int! }
scalar DateTime
`,
  'access-patterns.yaml': `version: 1
tables: { main: { name: "\${PREFIX}-main", key: [PK, SK] } }
entities:
  Person:
    generate: { createdAt: now, updatedAt: touch, version: revision }
    normalize: { email: [trim, lowercase] }
    unique: [email]
patterns: { person: { one: Person, for: Query.person, where: { id: $id } } }
`,
  'src/import.ts': `export const title = { forward: (value: unknown) => String(value).trim(), back: (value: unknown) => value };
`,
  'import.yaml': `version: 1
transforms: src/import.ts
sources:
  people:
    table: \${PREFIX}-people
    key: id
    entity: Person
    secret: pin
    fields:
      id: id
      email: mail
      name: { from: name, transform: title }
      updatedAt: { from: changed, unit: milliseconds }
    unique: { email: { newest: updatedAt } }
`,
};

export async function openImportProject() {
  const { folder, engine, prefix, url, endpoint, write } = await openEndpointProject('import');
  for (const [path, text] of Object.entries(files)) write(path, text);
  const { generateVerb } = await import('../../src/cli/commands/generate.js');
  expect((await printed(() => generateVerb({ root: folder, config: 'codegen.ts' }))).code).toBe(0);
  const key = { partition: 'PK', sort: 'SK' };
  const { client } = engine;
  await createTables(
    client,
    [
      { table: 'main', name: '', key, indexes: [] },
      { table: 'people', name: '', key: { partition: 'id' }, indexes: [] },
    ],
    { main: `${prefix}-main`, people: `${prefix}-people` },
  );
  const documents = DynamoDBDocumentClient.from(client);
  const options = { root: folder, config: 'codegen.ts', mapping: 'import.yaml', endpoint: url, settleMs: 0 };
  const row = (id: string, more: object = {}, table = 'people') =>
    documents.send(
      new PutCommand({
        TableName: `${prefix}-${table}`,
        Item: {
          id,
          mail: `${id}@people.example`,
          name: ` ${id} `,
          changed: 1_700_000_000_000,
          pin: 'clear',
          ...more,
        },
      }),
    );
  const main = async (id: string) => {
    const Key = { PK: `PERSON#${id}`, SK: 'METADATA' };
    return (await documents.send(new GetCommand({ TableName: `${prefix}-main`, Key }))).Item;
  };
  const run = (action: (given: typeof options) => Promise<number>) =>
    printed(() => withFailures(() => action(options)));
  return { folder, prefix, client, endpoint, row, main, run, write };
}
