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

  /** How many wait for a place. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes a place; a promise only where none is free. */
  take(): Promise<void> | undefined {
    if (this.#taken >= this.#most()) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#taken += 1;
    return undefined;
  }

  /** The place goes straight to the next in line, so that it counts as taken all the time. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#taken -= 1;
  }
}
