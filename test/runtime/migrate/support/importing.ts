/** A legacy table whose rows become the items of a model that changes. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { createTables, type StoredProject, type TableDefinition } from 'tableloom/runtime';
import { onTestFinished } from 'vitest';
import { importMapping } from '../../../../src/generator/importing/importing.js';
import { uniqueName } from '../../../support/engines.js';
import { seed } from '../../../support/runs.js';
import { type ModelChange, withItem } from './changes.js';
import { SideBySide } from './side-by-side.js';

export const moved: ModelChange = {
  name: 'the primary key of records with a unique value is another',
  from: withItem({ unique: ['code'] }),
  to: withItem({ key: { PK: 'THING#{id}', SK: 'METADATA' } }),
};

type Yaml = (table: string, version: 'old' | 'next') => string;

export const itemYaml: Yaml = (table) => `version: 1
sources:
  items:
    table: ${table}
    key: id
    entity: Item
    fields: { id: id, owner: owner, name: name, code: code, kind: kind, rank: rank, at: at }
    unique: { code: { newest: at } }
`;

/** Nothing is said of rows with one value. */
export const withoutPolicy: Yaml = (...of) => itemYaml(...of).replace(/ {4}unique: .*\n/, '');

/** The keys of rows are secret: records have ids made of them. */
export const withSecretKeys: Yaml = (...of) =>
  itemYaml(...of)
    .replace('    entity: Item\n', '    entity: Item\n    secret: id\n    oneWay: true\n')
    .replace('{ id: id,', '{ id: { from: id, transform: uuid, oneWay: true },');

export function rowOf(id: string, more: object = {}) {
  const at = '2126-01-15T10:30:00.000Z';
  return { id, owner: 'o1', name: 'a', code: `c-${id}`, kind: 'OPEN', rank: 5, at, ...more };
}

export async function openImport(change: ModelChange = moved, yaml: Yaml = itemYaml) {
  const both = await SideBySide.open(change, seed, onTestFinished);
  const { old, next, migration, plans } = both;
  await migration.note(plans.from);
  const { clientConfig, tableName } = old.project;
  const client = new DynamoDBClient(clientConfig);
  const table = uniqueName('legacy-items');
  const legacy: TableDefinition = { table: 'items', name: '', key: { partition: 'id' }, indexes: [] };
  await createTables(client, [legacy], { items: table });
  const plain = new DynamoDBClient(clientConfig);
  onTestFinished(() => plain.destroy());
  const documents = DynamoDBDocumentClient.from(plain);
  return {
    both,
    migration,
    /** The usual importer's. */
    client,
    documents,
    put: (id: string, more: object = {}) =>
      documents.send(new PutCommand({ TableName: table, Item: rowOf(id, more) })),
    /** What is stored of a record: `PK SK type`. */
    itemsOf: async (id: string) => {
      const scan = new ScanCommand({ TableName: tableName('main'), ConsistentRead: true });
      const { Items = [] } = await documents.send(scan);
      const own = Items.filter((one) => one['id'] === id && one['_type'] !== undefined);
      return own.map(({ PK, SK, _type }) => `${PK} ${SK} ${_type}`);
    },
    /** What a version imports by, with a client of its own or the usual one. */
    importer: async (version: 'old' | 'next', own = client) => {
      const { run, module } = (version === 'old' ? old : next).loaded;
      const text = yaml(table, version);
      const { mapping } = await importMapping({
        path: 'import.yaml',
        text,
        plan: run.plan,
        transforms: () => [],
      });
      const { codecs, tables } = module('index') as unknown as StoredProject;
      const { project } = await both.server(version, own);
      return project.database.importer({ mapping, generated: { codecs, tables }, settleMs: 0 });
    },
  };
}

/** Does something once, just before a client writes what has a text in it, or just after it has read that. */
export function once(
  client: DynamoDBClient,
  { before = /^$/, after = /^$/ }: { readonly before?: RegExp; readonly after?: RegExp },
  text: string,
  act: () => unknown,
): { readonly isDone: boolean } {
  const state = { isDone: false };
  const does = async (command: RegExp, name: string | undefined, of: unknown) => {
    if (state.isDone || !command.test(name ?? '') || !JSON.stringify(of).includes(text)) return;
    state.isDone = true;
    await act();
  };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        await does(before, commandName, args.input);
        const answer = await next(args);
        await does(after, commandName, [args.input, answer.output]);
        return answer;
      },
    { step: 'initialize' },
  );
  return state;
}
