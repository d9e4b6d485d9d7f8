/** Relay connections over declared queries. */
import { badPage } from '../errors.js';
import type { Connection, Edge, IndexQuery, PageArguments } from '../types.js';
import type { Cursors } from './cursor/cursors.js';
import { positionOf, type Row } from './cursor/positions.js';
import { PageEnd } from './page-bounds.js';
import type { ParentItem } from './prefetch/item-collection.js';
import type { Reader } from './reader.js';

/** The requested parts of a connection; others are not read. Default: all. */
export interface Wants {
  /** `edges` or `nodes`. */
  readonly edges: boolean;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** `startCursor` or `endCursor`. */
  readonly cursors: boolean;
  /** Default: true. */
  readonly totalCount?: boolean;
}

const everything: Wants = { edges: true, hasNextPage: true, hasPreviousPage: true, cursors: true };

/** What a page contains. */
export interface PageOptions {
  readonly wants?: Wants | undefined;
  /** The fields requested of the nodes. Default: all. Decides whether an index with some of them is enough. */
  readonly fields?: ReadonlySet<string> | undefined;
}

/** What a reader needs to read a page. */
export interface PageReading extends PageOptions {
  /** A record in the same item collection, to be read by the same request. */
  readonly parent?: ParentItem | undefined;
}

/** One page's direction and size. */
interface PageRequest {
  readonly backward: boolean;
  readonly size: number;
}

/**
 * How many edges, and from which end. Throws BAD_PAGE where both `first` and `last` are passed, or one is negative, not
 * whole, or above the pattern's maximum.
 */
export function pageRequest(
  page: PageArguments,
  sizes: { readonly default: number; readonly max: number },
): PageRequest {
  const first = page.first ?? undefined;
  const last = page.last ?? undefined;
  if (first !== undefined && last !== undefined) {
    throw badPage('Pass first or last, not both: together they do not determine a page.');
  }
  const backward = last !== undefined;
  const size = first ?? last ?? sizes.default;
  const name = backward ? 'last' : 'first';
  checkCount(size, name, sizes.max);
  return { backward, size };
}

/** BAD_PAGE where a number of results is negative, not whole, or above the pattern's maximum. */
export function checkCount(size: number, name: string, max: number): void {
  if (!Number.isInteger(size) || size < 0)
    throw badPage(`${name} must be a whole number, 0 or greater.`, { argument: name });
  if (size > max) throw badPage(`${name} is at most ${max}; ${size} was requested.`, { argument: name, max });
}

/**
 * One page, by Relay's algorithm: of the edges after `after` and before `before`, the first or last so many.
 * `hasNextPage` and `hasPreviousPage` tell whether the connection has a further edge after the last or before the first
 * one of this page; both are exact. The flag of the side that the page was entered from takes a further read of one
 * item, made only where it is requested.
 *
 * Where a filter drops so many items that the read budget ends first, the page is short, the flag of the reading
 * direction is true, and the cursor of that end is where reading stopped, so that the next page continues there.
 */
export async function readPage<R extends object, E extends object>(
  reader: Reader,
  query: IndexQuery<R, E>,
  cursors: Cursors,
  page: PageArguments,
  options: PageReading,
): Promise<Connection<R, E>> {
  const { backward, size } = pageRequest(page, query.page);
  const { wants = everything, fields, parent } = options;
  const after = page.after == null ? undefined : cursors.position(page.after, 'after');
  const before = page.before == null ? undefined : cursors.position(page.before, 'before');
  const [from, until] = backward ? [before, after] : [after, before];
  const wantsPrefetch = backward ? wants.hasPreviousPage : wants.hasNextPage;
  const wantsBehind = backward ? wants.hasNextPage : wants.hasPreviousPage;
  const wantsRows = wants.edges || wants.cursors || (wantsBehind && from !== undefined);
  // An empty page, too, tells whether anything follows.
  const needed =
    (wantsRows ? size : wantsPrefetch ? size : 0) + (wantsPrefetch || (size === 0 && wantsBehind) ? 1 : 0);

  const behindFrom =
    wantsBehind && from !== undefined
      ? reader.exists(query, { backward: !backward, from, fields })
      : undefined;
  // It may fail while the rows are read. It is awaited below; until then the failure must not count as unhandled.
  behindFrom?.catch(() => undefined);

  const direction = { backward, from, fields, parent };
  const end = until && new PageEnd(reader, query, direction, until);
  const nodes = reader.nodes(query, direction);
  const { found, stop } = await nodes.take(needed, (row) => end?.isReachedBy(row) ?? false);
  const inside = found.slice(0, await end?.endOf(found));
  const shown = inside.slice(0, size);
  const prefetch = found.length > shown.length || stop === 'budget';
  const behind =
    (await behindFrom) === true || (wantsBehind && from !== undefined && (await behindAgain(found[0]?.row)));

  /**
   * Nothing lies strictly behind the cursor that the page was entered by. The cursor's own item may still exist: reading
   * back from the first row finds it, or from the end where there is no row.
   */
  async function behindAgain(first: Row | undefined): Promise<boolean> {
    if (first === undefined && stop === 'budget') return true;
    const start = first && positionOf(query.index, first);
    return reader.exists(query, { backward: !backward, from: start, fields });
  }

  const edges = shown.map(({ row, node }) => edgeOf(query, cursors, row, node));
  const endOfReading = stop === 'budget' && shown.length === inside.length ? nodes.frontier : undefined;
  if (backward) edges.reverse();
  return connectionOf(edges, {
    hasNextPage: backward ? behind : prefetch,
    hasPreviousPage: backward ? prefetch : behind,
    frontierCursor: endOfReading && (() => cursors.cursor(endOfReading)),
    backward,
  });
}

/** A cursor costs microseconds, and few clients request one for each edge: it is made when it is accessed. */
function edgeOf<R extends object, E extends object>(
  query: Pick<IndexQuery<R, E>, 'index' | 'covering'>,
  cursors: Cursors,
  row: Row,
  node: R,
): Edge<R> & E {
  let cursor: string | undefined;
  const edge = {
    node,
    get cursor() {
      cursor ??= cursors.cursor(positionOf(query.index, row));
      return cursor;
    },
  };
  const further = query.covering.kind === 'through' ? query.covering.edge?.(row.item) : undefined;
  return Object.assign(edge, further);
}

interface Ends {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** The cursor of the end in the reading direction, where reading stopped before the next edge. */
  readonly frontierCursor: (() => string) | undefined;
  readonly backward: boolean;
}

function connectionOf<R extends object, E extends object>(
  edges: readonly (Edge<R> & E)[],
  { hasNextPage, hasPreviousPage, frontierCursor, backward }: Ends,
): Connection<R, E> {
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      get startCursor() {
        return (backward && frontierCursor?.()) || (edges[0]?.cursor ?? null);
      },
      get endCursor() {
        return (!backward && frontierCursor?.()) || (edges.at(-1)?.cursor ?? null);
      },
    },
  };
}

/** How many results a list returns. BAD_PAGE where `requested` is negative, not whole, or above the maximum. */
export function limitOf(
  requested: number | null | undefined,
  sizes: { readonly default: number; readonly max: number },
): number {
  const limit = requested ?? sizes.default;
  checkCount(limit, 'limit', sizes.max);
  return limit;
}
