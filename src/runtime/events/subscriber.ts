/** The events that wait for one subscriber. */
import { subscriptionLagging } from './errors.js';
import type { EventRecord } from './types.js';

/** An event, and the moment up to which everything was reported before it. */
export interface Reported {
  readonly event: EventRecord;
  readonly floor: number;
}

export class Subscriber {
  readonly types: ReadonlySet<string>;
  readonly #limit: number;
  #waiting: Reported[] = [];
  #isLagging = false;
  #wake: (() => void) | undefined;

  constructor(types: Iterable<string>, limit: number) {
    this.types = new Set(types);
    this.#limit = limit;
  }

  /** Never waits: a subscriber that does not keep up is cut off, and resumes by its cursor. */
  report(reported: Reported): void {
    if (this.#isLagging) return;
    this.#waiting.push(reported);
    if (this.#waiting.length > this.#limit) {
      this.#isLagging = true;
      this.#waiting = [];
    }
    this.#wake?.();
  }

  /** The next events, as many as there are; none where there are none for so long, or the signal is aborted. */
  async take(ms: number, signal: AbortSignal): Promise<readonly Reported[]> {
    if (this.#waiting.length === 0 && !this.#isLagging && !signal.aborted) await this.#something(ms, signal);
    if (this.#isLagging) throw subscriptionLagging(this.#limit);
    return this.#waiting.splice(0);
  }

  #something(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      timer.unref();
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
  }
}
