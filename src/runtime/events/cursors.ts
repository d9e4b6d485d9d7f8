/** The cursors of deliveries. */
import type { CursorSealer } from '../read/cursor/sealing.js';

/** How many are remembered: for as many different arguments. */
const most = 256;

interface Sealed {
  readonly plain: Buffer;
  readonly cursor: string;
}

/**
 * Seals the positions of subscribers. Those who subscribe with the same arguments have come equally far, and a position always
 * has the same cursor: so each event's is sealed once for all of them.
 */
export class Cursors {
  readonly #sealer: CursorSealer;
  /** The last one of each binding. */
  readonly #last = new Map<string, Sealed>();

  constructor(sealer: CursorSealer) {
    this.#sealer = sealer;
  }

  /** @param plain is remembered: its bytes must not change */
  seal(binding: Binding, plain: Buffer): string {
    const last = this.#last.get(binding.name);
    if (last?.plain.equals(plain)) return last.cursor;
    const cursor = this.#sealer.seal(binding.digest, plain);
    if (last === undefined && this.#last.size >= most) {
      const [oldest] = this.#last.keys();
      if (oldest !== undefined) this.#last.delete(oldest);
    }
    this.#last.set(binding.name, { plain, cursor });
    return cursor;
  }

  /** The position of a cursor; undefined where it was not sealed for this binding. */
  open({ digest }: Binding, cursor: string): Buffer | undefined {
    return this.#sealer.open(digest, cursor);
  }
}

/** What cursors are bound to: a subscription, and its arguments. */
export interface Binding {
  readonly digest: Buffer;
  /** The same as text. */
  readonly name: string;
}
