/** How much was taken of each of many buckets, in a bounded amount of memory. */
import { LRUCache } from 'lru-cache';

/** So many points at once, and as many again in so many seconds. */
export interface Rate {
  readonly points: number;
  readonly perSeconds: number;
}

/** What became of a request for points. `emptyMs` is how long the bucket takes to be full again, in milliseconds. */
export interface Taken {
  readonly isTaken: boolean;
  readonly emptyMs: number;
}

/** What points take of a bucket, and what there is in it, both as the time in which as much flows in, in milliseconds. */
export interface Draft {
  readonly costMs: number;
  readonly sizeMs: number;
}

/** More points than a bucket has take all of it: what costs so much is not refused for ever. */
export function draftOf(points: number, rate: Rate): Draft {
  const sizeMs = rate.perSeconds * 1000;
  return { costMs: (Math.min(points, rate.points) / rate.points) * sizeMs, sizeMs };
}

/** What sums of parts of a millisecond may be wrong by. */
const rounding = 0.01;

export function isThere({ costMs, sizeMs }: Draft, emptyMs: number): boolean {
  return emptyMs + costMs <= sizeMs + rounding;
}

/** How long until there are so many points, in milliseconds; 0 where they were taken. */
export function waitOf({ costMs, sizeMs }: Draft, { isTaken, emptyMs }: Taken): number {
  return isTaken ? 0 : emptyMs + costMs - sizeMs;
}

/**
 * One number is kept of a bucket: when it is full again. This is the generic cell rate algorithm in its form of virtual
 * scheduling (ITU-T I.371, appendix A), which is exact, and needs neither windows nor timers.
 */
export class Buckets {
  readonly #fullAt: LRUCache<string, number>;
  readonly #now: () => number;

  /** @param most how many buckets are remembered; of more, those that were not used for longest are taken for full */
  constructor(most = 50_000, now: () => number = Date.now) {
    this.#fullAt = new LRUCache({ max: most });
    this.#now = now;
  }

  take(key: string, draft: Draft): Taken {
    const emptyMs = this.emptyMs(key);
    if (!isThere(draft, emptyMs)) return { isTaken: false, emptyMs };
    const after = emptyMs + draft.costMs;
    this.#remember(key, after);
    return { isTaken: true, emptyMs: after };
  }

  /** Takes what others took of the same bucket, where that is more. */
  raise(key: string, emptyMs: number): void {
    if (emptyMs > this.emptyMs(key)) this.#remember(key, emptyMs);
  }

  emptyMs(key: string): number {
    return Math.max(0, (this.#fullAt.peek(key) ?? 0) - this.#now());
  }

  #remember(key: string, emptyMs: number): void {
    this.#fullAt.set(key, this.#now() + emptyMs);
  }
}
