/** What a reindex cannot do it reports, and what others write meanwhile it leaves as they left it. */

import { GetCommand, PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Database, IndexQuery, Item, StoredProject, Write } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import type { StoredPlan } from '../../src/runtime/migrate/plan-record.js';
import { Throttle } from '../../src/runtime/reindex/throttle.js';
import { openProject, type Project } from '../support/running.js';
import { type Written, written } from '../support/written.js';

const schema = `type Query { person(id: ID!): Person  byTown(town: String!): [Person!]!  crowd(town: String!): Int! }
type Person { id: ID!  town: String!  phone: String!  name: String  version: Int! }
`;
const yaml = ({ key = '', unique = '', patterns = '' } = {}) => `version: 1
tables: { people: { name: people, key: [PK, SK], indexes: { GSI1: [GSI1PK, GSI1SK] } } }
entities: { Person: { ${key}${unique}generate: { version: revision } } }
patterns:
  person: { one: Person, for: Query.person, where: { id: $id } }
  byTown: { many: Person, for: Query.byTown, where: { town: $town } }
  crowd: { count: Person, for: Query.crowd, where: { town: $town }, maintained: true }
${patterns}`;

interface Writes {
  create(values: object): Write<object>;
  update(key: object, changes: object): Write<object>;
  delete(key: object): Write<object>;
}

interface Plan {
  readonly written: Written;
  readonly project: StoredProject;
  readonly writes: Writes;
  /** The records of a town. */
  readonly byTown: (values: { readonly town: string }) => IndexQuery<{ readonly id: string }>;
}

async function planOf(text: string): Promise<Plan> {
  const one = await written(text, schema);
  const [index, writes, queries] = await Promise.all(['index', 'writes', 'queries'].map(one.module));
  return {
    written: one,
    project: index as unknown as StoredProject,
    writes: writes?.personWrites as Writes,
    byTown: queries?.byTown as Plan['byTown'],
  };
}

async function people(plan: Plan, count: number): Promise<Project> {
  const project = await openProject(plan.written.generated);
  const session = project.database.session();
  for (let at = 0; at < count; at++)
    await session.write(plan.writes.create({ id: `p${at}`, town: `t${at % 2}`, phone: `${at}`, name: 'n' }));
  return project;
}

async function idsIn({ database }: Project, plan: Plan, town: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of database.session().each(plan.byTown({ town }))) ids.push(id);
  return ids.sort();
}

async function stored({ documents, tableName }: Project): Promise<Item[]> {
  const { Items = [] } = await documents.send(new ScanCommand({ TableName: tableName('people') }));
  return Items as Item[];
}

const plain = () => planOf(yaml());
const moved = () => planOf(yaml({ key: 'key: { PK: "P#{id}", SK: P }, ' }));

test('a record without what the schema requires is reported, and brought to the plan as far as that is not needed', async () => {
  const from = await plain();
  const project = await people(from, 3);
  const TableName = project.tableName('people');
  const strip = (id: string, UpdateExpression: string) =>
    project.documents.send(
      new UpdateCommand({ TableName, Key: { PK: `PERSON#${id}`, SK: 'METADATA' }, UpdateExpression }),
    );
  await strip('p0', 'REMOVE phone, GSI1PK, GSI1SK');
  await strip('p1', 'REMOVE town, GSI1PK, GSI1SK');
  const report = await project.database.reindex(from.project);
  expect(report.cursor).toBeNull();
  expect(report.problems.map(({ code, message }) => [code, message]).sort()).toEqual([
    ['KEY_INVALID', expect.any(String)],
    ['RECORD_INVALID', 'The stored Person with id "p0" has no phone, which cannot be null.'],
  ]);
  expect(report).toMatchObject({ records: 3, changed: 1, failed: 2 });
  expect(await idsIn(project, from, 't0')).toEqual(['p0', 'p2']);
});

test('of two records with one unique value the second stays findable, and is reported', async () => {
  const from = await plain();
  const project = await people(from, 3);
  await project.database.session().write(from.writes.update({ id: 'p2' }, { phone: '0' }));
  const to = await planOf(yaml({ unique: 'unique: [phone], ', key: 'key: { PK: "Q#{id}", SK: Q }, ' }));
  const report = await project.database.reindex(to.project);
  expect(report).toMatchObject({ moved: 3, failed: 1 });
  expect(report.problems).toMatchObject([{ entity: 'Person', code: 'UNIQUE_VIOLATION' }]);
  expect(await idsIn(project, to, 't0')).toEqual(['p0', 'p2']);
  // Once it is dealt with, the next run completes it.
  await project.database.session().write(to.writes.update({ id: 'p2' }, { phone: '2' }));
  expect(await project.database.reindex(to.project)).toMatchObject({ failed: 0 });
  await expect(
    project.database.session().write(to.writes.create({ id: 'p9', town: 't', phone: '0' })),
  ).rejects.toMatchObject({ code: 'UNIQUE_VIOLATION' });
});

test('a record is not moved onto another one; a copy of it is what remains of two', async () => {
  const from = await plain();
  const to = await moved();
  const project = await people(from, 2);
  const { documents, tableName } = project;
  const session = project.database.session();
  // As servers of both plans write, one after the other.
  await session.write(to.writes.create({ id: 'p0', town: 'elsewhere', phone: '7' }));
  await session.write(to.writes.create({ id: 'p1', town: 't1', phone: '1', name: 'n' }));
  const report = await project.database.reindex(to.project);
  expect(report.problems).toMatchObject([{ code: 'ALREADY_EXISTS', key: { PK: 'PERSON#p0' } }]);
  const { Item: kept } = await documents.send(
    new GetCommand({ TableName: tableName('people'), Key: { PK: 'PERSON#p0', SK: 'METADATA' } }),
  );
  expect(kept).toMatchObject({ town: 't0' });
  const mains = (await stored(project)).filter(({ _type }) => _type === 'Person');
  expect(mains.map(({ PK }) => PK).sort()).toEqual(['P#p0', 'P#p1', 'PERSON#p0']);
});

test('attributes and items of other programs stay', async () => {
  const from = await plain();
  const to = await moved();
  const project = await people(from, 1);
  const { documents, tableName } = project;
  const TableName = tableName('people');
  await documents.send(
    new UpdateCommand({
      TableName,
      Key: { PK: 'PERSON#p0', SK: 'METADATA' },
      UpdateExpression: 'SET legacy = :l',
      ExpressionAttributeValues: { ':l': { kept: new Set(['a']) } },
    }),
  );
  const flag = { PK: 'FLAGS', SK: 'beta', _type: 'Flag.of.another', on: true };
  await documents.send(new PutCommand({ TableName, Item: flag }));
  await project.database.reindex(to.project);
  const items = await stored(project);
  expect(items).toContainEqual(flag);
  expect(items.find(({ PK }) => PK === 'P#p0')).toMatchObject({ legacy: { kept: new Set(['a']) } });
});

test('servers of the plan write all the while: nothing of theirs is lost, and counts are right in the end', async () => {
  const from = await plain();
  const to = await moved();
  const project = await people(from, 120);
  const { database, documents, tableName } = project;
  const { writes } = to;
  // As before the count was declared.
  for (const { PK, SK } of (await stored(project)).filter((item) => '_counts' in item))
    await documents.send(
      new UpdateCommand({
        TableName: tableName('people'),
        Key: { PK, SK },
        UpdateExpression: 'SET #n = :n',
        ExpressionAttributeNames: { '#n': '_number' },
        ExpressionAttributeValues: { ':n': -7 },
      }),
    );
  const done = new Set<string>();
  let isOver = false;
  const writer = async (first: number) => {
    for (let at = first; at < 120 && !isOver; at += 4) {
      const key = { id: `p${at}` };
      const write = at % 8 < 4 ? writes.update(key, { name: 'changed', town: 't1' }) : writes.delete(key);
      // What has not been moved yet is not found: the writer comes back to it.
      for (;;) {
        const error = await database
          .session()
          .writeOne(write)
          .catch((thrown: unknown) => thrown);
        if ((error as { code?: string }).code !== 'NOT_FOUND') {
          expect(error).not.toBeInstanceOf(Error);
          break;
        }
        await new Promise(setImmediate);
      }
      done.add(key.id);
    }
  };
  const [report] = await Promise.all([
    database.reindex(to.project, { segments: 2 }).finally(() => {
      isOver = true;
    }),
    ...[0, 1, 2, 3].map(writer),
  ]);
  expect(report.problems.filter(({ code }) => code !== 'CONFLICT')).toEqual([]);
  if (report.failed > 0) expect(await database.reindex(to.project)).toMatchObject({ failed: 0 });
  const records = (await stored(project)).filter(({ _type }) => _type === 'Person');
  for (const id of done) {
    const record = records.find((one) => one.id === id);
    if (Number(id.slice(1)) % 8 < 4) expect(record).toMatchObject({ name: 'changed', version: 2 });
    else expect(record).toBeUndefined();
  }
  for (const town of ['t0', 't1']) {
    const count = records.filter((one) => one.town === town).length;
    expect(await idsIn(project, to, town)).toHaveLength(count);
    expect((await project.ask(`{ crowd(town: "${town}") }`)).data).toEqual({ crowd: count });
  }
});

test('a run that is ended after each page is resumed behind it, until all pages are done', async () => {
  const from = await plain();
  const to = await moved();
  const project = await people(from, 120);
  let resume: string | undefined;
  let runs = 0;
  for (;;) {
    runs += 1;
    const abort = new AbortController();
    const { cursor, ...report } = await project.database.reindex(to.project, {
      segments: 1,
      // Pages within a rate are small.
      rate: 1_000_000,
      signal: abort.signal,
      // Aggregates are counted as a whole.
      onProgress: ({ phase }) => phase !== 'aggregates' && abort.abort(),
      ...(resume !== undefined && { resume }),
    });
    if (cursor === null) {
      expect(report).toMatchObject({ moved: 120, failed: 0 });
      break;
    }
    resume = cursor;
  }
  expect(runs).toBeGreaterThan(3);
  const ids = [...(await idsIn(project, to, 't0')), ...(await idsIn(project, to, 't1'))];
  expect(ids).toHaveLength(120);
});

test('a cursor resumes only the call that it was made by, and entities have names', async () => {
  const from = await plain();
  const project = await people(from, 1);
  const { database }: { readonly database: Database } = project;
  const cursors: string[] = [];
  await database.reindex(from.project, { dryRun: true, onProgress: ({ cursor }) => cursors.push(cursor) });
  await expect(database.reindex(from.project, { resume: cursors[0] ?? '' })).rejects.toMatchObject({
    code: 'CONFIGURATION',
    message:
      'The cursor was made by another call of reindex: with other entities or tables, or another `dryRun`.',
  });
  // A cursor of a table that is gone would have nothing left to do.
  const elsewhere = { ...from.project, tables: [] };
  await expect(database.reindex(elsewhere, { dryRun: true, resume: cursors[0] ?? '' })).rejects.toMatchObject(
    { code: 'CONFIGURATION' },
  );
  await expect(database.reindex(from.project, { resume: 'nonsense' })).rejects.toMatchObject({
    code: 'CONFIGURATION',
  });
  await expect(database.reindex(from.project, { entities: ['Persona'] })).rejects.toMatchObject({
    message: 'There is no entity Persona. The entities are Person.',
  });
});

test('a rate bounds what is used a second, and what was not used is not saved up', () => {
  let now = 0;
  const throttle = new Throttle(100, () => now);
  throttle.use(100);
  expect(throttle.wait).toBe(0);
  throttle.use(50);
  expect(throttle.wait).toBe(500);
  now += 500;
  expect(throttle.wait).toBe(0);
  now += 60_000;
  throttle.use(150);
  expect(throttle.wait).toBe(500);
});

/** A version that stores people so, as the table notes it. */
function planNoted({ project: { tables } }: Plan): (form?: string) => StoredPlan {
  return (form = tables[0]?.forms?.Person ?? '') => ({
    fingerprint: form,
    hashes: { Person: form },
    forms: [],
    tables,
  });
}

test('it does not begin while a migration is under way, nor by another version of the plan than the one that is noted', async () => {
  const from = await plain();
  const project = await people(from, 3);
  const plan = planNoted(from);
  const migration = project.database.migration({ settleMs: 0 });
  await migration.note(plan());
  const next = { _type: 'Person', _next: 'Person', PK: 'NEXT#p1', SK: 'METADATA', id: 'p1' };
  await migration.expand(plan('other'));
  await project.documents.send(new PutCommand({ TableName: project.tableName('people'), Item: next }));
  for (const dryRun of [false, true])
    await expect(project.database.reindex(from.project, { dryRun })).rejects.toMatchObject({
      code: 'PLAN_MISMATCH',
      message: expect.stringMatching(
        /A migration of the table people is under way \(write-only\).*, then reindex/,
      ),
    });
  expect((await stored(project)).filter((item) => '_next' in item)).toHaveLength(1);
  const other = await openProject(from.written.generated, undefined, { planMs: 5000 });
  await other.database.migration().note(plan('other'));
  await expect(other.database.reindex(from.project)).rejects.toMatchObject({
    code: 'PLAN_MISMATCH',
    message: expect.stringMatching(/stores Person by another version .*tableloom migrate run/),
  });
});

test('a migration that begins meanwhile ends it, and what that makes stays', async () => {
  const from = await plain();
  const project = await people(from, 240);
  const plan = planNoted(from);
  const migration = project.database.migration({ settleMs: 0 });
  await migration.note(plan());
  let begun: Promise<void> | undefined;
  const ended = project.database.reindex(from.project, {
    segments: 1,
    // Some seconds for a page: longer than it may not know of the migration.
    rate: 1,
    onProgress: () => {
      begun ??= migration.expand(plan('other'));
    },
  });
  await expect(ended).rejects.toMatchObject({ code: 'PLAN_MISMATCH' });
  await begun;
});
