/**
 * Holds a job back where it slows storage down: the pause between its pages doubles while writes take much longer than they
 * usually do, or are throttled, and shrinks by a little while they do not (additive increase of the rate, multiplicative decrease).
 */
import { setTimeout as sleep } from 'node:timers/promises';

const steps = { first: 25, most: 2000, back: 10 };
/** A request takes much longer from so many times its usual time on, and so many milliseconds more. */
const slow = { times: 2, more: 10 };

export class Pace {
  #pause = 0;
  #recent: number | undefined;
  #usual = Number.POSITIVE_INFINITY;
  #isThrottled = false;

  /** A write took so many milliseconds. */
  wrote(ms: number, isThrottled: boolean): void {
    this.#isThrottled ||= isThrottled;
    if (isThrottled) return;
    this.#recent = this.#recent === undefined ? ms : this.#recent * 0.9 + ms * 0.1;
    // What is usual may grow, slowly, with the data.
    this.#usual = Math.min(this.#usual * 1.0005, this.#recent);
  }

  /** How long to wait before the next page, in milliseconds. */
  next(): number {
    const isSlow = (this.#recent ?? 0) > this.#usual * slow.times + slow.more;
    this.#pause =
      this.#isThrottled || isSlow
        ? Math.min(steps.most, Math.max(steps.first, this.#pause * 2))
        : Math.max(0, this.#pause - steps.back);
    this.#isThrottled = false;
    return this.#pause;
  }

  async turn(signal: AbortSignal | undefined): Promise<void> {
    const ms = this.next();
    if (ms > 0) await sleep(ms, undefined, signal && { signal }).catch(() => undefined);
  }
}
