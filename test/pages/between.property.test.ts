/** Pages between two cursors whose records may be gone, also where many have one sort key. */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { runs } from '../support/runs.js';
import { type Kind, kinds } from './support/kinds.js';
import { Library, World } from './support/library.js';
import { listing } from './support/pages.js';
import { type Draft, draft, stocks, type Values } from './support/stock.js';

let library: Library;
beforeAll(async () => {
  library = await Library.open();
});

/** Nothing but two scores and one day, and nothing that has expired. */
const alike: fc.Arbitrary<Draft> = draft.map((one) => ({
  ...one,
  price: one.price > 0 ? 4.5 : 0,
  at: '2124-01-01T00:00:00.000Z',
  until: null,
}));

const question = fc.record({
  after: fc.option(fc.nat(30), { freq: 3 }),
  before: fc.nat(30),
  size: fc.integer({ min: 1, max: 5 }),
  backward: fc.boolean(),
});

async function ask(kind: Kind, variables: Values) {
  const { nodes = [], pageInfo } = await library.ask(kind.field, variables);
  return { nodes, hasNextPage: pageInfo.hasNextPage, hasPreviousPage: pageInfo.hasPreviousPage };
}

describe('between two cursors, after some of the records went', () => {
  for (const kind of kinds.filter((one) => stocks[one.stock].remove !== undefined)) {
    // Indexes of raw values are where sort keys are equal.
    const isTied = kind.field === 'cardsScored' || kind.field === 'cardsDated';
    test(kind.field, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(isTied ? alike : draft, { minLength: 4, maxLength: 16, size: 'max' }),
          kind.args,
          fc.uniqueArray(fc.nat(15), { maxLength: 6 }),
          fc.array(question, { minLength: 8, maxLength: 8 }),
          async (values, args, removed, questions) => {
            const world = new World(library, kind);
            await world.create(values);
            const { things, cursors } = await listing(library, kind, world, args);
            for (const at of removed) await world.remove(at);
            const left = await listing(library, kind, world, args);
            const places = left.things.map(({ key }) => things.findIndex((one) => one.key === key));
            expect(places).toEqual([...places].sort((a, b) => a - b));
            for (const { after, before, size, backward } of questions) {
              if (things.length === 0) continue;
              const [from, until] = [after === null ? -1 : after % things.length, before % things.length];
              const inside = places.filter((place) => place > from && place < until);
              const right = backward ? inside.slice(-size) : inside.slice(0, size);
              // A page without edges stands where it was entered.
              const [start, end] = [
                right[0] ?? (backward ? until : from + 1),
                right.at(-1) ?? (backward ? until - 1 : from),
              ];
              const window = {
                [backward ? 'last' : 'first']: size,
                after: cursors[from] ?? null,
                before: cursors[until],
              };
              const got = await ask(kind, { ...args, [kind.owner]: world.owner, ...window });
              expect(
                got,
                `${kind.field} ${JSON.stringify({ args, from, until, places, size, backward })}`,
              ).toEqual({
                nodes: right.map((place) => things[place]?.node),
                hasNextPage: places.some((place) => place > end),
                hasPreviousPage: places.some((place) => place < start),
              });
            }
          },
        ),
        { numRuns: runs(isTied ? 12 : 2) },
      );
    });
  }
});
