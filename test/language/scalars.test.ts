/** Custom scalars whose values the declaration tells of, and no code implements; asked of a real engine. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/scalars/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/scalars/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/scalars/generated/schema.js';
import { tables } from '../fixtures/ok/scalars/generated/tables.js';
import { openProject } from '../support/running.js';

const resolvers = createResolvers({});
const generated = { typeDefs, tables, createLoaders, resolvers, scalars: 'unchecked' } as const;

const due = '"2026-03-09T10:00:00+02:00"';

async function open() {
  const project = await openProject(generated);
  const add = (slug: string, at: number, more = '') =>
    `mutation { it: addEntry(input: { slug: "${slug}", account: "x", at: ${at}, due: ${due}, amount: 1.5, ${more} }) { slug at due amount isOpen payload } }`;
  return {
    ...project,
    add: (slug: string, at: number, more?: string) => project.data(add(slug, at, more)),
    refused: async (more: string) => {
      const { errors = [] } = await project.ask(add('r', 1, more));
      return errors[0]?.extensions;
    },
    async slugs(field: string): Promise<string> {
      const data = await project.data(`{ it: ${field} { slug } }`);
      return (data.it as { slug: string }[]).map(({ slug }) => slug).join('');
    },
  };
}

test('whole numbers up to 2^53 - 1 are ordered and bound as numbers', async () => {
  const { add, slugs, data, ask } = await open();
  const most = Number.MAX_SAFE_INTEGER;
  // The sum stays within its range, whichever is added first.
  const least = 100 - most;
  const moments = { a: least, b: -9, c: -1, d: 0, e: 9, f: 10, g: 2 ** 31, h: 1_772_000_000_000, i: most };
  for (const [slug, at] of Object.entries(moments)) await add(slug, at);
  expect(await slugs('booked(account: "x")')).toBe('abcdefghi');
  expect(await slugs('latest')).toBe('abcdefghi');
  expect(await slugs('large(account: "x")')).toBe('ihgfedcba');
  expect(await slugs('booked(account: "x", from: 10, to: 1772000000000)')).toBe('fgh');
  expect(await slugs(`booked(account: "x", to: ${least})`)).toBe('a');
  const tooLarge = await ask('{ booked(account: "x", from: 9007199254740992) { slug } }');
  expect(tooLarge.errors).toMatchObject([{ extensions: { code: 'KEY_INVALID' } }]);
  expect(await data('{ sum(account: "x") }')).toEqual({ sum: 2 ** 31 + 1_772_000_000_000 + 109 });
});

test('values are stored in their form, and given back', async () => {
  const { add } = await open();
  expect(await add('s', 1, 'isOpen: true, payload: { any: ["JSON", 1] }')).toEqual({
    it: {
      slug: 's',
      at: 1,
      due: '2026-03-09T08:00:00.000Z',
      amount: 1.5,
      isOpen: true,
      payload: { any: ['JSON', 1] },
    },
  });
});

test('a value of another kind is refused with its place', async () => {
  const { refused, add, ask } = await open();
  for (const [given, path] of [
    ['isOpen: "yes"', 'isOpen'],
    ['lines: [{ at: 1.5 }]', 'lines[0].at'],
    ['lines: [{ at: "1" }]', 'lines[0].at'],
    ['lines: [{ at: 9007199254740992 }]', 'lines[0].at'],
    ['lines: [{}, { amount: "1.5" }]', 'lines[1].amount'],
    ['lines: [{ slugs: ["a", 1] }]', 'lines[0].slugs[1]'],
    ['lines: [{ isOpen: 1 }]', 'lines[0].isOpen'],
  ] as const)
    expect(await refused(given), given).toEqual({
      code: 'VALUE_INVALID',
      argument: `input.${path}`,
      field: path.split(/[.[]/)[0],
      path,
    });
  await add('s', Number.MAX_SAFE_INTEGER);
  const shift = await ask('mutation { shift(slug: "s", by: 1) { at } }');
  expect(shift.errors).toMatchObject([{ extensions: { code: 'VALUE_INVALID', field: 'at' } }]);
});
