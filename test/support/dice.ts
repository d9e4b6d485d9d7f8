/** Random choices for tests. */

import { Choices } from '../../src/server/seed/random.js';
import { seed } from './runs.js';

export class Dice extends Choices {
  /** Dice of the same number fall the same at every run with the same TABLELOOM_SEED. */
  constructor(number: number) {
    super(number ^ Math.imul(seed, 0x9e3779b1));
  }

  /** One of the values, or null one time in `every`. */
  maybe<T>(values: readonly T[], every = 3): T | null {
    return this.below(every) === 0 ? null : this.of(values);
  }

  /** Some of the values, each once. */
  some<T>(values: readonly T[], count: number): T[] {
    const rest = [...values];
    return Array.from({ length: count }, () => rest.splice(this.below(rest.length), 1)).flat();
  }
}

/** In the order of UTF-8's bytes, which is that of code points; JavaScript's own differs above U+FFFF. */
export function byText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
