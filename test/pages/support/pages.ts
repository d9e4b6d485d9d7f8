/** What a page has to hold. */

import { expect } from 'vitest';
import { compareOf, type Kind } from './kinds.js';
import {
  type Answer,
  everything,
  type Library,
  shown,
  type Wanted,
  type Window,
  type World,
} from './library.js';
import type { Thing, Values } from './stock.js';

/** Everything that answers, in its order, with the cursor of each. */
export interface Listing {
  readonly things: readonly Thing[];
  readonly cursors: readonly string[];
}

/**
 * The whole answer in one page. Which things it has, and in what order as far as it is declared, is held against the
 * oracle; the order of those that are equal in it is learned here, for every page has to keep to it.
 */
export async function listing(library: Library, kind: Kind, world: World, args: Values): Promise<Listing> {
  const right = world.answer(args);
  const { edges = [] } = await library.ask(kind.field, { ...args, [kind.owner]: world.owner, first: 100 });
  const rest = new Set(right);
  const things = edges.map(({ node, cursor: _, ...edge }) => {
    const one = [...rest].find((thing) => isSame(thing.node, node));
    if (one === undefined)
      throw new Error(`${kind.field} ${JSON.stringify(args)} has ${JSON.stringify(node)}`);
    rest.delete(one);
    expect(one.edge).toMatchObject(edge);
    return one;
  });
  expect([...rest], `missing of ${kind.field} ${JSON.stringify(args)}`).toEqual([]);
  const compare = compareOf(kind, args);
  for (const [at, one] of things.entries()) {
    const before = things[at - 1];
    if (before !== undefined) expect(compare(before, one), `${kind.field} in order`).toBeLessThanOrEqual(0);
  }
  return { things, cursors: edges.map(({ cursor }) => cursor) };
}

function isSame(a: Values, b: Values): boolean {
  return Object.keys(b).every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));
}

/** A page between two places of a listing: 0 is before the first thing, its length behind the last. */
export interface Asked {
  readonly backward: boolean;
  readonly size: number;
  /** The thing whose cursor is `after`; null for none. */
  readonly after: number | null;
  readonly before: number | null;
}

export function windowOf({ backward, size, after, before }: Asked, { cursors }: Listing): Window {
  return {
    [backward ? 'last' : 'first']: size,
    after: after === null ? null : (cursors[after] ?? null),
    before: before === null ? null : (cursors[before] ?? null),
  };
}

/** The page of Relay's algorithm; a page without edges stands where it was entered. */
export function pageOf(asked: Asked, listing: Listing, wanted: Wanted = everything): Answer {
  const { things, cursors } = listing;
  const lower = asked.after === null ? 0 : asked.after + 1;
  const upper = asked.before ?? things.length;
  const entered = asked.backward ? upper : lower;
  const isEmpty = lower >= upper || asked.size === 0;
  const from = isEmpty ? entered : asked.backward ? Math.max(lower, upper - asked.size) : lower;
  const to = isEmpty ? entered : asked.backward ? upper : Math.min(upper, lower + asked.size);
  const slice = things.slice(from, to);
  const nodes = slice.map((one) => shown(one, wanted));
  return {
    ...(wanted.edges && {
      edges: nodes.map((node, at) => ({ cursor: cursors[from + at] ?? '', ...edgeOf(slice[at]), node })),
    }),
    ...(wanted.nodes && { nodes }),
    pageInfo: {
      ...(wanted.next && { hasNextPage: to < things.length }),
      ...(wanted.previous && { hasPreviousPage: from > 0 }),
      ...(wanted.cursors && {
        startCursor: (isEmpty ? null : cursors[from]) ?? null,
        endCursor: (isEmpty ? null : cursors[to - 1]) ?? null,
      }),
    },
  };
}

function edgeOf(thing: Thing | undefined): Values {
  const { authorId: _, ...edge } = thing?.edge ?? {};
  return edge;
}
