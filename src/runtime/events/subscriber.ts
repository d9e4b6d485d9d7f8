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
  /** Made once, as is the listener: there is a wait for each event. */
  #timer: NodeJS.Timeout | undefined;

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

  /**
   * The next events, as many as there are; none where there are none for so long, or the signal is aborted. A subscriber has one
   * signal, and waits equally long each time.
   */
  async take(ms: number, signal: AbortSignal): Promise<readonly Reported[]> {
    if (this.#waiting.length === 0 && !this.#isLagging && !signal.aborted) await this.#something(ms, signal);
    if (this.#isLagging) throw subscriptionLagging(this.#limit);
    return this.#waiting.splice(0);
  }

  /** The earliest moment of the events that wait, in milliseconds. */
  get earliest(): number {
    return Math.min(...this.#waiting.map(({ event }) => Date.parse(event.timestamp)));
  }

  /** Ends the wait for events. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #something(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => this.#wake?.(), ms).unref();
      signal.addEventListener('abort', () => this.#wake?.(), { once: true });
    } else this.#timer.refresh();
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
