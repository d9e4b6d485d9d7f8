/** When somebody last wrote, as far as this process knows: what they read from then on has what they wrote. */
import { LRUCache } from 'lru-cache';

export class Writers {
  readonly #moments = new LRUCache<string, number>({ max: 10_000 });

  /** In milliseconds; 0 where nothing is known. @param actor as in `SessionOptions` */
  lastOf(actor: string | null): number {
    return (actor !== null && this.#moments.get(actor)) || 0;
  }

  wrote(actor: string | null, at: number): void {
    if (actor !== null && at > this.lastOf(actor)) this.#moments.set(actor, at);
  }
}
