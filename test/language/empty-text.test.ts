/** Empty texts where a key consists of one value. */

import { expect, test } from 'vitest';
import { openProject } from '../support/running.js';
import { written } from '../support/written.js';

const sdl = `
type Query {
  thing(name: String!): Thing
  byTopic(topic: String!, from: String, to: String): [Thing!]!
  named(topic: String!, name: String!): [Thing!]!
}
type Mutation { addThing(input: ThingInput!): Thing!  changeThing(name: String!, topic: String!): Thing! }
input ThingInput { name: String!  topic: String! }
type Thing { name: String!  topic: String!  version: Int! }
`;

const yaml = `version: 1
tables: { t: { name: things, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } } }
entities: { Thing: { identity: [name], generate: { version: revision } } }
patterns:
  thing: { one: Thing, for: Query.thing, where: { name: $name } }
  byTopic: { many: Thing, for: Query.byTopic, where: { topic: $topic }, sort: name, range: { name: { from: $from, to: $to } } }
  named: { many: Thing, for: Query.named, where: { topic: $topic, name: $name } }
mutations:
  addThing: { create: Thing, for: Mutation.addThing, from: $input }
  changeThing: { update: Thing, for: Mutation.changeThing, where: { name: $name }, set: { topic: $topic } }
`;

test('a record whose index key would be empty is refused by the name of its field, and none is found', async () => {
  const { generated, plan } = await written(yaml, sdl);
  expect(plan.entities[0]?.items[0]?.slots[1]?.sort?.text).toBe('{name}');
  const project = await openProject(generated);
  const { errors } = await project.ask('mutation { addThing(input: { name: "", topic: "a" }) { name } }');
  expect(errors?.map(({ message, extensions }) => [message, extensions])).toEqual([
    [
      'Thing.name is empty, and the index key GSI1SK consists of it alone.',
      { code: 'KEY_INVALID', entity: 'Thing', field: 'name', attribute: 'GSI1SK', argument: 'input.name' },
    ],
  ]);
  await project.data('mutation { addThing(input: { name: "x", topic: "" }) { name } }');
  expect(
    await project.data(`{
      thing(name: "") { name }
      all: byTopic(topic: "", from: "") { name }
      none: byTopic(topic: "", to: "") { name }
      named(topic: "", name: "") { name }
      x: named(topic: "", name: "x") { name }
    }`),
  ).toEqual({ thing: null, all: [{ name: 'x' }], none: [], named: [], x: [{ name: 'x' }] });
});
