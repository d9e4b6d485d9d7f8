/** Arguments that are called as what values are taken from. */

import { expect, test } from 'vitest';
import { checked } from './support.js';

const schema = `
  type Query { folder(id: ID!): Folder }
  type Mutation {
    move(current: ID!, parent: PlaceInput!, through: String): Folder!
    moveAll(each: [ID!]!, parent: ID!): [Folder!]!
  }
  input ParentInput { id: ID!, note: String }
  input PlaceInput { id: ID! }
  type Folder {
    id: ID! parentId: ID! note: String version: Int!
    folders(parent: String): [Folder!]!
    below(parent: ParentInput!): [Folder!]!
  }`;

const yaml = `
version: 1
entities: { Folder: { generate: { version: revision } } }
patterns:
  folder: { one: Folder, for: Query.folder, where: { id: $id } }
  folders: { many: Folder, for: Folder.folders, where: { parentId: $parent.id }, filter: { note: $parent }, sort: id }
  below: { many: Folder, for: Folder.below, where: { parentId: $parent.id }, filter: { note: $parent.note }, sort: id }
mutations:
  move:
    update: Folder
    for: Mutation.move
    where: { id: $current }
    set: { parentId: $parent.id, note: $through }
    require: { isElsewhere: { parentId: { ne: $parent.id }, note: { ne: $current.id } } }
  moveAll: { each: $each, update: Folder, for: Mutation.moveAll, where: { id: $each }, set: { parentId: $parent } }
`;

test('alone they are the arguments; with a field they are the argument that has it, else what they always are', () => {
  const { plan, diagnostics } = checked(yaml, schema);
  expect(diagnostics).toEqual([]);
  const argument = (path: string, nullable = false) => ({
    kind: 'argument',
    path: path.split('.'),
    nullable,
  });
  const inputs = Object.fromEntries((plan?.patterns ?? []).map(({ name, inputs }) => [name, inputs]));
  const parentId = { kind: 'parent', path: ['id'], nullable: false };
  expect(inputs.folders).toMatchObject([{ name: 'parentId', value: parentId }]);
  expect(inputs.below).toMatchObject([{ name: 'parentId', value: argument('parent.id') }]);
  const [move, moveAll] = plan?.mutations ?? [];
  expect(move).toMatchObject({
    key: [{ name: 'id', value: argument('current') }],
    values: [
      { name: 'parentId', value: argument('parent.id') },
      { name: 'note', value: argument('through', true) },
    ],
    require: [
      {
        condition: {
          of: [{ values: [argument('parent.id')] }, { values: [{ kind: 'current', field: 'id' }] }],
        },
      },
    ],
  });
  expect(moveAll).toMatchObject({
    each: argument('each'),
    key: [{ value: { kind: 'each', path: [] } }],
    values: [{ value: argument('parent') }],
  });
});
