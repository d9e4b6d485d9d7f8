/** `tableloom reindex` on a DynamoDB behind HTTP: what it says, what it changes, how it is stopped and resumed. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { createTables } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { type ReindexVerbOptions, reindexVerb } from '../../src/cli/commands/reindex.js';
import { uniqueName } from '../support/engines.js';
import { codegen, openEndpointProject } from './endpoint-project.js';
import { printed } from './project.js';

const files = (open: string) => ({
  'codegen.ts': codegen,
  'schema/schema.graphql': `type Query { order(id: ID!): Order  open(status: String!): [Order!]! }
type Order { id: ID!  status: String!  rank: Int!  version: Int! }
`,
  'access-patterns.yaml': `version: 1
tables: { main: { name: "\${PREFIX}-main", key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } } }
entities: { Order: { generate: { version: revision } } }
patterns:
  order: { one: Order, for: Query.order, where: { id: $id } }
  open: { many: Order, for: Query.open, where: { status: $status }, ${open} }
`,
});

async function openProject() {
  const { folder, engine, prefix, url, lock, write } = await openEndpointProject('cli');
  const generate = async (open: string) => {
    for (const [path, text] of Object.entries(files(open))) write(path, text);
    const { generateVerb } = await import('../../src/cli/commands/generate.js');
    return printed(() => generateVerb({ root: folder, config: 'codegen.ts' }));
  };
  const seal = async () => {
    const { lockVerb } = await import('../../src/cli/commands/lock.js');
    return printed(() => lockVerb({ root: folder, config: 'codegen.ts', seal: true }));
  };
  const reindex = (entities: string[], options: Partial<ReindexVerbOptions> = {}) =>
    printed(() =>
      reindexVerb(entities, {
        root: folder,
        config: 'codegen.ts',
        endpoint: url,
        ...options,
      }),
    );
  const { client } = engine;
  await createTables(
    client,
    [
      {
        table: 'main',
        name: '',
        key: { partition: 'PK', sort: 'SK' },
        indexes: [
          { name: 'GSI1', kind: 'global', partition: 'GSI1PK', sort: 'GSI1SK', project: { kind: 'all' } },
        ],
      },
    ],
    { main: `${prefix}-main` },
  );
  const documents = DynamoDBDocumentClient.from(client);
  return {
    folder,
    generate,
    seal,
    reindex,
    write,
    lock,
    put: (item: Record<string, unknown>) =>
      documents.send(new PutCommand({ TableName: `${prefix}-main`, Item: item })),
    items: async () => (await documents.send(new ScanCommand({ TableName: `${prefix}-main` }))).Items ?? [],
  };
}

const order = (id: string, more: object = {}) => ({
  PK: `ORDER#${id}`,
  SK: 'METADATA',
  _type: 'Order',
  id,
  status: 'OPEN',
  rank: 1,
  version: 1,
  ...more,
});

test('counts first, then brings records to the plan, and takes what it has dealt with out of the lock', async () => {
  const project = await openProject();
  await project.generate('sort: rank');
  await project.seal();
  await project.put(order('a'));
  await project.put(order('b'));
  await project.generate('sort: id');
  expect(project.lock()).toContain('key-moved');
  const counted = await project.reindex(['Order'], { dryRun: true });
  expect(counted.out).toMatch(/: of 2 records, 2 would be changed, 0 of them moved to another key\.\n/);
  expect(counted.code).toBe(1);
  expect((await project.items()).filter((item) => 'GSI1PK' in item)).toEqual([]);
  const done = await project.reindex([], { all: true });
  expect(done).toMatchObject({ code: 0 });
  expect(done.out).toContain('2 items written, 0 deleted, 0 counts and sums corrected; 0 problems.');
  expect(done.err).toContain('says no longer that open have to be dealt with: commit it.');
  expect(project.lock()).not.toContain('key-moved');
  expect((await project.items()).filter((item) => 'GSI1PK' in item)).toHaveLength(2);
  const json = await project.reindex(['Order'], { json: true });
  expect(JSON.parse(json.out)).toMatchObject({ records: 2, changed: 0, cursor: null, problems: [] });
  expect(existsSync(join(project.folder, '.tableloom/reindex.json'))).toBe(false);
});

test('stopped, it says how to go on, and goes on', async () => {
  const project = await openProject();
  await project.generate('sort: rank');
  await project.put(order('a'));
  const stopping = project.reindex(['Order'], { rate: '1' });
  // The verb listens from before its first request on.
  const listening = setInterval(() => {
    if (process.listenerCount('SIGINT') > 0) {
      process.emit('SIGINT');
      clearInterval(listening);
    }
  }, 1);
  const stopped = await stopping;
  expect(stopped).toMatchObject({ code: 1 });
  expect(stopped.out).toContain('Stopped. Resume with the same command and `--resume auto`.');
  expect((await project.items())[0]).not.toHaveProperty('GSI1PK');
  const other = await project.reindex([], { all: true, dryRun: true, resume: 'auto' });
  expect(other).toMatchObject({ code: 2, err: expect.stringContaining('made by another call of reindex') });
  const resumed = await project.reindex(['Order'], { resume: 'auto' });
  expect(resumed).toMatchObject({ code: 0 });
  expect((await project.items())[0]).toHaveProperty('GSI1PK');
  const none = await project.reindex(['Order'], { resume: 'auto' });
  expect(none).toMatchObject({ code: 2, err: expect.stringContaining('no reindex was ended') });
});

test('a record that cannot be brought to the plan is named', async () => {
  const project = await openProject();
  await project.generate('sort: rank');
  await project.put(order('a'));
  const { rank: _, ...without } = order('b');
  await project.put(without);
  const report = await project.reindex(['Order']);
  expect(report.code).toBe(1);
  expect(report.out).toContain('Order {"PK":"ORDER#b","SK":"METADATA"}: ');
  expect(report.out).toContain('(KEY_INVALID)');
  expect((await project.items()).filter((item) => 'GSI1PK' in item)).toHaveLength(1);
});

test('a wrong call is said in a line, and changes nothing', async () => {
  const project = await openProject();
  const cases: [string[], Partial<ReindexVerbOptions>, string][] = [
    [
      [],
      {},
      'It is not said which records are meant.\n  hint: Name entities, as in `tableloom reindex Order`, or pass `--all`.',
    ],
    [['Order'], { all: true }, 'It is not said which records are meant.'],
    [['Orders'], {}, 'There is no entity Orders. The entities are Order.'],
    [['Order'], { segments: '0' }, '`--segments 0` is not a whole number from 1 to 64.'],
    [['Order'], { rate: 'fast' }, '`--rate fast` is not a whole number from 1 to 1000000.'],
    [['Order'], { endpoint: 'nowhere' }, '`nowhere` is not a URL.'],
  ];
  await project.generate('sort: rank');
  for (const [entities, options, message] of cases)
    expect(await project.reindex(entities, options)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(`tableloom: ${message}`),
    });
  project.write('access-patterns.yaml', files('sort: -rank')['access-patterns.yaml']);
  expect(await project.reindex(['Order'])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/is out of date\.\n {2}hint: Run `tableloom generate` first\./),
  });
  await project.generate('sort: -rank');
  process.env.PREFIX = uniqueName('none');
  expect(await project.reindex(['Order'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Run `tableloom deploy` first.'),
  });
});
