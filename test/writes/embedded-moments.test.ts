/** Moments in lists and embedded types, at any depth, asked of a real engine without a scalar that checks them. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/embedded-moments/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/embedded-moments/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/embedded-moments/generated/schema.js';
import { tables } from '../fixtures/ok/embedded-moments/generated/tables.js';
import { tourWrites } from '../fixtures/ok/embedded-moments/generated/writes.js';
import { openProject, type Project } from '../support/running.js';

const tour = '{ id dates seasons start { name at opens next { name at } } stops { at opens } }';
const resolvers = createResolvers({});
const generated = { typeDefs, tables, createLoaders, resolvers, scalars: 'unchecked' } as const;

const start = '{ name: "a" }';
const utc = '2026-03-09T08:00:00.000Z';

async function refusal(project: Project, call: string): Promise<unknown> {
  const { errors = [] } = await project.ask(`mutation { it: ${call} ${tour} }`);
  return errors[0]?.extensions;
}

test('moments are stored in UTC at every depth', async () => {
  const project = await openProject(generated);
  const offset = '"2026-03-09T10:00:00+02:00"';
  const data = await project.data(`mutation { it: addTour(input: {
    dates: [${offset}, "2026-03-10"],
    seasons: [[${offset}, null], []],
    start: { name: "a", at: ${offset}, next: { name: "b", at: ${offset} } },
    stops: [{ name: "c", opens: [${offset}] }, { name: "d", at: null }]
  }) ${tour} }`);
  const { id, ...written } = data.it as { id: string };
  expect(written).toEqual({
    dates: [utc, '2026-03-10T00:00:00.000Z'],
    seasons: [[utc, null], []],
    start: { name: 'a', at: utc, opens: null, next: { name: 'b', at: utc } },
    stops: [
      { at: null, opens: [utc] },
      { at: null, opens: null },
    ],
  });
  expect(await project.data(`{ tour(id: "${id}") ${tour} }`)).toEqual({ tour: { id, ...written } });
  await project.data(`mutation { removeDate(id: "${id}", date: ${offset}) { id } }`);
  expect(await project.data(`mutation { addDate(id: "${id}", date: ${offset}) { dates } }`)).toEqual({
    addDate: { dates: ['2026-03-10T00:00:00.000Z', utc] },
  });
});

test.each(['5', '"garbage"', 'true', '"2026-03-09T10:00:00"', '"2026-02-30"', '{ a: 1 }'])(
  'what is no moment is refused with its place: %s',
  async (value) => {
    const project = await openProject(generated);
    const refused = (input: string) => refusal(project, `addTour(input: { ${input} })`);
    const at = (path: string) => ({
      code: 'VALUE_INVALID',
      field: path.split(/[.[]/)[0],
      path,
      argument: `input.${path}`,
    });
    expect(await refused(`dates: ["2026-01-01", ${value}], start: ${start}`)).toEqual(at('dates[1]'));
    expect(await refused(`dates: [], seasons: [[], [${value}]], start: ${start}`)).toEqual(
      at('seasons[1][0]'),
    );
    expect(await refused(`dates: [], start: { name: "a", next: { name: "b", at: ${value} } }`)).toEqual(
      at('start.next.at'),
    );
    expect(
      await refused(`dates: [], start: ${start}, stops: [${start}, { name: "a", opens: [${value}] }]`),
    ).toEqual(at('stops[1].opens[0]'));
    const { it } = await project.data(
      `mutation { it: addTour(input: { dates: [], start: ${start} }) ${tour} }`,
    );
    const { id } = it as { id: string };
    const change = `changeTour(id: "${id}", input: { start: { name: "a", at: ${value} } })`;
    expect(await refusal(project, change)).toEqual(at('start.at'));
  },
);

test('a rule writes dates, and is refused what is no moment', async () => {
  const { database } = await openProject(generated);
  const db = database.session();
  const values = { dates: [new Date(utc)], start: { name: 'a', at: new Date(utc) } };
  const [written] = await db.write(tourWrites.create(values));
  expect(written).toMatchObject({ dates: [utc], start: { at: utc } });
  const wrong = tourWrites.update(written, { stops: [{ name: 'a', opens: ['yesterday'] }] });
  await expect(db.write(wrong)).rejects.toMatchObject({ code: 'VALUE_INVALID' });
});
