/** Records that many change at the same moment: nobody is refused for their number, and nothing is lost. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/conditions/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/conditions/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/conditions/generated/schema.js';
import { tables } from '../fixtures/ok/conditions/generated/tables.js';
import { concertWrites } from '../fixtures/ok/conditions/generated/writes.js';
import { rules, writeRules } from '../fixtures/ok/conditions/use.js';
import { openProject, type Project } from '../support/running.js';
import { isLong } from '../support/runs.js';

/** How many callers there are at once. */
const callers = isLong ? 1000 : 200;

async function open(): Promise<Project> {
  const generated = { typeDefs, tables, createLoaders, resolvers: createResolvers(rules) };
  // All of them wait for connections.
  const project = await openProject(generated, undefined, { compute: writeRules, limits: { queue: 2000 } });
  await project.data(
    `mutation { addConcert(input: { id: "c", title: "Così", tags: [], genres: [], seatsLeft: 100 }) { id } }`,
  );
  await project.data('mutation { openConcert(id: "c") { id } }');
  return project;
}

const concert = '{ seatsLeft sold visits title note version }';

async function concertOf(project: Project): Promise<Record<string, unknown>> {
  return (await project.data(`{ concert(id: "c") ${concert} }`)).concert as Record<string, unknown>;
}

/** So many times at once: the answers, and the codes of errors with how often each came. */
async function atOnce(project: Project, times: number, call: (at: number) => string, fields: string) {
  const answers = await Promise.all(
    Array.from({ length: times }, (_, at) => project.ask(`mutation { it: ${call(at)} ${fields} }`)),
  );
  const refused: Record<string, number> = {};
  for (const { errors = [] } of answers) {
    const { code, guard } = errors[0]?.extensions ?? {};
    if (errors.length > 0) refused[String(guard ?? code)] = (refused[String(guard ?? code)] ?? 0) + 1;
  }
  const records = answers.flatMap(({ data }) => (data?.it ? [data.it as Record<string, number>] : []));
  return { records, refused };
}

test('a number that all add to at once has every addition, and each caller sees another sum', async () => {
  const project = await open();
  const { records, refused } = await atOnce(
    project,
    callers,
    () => 'count(id: "c", by: 2)',
    '{ sold visits }',
  );
  expect(refused).toEqual({});
  expect(await concertOf(project)).toMatchObject({
    sold: 2 * callers,
    visits: callers,
    version: callers + 2,
  });
  const sums = Array.from({ length: callers }, (_, at) => 2 * (at + 1));
  expect(records.map(({ sold = 0 }) => sold).sort((a, b) => a - b)).toEqual(sums);
});

test('an addition is one request, and so is one that is refused', async () => {
  const project = await open();
  const requests = async (call: string, fields = '{ version }') =>
    (await project.ask(`mutation { ${call} ${fields} }`)).requests;
  expect(await requests('count(id: "c", by: 2)')).toEqual(['UpdateItem']);
  expect(await requests('reserve(id: "c", seats: 101)')).toEqual(['UpdateItem']);
  expect(await requests('rename(id: "c", title: "Tosca")')).toEqual(['UpdateItem']);
  expect(await requests('useSetting(name: "s", by: 2)')).toEqual(['UpdateItem', 'PutItem']);
  expect(await requests('useSetting(name: "s", by: 2)')).toEqual(['UpdateItem']);
  // An argument that is absent adds nothing, and nothing at all is written.
  expect(await requests('rename(id: "c", title: "Tosca")')).toEqual(['UpdateItem']);
  expect(await concertOf(project)).toMatchObject({ title: 'Tosca', version: 4 });
});

test('of more callers than there are seats, each seat gets one', async () => {
  const project = await open();
  const { refused } = await atOnce(project, callers, () => 'reserve(id: "c", seats: 1)', '{ seatsLeft }');
  expect(refused).toEqual({ hasSeats: callers - 100 });
  expect(await concertOf(project)).toMatchObject({ seatsLeft: 0, sold: 100, version: 102 });
});

test('a record that does not exist yet is created by one of those that count in it', async () => {
  const project = await open();
  const { refused } = await atOnce(project, callers, () => 'useSetting(name: "s", by: 3)', '{ uses }');
  expect(refused).toEqual({});
  const { setting } = await project.data('{ setting(name: "s") { uses value version } }');
  expect(setting).toEqual({ uses: 3 * callers, value: 'unset', version: callers });
});

test('an update of fields that nothing depends on waits for nobody', async () => {
  const project = await open();
  const { records, refused } = await atOnce(
    project,
    callers,
    (at) => `rename(id: "c", title: "T${at}", note: "${at}")`,
    '{ title note version }',
  );
  expect(refused).toEqual({});
  expect(new Set(records.map(({ version }) => version)).size).toBe(callers);
  for (const { title, note } of records) expect(title).toBe(`T${note}`);
});

test('who computes a change from the record loses no addition that is made meanwhile', async () => {
  const project = await open();
  const some = callers / 10;
  const computed = Array.from({ length: some }, () =>
    project.database
      .session()
      .write(
        concertWrites.update({ id: 'c' }, ({ sold, note }) => ({ sold: sold + 1, note: `${note ?? ''}!` })),
      ),
  );
  const { refused } = await atOnce(project, callers, () => 'count(id: "c", by: 1)', '{ sold }');
  await Promise.all(computed);
  expect(refused).toEqual({});
  expect(await concertOf(project)).toMatchObject({
    sold: callers + some,
    note: '!'.repeat(some),
    version: callers + some + 2,
  });
});

test('an addition is a change: who read the record before is told', async () => {
  const project = await open();
  await project.data('mutation { count(id: "c", by: 1) { id } }');
  const { errors } = await project.ask(
    'mutation { changeConcert(id: "c", input: { title: "Tosca" }, version: 2) { id } }',
  );
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'VERSION_CONFLICT', expected: 2 });
});

test('what has to be computed from the record is, one after the other, however many ask for it', async () => {
  const project = await open();
  const { refused } = await atOnce(
    project,
    callers,
    (at) => `tag(id: "c", tags: [], genre: "${at}")`,
    '{ id }',
  );
  expect(refused).toEqual({});
  const { concert: after } = await project.data('{ concert(id: "c") { genres version } }');
  expect((after as { genres: string[] }).genres).toHaveLength(callers);
  expect(after).toMatchObject({ version: callers + 2 });
});

test('sums stay within their type and what is declared of the field', async () => {
  const project = await open();
  const refusal = async (call: string) =>
    (await project.ask(`mutation { ${call} { id } }`)).errors?.[0]?.extensions;
  await project.data('mutation { count(id: "c", by: 2147483647) { id } }');
  expect(await refusal('count(id: "c", by: 1)')).toMatchObject({
    code: 'VALUE_INVALID',
    field: 'sold',
    argument: 'by',
  });
  expect(await refusal('reserve(id: "c", seats: 200)')).toMatchObject({ guard: 'hasSeats' });
  expect(await refusal('reserve(id: "c", seats: -1)')).toMatchObject({
    code: 'VALUE_INVALID',
    field: 'seatsLeft',
  });
  expect(await refusal('count(id: "none", by: 1)')).toMatchObject({ code: 'NOT_FOUND' });
  const { database } = project;
  const adding = (add: object) => database.session().write(concertWrites.update({ id: 'c' }, {}, { add }));
  await expect(adding({ seatsLeft: -101 })).rejects.toMatchObject({
    code: 'VALUE_INVALID',
    extensions: { field: 'seatsLeft', min: 0 },
  });
  await expect(adding({ seatsLeft: 0.5 })).rejects.toMatchObject({ code: 'VALUE_INVALID' });
  expect(await concertOf(project)).toMatchObject({ seatsLeft: 100, sold: 2147483647, version: 3 });
});
