/**
 * The units that a review reports of each kind of pattern and mutation are those that the engine bills.
 * Only on the embedded engine: DynamoDB Local 1.25 bills transactions otherwise than DynamoDB does.
 */

import { describe, expect, test } from 'vitest';
import { costOfChange } from '../../src/review/cost/cost.js';
import { revisionOf } from '../../src/review/revision.js';
import { engineKind } from '../support/engines.js';
import { openProject } from '../support/running.js';
import { type Written, written } from '../support/written.js';
import { fillerOf } from './support/filled.js';

const sdl = `
type Query {
  member(id: ID!): Member
  memberByEmail(email: String!): Member
  members(team: ID!, first: Int, after: String): MemberConnection!
  byRole(team: ID!, role: String!, first: Int, after: String): RoleConnection!
  memberList(team: ID!): [Member!]!
  memberCount(team: ID!): Int!
  memberTotal(team: ID!): Int!
  hasMember(id: ID!): Boolean!
  hasMembers(team: ID!): Boolean!
  team(id: ID!): Team
  sessions(member: ID!, first: Int, after: String): SessionConnection!
  history(id: ID!, first: Int, after: String): VersionConnection!
  logs(first: Int, after: String): LogConnection!
}
type Mutation {
  addTeam(input: NewTeam!): Team!
  addMember(input: NewMember!): Member!
  renameMember(id: ID!, name: String!): Member!
  removeMember(id: ID!): Member!
  addSession(input: NewSession!): Session!
  addLog(input: NewLog!): Log!
  addLogs(inputs: [NewLog!]!): [Log!]!
  order(input: NewOrder!, token: String): Order!
  putTeam(id: ID!, name: String!): Team!
}
input NewTeam { id: ID! name: String! }
input NewMember { id: ID! team: ID! email: String! name: String! role: String! }
input NewSession { id: ID! member: ID! until: DateTime! text: String! }
input NewLog { id: ID! at: DateTime! text: String! }
input NewOrder { id: ID! team: ID! text: String! }
scalar DateTime
type Team { id: ID! name: String! }
type Member { id: ID! team: ID! email: String! name: String! role: String! }
type Session { id: ID! member: ID! until: DateTime! text: String! }
type MemberVersion { id: ID! team: ID! email: String! name: String! role: String! version: Int! }
type VersionConnection { edges: [VersionEdge!]! nodes: [MemberVersion!]! pageInfo: PageInfo! }
type VersionEdge { cursor: String! node: MemberVersion! }
type RoleConnection { edges: [MemberEdge!]! nodes: [Member!]! pageInfo: PageInfo! }
type Log { id: ID! at: DateTime! text: String! }
type Order { id: ID! team: ID! number: Int! text: String! }
type MemberConnection { edges: [MemberEdge!]! nodes: [Member!]! pageInfo: PageInfo! totalCount: Int! }
type MemberEdge { cursor: String! node: Member! }
type SessionConnection { edges: [SessionEdge!]! nodes: [Session!]! pageInfo: PageInfo! }
type SessionEdge { cursor: String! node: Session! }
type LogConnection { edges: [LogEdge!]! nodes: [Log!]! pageInfo: PageInfo! }
type LogEdge { cursor: String! node: Log! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;
const bytes = { Team: 2500, Member: 3000, Session: 1500, Log: 2000, Order: 5000 };
const page = 'page: { default: 5, max: 10 }';
const yaml = `version: 1
entities:
  Team: { }
  Member: { key: { PK: "MEMBER#{id}", SK: METADATA }, unique: [email], references: { team: Team }, generate: { version: revision }, stored: { version: Int! } }
  MemberVersion: { historyOf: Member, key: { PK: "MEMBER#{id}", SK: "VERSION#{version}" } }
  Session: { ttl: until }
  Log: { immutable: true }
  Order: { generate: { number: { sequence: [] } } }
patterns:
  member: { one: Member, for: Query.member, where: { id: $id } }
  memberByEmail: { one: Member, for: Query.memberByEmail, where: { email: $email } }
  members: { many: Member, for: Query.members, where: { team: $team }, sort: name, ${page}, total: true }
  byRole: { many: Member, for: Query.byRole, where: { team: $team }, filter: { role: $role }, sort: name, ${page} }
  memberList: { many: Member, for: Query.memberList, where: { team: $team }, sort: name, page: { max: 10 } }
  memberCount: { count: Member, for: Query.memberCount, where: { team: $team }, upTo: 10 }
  memberTotal: { count: Member, for: Query.memberTotal, where: { team: $team }, maintained: true }
  hasMember: { exists: Member, for: Query.hasMember, where: { id: $id } }
  hasMembers: { exists: Member, for: Query.hasMembers, where: { team: $team } }
  team: { one: Team, for: Query.team, where: { id: $id }, consistent: true }
  sessions: { many: Session, for: Query.sessions, where: { member: $member }, sort: id, ${page} }
  history: { many: MemberVersion, for: Query.history, where: { id: $id }, sort: version, ${page} }
  logs: { many: Log, for: Query.logs, bucket: month(at), across: 2, sort: -at, ${page} }
mutations:
  addTeam: { create: Team, for: Mutation.addTeam, from: $input }
  addMember: { create: Member, for: Mutation.addMember, from: $input }
  renameMember: { update: Member, for: Mutation.renameMember, where: { id: $id }, set: { name: $name } }
  removeMember: { delete: Member, for: Mutation.removeMember, where: { id: $id } }
  addSession: { create: Session, for: Mutation.addSession, from: $input }
  addLog: { create: Log, for: Mutation.addLog, from: $input }
  addLogs: { each: $inputs, create: Log, for: Mutation.addLogs, from: $each }
  order: { create: Order, for: Mutation.order, from: $input, idempotent: $token }
  putTeam: { put: Team, for: Mutation.putTeam, where: { id: $id }, set: { name: $name } }
sizes:
${Object.entries(bytes)
  .map(([name, size]) => `  ${name}: { records: 10, bytes: ${size} }`)
  .join('\n')}
  MemberVersion: { records: 10, bytes: 3000 }
`;

/** As long as those that the tool makes. */
const id = (kind: string, number: number) => `${kind}-${String(number).padStart(35 - kind.length, '0')}`;

const team = id('team', 1);
const one = id('member', 1);
const memberFields = 'id team email name role';
const later = '2099-01-01T00:00:00.000Z';

type Call = readonly [name: string, document: string, variables?: Readonly<Record<string, unknown>>];

async function callsOf(made: Written): Promise<readonly Call[]> {
  const filled = await fillerOf(made, bytes);
  const member = (number: number): Readonly<Record<string, string | number>> => {
    const { email, name, ...record } = filled('Member', { id: id('member', number), team, version: 1 }, [
      'email',
      'name',
      'role',
    ]);
    const ending = String(number).padStart(3, '0');
    const { version: _, ...input } = record;
    return { ...input, email: ended(email, ending), name: ended(name, ending) };
  };
  const texts = (count: number, make: (number: number) => Call) =>
    Array.from({ length: count }, (_, at) => make(at));
  const log = (number: number, at: string) => filled('Log', { id: id('log', number), at }, ['text']);
  const order = (number: number) => {
    const { number: _, ...input } = filled('Order', { id: id('order', number), team, number: 1 }, ['text']);
    return input;
  };
  const named = filled('Team', { id: team }, ['name']);
  return [
    ['addTeam', 'mutation ($input: NewTeam!) { addTeam(input: $input) { id } }', { input: named }],
    ...texts(25, (at) => [
      'addMember',
      'mutation ($input: NewMember!) { addMember(input: $input) { id } }',
      { input: member(at) },
    ]),
    ...texts(8, (at) => [
      'addSession',
      'mutation ($input: NewSession!) { addSession(input: $input) { id } }',
      { input: filled('Session', { id: id('session', at), member: one, until: later }, ['text']) },
    ]),
    ...texts(15, (at) => [
      'addLog',
      'mutation ($input: NewLog!) { addLog(input: $input) { id } }',
      { input: log(at, now.toISOString()) },
    ]),
    [
      'addLogs',
      'mutation ($inputs: [NewLog!]!) { addLogs(inputs: $inputs) { id } }',
      { inputs: [log(98, later), log(99, later)] },
    ],
    ...texts(2, (at) => [
      'order',
      'mutation ($input: NewOrder!, $token: String) { order(input: $input, token: $token) { id } }',
      { token: `token-${at}`, input: order(at) },
    ]),
    ['member', `{ member(id: "${one}") { ${memberFields} } }`],
    [
      'memberByEmail',
      `query ($email: String!) { memberByEmail(email: $email) { ${memberFields} } }`,
      { email: member(3).email },
    ],
    ['members', `{ members(team: "${team}") { nodes { ${memberFields} } pageInfo { hasNextPage } } }`],
    [
      'byRole',
      `query ($role: String!) { byRole(team: "${team}", role: $role) { nodes { ${memberFields} } pageInfo { hasNextPage } } }`,
      { role: member(1).role },
    ],
    ['memberList', `{ memberList(team: "${team}") { ${memberFields} } }`],
    ['memberCount', `{ memberCount(team: "${team}") }`],
    ['memberTotal', `{ memberTotal(team: "${team}") }`],
    ['hasMember', `{ hasMember(id: "${one}") }`],
    ['hasMembers', `{ hasMembers(team: "${team}") }`],
    ['team', `{ team(id: "${team}") { id name } }`],
    [
      'sessions',
      `{ sessions(member: "${one}") { nodes { id member until text } pageInfo { hasNextPage } } }`,
    ],
    ['logs', '{ logs { nodes { id at text } pageInfo { hasNextPage } } }'],
    [
      'renameMember',
      `mutation ($name: String!) { renameMember(id: "${id('member', 4)}", name: $name) { id } }`,
      { name: ended(member(4).name, 'new') },
    ],
    ['removeMember', `mutation { removeMember(id: "${id('member', 5)}") { id } }`],
    [
      'history',
      `{ history(id: "${id('member', 4)}") { nodes { version ${memberFields} } pageInfo { hasNextPage } } }`,
    ],
    [
      'putTeam',
      `mutation ($name: String!) { putTeam(id: "${team}", name: $name) { id } }`,
      { name: ended(named.name, 'new') },
    ],
  ];
}

const now = new Date('2026-03-15T12:00:00.000Z');

function ended(text: unknown, ending: string): string {
  return `${String(text).slice(0, -ending.length)}${ending}`;
}

/** Two versions do not fill a page. */
const partly = ['history'];

describe.runIf(engineKind() === 'embedded')('units of every kind', () => {
  test('of reads and writes', async () => {
    const made = await written(yaml, sdl);
    const revision = revisionOf('as it is', made.run, new Map());
    const { rows } = costOfChange({ before: revision, after: revision }).report;
    const project = await openProject(made.generated, undefined, { capacity: true, now: () => now });
    const seen = new Set<string>();
    for (const [name, document, variables] of await callsOf(made)) {
      const { errors, readUnits, writeUnits } = await project.ask(document, variables);
      expect(errors, name).toBeUndefined();
      seen.add(name);
      const { read, write, each } = rows.find((row) => row.name === name)?.after ?? {};
      if (partly.includes(name)) continue;
      expect({ name, read: readUnits, write: writeUnits }).toEqual({
        name,
        read: read?.usual,
        write: each ? each.most * 2 : write?.most,
      });
    }
    expect([...seen].sort()).toEqual(rows.map(({ name }) => name).sort());
  });
});
