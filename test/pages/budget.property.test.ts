/**
 * Read budgets: where a filter drops so much that a page cannot be filled with the reads it may make, the page comes
 * short, says that more follows, and its cursor goes on where reading ended. Nothing is missed or repeated.
 */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { runs } from '../support/runs.js';
import { kinds } from './support/kinds.js';
import { everything, Library, World } from './support/library.js';
import { listing } from './support/pages.js';
import { type Draft, draft } from './support/stock.js';

let library: Library;
beforeAll(async () => {
  library = await Library.open();
});

/** Those whose filters, joins or entries drop what was read. */
const dropping = [
  'filteredBooks',
  'shardedBooks',
  'latestBooks',
  'booksOfAuthor',
  'loansByFee',
  'shelfView',
  'cardsScored',
  'cardsByAge',
  'cardEntries',
];

describe('with hardly any reads allowed, every page is the beginning of what follows', () => {
  for (const kind of kinds.filter(({ field }) => dropping.includes(field))) {
    test(kind.field, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(draft, { minLength: 20, maxLength: 50, size: 'max' }),
          kind.args,
          fc.nat(2),
          fc.integer({ min: 1, max: 4 }),
          async (values, args, readBudget, size) => {
            const world = new World(library, kind);
            await world.create(values);
            const { things } = await listing(library, kind, world, args);
            const database = library.open({ limits: { readBudget } });
            for (const backward of [false, true]) {
              const seen: unknown[] = [];
              let cursor: string | null = null;
              // Each page evaluates an item at least, in each of the partitions at most once again.
              for (let pages = 0; ; pages++) {
                expect(pages).toBeLessThan(values.length * 4);
                const window = backward ? { last: size, before: cursor } : { first: size, after: cursor };
                const asked = { ...args, [kind.owner]: world.owner, ...window };
                const answer = await library.ask(kind.field, asked, everything, database);
                const { nodes = [], pageInfo } = answer;
                if (backward) seen.unshift(...nodes);
                else seen.push(...nodes);
                const ends = backward
                  ? things.slice(things.length - seen.length)
                  : things.slice(0, seen.length);
                expect(seen).toEqual(ends.map(({ node }) => node));
                if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) break;
                cursor = (backward ? pageInfo.startCursor : pageInfo.endCursor) ?? null;
                expect(cursor).not.toBeNull();
              }
              expect(seen).toHaveLength(things.length);
            }
          },
        ),
        { numRuns: runs(3) },
      );
    });
  }
});

test('a page that its read budget ended has few edges or none, hasNextPage, and a cursor to go on from', async () => {
  const [kind] = kinds.filter(({ field }) => field === 'filteredBooks');
  if (!kind) throw new Error('there is no such connection');
  const world = new World(library, kind);
  const one: Draft = { ...(fc.sample(draft, 1)[0] as Draft), lentTo: null, title: 'a' };
  await world.create([...Array.from({ length: 120 }, () => one), { ...one, lentTo: 'ada', title: 'b' }]);
  const asked = { shelf: world.owner, lent: true, first: 1 };
  const requests: string[] = [];
  const database = library.open({
    limits: { readBudget: 1 },
    onRequest: ({ operation }) => requests.push(operation),
  });
  const first = await library.ask(kind.field, asked, everything, database);
  expect(first.edges).toEqual([]);
  expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false, startCursor: null });
  expect(requests).toEqual(['Query', 'Query']);
  let { pageInfo, nodes = [] } = first;
  let pages = 1;
  for (; nodes.length === 0 && pageInfo.hasNextPage; pages++) {
    const next = await library.ask(kind.field, { ...asked, after: pageInfo.endCursor }, everything, database);
    ({ pageInfo, nodes = [] } = next);
  }
  expect(nodes.map(({ lentTo }) => lentTo)).toEqual(['ada']);
  expect(pages).toBeGreaterThan(2);
  // Enough reads, and it is one page.
  const whole = await library.ask(kind.field, asked, everything);
  expect(whole.nodes).toEqual(nodes);
  expect(whole.pageInfo.hasNextPage).toBe(false);
});
