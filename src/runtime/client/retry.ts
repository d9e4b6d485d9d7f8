/** Waiting between attempts. */
import { cancelled } from '../errors.js';

/** The bound of the first wait, in milliseconds. */
const shortest = 25;

/** Waits between the attempts of one piece of work, until its deadline. */
export class Retry {
  #end: number;
  readonly #signal: AbortSignal | undefined;
  #tries = 0;

  /** @param deadlineMs how long to keep trying, from now, in milliseconds */
  constructor(deadlineMs: number, signal?: AbortSignal) {
    this.#end = performance.now() + deadlineMs;
    this.#signal = signal;
  }

  /** Moves the deadline: time spent waiting for other work of this process does not count. */
  extend(ms: number): void {
    this.#end += ms;
  }

  /**
   * Waits before the next attempt: a random time up to a bound that doubles with each (25 ms, 50 ms … 1 s), so that
   * callers that were refused at the same time do not return at the same time. Returns false, without waiting, once
   * the deadline has passed. Throws CANCELLED when the session is aborted.
   *
   * @param others whether the attempt failed because another writer succeeded: then waiting longer is in vain
   */
  async wait({ others = false } = {}): Promise<boolean> {
    const left = this.#end - performance.now();
    if (left <= 0) return false;
    const bound = others ? shortest : Math.min(1000, shortest * 2 ** this.#tries);
    if (!others) this.#tries += 1;
    await pause(Math.min(left, Math.random() * bound), this.#signal);
    return true;
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled(signal.reason));
    const stop = () => {
      clearTimeout(timer);
      reject(cancelled(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
