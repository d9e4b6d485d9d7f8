/** `tableloom verify` on a DynamoDB behind HTTP: what it prints, what it corrects, its exit codes. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { createTables, type VerifyReport } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { generateVerb } from '../../src/cli/commands/generate.js';
import { type VerifyVerbOptions, verifyVerb } from '../../src/cli/commands/verify.js';
import { uniqueName } from '../support/engines.js';
import { codegen, openEndpointProject } from './endpoint-project.js';
import { printed } from './project.js';

const files = {
  'codegen.ts': codegen,
  'schema/schema.graphql': `type Query { order(id: ID!): Order  open(status: Status!): [Order!]!  count(status: Status!): Int! }
enum Status { OPEN DONE }
type Order { id: ID!  status: Status!  code: String!  version: Int! }
`,
  'access-patterns.yaml': `version: 1
tables: { main: { name: "\${PREFIX}-main", key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } } }
entities: { Order: { unique: [code], generate: { version: revision } } }
patterns:
  order: { one: Order, for: Query.order, where: { id: $id } }
  open: { many: Order, for: Query.open, where: { status: $status } }
  count: { count: Order, for: Query.count, where: { status: $status }, maintained: true }
`,
};

async function openProject() {
  const { folder, engine, prefix, url, write } = await openEndpointProject('verify');
  for (const [path, text] of Object.entries(files)) write(path, text);
  await printed(() => generateVerb({ root: folder, config: 'codegen.ts' }));
  const { client } = engine;
  const index = {
    name: 'GSI1',
    kind: 'global',
    partition: 'GSI1PK',
    sort: 'GSI1SK',
    project: { kind: 'all' },
  } as const;
  const table = { table: 'main', name: '', key: { partition: 'PK', sort: 'SK' }, indexes: [index] };
  await createTables(client, [table], { main: `${prefix}-main` });
  const documents = DynamoDBDocumentClient.from(client);
  const TableName = `${prefix}-main`;
  return {
    write,
    progress: join(folder, '.tableloom/verify.json'),
    verify: (entities: string[], options: Partial<VerifyVerbOptions> = {}) =>
      printed(() => verifyVerb(entities, { root: folder, config: 'codegen.ts', endpoint: url, ...options })),
    put: (item: Record<string, unknown>) => documents.send(new PutCommand({ TableName, Item: item })),
    items: async () => (await documents.send(new ScanCommand({ TableName }))).Items ?? [],
  };
}

/** As another program stores them: with no index keys, guards or counts. */
const order = (id: string, more: object = {}) => ({
  PK: `ORDER#${id}`,
  SK: 'METADATA',
  _type: 'Order',
  id,
  status: 'OPEN',
  code: id,
  version: 1,
  ...more,
});

test('nothing, findings, repair, what is left: exit codes 0, 1, 1 and 0', async () => {
  const project = await openProject();
  const none = await project.verify([]);
  expect(none).toMatchObject({
    code: 0,
    out: expect.stringContaining(': 0 records, 0 items read; 0 findings.\n'),
  });
  await project.put(order('a'));
  await project.put(order('b', { status: 'LOST' }));
  await project.put({ PK: 'FLAG', SK: 'beta', _type: 'Flag' });
  const found = await project.verify([]);
  expect(found.code).toBe(1);
  expect(found.out).toContain(
    'stale record Order in main {"PK":"ORDER#a","SK":"METADATA"}\n  has {}\n  should have {"GSI1PK"',
  );
  expect(found.out).toContain('missing guard Order in main');
  expect(found.out).toContain(
    'unreadable record Order in main {"PK":"ORDER#b","SK":"METADATA"}: status is not one of DONE, OPEN.',
  );
  expect(found.out).toContain(
    'unknown Flag in main {"PK":"FLAG","SK":"beta"}: It is of no entity of the plan.',
  );
  expect(found.out).toContain('`tableloom verify --repair` corrects what follows from the records.');
  expect(await project.items()).toHaveLength(3);
  const repaired = await project.verify([], { repair: true });
  expect(repaired.code).toBe(1);
  expect(repaired.out).toMatch(/4 findings, 2 of them repaired, 2 left\.\n/);
  await project.put(order('b', { status: 'DONE' }));
  expect(await project.verify(['Order'], { repair: true })).toMatchObject({ code: 0 });
  expect(await project.verify(['Order'])).toMatchObject({ code: 0 });
  const counts = (await project.items()).filter((item) => '_counts' in item);
  expect(counts.map(({ _number }) => _number)).toEqual([1, 1]);
});

test('as JSON, one object', async () => {
  const project = await openProject();
  await project.put(order('a'));
  const { code, out } = await project.verify([], { json: true, rate: '1000', segments: '2' });
  expect(code).toBe(1);
  const report = JSON.parse(out) as VerifyReport;
  expect(report).toMatchObject({
    records: 1,
    isComplete: true,
    found: 3,
    repaired: 0,
    more: 0,
    kinds: { missing: 2, stale: 1, orphaned: 0, doubled: 0, unreadable: 0, unknown: 0 },
    uncheckedCount: 0,
  });
  expect(report.findings).toContainEqual({
    kind: 'stale',
    part: 'record',
    entity: 'Order',
    table: 'main',
    key: { PK: 'ORDER#a', SK: 'METADATA' },
    has: {},
    should: expect.objectContaining({ GSI1PK: expect.stringContaining('OPEN') }),
    isRepairable: true,
    isRepaired: false,
  });
});

test('stopped, it prints what it has found', async () => {
  const project = await openProject();
  await project.put(order('a'));
  const stopping = project.verify([], { rate: '1' });
  // The verb listens from before its first request on.
  const listening = setInterval(() => {
    if (process.listenerCount('SIGINT') > 0) {
      process.emit('SIGINT');
      clearInterval(listening);
    }
  }, 1);
  expect(await stopping).toMatchObject({
    code: 1,
    out: expect.stringContaining('Stopped: not everything was compared.'),
  });
});

test('stopped in the middle, it says how to resume, and resumes', async () => {
  const project = await openProject();
  for (let at = 0; at < 130; at++) await project.put(order(`o${at}`));
  const options = { repair: true, segments: '1' };
  const stopping = project.verify([], { ...options, rate: '1' });
  const listening = setInterval(() => {
    if (!existsSync(project.progress)) return;
    process.emit('SIGINT');
    clearInterval(listening);
  }, 1);
  const stopped = await stopping;
  expect(stopped).toMatchObject({
    code: 1,
    out: expect.stringContaining(
      'Stopped: not everything was compared. Resume with the same command and `--resume auto`.',
    ),
  });
  expect(stopped.out).toContain(': 100 records, 100 items read; 200 findings, 200 of them repaired, 0 left.');
  expect(await project.verify([], { resume: 'auto' })).toMatchObject({
    code: 2,
    err: expect.stringContaining('The cursor was made by another call of verify'),
  });
  const resumed = await project.verify([], { ...options, resume: 'auto' });
  expect(resumed).toMatchObject({ code: 0 });
  expect(resumed.out).toMatch(
    /: \d+ records, \d+ items read; 261 findings, 261 of them repaired, 0 left\.\n/,
  );
  expect(resumed.out).toContain('200 of them were found before it was resumed, and are not listed again.');
  expect(existsSync(project.progress)).toBe(false);
  expect(await project.verify([], { json: true })).toMatchObject({ code: 0 });
  expect(await project.verify([], { resume: 'auto' })).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      'There is no .tableloom/verify.json: no verify was ended.\n  hint: Leave `--resume` out to begin one.',
    ),
  });
});

test('a wrong call is explained in a line', async () => {
  const project = await openProject();
  const cases: [string[], Partial<VerifyVerbOptions>, string][] = [
    [['Orders'], {}, 'There is no entity Orders. The entities are Order.'],
    [[], { segments: '0' }, '`--segments 0` is not a whole number from 1 to 64.'],
    [[], { endpoint: 'nowhere' }, '`nowhere` is not a URL.'],
    [[], { endpoint: 'http://127.0.0.1:1' }, 'Storage cannot be reached.'],
  ];
  for (const [entities, options, message] of cases)
    expect(await project.verify(entities, options)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(`tableloom: ${message}`),
    });
  process.env.PREFIX = uniqueName('none');
  expect(await project.verify([])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Run `tableloom deploy` first.'),
  });
});
