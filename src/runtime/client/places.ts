/** Places for work that runs at the same time, such as requests or hashes; further work waits, in the order of its coming. */
export class Places {
  readonly #most: () => number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  /** @param most how many there are at this moment */
  constructor(most: () => number) {
    this.#most = most;
  }

  get isIdle(): boolean {
    return this.#taken === 0;
  }

  get isFull(): boolean {
    return this.#taken >= this.#most();
  }

  get taken(): number {
    return this.#taken;
  }

  /** How many wait for a place. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Takes a place; a promise only where none is free.
   *
   * @param patience how long to wait, in milliseconds, and what the promise rejects with afterwards; left out, as long as it takes
   */
  take(patience?: { readonly ms: number; readonly error: () => Error }): Promise<void> | undefined {
    if (!this.isFull) {
      this.#taken += 1;
      return undefined;
    }
    if (patience === undefined) return new Promise((resolve) => this.#waiting.push(resolve));
    return new Promise((resolve, reject) => {
      const go = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(patience.error());
      }, patience.ms);
      this.#waiting.push(go);
    });
  }

  /** The place goes straight to the next in line, so that it counts as taken all the time. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#taken -= 1;
  }
}
