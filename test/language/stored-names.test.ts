/** Records that were stored under an earlier declaration: attributes under another name, or without one. */

import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { openProject } from '../support/running.js';
import { written } from '../support/written.js';

interface Names {
  readonly phone: string;
  readonly nick: string;
}

const before: Names = { phone: 'phone', nick: 'nick' };
const after: Names = { phone: 'phoneNumber', nick: 'alias' };

const schema = ({ phone, nick }: Names, more = '') => `
type Query {
  user(id: ID!): User
  userByPhone(${phone}: String!): User
  users(team: String!, ${nick}: String, hasNick: Boolean, not: String): [User!]!
  usersByNick(${nick}: String!): [User!]!
  teamCount(team: String!, ${nick}: String!): Int!
}
type Mutation {
  addUser(input: UserInput!): User!
  changeUser(id: ID!, input: UserPatch!): User!
  dropUser(id: ID!): User!
}
input UserInput { id: ID!  team: String!  ${phone}: String!  ${nick}: String }
input UserPatch { team: String  ${phone}: String  ${nick}: String }
type User { id: ID!  team: String!  ${phone}: String!  ${nick}: String  version: Int!  history: [UserVersion!]! ${more} }
type UserVersion { id: ID!  ${phone}: String!  version: Int! }
`;

const yaml = ({ phone, nick }: Names, more = '') => `version: 1
entities:
  User: { unique: [${phone}], generate: { version: revision } ${more} }
  UserVersion: { historyOf: User, key: { PK: "USER#{id}", SK: "VERSION#{version}" } }
patterns:
  user: { one: User, for: Query.user, where: { id: $id } }
  userByPhone: { one: User, for: Query.userByPhone, where: { ${phone}: $${phone} } }
  users:
    many: User
    for: Query.users
    where: { team: $team }
    filter: { ${nick}: { eq: $${nick}, exists: $hasNick, ne: $not } }
  usersByNick: { many: User, for: Query.usersByNick, where: { ${nick}: $${nick} }, sort: ${phone}, entry: { include: [team, version] } }
  teamCount: { count: User, for: Query.teamCount, where: { team: $team, ${nick}: $${nick} }, maintained: true }
  history: { many: UserVersion, for: User.history, where: { id: $parent.id } }
mutations:
  addUser: { create: User, for: Mutation.addUser, from: $input }
  changeUser: { update: User, for: Mutation.changeUser, where: { id: $id }, from: $input }
  dropUser: { delete: User, for: Mutation.dropUser, where: { id: $id } }
`;

const renamed = ', renamed: { phone: phoneNumber, nick: alias }';
const add = 'mutation ($input: UserInput!) { addUser(input: $input) { id } }';
const change = 'mutation ($id: ID!, $input: UserPatch!) { changeUser(id: $id, input: $input) { id } }';

async function stored() {
  const first = await written(yaml(before), schema(before));
  const project = await openProject(first.generated);
  for (const [id, phone, nick] of [
    ['a', '+31 1', 'ann'],
    ['b', '+31 2', 'bob'],
    ['c', '+31 3', null],
  ])
    await project.data(add, { input: { id, team: 't', phone, nick } });
  return { project, lock: first.lock.replace('"sealed": false', '"sealed": true') };
}

test('a renamed attribute keeps its keys, and is read, filtered, counted and written as before', async () => {
  const { project, lock } = await stored();
  const second = await written(yaml(after, renamed), schema(after), lock);
  expect(second.warnings).toEqual([]);
  const now = await project.reopened(second.generated);
  const ids = async (query: string, field: string) =>
    ((await now.data(`{ ${field}${query} { id } }`))[field] as { id: string }[]).map(({ id }) => id).sort();

  expect(await now.data('{ user(id: "a") { phoneNumber alias history { phoneNumber } } }')).toEqual({
    user: { phoneNumber: '+31 1', alias: 'ann', history: [{ phoneNumber: '+31 1' }] },
  });
  expect(await now.data('{ userByPhone(phoneNumber: "+31 2") { id phoneNumber } }')).toEqual({
    userByPhone: { id: 'b', phoneNumber: '+31 2' },
  });
  expect(await now.data('{ usersByNick(alias: "ann") { id team phoneNumber } }')).toEqual({
    usersByNick: [{ id: 'a', team: 't', phoneNumber: '+31 1' }],
  });
  expect(await ids('(team: "t", alias: "ann")', 'users')).toEqual(['a']);
  expect(await ids('(team: "t", hasNick: false)', 'users')).toEqual(['c']);
  expect(await ids('(team: "t", hasNick: true)', 'users')).toEqual(['a', 'b']);
  expect(await ids('(team: "t", not: "ann")', 'users')).toEqual(['b', 'c']);
  expect(await ids('(team: "t")', 'users')).toEqual(['a', 'b', 'c']);
  expect(await now.data('{ teamCount(team: "t", alias: "bob") }')).toEqual({ teamCount: 1 });

  // What was unique is, and another value frees the one before.
  const taken = { id: 'd', team: 't', phoneNumber: '+31 1' };
  expect((await now.ask(add, { input: taken })).errors?.[0]?.extensions?.code).toBe('UNIQUE_VIOLATION');
  await now.data(change, { id: 'a', input: { phoneNumber: '+31 9' } });
  await now.data(add, { input: taken });

  // A value that is taken away does not come back from the former name.
  await now.data(change, { id: 'b', input: { alias: null } });
  expect(await now.data('{ user(id: "b") { alias } usersByNick(alias: "bob") { id } }')).toEqual({
    user: { alias: null },
    usersByNick: [],
  });
  expect(await now.data('{ teamCount(team: "t", alias: "bob") }')).toEqual({ teamCount: 0 });
  const scan = new ScanCommand({ TableName: now.tableName('entities') });
  const { Items: items = [] } = await now.documents.send(scan);
  const main = items.filter(({ _type }) => _type === 'User');
  expect(
    main.filter(({ id }) => id === 'a' || id === 'b').every((item) => !('phone' in item || 'nick' in item)),
  ).toBe(true);

  // As long as records have the former name, `renamed` is missed where it is taken away.
  const third = await written(yaml(after), schema(after), second.lock);
  expect(third.warnings.map(({ code }) => code)).toEqual(['attribute-renamed', 'attribute-renamed']);
});

test('a default is read where a stored record has none, and stored by its next write', async () => {
  const { project, lock } = await stored();
  const plan = ' plan: String!';
  const without = await written(yaml(before, ', default: { plan: FREE }'), schema(before, plan), lock);
  expect(without.warnings.map(({ code }) => code)).toEqual(['attribute-required']);
  const second = await written(
    yaml(before, ', default: { plan: FREE }, readDefault: [plan]'),
    schema(before, plan),
    lock,
  );
  expect(second.warnings).toEqual([]);
  const now = await project.reopened(second.generated);
  expect(await now.data('{ users(team: "t") { id plan } }')).toEqual({
    users: ['a', 'b', 'c'].map((id) => ({ id, plan: 'FREE' })),
  });
  await now.data(change, { id: 'a', input: { nick: 'anna' } });
  expect(await now.data('{ user(id: "a") { plan nick } }')).toEqual({ user: { plan: 'FREE', nick: 'anna' } });
});
