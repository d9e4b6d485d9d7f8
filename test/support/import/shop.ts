/** A shop whose rows are imported: orders that keep their customers, notes that go with them, folders in folders, secret tokens. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
} from '@aws-sdk/lib-dynamodb';
import {
  createTables,
  Database,
  type ImportProject,
  resolveTableNames,
  type TableDefinition,
} from 'tableloom/runtime';
import { onTestFinished } from 'vitest';
import { importMapping } from '../../../src/generator/importing/importing.js';
import { openEngine, uniqueName } from '../engines.js';
import { type Written, written } from '../written.js';

const yaml = `version: 1
tables: { main: { name: "\${SHOP}-main", key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } } }
entities:
  Customer: { generate: { version: revision }, unique: [email] }
  Order: { key: { PK: "ORDER#{id}", SK: "ORDER#{code}" }, references: { customerId: { to: Customer, onDelete: restrict } } }
  Note: { references: { customerId: { to: Customer, onDelete: cascade } } }
  Folder: { references: { parentId: { to: Folder, onDelete: cascade } } }
  Token: {}
patterns:
  customer: { one: Customer, for: Query.customer, where: { id: $id } }
  customersIn: { many: Customer, for: Query.customersIn, where: { city: $city }, sort: name }
  token: { one: Token, for: Query.token, where: { id: $id } }
  ordersOf: { many: Order, for: Customer.orders, where: { customerId: $parent.id } }
  notesOf: { many: Note, for: Customer.notes, where: { customerId: $parent.id } }
  foldersIn: { many: Folder, for: Folder.folders, where: { parentId: $parent.id }, when: { parentId: present } }
`;

const sdl = `type Query {
  customer(id: ID!): Customer
  customersIn(city: String!): [Customer!]!
  token(id: ID!): Token
}
type Customer {
  id: ID!  email: String!  name: String!  city: String!  about: String  changed: Int!  version: Int!
  orders: [Order!]!  notes: [Note!]!
}
type Order { id: ID!  code: String!  customerId: ID! }
type Note { id: ID!  customerId: ID }
type Token { id: ID!  holder: String }
type Folder { id: ID!  parentId: ID  folders: [Folder!]! }
`;

const sources = `version: 1
sources:
  customers:
    table: \${SHOP}-customers
    key: id
    entity: Customer
    fields:
      id: id
      email: email
      name: name
      city: city
      about: about
      changed: changed
    unique: { email: { newest: changed } }
  orders:
    table: \${SHOP}-orders
    key: id
    entity: Order
    fields: { id: id, code: { from: id }, customerId: { from: customer, references: customers, missing: keep } }
  notes:
    table: \${SHOP}-notes
    key: id
    entity: Note
    fields: { id: id, customerId: { from: customer, references: customers, missing: clear } }
  folders:
    table: \${SHOP}-folders
    key: id
    entity: Folder
    fields: { id: id, parentId: { from: parent, references: folders, missing: keep } }
  tokens:
    table: \${SHOP}-tokens
    key: id
    entity: Token
    secret: id
    oneWay: true
    fields: { id: { from: id, transform: uuid, oneWay: true }, holder: holder }
`;

const shopSources = ['customers', 'orders', 'notes', 'folders', 'tokens'] as const;
export type ShopSource = (typeof shopSources)[number];

let shop: Promise<{ readonly project: ImportProject; readonly code: Written }> | undefined;

async function made() {
  const code = await written(yaml, sdl);
  const { mapping } = await importMapping({
    path: 'import.yaml',
    text: sources,
    plan: code.plan,
    transforms: () => [],
  });
  const { codecs, tables } = await code.module('index');
  const generated = { codecs, tables } as ImportProject['generated'];
  return { project: { mapping, generated } satisfies ImportProject, code };
}

/** The shop with empty tables, and what looks into them. */
export async function openShop() {
  shop ??= made();
  const { project } = await shop;
  const engine = await openEngine();
  const name = uniqueName('shop');
  process.env['SHOP'] = name;
  const tables = project.generated.tables;
  const names = resolveTableNames(tables, process.env);
  const legacy: TableDefinition[] = shopSources.map((table) => ({
    table,
    name: '',
    key: { partition: 'id' },
    indexes: [],
  }));
  await createTables(engine.client, tables, names);
  await createTables(
    engine.client,
    legacy,
    Object.fromEntries(legacy.map(({ table }) => [table, `${name}-${table}`])),
  );
  const clients: DynamoDBClient[] = [];
  onTestFinished(async () => {
    for (const client of clients) client.destroy();
    await engine.close();
  });
  /** Another process. @param prepare what its client is given first */
  const open = (prepare: (client: DynamoDBClient) => void = () => {}, settleMs = 0) => {
    const client = new DynamoDBClient(engine.clientConfig);
    clients.push(client);
    prepare(client);
    const database = new Database({
      client,
      tables: names,
      cursorSecrets: ['a secret of the tests, long enough'],
      cache: false,
    });
    return database.importer({ ...project, settleMs });
  };
  const documents = DynamoDBDocumentClient.from(engine.client);
  const table = (source: ShopSource) => `${name}-${source}`;
  const importer = open();
  return {
    importer,
    open,
    /** Stores a row as it is. */
    put: (source: ShopSource, row: Record<string, unknown>) =>
      documents.send(new PutCommand({ TableName: table(source), Item: row })),
    putAll: async (source: ShopSource, rows: readonly Record<string, unknown>[]) => {
      for (let at = 0; at < rows.length; at += 25)
        await documents.send(
          new BatchWriteCommand({
            RequestItems: {
              [table(source)]: rows.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } })),
            },
          }),
        );
    },
    remove: (source: ShopSource, id: string) =>
      documents.send(new DeleteCommand({ TableName: table(source), Key: { id } })),
    row: async (source: ShopSource, id: string) =>
      (await documents.send(new GetCommand({ TableName: table(source), Key: { id } }))).Item ?? null,
    record: async (entity: 'Customer' | 'Order' | 'Note' | 'Folder', id: string) => {
      const own = entity.toUpperCase();
      const SK = entity === 'Order' ? `ORDER#${id}` : 'METADATA';
      const Key = { PK: `${own}#${id}`, SK };
      return (await documents.send(new GetCommand({ TableName: `${name}-main`, Key }))).Item ?? null;
    },
    /** What the account says of rows that are no records. */
    account: async () => {
      const said: Record<string, string> = {};
      for await (const { source, key, outcome, code } of importer.entries())
        said[`${source} ${key}`] = `${outcome} ${code}`;
      return said;
    },
  };
}

export const customer = (id: string, more: object = {}) => ({
  id,
  email: `${id}@shop.example`,
  name: id,
  city: 'Elsewhere',
  changed: 1,
  ...more,
});
