import { availableParallelism } from 'node:os';
import { Places } from 'tableloom/runtime';
import { overloaded } from './refusals.js';

/** How many hashes wait for their turn; further ones are refused (OVERLOADED). */
const mostWaiting = 256;
/** How long one waits, in milliseconds, before it is refused as well: whoever asked has other things to wait for. */
const longestWait = 10_000;

/**
 * Computes a few hashes at a time, whoever asks for them. Hashes run in Node's thread pool, as file access and name
 * lookups do, and keep a processor busy for tens of milliseconds each: they may take half of the threads, and leave one
 * processor to everything else.
 */
export class Hashing {
  readonly #places: Places;

  constructor(atOnce = hashesAtOnce()) {
    this.#places = new Places(() => atOnce);
  }

  /** Runs `hash` when its turn has come. Throws OVERLOADED where too many wait, or for too long. */
  async run<Result>(hash: () => Promise<Result>): Promise<Result> {
    const since = performance.now();
    if (this.#places.waiting >= mostWaiting) throw overloaded();
    await this.#places.take();
    try {
      if (performance.now() - since > longestWait) throw overloaded();
      return await hash();
    } finally {
      this.#places.leave();
    }
  }
}

function hashesAtOnce(): number {
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || 4;
  return Math.max(1, Math.min(Math.floor(threads / 2), availableParallelism() - 1));
}
