/**
 * Pages while others write: after any inserts, changes that move records, and deletes, a page that goes on from a
 * cursor holds just what stands behind that cursor then, whichever way it is read and whatever became of the record
 * the cursor was made for. So nothing that was there throughout is missed or repeated.
 */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { runs } from '../support/runs.js';
import { compareOf, type Kind, kinds } from './support/kinds.js';
import { everything, Library, World } from './support/library.js';
import { type Listing, listing } from './support/pages.js';
import { type Draft, draft, type Thing, type Values } from './support/stock.js';

let library: Library;
beforeAll(async () => {
  library = await Library.open();
});

const write = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), draft }),
  fc.record({ kind: fc.constant('change' as const), at: fc.nat(60), draft }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(60) }),
);
type Step = {
  readonly writes: readonly (typeof write extends fc.Arbitrary<infer W> ? W : never)[];
  readonly turns: boolean;
  /** Goes back to a cursor of an earlier page. */
  readonly earlier: number | null;
  readonly size: number;
};
const step: fc.Arbitrary<Step> = fc.record({
  writes: fc.array(write, { maxLength: 4 }),
  turns: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  earlier: fc.option(fc.nat(60), { freq: 4 }),
  size: fc.integer({ min: 1, max: 6 }),
});

/** A cursor, and where it stood when it was given. */
interface Anchor {
  readonly cursor: string;
  readonly at: number;
  readonly listing: Listing;
}

async function apply(world: World, writes: Step['writes']): Promise<void> {
  for (const one of writes) {
    if (one.kind === 'create') await world.create([one.draft]);
    else if (one.kind === 'change') await world.change(one.at, one.draft);
    else await world.remove(one.at);
  }
}

/**
 * Whether a thing stands before (negative) or behind an anchor; zero for its own. Of what was written since and is
 * equal in the declared order nobody but the engine knows: undefined.
 */
function placeOf(thing: Thing, anchor: Anchor, compare: (a: Thing, b: Thing) => number): number | undefined {
  const { things } = anchor.listing;
  const before = things.findIndex(
    ({ key, node, edge }) => key === thing.key && same(node, thing.node) && same(edge, thing.edge),
  );
  if (before !== -1) return before - anchor.at;
  return compare(thing, things[anchor.at] as Thing) || undefined;
}

function same(a: Values, b: Values): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

async function follow(
  kind: Kind,
  values: readonly Draft[],
  args: Values,
  steps: readonly Step[],
): Promise<void> {
  const world = new World(library, kind);
  await world.create(values);
  const compare = compareOf(kind, args);
  const anchors: Anchor[] = [];
  let all = await listing(library, kind, world, args);
  let anchor: Anchor | undefined;
  let backward = false;
  for (const { writes, turns, earlier, size } of steps) {
    await apply(world, writes);
    if (writes.length > 0) all = await listing(library, kind, world, args);
    if (turns) backward = !backward;
    if (earlier !== null) anchor = anchors[earlier % Math.max(1, anchors.length)];
    const cursor = anchor?.cursor ?? null;
    const window = backward ? { last: size, before: cursor } : { first: size, after: cursor };
    const asked = { ...args, [kind.owner]: world.owner, ...window };
    const { edges = [], pageInfo } = await library.ask(kind.field, asked, everything);
    const got = edges.map((edge) => {
      const at = all.cursors.indexOf(edge.cursor);
      expect(edge.node, `${kind.field} ${JSON.stringify(args)}`).toEqual(all.things[at]?.node);
      return at;
    });
    const place = (at: number) =>
      anchor ? placeOf(all.things[at] as Thing, anchor, compare) : backward ? -1 : 1;
    const places = [...all.things.keys()].map((at) => ({ at, place: place(at) }));
    const prefetch = places.filter(({ place }) => place !== undefined && (backward ? place < 0 : place > 0));
    const unclear = new Set(places.flatMap(({ at, place }) => (place === undefined ? [at] : [])));
    const certain = got.filter((at) => !unclear.has(at));
    const right = prefetch.map(({ at }) => at);
    const label = `${kind.field} ${JSON.stringify({ args, window, unclear: [...unclear] })}`;
    const count = certain.length;
    expect(certain, label).toEqual(
      backward ? (count === 0 ? [] : right.slice(-count)) : right.slice(0, count),
    );
    const isMore = backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
    if (got.length < size) {
      expect(count, label).toBe(right.length);
      expect(isMore, label).toBe(false);
    } else if (unclear.size === 0) expect(isMore, label).toBe(right.length > count);
    else if (count < right.length) expect(isMore, label).toBe(true);
    const given = got.map((at): Anchor => ({ cursor: all.cursors[at] as string, at, listing: all }));
    anchors.push(...given);
    anchor = (backward ? given[0] : given.at(-1)) ?? anchor;
  }
}

describe('a page from a cursor, after others wrote', () => {
  for (const kind of kinds) {
    test(kind.field, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(draft, { maxLength: 24, size: 'max' }),
          kind.args,
          fc.array(step, { minLength: 10, maxLength: 10 }),
          (values, args, steps) => follow(kind, values, args, steps),
        ),
        { numRuns: runs(3) },
      );
    });
  }
});
