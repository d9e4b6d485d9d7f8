/** How far a job on tables is: on a terminal a line that changes, elsewhere one every ten seconds. */

import { terminal } from './verbs.js';

const intervalMs = 10_000;
const width = 24;

/** When a line is due that stays. */
export class Ticks {
  #last: number;

  /** @param begun ten seconds later the first one is due, in milliseconds of `performance.now` */
  constructor(begun: number = performance.now()) {
    this.#last = begun;
  }

  isDue(): boolean {
    const now = performance.now();
    if (now - this.#last < intervalMs) return false;
    this.#last = now;
    return true;
  }
}

/** @param isDue whether it is printed where no terminal shows it */
export function showLine(line: string, isDue: boolean): void {
  if (process.stderr.isTTY) terminal.progress(line);
  else if (isDue) terminal.note(line);
}

interface Progress {
  readonly phase: string;
  readonly table: string;
  readonly scanned: number;
}

export class Bar<P extends Progress> {
  readonly #items: number;
  readonly #describe: (progress: P) => string;
  readonly #ticks = new Ticks(0);
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
    showLine(this.#line(progress), this.#ticks.isDue());
  }

  #line(progress: P): string {
    const { phase, table, scanned } = progress;
    const done = this.#items === 0 ? undefined : Math.min(1, (scanned - this.#before) / this.#items);
    const filled = Math.round((done ?? 0) * width);
    const bar = done === undefined ? '' : `${'█'.repeat(filled)}${'░'.repeat(width - filled)} `;
    return `${phase} of ${table} ${bar}${scanned} items read, ${this.#describe(progress)}`;
  }
}
