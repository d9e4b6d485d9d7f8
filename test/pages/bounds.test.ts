/** What lies within bounds: days as ends, beginnings of moments, parts of normalized text; asked of a real engine. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/bounds/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/bounds/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/bounds/generated/schema.js';
import { tables } from '../fixtures/ok/bounds/generated/tables.js';
import { openProject } from '../support/running.js';

const resolvers = createResolvers({});
const generated = { typeDefs, tables, createLoaders, resolvers, scalars: 'unchecked' } as const;

/** By their ids, in the order of time. */
const events = {
  a: ['2026-03-08T23:59:59.999Z', ' Alpha Night '],
  b: ['2026-03-09T00:00:00.000Z', 'Beta Dawn'],
  c: ['2026-03-09T09:30:15.500Z', 'ALPHA NOON'],
  d: ['2026-03-09T23:59:59.999Z', 'Delta Night'],
  e: ['2026-03-10T00:00:00.000Z', 'Alphabet'],
} as const;

async function open() {
  const project = await openProject(generated);
  for (const [id, [at, name]] of Object.entries(events))
    await project.data(
      `mutation { addEvent(input: { id: "${id}", room: "r", at: "${at}", name: "${name}" }) { id } }`,
    );
  return {
    ...project,
    async ids(field: string, given: string): Promise<string> {
      const room = field === 'hours' ? '' : 'room: "r", ';
      const data = await project.data(`{ it: ${field}(${room}${given}) { id } }`);
      return (data.it as { id: string }[]).map(({ id }) => id).join('');
    },
  };
}

const day = '"2026-03-09"';

test('all of a day is before the end that it is', async () => {
  const { ids, ask } = await open();
  expect(await ids('until', `to: ${day}`)).toBe('abcd');
  expect(await ids('until', `from: ${day}, to: ${day}`)).toBe('bcd');
  expect(await ids('outside', `after: ${day}`)).toBe('e');
  expect(await ids('outside', `before: ${day}`)).toBe('a');
  expect(await ids('outside', `after: "2026-03-08", before: "2026-03-10"`)).toBe('bcd');
  // Also in a key whose moments are inverted, and in one of raw attributes.
  expect(await ids('newest', `to: ${day}`)).toBe('abcd');
  expect(await ids('newest', `after: ${day}`)).toBe('e');
  expect(await ids('atRoom', `to: ${day}`)).toBe('abcd');
  expect(await ids('atRoom', `after: ${day}`)).toBe('e');
  // And in filters and conditions.
  expect(await ids('filtered', `to: ${day}`)).toBe('abcd');
  expect(await ids('filtered', `after: ${day}`)).toBe('e');
  expect(await ids('filtered', `low: ${day}, high: ${day}`)).toBe('bcd');
  const rename = (id: string) =>
    ask(`mutation { it: renameUntil(id: "${id}", day: ${day}, begin: "DELTA", name: "x") { name } }`);
  expect(await rename('d')).toMatchObject({ data: { it: { name: 'x' } } });
  expect((await rename('e')).errors?.[0]?.extensions).toMatchObject({ guard: 'isEarly' });
});

test('a constant bounds as an argument does', async () => {
  const { ids, data } = await open();
  expect(await ids('onNinth', '')).toBe('bcd');
  expect(await ids('ofNinth', '')).toBe('bcd');
  expect(await ids('sinceNinth', '')).toBe('edcb');
  expect(await ids('sinceNinth', `to: ${day}`)).toBe('dcb');
  expect(await ids('atRoomByNinth', '')).toBe('abcd');
  expect(await ids('alphas', '')).toBe('ace');
  expect((await ids('nights', '')).split('').sort().join('')).toBe('ad');
  expect(await data('{ hoursOfNinth { id } }')).toEqual({
    hoursOfNinth: ['d', 'c', 'b', 'a'].map((id) => ({ id })),
  });
});

test('a moment as an end is that moment', async () => {
  const { ids } = await open();
  expect(await ids('until', `to: "2026-03-09T00:00:00.000Z"`)).toBe('ab');
  expect(await ids('until', `to: "2026-03-09T02:00:00+02:00"`)).toBe('ab');
  expect(await ids('outside', `after: "2026-03-09T00:00:00Z"`)).toBe('cde');
});

test('buckets are read backwards from the last of a day', async () => {
  const { ids } = await open();
  expect(await ids('hours', `to: ${day}`)).toBe('dcba');
  expect(await ids('hours', `to: ${day}, n: 1`)).toBe('d');
  expect(await ids('hours', `to: "2026-03-08"`)).toBe('a');
});

test('the beginning of a moment may have a zone, and stands for as much as it says', async () => {
  const { ids, ask } = await open();
  for (const [prefix, found] of [
    ['2026-03', 'abcde'],
    ['2026-03-09', 'bcd'],
    ['2026-03-09T09', 'c'],
    ['2026-03-09T09:30', 'c'],
    ['2026-03-09T09:30:15.5', 'c'],
    ['2026-03-09T09:30Z', 'c'],
    ['2026-03-09T10:30:15+01:00', 'c'],
    ['2026-03-09T09:30:15Z', 'c'],
    ['2026-03-09T09:30:15.500Z', 'c'],
    ['2026-03-09T09:30:16Z', ''],
  ])
    expect(await ids('beginning', `prefix: "${prefix}"`), prefix).toBe(found);
  for (const wrong of ['2026-13', '2026-02-30', 'today', '2026-03-09 09'])
    expect((await ask(`{ beginning(room: "r", prefix: "${wrong}") { id } }`)).errors, wrong).toMatchObject([
      { extensions: { code: 'KEY_INVALID' } },
    ]);
});

test('text is compared in the form it is stored in', async () => {
  const { ids } = await open();
  expect(await ids('named', 'begin: "Alpha"')).toBe('ace');
  expect(await ids('named', 'begin: "ALPHA "')).toBe('ac');
  expect(await ids('named', 'from: " BETA DAWN "')).toBe('bd');
  expect(await ids('namedBy', 'end: " NIGHT"')).toBe('ad');
  expect(await ids('filtered', 'name: " ALPHA noon "')).toBe('c');
  expect(await ids('filtered', 'names: ["ALPHABET", "Beta Dawn "]')).toBe('be');
  expect(await ids('filtered', 'begin: "Alpha "')).toBe('ac');
  expect(await ids('filtered', 'part: "A N"')).toBe('acd');
});
