/** How many transactions are under way: fewer where storage is slower than it was, or refuses. */
import type { Rate } from '../../reindex/throttle.js';

/** Above the fastest by this factor is slow; and this many milliseconds always pass between two steps down. */
const slowFactor = 4;
const restMs = 500;
/** Faster than this is never slow: the clock and the event loop count more. */
const leastMs = 60;

/**
 * Additive increase, multiplicative decrease: one more with every round that went well, half as many where the latency of
 * writes is far above the best of late, or a request was refused.
 */
export class Pace {
  readonly #most: number;
  readonly #rate: Rate | undefined;
  /** Ends the work. */
  readonly signal: AbortSignal | undefined;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;
  #now: number;
  #best = Number.POSITIVE_INFINITY;
  #mean = 0;
  #rested = 0;

  constructor(most: number, rate?: Rate, signal?: AbortSignal) {
    this.#most = most;
    this.#now = Math.min(2, most);
    this.#rate = rate;
    this.signal = signal;
  }

  /** How many may be under way. */
  get concurrency(): number {
    return Math.max(1, Math.floor(this.#now));
  }

  #turn(): Promise<void> | undefined {
    if (this.#taken < this.concurrency && this.#waiting.length === 0) {
      this.#taken += 1;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #next(): void {
    this.#taken += 1;
    this.#waiting.shift()?.();
  }

  /** @param isFull it is of the usual size: only the time that such work takes says something of storage */
  async take<Result>(work: () => Promise<Result>, isFull = false): Promise<Result> {
    await this.#rate?.turn(this.signal);
    await this.#turn();
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.#taken -= 1;
      if (isFull) this.#took(performance.now() - began);
      while (this.#waiting.length > 0 && this.#taken < this.concurrency) this.#next();
    }
  }

  /** A request was refused for its load. */
  slow(): void {
    const now = performance.now();
    if (now - this.#rested < restMs) return;
    this.#rested = now;
    this.#now = Math.max(1, this.#now / 2);
  }

  #took(ms: number): void {
    this.#mean = this.#mean === 0 ? ms : this.#mean * 0.9 + ms * 0.1;
    // The best of long ago says less and less.
    this.#best = Math.min(this.#best * 1.001, ms);
    if (this.#mean > Math.max(leastMs, this.#best * slowFactor)) this.slow();
    else this.#now = Math.min(this.#most, this.#now + 1 / Math.max(1, this.#now));
  }
}
