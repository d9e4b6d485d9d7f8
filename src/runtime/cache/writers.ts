/** When somebody last wrote, as far as this process knows: what they read from then on has what they wrote. */
import { LRUCache } from 'lru-cache';

export class Writers {
  readonly #moments = new LRUCache<string, number>({ max: 10_000 });

  /** In milliseconds; 0 where nothing is known. @param names those of `SessionOptions.actor` and `caller` that there are */
  lastOf(names: readonly string[]): number {
    return Math.max(0, ...names.map((name) => this.#moments.get(name) ?? 0));
  }

  wrote(names: readonly string[], at: number): void {
    for (const name of names) if (at > this.lastOf([name])) this.#moments.set(name, at);
  }
}
