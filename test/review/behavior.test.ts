/** Changes of behavior that the API does not show, each of which a review reports, and changes that are none. */

import { describe, expect, test } from 'vitest';
import { review } from '../../src/review/review.js';
import { revisionsOf, type Texts } from './support/revisions.js';

const schema = `scalar DateTime
enum State { INVITED ACTIVE REVOKED }
type Friend { team: String!  of: ID! }
enum Role { MEMBER ADMIN }
type Query {
  member(id: ID!): Member
  members(team: String!, state: State): [Member!]!
  latest(team: String!, count: Int): [Member!]!
  active(team: String!): [Member!]!
  recent(team: String!): [Member!]!
  names(team: String!): [String!]!
  monthly(team: String!): [Member!]!
  howMany(team: String!): Int!
  mailed: [Member!]!
  newest(team: String!): [Member!]!
  friends(team: String!): [Member!]!
}
type Mutation {
  invite(input: NewMember!): Member!
  accept(id: ID!, version: Int): Member!
  pay(id: ID!, amount: Int!, token: ID!): Member!
}
input NewMember { team: String!  name: String!  role: Role  joinedAt: DateTime!  mail: String  mentor: ID  buddy: ID }
type Member {
  id: ID!  team: String!  name: String!  role: Role!  state: State!  joinedAt: DateTime!  mail: String
  mentor: ID  buddy: ID  balance: Int!  version: Int!  mentoredBy: Member
}
`;
const yaml = `version: 1
tables:
  main: { name: main, key: [PK, SK], ttl: ttl, indexes: { GSI1: [GSI1PK, GSI1SK], GSI2: [GSI2PK, GSI2SK], GSI3: [GSI3PK, GSI3SK], GSI4: [GSI4PK, GSI4SK], GSI5: [GSI5PK, GSI5SK], GSI6: [GSI6PK, GSI6SK] } }
entities:
  Member:
    generate: { id: uuidv7, version: revision }
    default: { role: MEMBER, balance: 0 }
    immutable: [team]
    normalize: { mail: lowercase }
    validate: { name: { max: 50 } }
    transitions: { state: { INVITED: [ACTIVE, REVOKED], ACTIVE: [REVOKED] } }
  Friend: { identity: [team, of] }
patterns:
  member: { one: Member, for: Query.member, where: { id: $id } }
  members: { many: Member, for: Query.members, where: { team: $team }, sort: -joinedAt, filter: { role: MEMBER, state: $state } }
  latest: { many: Member, for: Query.latest, where: { team: $team }, sort: -joinedAt, limit: $count, page: { default: 10, max: 30 } }
  active: { many: Member, for: Query.active, where: { team: $team, state: ACTIVE }, sort: name, index: GSI2 }
  recent: { many: Member, for: Query.recent, where: { team: $team }, sort: joinedAt, range: { joinedAt: { from: "2026-01-01" } } }
  names: { many: Member, for: Query.names, where: { team: $team }, sort: joinedAt, select: name, distinct: true }
  monthly: { many: Member, for: Query.monthly, where: { team: $team }, bucket: month(joinedAt), across: 6, sort: -joinedAt }
  howMany: { count: Member, for: Query.howMany, where: { team: $team }, upTo: 500 }
  mailed: { many: Member, for: Query.mailed, when: { role: ADMIN, mail: present }, sort: mail, shards: 1 }
  newest: { many: Member, for: Query.newest, where: { team: $team }, sort: name, entry: { include: [name] } }
  friends: { many: Member, for: Query.friends, through: { many: Friend, where: { team: $team } }, where: { id: $through.of } }
  mentoredBy: { one: Member, for: Member.mentoredBy, where: { id: $parent.mentor } }
mutations:
  invite: { create: Member, for: Mutation.invite, from: $input, set: { state: INVITED } }
  accept: { update: Member, for: Mutation.accept, where: { id: $id }, set: { state: ACTIVE }, require: { notRevoked: { state: { ne: REVOKED } } }, expect: $version }
  pay: { update: Member, for: Mutation.pay, where: { id: $id }, subtract: { balance: $amount }, idempotent: $token }
`;

function project(edits: readonly Edit[]): Texts {
  const edited = (text: string) => edits.reduce((all, [from, to]) => all.replaceAll(from, to), text);
  return new Map([
    ['schema/schema.graphql', edited(schema)],
    ['access-patterns.yaml', edited(yaml)],
  ]);
}

type Edit = readonly [from: string, to: string];

async function changes(...edits: readonly Edit[]) {
  for (const [from] of edits) expect(yaml + schema).toContain(from);
  const { findings } = await review(await revisionsOf(project([]), project(edits)), { today: '2026-11-29' });
  return findings
    .filter(({ rule }) => rule === 'answer-changed' || rule === 'write-changed')
    .map(({ rule, subject, notes, at }) => {
      expect(at?.revision).toBe('after');
      return `${rule} ${subject}: ${notes.join(' ')}`;
    });
}

describe('reported, though the API is the same', () => {
  test.each<readonly [from: string, to: string, said: string]>([
    [
      'sort: -joinedAt, filter',
      'sort: joinedAt, filter',
      'answer-changed members: Now: by `joinedAt`, the oldest first. Before: by `joinedAt`, the newest first.',
    ],
    [
      'filter: { role: MEMBER,',
      'filter: { role: ADMIN,',
      'answer-changed members: Now: only where `role` is `ADMIN`. Before: only where `role` is `MEMBER`.',
    ],
    [
      'filter: { role: MEMBER,',
      'filter: {',
      'answer-changed members: No longer: only where `role` is `MEMBER`.',
    ],
    [
      'default: 10, max: 30',
      'default: 10, max: 20',
      'answer-changed latest: Now: 10 records, at most 20, in one answer. Before: 10 records, at most 30, in one answer.',
    ],
    [
      'state: ACTIVE }, sort: name',
      'state: INVITED }, sort: name',
      'answer-changed active: Now: `state` is `INVITED`. Before: `state` is `ACTIVE`.',
    ],
    [
      'state: ACTIVE }, sort: name',
      'state: { in: [ACTIVE, INVITED] } }, sort: name',
      'answer-changed active: Now: `state` is one of `ACTIVE`, `INVITED`. Before: `state` is `ACTIVE`.',
    ],
    [
      'from: "2026-01-01"',
      'from: "2025-01-01"',
      'answer-changed recent: Now: `joinedAt` from `"2025-01-01"`. Before: `joinedAt` from `"2026-01-01"`.',
    ],
    [
      'from: "2026-01-01"',
      'after: "2026-01-01"',
      'answer-changed recent: Now: `joinedAt` after `"2026-01-01"`. Before: `joinedAt` from `"2026-01-01"`.',
    ],
    ['select: name, distinct: true', 'select: name', 'answer-changed names: No longer: each `name` once.'],
    [
      'select: name',
      'select: team',
      'answer-changed names: Now: `team` of each record. Before: `name` of each record. Now: each `team` once. Before: each `name` once.',
    ],
    [
      'across: 6',
      'across: 12',
      'answer-changed monthly: Now: of the last 12 months of `joinedAt`. Before: of the last 6 months of `joinedAt`.',
    ],
    ['upTo: 500', 'upTo: 50', 'answer-changed howMany: Now: counts up to 50. Before: counts up to 500.'],
    [
      'when: { role: ADMIN,',
      'when: { role: MEMBER,',
      'answer-changed mailed: Now: only where `role` is `MEMBER`. Before: only where `role` is `ADMIN`.',
    ],
    [
      'where: { id: $through.of }',
      'where: { id: $through.team }',
      'answer-changed friends: Now: leads to `Member` whose `id` is `$through.team`. Before: leads to `Member` whose `id` is `$through.of`.',
    ],
    [
      'where: { id: $parent.mentor }',
      'where: { id: $parent.buddy }',
      'answer-changed mentoredBy: Now: `id` is `$parent.buddy`. Before: `id` is `$parent.mentor`.',
    ],
    [
      'set: { state: INVITED }',
      'set: { state: ACTIVE }',
      'write-changed invite: Now: `state` is `ACTIVE`. Before: `state` is `INVITED`.',
    ],
    [
      'require: { notRevoked: { state: { ne: REVOKED } } }, ',
      '',
      'write-changed accept: No longer: requires `notRevoked` (`state` is not `REVOKED`).',
    ],
    [
      '{ ne: REVOKED }',
      '{ ne: ACTIVE }',
      'write-changed accept: Now: requires `notRevoked` (`state` is not `ACTIVE`). Before: requires `notRevoked` (`state` is not `REVOKED`).',
    ],
    [
      'subtract: { balance',
      'add: { balance',
      'write-changed pay: No longer: subtracts `$amount` from `balance`. New: adds `$amount` to `balance`.',
    ],
    [
      'default: { role: MEMBER,',
      'default: { role: ADMIN,',
      'write-changed Member.role: Now: is `ADMIN` where no value is given. Before: is `MEMBER` where no value is given.',
    ],
    ['    immutable: [team]\n', '', 'write-changed Member.team: No longer: stays as it was created.'],
    [
      '    normalize: { mail: lowercase }\n',
      '',
      'write-changed Member.mail: No longer: is normalized by `lowercase`.',
    ],
    [
      'max: 50 }',
      'max: 20 }',
      'write-changed Member.name: Now: has to be like `{"max":20}`. Before: has to be like `{"max":50}`.',
    ],
    [
      'ACTIVE: [REVOKED]',
      'ACTIVE: [REVOKED, INVITED]',
      'write-changed Member.state: Now: may be changed from `ACTIVE` to `REVOKED`, `INVITED`. Before: may be changed from `ACTIVE` to `REVOKED`.',
    ],
  ])('%s -> %s', async (from, to, said) => {
    expect(await changes([from, to])).toEqual([said]);
  });

  test('two patterns that answer the field of one another', async () => {
    const said = await changes(
      ['for: Query.active', 'for: Query.newest'],
      [
        'for: Query.newest, where: { team: $team }, sort: name, entry',
        'for: Query.active, where: { team: $team }, sort: name, entry',
      ],
    );
    expect(said).toEqual([
      'answer-changed active: New: `state` is `ACTIVE`.',
      'answer-changed newest: No longer: `state` is `ACTIVE`.',
    ]);
  });
});

describe('reported next to the argument that is gone', () => {
  test.each<readonly [from: string, to: string, argument: string, said: string]>([
    [
      ', expect: $version',
      '',
      ', version: Int',
      'write-changed accept: No longer: expects the revision `$version`.',
    ],
    [
      ', idempotent: $token',
      '',
      ', token: ID!',
      'write-changed pay: No longer: is done once for each `$token`. No longer: a token is remembered for 86400 seconds.',
    ],
  ])('%s', async (from, to, argument, said) => {
    expect(await changes([from, to], [argument, ''])).toEqual([said]);
  });
});

describe('not reported, because the same request gets and writes the same', () => {
  test.each<readonly [what: string, edits: readonly Edit[]]>([
    ['another index', [['index: GSI2', 'index: GSI3']]],
    ['shards', [['shards: 1', 'shards: 4']]],
    ['what an entry includes', [['include: [name]', 'include: [name, mail]']]],
    ['another name of a pattern', [['  newest:', '  newcomers:']]],
    ['another order of the YAML', [['id: uuidv7, version: revision', 'version: revision, id: uuidv7']]],
    [
      'a new attribute that a mutation takes',
      [
        ['mail: String ', 'mail: String  phone: String '],
        ['mail: String\n', 'mail: String  phone: String\n'],
      ],
    ],
    [
      'a new argument that need not be given',
      [
        ['active(team: String!)', 'active(team: String!, role: Role)'],
        ['state: ACTIVE }, sort: name', 'state: ACTIVE }, sort: name, filter: { role: $role }'],
      ],
    ],
  ])('%s', async (_, edits) => {
    expect(await changes(...edits)).toEqual([]);
  });
});
