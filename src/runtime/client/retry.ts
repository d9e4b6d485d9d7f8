/** Waiting between tries. */
import { cancelled } from '../errors.js';

/** Counts tries and says when to give up. */
export class Retry {
  readonly #end: number;
  readonly #signal: AbortSignal | undefined;
  #tries = 0;

  /** @param deadlineMs how long to go on trying, from now, in milliseconds */
  constructor(deadlineMs: number, signal?: AbortSignal) {
    this.#end = performance.now() + deadlineMs;
    this.#signal = signal;
  }

  /**
   * Waits before the next try: a random time up to a bound that doubles with each try (25 ms, 50 ms … 1 s), so
   * that those who were refused together do not come back together. Gives false, without waiting, once the
   * deadline has passed. Throws CANCELLED when the caller goes away.
   */
  async wait(): Promise<boolean> {
    const left = this.#end - performance.now();
    if (left <= 0) return false;
    const bound = Math.min(1000, 25 * 2 ** this.#tries);
    this.#tries += 1;
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
