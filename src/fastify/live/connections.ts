import type { Payer } from '../rates/rates.js';
import { closeCodes, type End } from './caller.js';

/** The open connections of subscribers, over either transport. */
export class Connections {
  readonly #ends = new Set<End>();
  readonly #counts = new Map<string, number>();
  readonly #mostPerCaller: number;
  #isDraining = false;

  constructor(mostPerCaller: number) {
    this.#mostPerCaller = mostPerCaller;
  }

  /** Whether the server is closing, so that new subscribers are refused. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** @returns what forgets it */
  add(end: End): () => void {
    this.#ends.add(end);
    return () => this.#ends.delete(end);
  }

  /** Counts a connection of a caller. Null where there are too many; otherwise what takes it off, once. */
  admit({ kind, key: name }: Payer): (() => void) | null {
    const key = `${kind} ${name}`;
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.#mostPerCaller) return null;
    this.#counts.set(key, count + 1);
    let isOpen = true;
    return () => {
      if (isOpen) this.#release(key);
      isOpen = false;
    };
  }

  /** Sends all subscribers to another instance. */
  drain(): void {
    this.#isDraining = true;
    for (const end of this.#ends) end(closeCodes.serviceRestart, 'Service restart');
  }

  #release(key: string): void {
    const rest = (this.#counts.get(key) ?? 0) - 1;
    if (rest > 0) this.#counts.set(key, rest);
    else this.#counts.delete(key);
  }
}
