/** Keeps consumed capacity within a rate. */
import { setTimeout as sleep } from 'node:timers/promises';

/** A bucket that fills with time, up to what one second brings; what is used may overdraw it, and is then waited for. */
export class Throttle {
  readonly #rate: number;
  readonly #clock: () => number;
  #left: number;
  #last: number;

  /**
   * @param rate units a second
   * @param clock milliseconds
   */
  constructor(rate: number, clock: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#clock = clock;
    this.#left = rate;
    this.#last = clock();
  }

  use(units: number): void {
    this.#fill();
    this.#left -= units;
  }

  /** How long to wait before more is used, in milliseconds. */
  get wait(): number {
    this.#fill();
    return this.#left >= 0 ? 0 : (-this.#left / this.#rate) * 1000;
  }

  #fill(): void {
    const now = this.#clock();
    this.#left = Math.min(this.#rate, this.#left + ((now - this.#last) / 1000) * this.#rate);
    this.#last = now;
  }
}

/** Read and write units of one run, each within the rate. */
export class Rate {
  readonly #used: () => { readonly readUnits: number; readonly writeUnits: number };
  readonly #reads: Throttle;
  readonly #writes: Throttle;
  #seen = { readUnits: 0, writeUnits: 0 };

  /** @param used what the run has used so far */
  constructor(rate: number, used: () => { readonly readUnits: number; readonly writeUnits: number }) {
    this.#used = used;
    this.#reads = new Throttle(rate);
    this.#writes = new Throttle(rate);
  }

  /** Waits until the run is within its rate; no longer than the signal allows. */
  async turn(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const now = this.#used();
      this.#reads.use(now.readUnits - this.#seen.readUnits);
      this.#writes.use(now.writeUnits - this.#seen.writeUnits);
      this.#seen = { ...now };
      const ms = Math.max(this.#reads.wait, this.#writes.wait);
      if (ms === 0 || signal?.aborted) return;
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    }
  }
}
