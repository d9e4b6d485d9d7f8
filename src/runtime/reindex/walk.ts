/** Reads whole tables, segment by segment, within a rate. */
import type { Requester, Send } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import type { Filter, Item, Key, TableRef } from '../types.js';
import { type Segment, scanPage } from './scan.js';
import { Rate } from './throttle.js';

/** Where a segment goes on: behind a key, at its beginning, or nowhere. */
export type Place = Key | 'start' | 'end';

/**
 * Where a run was ended, by its cursor.
 *
 * @param of what the run is about, as text
 * @param otherCall what CONFIGURATION says of the cursor of another one
 */
export function positionOf<P extends { readonly of: string }>(
  cursor: string,
  of: string,
  otherCall: string,
): P {
  let position: Partial<P>;
  try {
    position = JSON.parse(cursor) as Partial<P>;
  } catch {
    position = {};
  }
  if (position.of === of) return position as P;
  throw new TableloomError('CONFIGURATION', otherCall);
}

export interface WalkOptions {
  /** How many parts of a table are read at the same time. Default: 4. */
  readonly segments?: number;
  /** How many read units are used a second at most, and as many write units. Default: no bound. */
  readonly rate?: number;
  readonly signal?: AbortSignal;
  /** Waits before each page, for what else the tables have to do. */
  readonly pause?: (signal: AbortSignal | undefined) => Promise<void>;
}

interface Parts {
  /** Default: all items. */
  readonly filter?: Filter;
  /** It follows the pages that were dealt with. */
  readonly places: Place[];
  readonly consistent?: boolean;
}

interface WalkContext {
  readonly requester: Requester;
  readonly scan: Send<'Scan'>;
}

const defaultSegments = 4;
/** How many items one request reads where the rate is bounded: so that no page overdraws it by much. */
const pageWithinRate = 100;

export class Walk {
  readonly #context: WalkContext;
  readonly #options: WalkOptions;
  readonly #rate: Rate | undefined;

  constructor(context: WalkContext, options: WalkOptions) {
    const { rate } = options;
    this.#context = context;
    this.#options = options;
    if (rate !== undefined) this.#rate = new Rate(rate, () => context.requester.statistics());
  }

  beginnings(): Place[] {
    return Array.from({ length: this.#options.segments ?? defaultSegments }, () => 'start' as const);
  }

  /**
   * Reads all segments at the same time, each page after the one before it was dealt with.
   *
   * @param report is called after each page with how many items were read for it
   */
  async each(
    table: TableRef,
    { filter, places, consistent = false }: Parts,
    take: (items: readonly Item[]) => Promise<void>,
    report: (scanned: number) => void,
  ): Promise<void> {
    const { signal, pause } = this.#options;
    const { requester, scan } = this.#context;
    const limit = (this.#rate ?? pause) && pageWithinRate;
    let failed = false;
    const walk = async (number: number) => {
      for (;;) {
        const place = places[number];
        if (place === undefined || place === 'end' || signal?.aborted || failed) return;
        await pause?.(signal);
        await this.#rate?.turn(signal);
        if (signal?.aborted) return;
        const segment: Segment = { number, of: places.length, after: place === 'start' ? undefined : place };
        const page = await scanPage(requester, scan, table, segment, { filter, limit, consistent });
        await take(page.items);
        places[number] = page.next ?? 'end';
        report(page.scanned);
      }
    };
    // All segments end before the first error is thrown: none is left running.
    const ended = await Promise.allSettled(
      places.map((_, number) =>
        walk(number).catch((error: unknown) => {
          failed = true;
          throw error;
        }),
      ),
    );
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }
}

/** Whether all segments were read to their ends. */
export function isOver(places: readonly Place[]): boolean {
  return places.every((place) => place === 'end');
}
