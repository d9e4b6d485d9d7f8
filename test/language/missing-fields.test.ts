/** A stored record that lacks what the schema requires by now: the field is an error, and everything else is answered. */

import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import Fastify from 'fastify';
import mercurius, { type IResolvers } from 'mercurius';
import { expect, onTestFinished, test } from 'vitest';
import { executableSchema } from '../../src/fastify/schema.js';
import { openProject, type Project } from '../support/running.js';
import { written } from '../support/written.js';

const schema = `scalar JSON
type Query {
  person(id: ID!): Person
  people(town: String!): [Person]!
  names(town: String!): [Person!]!
  pages(town: String!, first: Int, after: String): PersonConnection!
}
type Mutation {
  add(input: PersonInput!): Person!
  rename(id: ID!, name: String): Person!
  give(id: ID!, phone: String!): Person!
}
input PersonInput { id: ID!  town: String!  name: String  phone: String!  tags: [String!]! }
type Person { id: ID!  town: String!  phone: String!  tags: [String!]!  name: String  version: Int! }
type PersonConnection { edges: [PersonEdge]!  pageInfo: PageInfo! }
type PersonEdge { node: Person  cursor: String! }
type PageInfo { hasNextPage: Boolean!  hasPreviousPage: Boolean!  startCursor: String  endCursor: String }
`;
const yaml = `version: 1
tables: { people: { name: people, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } } }
entities: { Person: { generate: { version: revision } } }
patterns:
  person: { one: Person, for: Query.person, where: { id: $id } }
  people: { many: Person, for: Query.people, where: { town: $town }, sort: id }
  names: { many: Person, for: Query.names, where: { town: $town }, sort: id, entry: { include: [name, phone] } }
  pages: { many: Person, for: Query.pages, where: { town: $town }, sort: id }
mutations:
  add: { create: Person, for: Mutation.add, from: $input }
  rename: { update: Person, for: Mutation.rename, where: { id: $id }, set: { name: $name } }
  give: { update: Person, for: Mutation.give, where: { id: $id }, set: { phone: $phone } }
`;

/** Three people of whom the second has neither phone nor tags. */
async function stored(): Promise<{
  readonly project: Project;
  readonly generated: Awaited<ReturnType<typeof written>>['generated'];
}> {
  const { generated } = await written(yaml, schema);
  const project = await openProject(generated);
  for (const id of ['a', 'b', 'c'])
    await project.data('mutation ($input: PersonInput!) { add(input: $input) { id } }', {
      input: { id, town: 't', name: id.toUpperCase(), phone: '1', tags: ['x'] },
    });
  const TableName = project.tableName('people');
  for (const SK of ['METADATA', 'ENTRY#NAMES'])
    await project.documents.send(
      new UpdateCommand({ TableName, Key: { PK: 'PERSON#b', SK }, UpdateExpression: 'REMOVE phone, tags' }),
    );
  return { project, generated };
}

const lacking = (path: readonly (string | number)[], field = 'phone') => ({
  message: `The stored Person with id "b" has no ${field}, which cannot be null.`,
  path,
  extensions: { code: 'RECORD_INVALID', entity: 'Person', key: { id: 'b' }, field },
});

const person = (id: string, more: object = {}) => ({ id, name: id.toUpperCase(), ...more });

test('what does not select the field is answered; a list of nullable records lacks that record alone', async () => {
  const { project } = await stored();
  const all = await project.ask('{ people(town: "t") { id name } }');
  expect(all).toMatchObject({ data: { people: [person('a'), person('b'), person('c')] } });
  expect(all.errors).toBeUndefined();
  const some = await project.ask('{ people(town: "t") { id name phone } }');
  expect(some.data).toEqual({ people: [person('a', { phone: '1' }), null, person('c', { phone: '1' })] });
  expect(some.errors).toEqual([lacking(['people', 1, 'phone'])]);
});

test('so are pages, records by their keys, and what an entry holds', async () => {
  const { project } = await stored();
  const page = await project.ask('{ pages(town: "t") { edges { node { id phone } } } }');
  expect(page.data).toEqual({
    pages: { edges: [{ node: { id: 'a', phone: '1' } }, { node: null }, { node: { id: 'c', phone: '1' } }] },
  });
  expect(page.errors).toEqual([lacking(['pages', 'edges', 1, 'node', 'phone'])]);
  const lists = await project.ask('{ pages(town: "t") { edges { node { id tags } } } }');
  expect(lists.errors).toEqual([lacking(['pages', 'edges', 1, 'node', 'tags'], 'tags')]);
  const one = await project.ask('{ person(id: "b") { id name tags } }');
  expect(one).toMatchObject({ data: { person: null }, errors: [lacking(['person', 'tags'], 'tags')] });
  // GraphQL has no place for a missing element of a list that cannot be null.
  const entries = await project.ask('{ names(town: "t") { name phone } }');
  expect(entries).toMatchObject({ data: null, errors: [lacking(['names', 1, 'phone'])] });
});

test('an update that leaves the field alone leaves it missing, and one that sets it gives it', async () => {
  const { project } = await stored();
  expect(await project.data('mutation { rename(id: "b", name: "N") { id name } }')).toEqual({
    rename: { id: 'b', name: 'N' },
  });
  expect(await project.data('mutation { give(id: "b", phone: "2") { name phone } }')).toEqual({
    give: { name: 'N', phone: '2' },
  });
});

test('documents that Mercurius compiles are answered as others are', async () => {
  const { project, generated } = await stored();
  const app = Fastify();
  onTestFinished(() => app.close());
  const schema = executableSchema(generated.typeDefs);
  await app.register(mercurius, { schema, resolvers: generated.resolvers as IResolvers, jit: 1 });
  await app.ready();
  const document = '{ people(town: "t") { id phone } }';
  const answers = [];
  for (let times = 0; times < 3; times++) {
    const db = project.database.session();
    const { data, errors } = await app.graphql(document, { db, loaders: generated.createLoaders(db) });
    answers.push(
      JSON.parse(
        JSON.stringify({ data, errors: errors?.map(({ path, extensions }) => ({ path, extensions })) }),
      ),
    );
  }
  const { path, extensions } = lacking(['people', 1, 'phone']);
  const expected = {
    data: { people: [{ id: 'a', phone: '1' }, null, { id: 'c', phone: '1' }] },
    errors: [{ path, extensions }],
  };
  expect(answers).toEqual([expected, expected, expected]);
});
