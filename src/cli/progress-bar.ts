/** How far a job on tables is, as a bar where somebody looks, as lines where nobody does. */

import { terminal } from './verbs.js';

/** How often a line is printed where nobody watches a bar, in milliseconds. */
const interval = 10_000;
const width = 24;

interface Progress {
  readonly phase: string;
  readonly table: string;
  readonly scanned: number;
}

export class Bar<P extends Progress> {
  readonly #items: number;
  readonly #describe: (progress: P) => string;
  #printed = 0;
  #phase = '';
  /** What had been read when the phase began. */
  #before = 0;
  #last = 0;

  /**
   * @param items how many there are in all tables; 0 where that is not known
   * @param describe what comes after the number of items
   */
  constructor(items: number, describe: (progress: P) => string) {
    this.#items = items;
    this.#describe = describe;
  }

  show(progress: P): void {
    const { phase, scanned } = progress;
    if (phase !== this.#phase) this.#before = this.#phase === '' ? 0 : this.#last;
    this.#phase = phase;
    this.#last = scanned;
    const line = this.#line(progress);
    const now = performance.now();
    if (process.stderr.isTTY) terminal.progress(line);
    else if (now - this.#printed >= interval) {
      terminal.note(line);
      this.#printed = now;
    }
  }

  #line(progress: P): string {
    const { phase, table, scanned } = progress;
    const done = this.#items === 0 ? undefined : Math.min(1, (scanned - this.#before) / this.#items);
    const filled = Math.round((done ?? 0) * width);
    const bar = done === undefined ? '' : `${'█'.repeat(filled)}${'░'.repeat(width - filled)} `;
    return `${phase} of ${table} ${bar}${scanned} items read, ${this.#describe(progress)}`;
  }
}
