/** `tableloom migrate` on a DynamoDB behind HTTP: its steps, their order, and how it is ended and resumed. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { deployVerb } from '../../src/cli/commands/deploy.js';
import { type MigrateAction, type MigrateVerbOptions, migrateVerb } from '../../src/cli/commands/migrate.js';
import { codegen, openEndpointProject } from './endpoint-project.js';
import { printed } from './project.js';

const schema = (
  fields: string,
  city: string,
  more = '',
) => `type Query { order(id: ID!): Order  open(status: String!): [Order!]!  ${fields} }
type Order { id: ID!  status: String!  city: ${city}  rank: Int!  version: Int! }
${more}
`;

const model = (patterns: string, indexes = 'GSI1: [GSI1PK, GSI1SK]') => `version: 1
tables: { main: { name: "\${PREFIX}-main", key: [PK, SK], indexes: { ${indexes} } } }
entities: { Order: { generate: { version: revision } } }
patterns:
  order: { one: Order, for: Query.order, where: { id: $id } }
${patterns}`;

const openBy = (sort: string, index = '') =>
  `  open: { many: Order, for: Query.open, where: { status: $status }, sort: ${sort}${index} }\n`;

interface Version {
  readonly city: string;
  readonly fields: string;
  readonly more?: string;
  readonly yaml: string;
}

const first: Version = { city: 'String', fields: '', yaml: model(openBy('rank')) };
/** Another sort, under another word, and a pattern on a new index. */
const second = {
  city: 'String',
  fields: 'near(city: String!): [Order!]!',
  yaml: model(
    `${openBy('id', ', index: GSI1, key: { GSI1PK: "OPEN#{status}", GSI1SK: "{id}" }')}  near: { many: Order, for: Query.near, where: { city: $city }, sort: rank }\n`,
    'GSI1: [GSI1PK, GSI1SK], GSI2: [GSI2PK, GSI2SK]',
  ),
};
/** An attribute is required that servers of the first version leave out. */
const blocked = { ...first, city: 'String!' };

const times = { settleMs: 1, silenceMs: 1500 };

async function openProject() {
  const { folder, engine, prefix, url, lock, write } = await openEndpointProject('migrate');
  const options = { root: folder, config: 'codegen.ts' };
  const even = (text: string) => text.replaceAll(prefix, 'PREFIX').replaceAll(url, 'ENDPOINT');
  const git = (...call: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...call], {
      cwd: folder,
      encoding: 'utf8',
    });
  git('init', '-qb', 'main');
  const documents = DynamoDBDocumentClient.from(engine.client);
  const migrate = async (action: MigrateAction, more: Partial<MigrateVerbOptions> = {}) => {
    const { code, out, err } = await printed(() =>
      migrateVerb(action, { ...options, endpoint: url, ...(action !== 'plan' && times), ...more }),
    );
    return { code, out: even(out), err: even(err) };
  };
  return {
    folder,
    prefix,
    url,
    git,
    lock,
    write,
    engine,
    migrate,
    async generate({ fields, yaml, city, more }: Version) {
      write('codegen.ts', codegen);
      write('schema/schema.graphql', schema(fields, city, more));
      write('access-patterns.yaml', yaml);
      const { generateVerb } = await import('../../src/cli/commands/generate.js');
      const { code, err } = await printed(() => generateVerb({ ...options, prune: true }));
      expect(code, err).toBe(0);
    },
    commit(message: string) {
      git('add', '-A');
      git('commit', '-qm', message);
    },
    async deploy(more = {}) {
      const { code, out, err } = await printed(() => deployVerb({ ...options, endpoint: url, ...more }));
      return { code, out: even(out), err: even(err) };
    },
    put: (item: Record<string, unknown>) =>
      documents.send(new PutCommand({ TableName: `${prefix}-main`, Item: item })),
    async items() {
      const { Items = [] } = await documents.send(
        new ScanCommand({ TableName: `${prefix}-main`, ConsistentRead: true }),
      );
      return Items.filter((item) => item._type !== '_plan');
    },
  };
}

const order = (id: string, more: object = {}) => ({
  PK: `ORDER#${id}`,
  SK: 'METADATA',
  GSI1PK: 'ORDER_BY_STATUS#OPEN',
  GSI1SK: `0000000001#${id}`,
  _type: 'Order',
  id,
  status: 'OPEN',
  rank: 1,
  version: 1,
  ...more,
});

/** The first version is deployed, with records, and the second is in the working tree. */
async function begun(records = 3) {
  const project = await openProject();
  await project.generate(first);
  await project.deploy();
  project.commit('first');
  for (let at = 0; at < records; at++) await project.put(order(`o${at}`, { city: 'Bern' }));
  await project.generate(second);
  return project;
}

test('plans, runs, completes; each says what comes next', async () => {
  const project = await begun();
  const plan = await project.migrate('plan');
  expect(plan).toMatchObject({ code: 0, err: '' });
  expect(plan.out).toBe(`Stored otherwise, compared with the tables:
  Order
    key on GSI1: \`ORDER_BY_STATUS#{status} / {rank}#{id}\` becomes \`OPEN#{status} / {id}\`
    new key on GSI2: \`ORDER_BY_CITY#{city} / {rank}#{id}\`, with \`city\`

Steps:
  1. PREFIX-main: add the index GSI2 on [GSI2PK, GSI2SK], with all attributes  [tableloom migrate run]
  2. servers that run keep up what both versions store of Order: two steps, 26 s each until all know
  3. records of Order from before are brought to that
  4. every record is read again and compared; nothing goes on where one is not right
  5. servers of the new version are served: 26 s until all know
  6. deploy the new version next to the former one, and then take that away  [you]
  7. servers of the former version are refused, and what only they read of Order is deleted  [tableloom migrate complete]
`);
  expect((await project.migrate('plan', { from: 'main' })).out).toContain(
    'Pattern `open` read `Order` by `ORDER_BY_STATUS#{status} / {rank}#{id} on GSI1` and now reads it by',
  );
  const json = JSON.parse((await project.migrate('plan', { json: true })).out) as {
    readonly steps: object[];
  };
  expect(json).toMatchObject({ phase: 'settled', obstacles: [], entities: [{ entity: 'Order' }] });
  expect(json.steps).toHaveLength(7);
  for (const action of ['complete', 'rollback'] as const)
    expect(await project.migrate(action)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no migration (?:to this version )?is under way/),
    });
  const deployed = await project.deploy();
  expect(deployed).toMatchObject({ code: 1, err: expect.stringContaining('Run `tableloom migrate plan`') });

  const run = await project.migrate('run');
  expect(run).toMatchObject({ code: 0, out: '' });
  expect(run.err).toMatch(/^done: PREFIX-main: add the index GSI2 [\s\S]*done: of 3 records, 3 were brought/);
  expect(run.err).toContain('done: 3 records verified\n');
  expect(run.err).toContain('Next: deploy the new version next to the former one');
  const items = await project.items();
  expect(items).toHaveLength(6);
  expect(items.filter((item) => item.GSI1PK === 'ORDER_BY_STATUS#OPEN')).toHaveLength(3);
  expect(items.filter((item) => item.GSI1PK === 'OPEN#OPEN')).toHaveLength(3);
  expect(await project.migrate('run')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Both versions are served.'),
  });
  expect(await project.deploy()).toMatchObject({
    code: 1,
    err: expect.stringContaining('a migration is under way (both)'),
  });
  const status = await project.migrate('status');
  expect(status.out).toMatch(
    /^both: servers of both versions are served\nversion \S+, next \S+: Order\nnext: deploy the new version, then `tableloom migrate complete`/,
  );

  const done = await project.migrate('complete', { deleteIndexes: true });
  expect(done).toMatchObject({ code: 0, out: '' });
  expect(done.err).toContain(
    'done: the former version is gone: of 3 records, 3 were changed, and 3 items deleted',
  );
  expect(done.err).toContain('says no longer that open, near, main.GSI2 have to be dealt with: commit it.');
  expect(project.lock()).not.toContain('key-moved');
  expect((await project.items()).map(({ GSI1PK, GSI2PK }) => [GSI1PK, GSI2PK])).toEqual(
    Array(3).fill(['OPEN#OPEN', 'ORDER_BY_CITY#Bern']),
  );
  expect(JSON.parse((await project.migrate('status', { json: true })).out)).toMatchObject({
    phase: 'settled',
    run: null,
  });
  expect(await project.migrate('complete')).toMatchObject({
    code: 0,
    err: expect.stringContaining('No migration is under way'),
  });
});

test('another `keep` of a history is deployed like any change of code', async () => {
  const project = await openProject();
  const keeping = (keep: number) => ({
    city: 'String',
    fields: 'states(id: ID!): [OrderState!]!',
    more: 'type OrderState { id: ID!  status: String!  version: Int! }',
    yaml: model(
      `${openBy('rank')}  states: { many: OrderState, for: Query.states, where: { id: $id }, sort: version }\n`,
    )
      .replace(
        'patterns:',
        `  OrderState: { historyOf: Order, key: { PK: "ORDER#{id}", SK: "VERSION#{version}" }, keep: ${keep} }\npatterns:`,
      )
      .replace(
        'entities: { Order: { generate: { version: revision } } }',
        'entities:\n  Order: { generate: { version: revision } }',
      ),
  });
  await project.generate(keeping(3));
  await project.deploy();
  project.commit('first');
  await project.put(order('a'));
  await project.generate(keeping(5));
  expect(await project.migrate('plan')).toMatchObject({
    code: 0,
    out: 'No record is stored otherwise than the tables say.\n',
  });
  expect(await project.deploy()).toMatchObject({ code: 0, err: '' });
  await project.generate(keeping(7));
  expect(await project.migrate('run')).toMatchObject({
    code: 0,
    err: expect.stringContaining('there is nothing to migrate'),
  });
  expect(await project.deploy()).toMatchObject({ code: 0, err: '' });
});

test('wrong calls, a wrong commit, and what stands in the way change nothing', async () => {
  const project = await openProject();
  await project.generate(first);
  expect(await project.migrate('status')).toMatchObject({
    code: 2,
    err: expect.stringContaining('There is no table PREFIX-main'),
  });
  const gone = await project.migrate('plan', { endpoint: 'http://127.0.0.1:1' });
  expect(gone).toMatchObject({ code: 2, err: expect.stringContaining('tableloom: ') });
  expect(gone.err).not.toContain('internal error');
  await project.deploy();
  project.commit('first');
  expect(await project.migrate('plan', { from: 'nowhere' })).toMatchObject({
    code: 2,
    err: expect.stringContaining('There is no commit nowhere'),
  });
  expect(await project.migrate('run', { rate: 'much' })).toMatchObject({
    code: 2,
    err: expect.stringContaining('`--rate much` is not a whole number'),
  });
  await project.put(order('a'));
  await project.generate(blocked);
  const before = await project.items();
  for (const action of ['plan', 'run'] as const) {
    const { code, out } = await project.migrate(action);
    expect(code).toBe(1);
    expect(out).toContain('cannot read a record without it');
    expect(out).toContain('remedy: Give it a default that is read');
  }
  project.commit('blocked');
  expect(await project.migrate('plan', { from: 'HEAD' })).toMatchObject({
    code: 2,
    err: expect.stringContaining('The tables note another version than HEAD'),
  });
  expect(await project.items()).toEqual(before);
  expect(await project.deploy({ offline: true })).toMatchObject({ code: 0 });
  expect(await project.migrate('plan')).toMatchObject({
    code: 0,
    out: 'No record is stored otherwise than the tables say.\n',
  });
});

/** The command in a process of its own. */
function child(folder: string, url: string, rate: string, settleMs = 1) {
  const process_ = spawn(
    process.execPath,
    [
      ...['--conditions=tableloom-source', '--import', 'tsx/esm', 'test/cli/migrate-child.ts'],
      ...[folder, url, rate, String(settleMs)],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => void process_.kill('SIGKILL'));
  return process_;
}

test('killed in the middle, it is taken over where it was left; nobody runs it at the same time', async () => {
  const project = await begun(250);
  const first = child(project.folder, project.url, '60');
  const told = first.stderr.toArray();
  const status = async () =>
    JSON.parse((await project.migrate('status', { json: true })).out) as {
      readonly phase: string;
      readonly run: {
        readonly step: string;
        readonly cursor: string | null;
        readonly progress: { readonly changed: number } | null;
      } | null;
    };
  let now = await status();
  for (let tries = 0; tries < 200 && (now.run?.progress?.changed ?? 0) === 0; tries++) {
    if (first.exitCode !== null) throw new Error(String(await told));
    now = await status();
  }
  expect(now).toMatchObject({ phase: 'write-only', run: { step: 'fill', cursor: expect.any(String) } });
  const second = await project.migrate('run');
  expect(second).toMatchObject({
    code: 2,
    err: expect.stringMatching(/runs the migration \(fill\) since .*, and was heard of \d+ s ago/),
  });
  first.kill('SIGKILL');
  await once(first, 'exit');
  const left = await status();
  await new Promise((wait) => setTimeout(wait, times.silenceMs));
  const resumed = await project.migrate('run');
  expect(resumed, resumed.err).toMatchObject({ code: 0 });
  // Both steps that let servers know are past.
  expect(resumed.err).not.toContain('Servers learn');
  expect(resumed.err).toContain('done: 250 records verified');
  // It went on from where it was.
  expect(left.run?.progress?.changed).toBeLessThan(250);
  const changed = Number(/done: of \d+ records, (\d+) were brought/.exec(resumed.err)?.[1]);
  expect(changed).toBeGreaterThanOrEqual(left.run?.progress?.changed ?? 0);

  const back = await project.migrate('rollback');
  expect(back).toMatchObject({ code: 0, err: expect.stringContaining('done: the new version is gone') });
  const items = await project.items();
  expect(items).toHaveLength(250);
  expect(new Set(items.map(({ GSI1PK, GSI2PK }) => `${GSI1PK} ${GSI2PK}`))).toEqual(
    new Set(['ORDER_BY_STATUS#OPEN undefined']),
  );
  expect(await status()).toMatchObject({ phase: 'settled', run: null });
});

test('a record that cannot be brought is named, and nothing is opened; Ctrl-C pauses', async () => {
  const project = await begun(2);
  const { rank: _none, ...without } = order('bad', { city: 'Bern' });
  await project.put(without);
  const failed = await project.migrate('run');
  expect(failed.code).toBe(1);
  expect(failed.err).toContain('Order {"PK":"ORDER#bad","SK":"METADATA"}: ');
  expect(failed.err).toContain('Servers of the new version are not served');
  expect(await project.migrate('complete')).toMatchObject({
    code: 2,
    err: expect.stringContaining('not every record is brought to the new version and verified (write-only)'),
  });
  await project.put(order('bad'));
  const running = project.migrate('run', { rate: '1' });
  const listening = setInterval(() => {
    if (process.listenerCount('SIGINT') > 0) {
      process.emit('SIGINT');
      clearInterval(listening);
    }
  }, 1);
  expect(await running).toMatchObject({
    code: 1,
    err: expect.stringContaining('Paused. Resume with the same command'),
  });
  expect((await project.migrate('status')).out).toContain(', paused\n');
  const json = await project.migrate('run', { json: true });
  expect(json.code).toBe(0);
  const events = json.out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly event: string }).event);
  expect(events.at(-1)).toBe('phase');
  expect(events).toContain('verified');
});

test('a runner that wakes up after another one has rolled back, and a third has begun, ends and changes nothing', async () => {
  const project = await begun();
  const phase = async () =>
    (JSON.parse((await project.migrate('status', { json: true })).out) as { readonly phase: string }).phase;
  const late = child(project.folder, project.url, '1000', 4000);
  const told = late.stderr.toArray();
  while ((await phase()) !== 'delete-only') if (late.exitCode !== null) throw new Error(String(await told));
  late.kill('SIGSTOP');
  await new Promise((wait) => setTimeout(wait, times.silenceMs));
  expect(await project.migrate('rollback')).toMatchObject({ code: 0 });
  const again = project.migrate('run', { settleMs: 100 });
  late.kill('SIGCONT');
  const [code] = await once(late, 'exit');
  expect(code).toBe(2);
  expect(String(await told)).toContain('Another process has taken the migration over.');
  expect(await again).toMatchObject({ code: 0 });
  expect(await phase()).toBe('both');
});

test('killed once the tables were settled, `complete` repeated brings the lock up to date', async () => {
  const project = await begun();
  await project.migrate('run');
  const lock = project.lock();
  expect(lock).toContain('key-moved');
  expect(await project.migrate('complete')).toMatchObject({ code: 0 });
  // As the killed process leaves it: with its own note, and without the lock.
  project.write('access-patterns.lock.json', lock);
  const long = new Date(0).toISOString();
  const run = {
    runner: 'a',
    by: 'a',
    since: long,
    beat: long,
    step: 'contract',
    cursor: null,
    progress: null,
  };
  await project.put({ PK: '_plan', SK: '_run', _type: '_plan', revision: 1, run: JSON.stringify(run) });
  expect(await project.migrate('complete')).toMatchObject({
    code: 0,
    err: expect.stringContaining('have to be dealt with: commit it.'),
  });
  expect(project.lock()).not.toContain('key-moved');
  expect((await project.migrate('status')).out).not.toContain('run by');
});

test('a table that goes away with its entity is settled with the others, and may come back', async () => {
  const project = await openProject();
  const notes = ({ yaml, ...version }: Version): Version => ({
    ...version,
    fields: `${version.fields}  remark(id: ID!): Remark`,
    more: 'type Remark { id: ID! }',
    yaml: yaml
      .replace('tables: {', 'tables: { archive: { name: "${PREFIX}-archive", key: [PK, SK] },')
      .replace('entities: {', 'entities: { Remark: { table: archive },')
      .replace('Order: {', 'Order: { table: main,')
      .replace('patterns:', 'patterns:\n  remark: { one: Remark, for: Query.remark, where: { id: $id } }'),
  });
  await project.generate(notes(first));
  expect(await project.deploy()).toMatchObject({ code: 0 });
  await project.put(order('a', { city: 'Bern' }));
  await project.generate(second);
  const run = await project.migrate('run');
  expect(run, run.err).toMatchObject({ code: 0 });
  const done = await project.migrate('complete');
  expect(done, done.err).toMatchObject({ code: 0 });
  await project.generate(notes(second));
  const back = await project.migrate('run');
  expect(back, back.err).toMatchObject({ code: 0 });
  const deployed = await project.deploy();
  expect(deployed, deployed.err).toMatchObject({ code: 0 });
});
