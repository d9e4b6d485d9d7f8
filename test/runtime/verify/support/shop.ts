/** A small project with everything that is kept of records: entries, unique values, counts, sums, references, versions, numbers. */

import { DeleteCommand, PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type {
  DatabaseOptions,
  Finding,
  Item,
  Key,
  VerifiedProject,
  VerifyOptions,
  VerifyReport,
  Write,
} from 'tableloom/runtime';
import { storedPlanOf } from '../../../../src/cli/migrate/stored-plan.js';
import { storedTypes } from '../../../../src/generator/plan/lookup/stored-types.js';
import type { StoredPlan } from '../../../../src/runtime/migrate/plan-record.js';
import { openProject, type Project } from '../../../support/running.js';
import { written } from '../../../support/written.js';

const schema = `scalar DateTime
enum Plan { FREE PAID }
type Query {
  customer(id: ID!): Customer  byPlan(plan: Plan!): [Customer!]!  order(id: ID!): Order  ordersOf(customerId: ID!): [Order!]!
  orderCount(customerId: ID!): Int!  spent(customerId: ID!): Int!  session(id: ID!): Session  ticket(id: ID!): Ticket
}
type Customer { id: ID!  email: String!  plan: Plan!  name: String  version: Int! }
type CustomerVersion { id: ID!  plan: Plan!  name: String  version: Int! }
type Order { id: ID!  customerId: ID!  total: Int!  version: Int! }
type Session { id: ID!  email: String!  until: DateTime!  version: Int! }
type Ticket { id: ID!  project: ID!  number: Int!  version: Int! }
`;

const yaml = `version: 1
tables: { main: { name: main, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] }, ttl: ttl } }
entities:
  Customer: { unique: [email], stored: { pin: String }, secret: [pin], generate: { version: revision } }
  CustomerVersion: { historyOf: Customer, key: { PK: "CUSTOMER#{id}", SK: "VERSION#{version}" }, keep: 3 }
  Order: { references: { customerId: { to: Customer, onDelete: restrict } }, generate: { version: revision } }
  Session: { unique: [email], ttl: until, generate: { version: revision } }
  Ticket: { immutable: [project], generate: { number: { sequence: project }, version: revision } }
patterns:
  customer: { one: Customer, for: Query.customer, where: { id: $id } }
  byPlan: { many: Customer, for: Query.byPlan, where: { plan: $plan } }
  order: { one: Order, for: Query.order, where: { id: $id } }
  ordersOf: { many: Order, for: Query.ordersOf, where: { customerId: $customerId } }
  orderCount: { count: Order, for: Query.orderCount, where: { customerId: $customerId }, maintained: true }
  spent: { sum: Order, of: total, for: Query.spent, where: { customerId: $customerId } }
  session: { one: Session, for: Query.session, where: { id: $id } }
  ticket: { one: Ticket, for: Query.ticket, where: { id: $id } }
`;

interface Writes {
  create(values: object): Write<object>;
  update(key: object, changes: object): Write<object>;
  delete(key: object): Write<object>;
}

export interface Shop {
  readonly project: Project;
  readonly stored: VerifiedProject;
  /** As tables note it. */
  readonly plan: StoredPlan;
  readonly writes: Readonly<Record<'customer' | 'order' | 'session' | 'ticket', Writes>>;
  readonly write: (...writes: readonly Write<object>[]) => Promise<void>;
  readonly verify: (options?: VerifyOptions) => Promise<VerifyReport>;
  /** What is found, in short: `missing entry Customer.byPlan`. */
  readonly found: (options?: VerifyOptions) => Promise<string[]>;
  readonly items: () => Promise<Item[]>;
  readonly put: (item: Item) => Promise<unknown>;
  readonly set: (key: Key, values: Item) => Promise<unknown>;
  readonly drop: (key: Key) => Promise<unknown>;
}

export async function openShop(options: Partial<DatabaseOptions> = {}): Promise<Shop> {
  const one = await written(yaml, schema);
  const [index, writes = {}] = await Promise.all(['index', 'writes'].map(one.module));
  const project = await openProject(one.generated, undefined, options);
  const stored = { ...index, types: storedTypes(one.plan) } as unknown as VerifiedProject;
  const { database, documents } = project;
  const TableName = project.tableName('main');
  const verify: Shop['verify'] = (how) => database.verify(stored, how);
  return {
    project,
    stored,
    plan: storedPlanOf(one.plan),
    writes: {
      customer: writes.customerWrites as Writes,
      order: writes.orderWrites as Writes,
      session: writes.sessionWrites as Writes,
      ticket: writes.ticketWrites as Writes,
    },
    write: async (...all) => {
      for (const write of all) await database.session().writeOne(write);
    },
    verify,
    found: async (how) => (await verify(how)).findings.map(shortly).sort(),
    items: async () => (await documents.send(new ScanCommand({ TableName }))).Items as Item[],
    put: (item) => documents.send(new PutCommand({ TableName, Item: item })),
    set: (Key, values) => {
      const names = Object.keys(values);
      return documents.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: `SET ${names.map((_, at) => `#${at} = :${at}`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(names.map((name, at) => [`#${at}`, name])),
          ExpressionAttributeValues: Object.fromEntries(names.map((name, at) => [`:${at}`, values[name]])),
        }),
      );
    },
    drop: (Key) => documents.send(new DeleteCommand({ TableName, Key })),
  };
}

export function shortly({ kind, part, entity, isRepaired }: Finding): string {
  return `${kind} ${part} ${entity}${isRepaired ? ', repaired' : ''}`;
}
