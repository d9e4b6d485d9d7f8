/**
 * Every kind of connection there is (test/fixtures/ok/every-connection), against an oracle that knows plain arrays:
 * each page holds what it has to hold, and every flag and cursor that is asked for is exact.
 */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { runs } from '../support/runs.js';
import { kinds } from './support/kinds.js';
import { Library, type Wanted, World } from './support/library.js';
import { type Asked, listing, pageOf, windowOf } from './support/pages.js';
import { draft } from './support/stock.js';

let library: Library;
beforeAll(async () => {
  library = await Library.open();
});

const drafts = fc.array(draft, { maxLength: 36, size: 'max' });
const size = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(0, 10, 100));
const place = fc.option(fc.nat(40), { freq: 2 });
const wanted: fc.Arbitrary<Wanted> = fc.record({
  edges: fc.boolean(),
  nodes: fc.boolean(),
  next: fc.boolean(),
  previous: fc.boolean(),
  cursors: fc.boolean(),
  slim: fc.boolean(),
});

describe('any page between any two cursors', () => {
  for (const kind of kinds) {
    test(kind.field, async () => {
      await fc.assert(
        fc.asyncProperty(
          drafts,
          fc.array(
            fc.tuple(
              kind.args,
              fc.array(fc.tuple(fc.boolean(), size, place, place, wanted), { minLength: 6, maxLength: 6 }),
            ),
            {
              minLength: 3,
              maxLength: 3,
            },
          ),
          async (values, questions) => {
            const world = new World(library, kind);
            await world.create(values);
            for (const [args, pages] of questions) {
              const all = await listing(library, kind, world, args);
              const at = (place: number | null) =>
                place === null || all.things.length === 0 ? null : place % all.things.length;
              for (const [backward, size, after, before, wanted] of pages) {
                const asked: Asked = { backward, size, after: at(after), before: at(before) };
                const variables = { ...args, [kind.owner]: world.owner, ...windowOf(asked, all) };
                const { edges, nodes, pageInfo } = await library.ask(kind.field, variables, wanted);
                const { __typename: _, ...info } = pageInfo as typeof pageInfo & { __typename: string };
                const answer = { ...(edges && { edges }), ...(nodes && { nodes }), pageInfo: info };
                expect(answer, JSON.stringify([args, asked, wanted])).toEqual(pageOf(asked, all, wanted));
              }
            }
          },
        ),
        { numRuns: runs(2) },
      );
    });
  }
});

describe('page by page, in pages of changing size', () => {
  for (const kind of kinds) {
    test(kind.field, async () => {
      await fc.assert(
        fc.asyncProperty(
          drafts,
          kind.args,
          fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
          async (values, args, sizes) => {
            const world = new World(library, kind);
            await world.create(values);
            const all = await listing(library, kind, world, args);
            for (const backward of [false, true]) {
              const seen: unknown[] = [];
              let cursor: string | null = null;
              for (let page = 0; ; page++) {
                const size = sizes[page % sizes.length] as number;
                const window = backward ? { last: size, before: cursor } : { first: size, after: cursor };
                const { nodes = [], pageInfo } = await library.ask(kind.field, {
                  ...args,
                  [kind.owner]: world.owner,
                  ...window,
                });
                if (backward) seen.unshift(...nodes);
                else seen.push(...nodes);
                if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) break;
                expect(nodes).toHaveLength(size);
                cursor = (backward ? pageInfo.startCursor : pageInfo.endCursor) ?? null;
              }
              expect(seen).toEqual(all.things.map(({ node }) => node));
            }
          },
        ),
        { numRuns: runs(2) },
      );
    });
  }
});
