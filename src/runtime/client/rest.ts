/** Leaves what has failed alone for a while: what only saves time is not worth waiting for. */

/** In milliseconds. */
const restMs = 5000;

export class Rest {
  /** By the process's clock. */
  #until = 0;

  get isOver(): boolean {
    return performance.now() >= this.#until;
  }

  begin(): void {
    this.#until = performance.now() + restMs;
  }
}
