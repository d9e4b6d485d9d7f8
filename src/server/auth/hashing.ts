import { availableParallelism } from 'node:os';
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
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atOnce = hashesAtOnce()) {
    this.#atOnce = atOnce;
  }

  /** Runs `hash` when its turn has come. Throws OVERLOADED where too many wait, or for too long. */
  async run<Result>(hash: () => Promise<Result>): Promise<Result> {
    const since = performance.now();
    if (this.#running >= this.#atOnce) {
      if (this.#waiting.length >= mostWaiting) throw overloaded();
      await new Promise<void>((begin) => this.#waiting.push(begin));
    } else this.#running += 1;
    try {
      if (performance.now() - since > longestWait) throw overloaded();
      return await hash();
    } finally {
      // The turn goes straight to the next in line.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

function hashesAtOnce(): number {
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || 4;
  return Math.max(1, Math.min(Math.floor(threads / 2), availableParallelism() - 1));
}
