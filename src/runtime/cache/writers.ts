/** When somebody last wrote, as far as this process knows: what they read from then on has what they wrote. */
import { LRUCache } from 'lru-cache';

interface Moments {
  /** Of the last write, whatever it was. */
  readonly last: number;
  /** Of the last of which the items of this process's cache have nothing. */
  readonly unseen: number;
}

const never: Moments = { last: 0, unseen: 0 };

export class Writers {
  readonly #moments = new LRUCache<string, Moments>({ max: 10_000 });

  /** In milliseconds; 0 where nothing is known. @param names those of `SessionOptions.actor` and `caller` that there are */
  lastOf(names: readonly string[]): Moments {
    const all = names.map((name) => this.#moments.get(name) ?? never);
    return {
      last: Math.max(0, ...all.map(({ last }) => last)),
      unseen: Math.max(0, ...all.map(({ unseen }) => unseen)),
    };
  }

  /** @param isSeen whether the cache has all items that were written as they are now, or does not have them */
  wrote(names: readonly string[], at: number, isSeen: boolean): void {
    for (const name of names) {
      const { last, unseen } = this.lastOf([name]);
      this.#moments.set(name, { last: Math.max(last, at), unseen: isSeen ? unseen : Math.max(unseen, at) });
    }
  }
}
