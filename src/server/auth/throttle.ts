/**
 * Limits how often a password can be guessed. Only wrong ones count, so that any number of people behind one address, and
 * any number of sign-ins of one user, get through.
 *
 * Three limits, each so many wrong passwords at once and then one more for every interval:
 *
 * - of an address for one account: the guesses of somebody;
 * - of an address: the guesses of somebody at many accounts;
 * - of an account, from addresses where nobody has signed in to it yet: the guesses of many. So strangers who use up this
 *   one shut nobody out who has signed in from where they are. Whoever has not waits as long as the guessing goes on.
 *
 * Kept in memory: each process of a server counts for itself, from zero when it starts. In a table, every wrong
 * password would be a write, which strangers could make as many of as they like.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { networkOf } from 'tableloom/server';
import { overloaded, throttled } from './refusals.js';

/** An attempt to sign in to an account, from an address. */
export interface Attempt {
  /** Whatever names it, whether or not there is such an account. */
  readonly account: string;
  readonly address: string | null;
}

interface Limit {
  /** Wrong passwords at once. */
  readonly burst: number;
  /** Milliseconds until there may be one more. */
  readonly interval: number;
}

const limits = {
  pair: { burst: 10, interval: 60_000 },
  address: { burst: 100, interval: 10_000 },
  account: { burst: 100, interval: 10_000 },
} as const satisfies Record<string, Limit>;

/** How long a refusal takes, in milliseconds: whoever sends the next attempt when the last was answered costs little. */
const refusalDelay = 500;
/** Attempts under one limit that wait for others to end. */
const mostWaiting = 256;
/** Limits, and accounts with their addresses, that are remembered. */
const mostRemembered = 50_000;
const mostAddresses = 16;

/** What is left of a limit. */
interface Allowance {
  readonly limit: Limit;
  /** Wrong passwords that there may be, as of `at`; not whole. */
  left: number;
  at: number;
  /** Attempts that have begun: each may turn out wrong. */
  running: number;
  readonly waiting: (() => void)[];
}

export class Throttle {
  readonly #now: () => number;
  readonly #allowances = new Map<string, Allowance>();
  /** By account, where somebody has signed in from. */
  readonly #known = new Map<string, Set<string>>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * The result of an attempt; null is a wrong password. Attempts run in parallel only as far as all of them may be wrong;
   * others wait. THROTTLED where there may be no further wrong one now, OVERLOADED where too many wait.
   */
  async attempt<Result>(
    { account, address }: Attempt,
    run: () => Promise<Result | null>,
  ): Promise<Result | null> {
    const from = networkOf(address);
    const to = account.trim().toLowerCase();
    const isKnown = this.#known.get(to)?.has(from) ?? false;
    const all = [
      this.#allowance(`pair ${from} ${to}`, limits.pair),
      this.#allowance(`address ${from}`, limits.address),
      ...(isKnown ? [] : [this.#allowance(`account ${to}`, limits.account)]),
    ];
    await this.#begin(all);
    let result: Result | null | undefined;
    try {
      result = await run();
      return result;
    } finally {
      // A failure of ours is nobody's wrong password.
      const isWrong = result === null;
      for (const one of all) this.#end(one, isWrong);
      if (result !== null && result !== undefined) this.#signedIn(to, from, all[0]);
    }
  }

  async #begin(all: readonly Allowance[]): Promise<void> {
    for (;;) {
      for (const one of all) this.#refill(one);
      const usedUp = all.filter(({ left }) => left < 1);
      if (usedUp.length > 0) {
        const seconds = Math.max(...usedUp.map(secondsToNext));
        await pause(refusalDelay);
        throw throttled(seconds);
      }
      const full = all.find(({ left, running }) => left - running < 1);
      if (full === undefined) break;
      if (full.waiting.length >= mostWaiting) throw overloaded();
      await new Promise<void>((ended) => full.waiting.push(ended));
    }
    for (const one of all) one.running += 1;
  }

  #end(one: Allowance, isWrong: boolean): void {
    one.running -= 1;
    if (isWrong) one.left = Math.max(0, one.left - 1);
    for (const wake of one.waiting.splice(0)) wake();
  }

  #signedIn(account: string, address: string, pair: Allowance | undefined): void {
    if (pair) pair.left = pair.limit.burst;
    const addresses = this.#known.get(account) ?? new Set();
    addresses.delete(address);
    addresses.add(address);
    forgetOldest(addresses, mostAddresses, () => true);
    this.#known.delete(account);
    this.#known.set(account, addresses);
    forgetOldest(this.#known, mostRemembered, () => true);
  }

  #allowance(name: string, limit: Limit): Allowance {
    const found = this.#allowances.get(name);
    const one = found ?? { limit, left: limit.burst, at: this.#now(), running: 0, waiting: [] };
    // The last used comes last.
    this.#allowances.delete(name);
    this.#allowances.set(name, one);
    forgetOldest(this.#allowances, mostRemembered, (name) => this.#isIdle(name));
    return one;
  }

  #isIdle(name: string): boolean {
    const { running = 0, waiting = [] } = this.#allowances.get(name) ?? {};
    return running === 0 && waiting.length === 0;
  }

  #refill(one: Allowance): void {
    const now = this.#now();
    one.left = Math.min(one.limit.burst, one.left + Math.max(0, now - one.at) / one.limit.interval);
    one.at = now;
  }
}

function secondsToNext({ left, limit }: Allowance): number {
  return Math.ceil(((1 - left) * limit.interval) / 1000);
}

/** Deletes the first keys above `most`, of those that may be deleted. */
function forgetOldest(
  all: Map<string, unknown> | Set<string>,
  most: number,
  mayForget: (key: string) => boolean,
): void {
  for (const key of all.keys()) {
    if (all.size <= most) return;
    if (mayForget(key)) all.delete(key);
  }
}
