/** The end of a page that has a bound on both sides. */

import type { IndexQuery } from '../types.js';
import { compareInBucket, type Position, positionOf, type Row } from './cursor/positions.js';
import type { Direction, FoundNode, Reader } from './reader.js';

/**
 * The cursor that a page is read towards. Only DynamoDB knows the order of items with the same sort key: among those
 * with the cursor's sort key, the end is found by reading, not by comparing.
 */
export class PageEnd<R extends object> {
  readonly #reader: Reader;
  readonly #query: IndexQuery<R>;
  readonly #direction: Direction;
  readonly #until: Position;

  constructor(reader: Reader, query: IndexQuery<R>, direction: Direction, until: Position) {
    this.#reader = reader;
    this.#query = query;
    this.#direction = direction;
    this.#until = until;
  }

  /** Whether a row is certain to be the cursor's own, or behind it in the order of reading. */
  isReachedBy(row: Row): boolean {
    const position = positionOf(this.#query.index, row);
    const order = this.#compare(position);
    return order > 0 || (order === 0 && this.#isSame(position, this.#until));
  }

  /**
   * How many of the nodes lie before the cursor. Takes a further read only where one of them has the cursor's
   * sort key and the item the cursor was made for is not found among them: what comes first behind the cursor then
   * is the first one outside.
   */
  async endOf(read: readonly FoundNode<R>[]): Promise<number> {
    const { index, page } = this.#query;
    const reached = read.findIndex(({ row }) => this.isReachedBy(row));
    const end = reached === -1 ? read.length : reached;
    const positions = read.map(({ row }) => positionOf(index, row));
    const [first, last] = [positions[0], positions[reached]];
    const isOwn = last !== undefined && this.#isSame(last, this.#until);
    if (isOwn || !positions.slice(0, end).some((position) => this.#compare(position) === 0)) return end;
    const { backward = false, from, fields } = this.#direction;
    // Where both cursors have that sort key the page may begin behind its end.
    const most = from !== undefined && first !== undefined && this.#compare(from) === 0 ? page.max : 1;
    const behind = await this.#reader.nodes(this.#query, { backward, from: this.#until, fields }).take(most);
    const outside = behind.found.map(({ row }) => positionOf(index, row));
    const next = positions.findIndex((position) => outside.some((other) => this.#isSame(position, other)));
    return next === -1 ? end : Math.min(end, next);
  }

  /** Negative before the cursor; zero in its shard under its sort key. */
  #compare(position: Position): number {
    const { backward = false } = this.#direction;
    const { bucket } = this.#until;
    if (position.bucket !== bucket) return (position.bucket - bucket) * (backward ? -1 : 1);
    return compareInBucket(position, this.#until) * (this.#query.descending === backward ? 1 : -1);
  }

  #isSame(a: Position, b: Position): boolean {
    const { table } = this.#query.index;
    return [table.partition, table.sort].every((name) => name === undefined || a.base[name] === b.base[name]);
  }
}
