/** A project with every kind of item that is stored, and random writes of it. */

import { TableloomError, type VerifiedProject, type VerifyOptions, type Write } from 'tableloom/runtime';
import { storedTypes } from '../../../../src/generator/plan/lookup/stored-types.js';
import type { Dice } from '../../../support/dice.js';
import { openProject, type Project } from '../../../support/running.js';
import { type Written, written } from '../../../support/written.js';
import { idOf } from './altered.js';

const schema = `scalar DateTime
scalar JSON
enum EventType { USER_CREATED USER_UPDATED USER_DELETED }
enum Status { OPEN HELD DONE }
type Query {
  user(id: ID!): User  usersByName(name: String!): [User!]!  robot(id: ID!): Robot  page(slug: ID!): Page
  task(id: ID!): Task  tasksOf(userId: ID!): [Task!]!  tasksIn(status: Status!): [Task!]!  tasksAbout(topic: String!): [Task!]!
  taskCount(status: Status!): Int!  effort(userId: ID!): Int!  allTasks: Int!
  issue(repo: ID!, number: Int!): Issue  pull(repo: ID!, number: Int!): Pull  bill(id: ID!): Bill
}
type User { id: ID!  email: String!  name: String!  version: Int! }
type UserVersion { id: ID!  name: String!  version: Int! }
type Robot { id: ID!  login: String!  until: DateTime  version: Int! }
type Page { slug: ID!  text: String!  version: Int! }
type PageVersion { slug: ID!  text: String!  version: Int! }
type Task { id: ID!  userId: ID!  status: Status!  topic: String  hours: Int!  tags: [String!]!  version: Int! }
type Issue { repo: ID!  number: Int!  title: String! }
type Pull { repo: ID!  number: Int!  solves: Int }
type Bill { id: ID!  year: String!  no: Int!  version: Int! }
type Event {
  id: ID!  type: EventType!  entity: String!  entityId: ID!  revision: Int  actor: ID  before: JSON  after: JSON  timestamp: DateTime!
}
`;

const yaml = `version: 1
tables:
  main: { name: main, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK], GSI2: [GSI2PK, GSI2SK] }, ttl: ttl }
  log: { name: log, key: [PK, SK], ttl: ttl }
entities:
  User:
    table: main
    unique: [{ name: login, fields: email }, name]
    stored: { pin: String }
    secret: [pin]
    generate: { version: revision }
  UserVersion: { table: main, historyOf: User, key: { PK: "USER#{id}", SK: "VERSION#{version}" }, keep: 3 }
  Robot: { table: main, unique: { name: login, fields: [login] }, ttl: until, generate: { version: revision } }
  Page: { table: main, key: { PK: "PAGE#{slug}", SK: "#" }, generate: { version: revision } }
  PageVersion: { table: main, historyOf: Page, key: { PK: "PAGE#{slug}", SK: "VERSION#{version}" } }
  Task:
    table: main
    sets: [tags]
    references: { userId: { to: User, onDelete: restrict } }
    generate: { version: revision }
  Issue: { table: main, key: { PK: "REPO#{repo}", SK: "ISSUE#{number}" }, generate: { number: { sequence: repo, name: ticket } } }
  Pull: { table: main, key: { PK: "REPO#{repo}", SK: "PULL#{number}" }, generate: { number: { sequence: repo, name: ticket } } }
  Bill: { table: main, immutable: [year], generate: { no: { sequence: year }, version: revision } }
  Event: { table: log, events: true, keep: 90d }
events:
  USER_CREATED: { of: User, fields: [email, name] }
  USER_UPDATED: { of: User, fields: [email, name], shards: 2 }
  USER_DELETED: { of: User, fields: [email, name] }
patterns:
  user: { one: User, for: Query.user, where: { id: $id } }
  usersByName: { many: User, for: Query.usersByName, where: { name: $name }, entry: true }
  robot: { one: Robot, for: Query.robot, where: { id: $id } }
  page: { one: Page, for: Query.page, where: { slug: $slug } }
  task: { one: Task, for: Query.task, where: { id: $id } }
  tasksOf: { many: Task, for: Query.tasksOf, where: { userId: $userId }, sort: hours }
  tasksIn: { many: Task, for: Query.tasksIn, where: { status: $status }, sort: -hours }
  tasksAbout: { many: Task, for: Query.tasksAbout, where: { topic: $topic }, when: { topic: present }, entry: true }
  taskCount: { count: Task, for: Query.taskCount, where: { status: $status }, maintained: true }
  effort: { sum: Task, of: hours, for: Query.effort, where: { userId: $userId } }
  allTasks: { count: Task, for: Query.allTasks, maintained: true, shards: 3 }
  issue: { one: Issue, for: Query.issue, where: { repo: $repo, number: $number } }
  pull: { one: Pull, for: Query.pull, where: { repo: $repo, number: $number } }
  bill: { one: Bill, for: Query.bill, where: { id: $id } }
`;

interface Writes {
  create(values: object, options?: object): Write<object>;
  update(key: object, changes: object, options?: object): Write<object>;
  delete(key: object, options?: object): Write<object>;
}

export interface Company {
  readonly project: Project;
  readonly stored: VerifiedProject;
  /** Random writes, of records with numbers up to a bound. Some are refused. */
  write(dice: Dice, count: number, bound: number): Promise<void>;
  /** What is found, and by identity of the item the kind. */
  verify(options?: VerifyOptions): Promise<Verified>;
}

export type Verified = Awaited<ReturnType<Project['database']['verify']>> & {
  readonly told: Readonly<Record<string, string>>;
};

export const moment = new Date('2126-03-01T12:00:00.000Z');

let loaded: Promise<Written> | undefined;

/** Over fresh tables; what is generated is the same for all. */
export async function openCompany(atEnd?: (close: () => Promise<void>) => void): Promise<Company> {
  loaded ??= written(yaml, schema);
  const one = await loaded;
  const [index, writes = {}, { events = {} } = {}] = await Promise.all(
    ['index', 'writes', 'events'].map(one.module),
  );
  const project = await openProject(one.generated, atEnd, { now: () => moment });
  const stored = { ...index, types: storedTypes(one.plan) } as unknown as VerifiedProject;
  const { database } = project;
  const of = (name: string) => writes[`${name}Writes`] as Writes;
  const types = events as Readonly<Record<string, unknown>>;
  return {
    project,
    stored,
    async write(dice, count, bound) {
      for (let at = 0; at < count; at++)
        await database
          .session()
          .writeOne(drawWrite(dice, of, types, bound))
          .catch((error: unknown) => {
            if (!(error instanceof TableloomError) || !refusals.has(error.code)) throw error;
          });
    },
    async verify(options) {
      const report = await database.verify(stored, options);
      const told = report.findings.map(({ kind, table, key }) => [idOf(stored, table, key), kind]);
      return { ...report, told: Object.fromEntries(told) as Record<string, string> };
    },
  };
}

const refusals = new Set([
  'ALREADY_EXISTS',
  'NOT_FOUND',
  'UNIQUE_VIOLATION',
  'REFERENCE_MISSING',
  'REFERENCED',
]);

const states = ['OPEN', 'HELD', 'DONE'];

function drawWrite(
  dice: Dice,
  of: (name: string) => Writes,
  events: Readonly<Record<string, unknown>>,
  bound: number,
): Write<object> {
  const number = () => dice.below(bound);
  const id = `u${number()}`;
  const publish = (type: string) => ({ publish: events[type] });
  switch (dice.below(14)) {
    case 0:
    case 1:
      return of('user').create(
        { id, email: `${id}@x`, name: `n${number()}`, pin: 'hush' },
        publish('USER_CREATED'),
      );
    case 2:
      return of('user').update({ id }, { name: `n${number()}` }, publish('USER_UPDATED'));
    case 3:
      return of('user').delete({ id }, publish('USER_DELETED'));
    case 4:
      return of('robot').create({
        id: `r${number()}`,
        login: `r${number()}@x`,
        until: dice.of([null, '2126-03-02T00:00:00.000Z', '2127-01-01T00:00:00.000Z']),
      });
    case 5:
      return of('page').create({ slug: `p${number()}`, text: 'one' });
    case 6:
      return of('page').update({ slug: `p${number()}` }, { text: `text ${number()}` });
    case 7:
    case 8:
    case 9:
      return of('task').create({
        id: `t${number()}`,
        userId: id,
        status: dice.of(states),
        topic: dice.maybe(['a', 'b']),
        hours: 1 + dice.below(9),
        tags: dice.some(['x', 'y', 'z'], dice.below(3)),
      });
    case 10:
      return of('task').update({ id: `t${number()}` }, { status: dice.of(states), hours: 1 + dice.below(9) });
    case 11:
      return of('issue').create({ repo: `o${dice.below(2 + Math.floor(bound / 20))}`, title: 't' });
    case 12:
      return of('pull').create({
        repo: `o${dice.below(2 + Math.floor(bound / 20))}`,
        solves: dice.maybe([1, 2]),
      });
    default:
      return of('bill').create({ id: `b${number()}`, year: dice.of(['2125', '2126']) });
  }
}
