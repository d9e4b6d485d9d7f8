/** What a process remembers of what its sessions read: items by their keys, and answers of patterns. Nothing of a viewer. */
import { LRUCache } from 'lru-cache';
import { seal } from './seal.js';

/** The memory of one process. Can be set in `DatabaseOptions.cache`. */
export interface CacheSettings {
  /** How much it holds, in bytes as it estimates them; then what was used least recently goes. Default: 64 MiB. */
  readonly bytes?: number;
}

/**
 * How far the clocks of two servers may be apart, and an index or an eventually consistent read behind a write, in
 * milliseconds: what was read sooner after a write may lack it.
 */
export const lagMs = 2000;

/** What was read, and when reading it began. */
export interface Cached {
  readonly value: unknown;
  readonly at: number;
}

/** How many records that changed are remembered. */
const mostRemembered = 10_000;

export class Cache {
  readonly #entries: LRUCache<string, Cached>;
  /** What is being read, for those who come for it meanwhile. */
  readonly reading = new Map<string, { readonly at: number; readonly value: Promise<unknown> }>();
  /** When records last changed, as far as this process knows. */
  readonly #changed = new LRUCache<string, number>({ max: mostRemembered });

  /** What is to happen once, when there is something in it. */
  #begun: (() => void) | undefined;

  /** @param begun called once there is something in it, which may be cached no longer when others write */
  constructor({ bytes = 64 * 2 ** 20 }: CacheSettings = {}, begun?: () => void) {
    this.#begun = begun;
    this.#entries = new LRUCache({ maxSize: bytes, maxEntrySize: Math.ceil(bytes / 10) });
  }

  get(key: string): Cached | undefined {
    return this.#entries.get(key);
  }

  /** Keeps what was read, unless it may be older than what is known. It cannot be changed from now on: others get it as well. */
  keep(key: string, { value, at }: Cached): void {
    const changed = this.#changed.get(key);
    if (changed !== undefined && at <= changed + lagMs) return;
    if ((this.#entries.peek(key)?.at ?? 0) > at) return;
    this.#entries.set(key, { value, at }, { size: seal(value) + key.length });
    this.#begun?.();
    this.#begun = undefined;
  }

  /** A record was changed by a session of this process, or it is only known that it was. */
  changed(key: string, at: number, value?: unknown): void {
    this.#changed.set(key, at);
    const known = this.#entries.peek(key);
    if (known === undefined) return;
    if (value === undefined || value === null) this.#entries.delete(key);
    else this.#entries.set(key, { value, at }, { size: seal(value) + key.length });
  }
}
