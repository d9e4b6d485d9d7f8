import { createHash } from 'node:crypto';
import type { LevelOperation } from '../dynalite.js';

interface Use {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly digest: string;
}

/** How long a ClientRequestToken stands for its request, in milliseconds. */
const lifetime = 10 * 60 * 1000;

const prefix = 'token~';

/** The ClientRequestTokens of the transactions of the last ten minutes. */
export class RequestTokens {
  /** Oldest first. */
  readonly #uses = new Map<string, Use>();

  static readonly range = { gte: prefix, lt: `${prefix}~` };

  /** Takes over what an earlier process stored, by storage key. */
  restore(stored: ReadonlyMap<string, unknown>): void {
    const uses = [...stored] as [string, Use][];
    uses.sort(([, left], [, right]) => left.at - right.at);
    for (const [key, use] of uses) this.#uses.set(key.slice(prefix.length), use);
  }

  /** Digest of the request a token stands for, if it still does at `now`. */
  find(token: string, now: number): string | undefined {
    const use = this.#uses.get(token);
    return use === undefined || isOver(use, now) ? undefined : use.digest;
  }

  /** Remembers a token and forgets those whose time is over; returns what to store along with the transaction. */
  remember(token: string, digest: string, now: number): LevelOperation[] {
    const operations: LevelOperation[] = [];
    for (const [old, use] of this.#uses) {
      if (!isOver(use, now)) break;
      this.#uses.delete(old);
      operations.push({ type: 'del', key: prefix + old });
    }
    const use: Use = { at: now, digest };
    this.#uses.set(token, use);
    operations.push({ type: 'put', key: prefix + token, value: use });
    return operations;
  }
}

function isOver(use: Use, now: number): boolean {
  return now - use.at >= lifetime;
}

/** The same text for requests that differ in the order of members only. */
export function digestOf(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(request, sortMembers)).digest('base64');
}

function sortMembers(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
