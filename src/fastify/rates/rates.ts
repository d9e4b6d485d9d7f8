/** How much each caller may have of the server in a time. */
import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { networkOf } from '../limits/network.js';
import { Buckets, type Draft, draftOf, isThere, type Rate, type Taken, waitOf } from './buckets.js';

/** Counts for several processes; `redisRates` is one. */
export interface RateStore {
  /** Undefined where it does not know, or does not answer soon: the process counts for itself then. */
  take(key: string, draft: Draft): Promise<Taken | undefined>;
  close(): Promise<void>;
}

export interface RateLimits {
  /** Points of one principal. An operation takes as many as its budget has requests, and at least one. */
  readonly perPrincipal: Rate;
  /** Points of one address (of IPv6, of 64 bits) for callers without a token; and, counted apart, refused requests of it. */
  readonly perAddress: Rate;
  /** Default: each process counts for itself. */
  readonly store?: RateStore;
}

/** A client of a person sends a few operations a second, of a few requests each; behind one address there may be many people. */
export const usualRates: RateLimits = {
  perPrincipal: { points: 6000, perSeconds: 60 },
  perAddress: { points: 6000, perSeconds: 60 },
};

/** Whose points an operation takes. */
export interface Payer {
  readonly kind: 'principal' | 'address';
  readonly key: string;
}

type Kind = Payer['kind'] | 'refused';

export class Rates {
  readonly #limits: RateLimits;
  /** One of each kind, so that many addresses push out no principal. */
  readonly #buckets: Readonly<Record<Kind, Buckets>> = {
    principal: new Buckets(),
    address: new Buckets(),
    refused: new Buckets(),
  };

  constructor(limits: RateLimits) {
    this.#limits = limits;
    for (const name of ['perPrincipal', 'perAddress'] as const) {
      const { points, perSeconds } = limits[name];
      if (!(points >= 1 && perSeconds > 0))
        throw new TypeError(`\`rates.${name}\` must have at least 1 point, and more than 0 seconds.`);
    }
  }

  /** Throws RATE_LIMITED where so many requests of the address were refused that the next one is not looked at. */
  admit({ ip }: FastifyRequest): void {
    this.#refuseEmpty('refused', networkOf(ip), this.#limits.perAddress);
  }

  /** Throws RATE_LIMITED where no point is left, before anybody knows how many are needed. */
  check({ kind, key }: Payer): void {
    this.#refuseEmpty(kind, key, this.#rateOf(kind));
  }

  /** Counts a request that was refused before anybody knew what it would cost. It was read, whether or not there are points for that. */
  refused({ ip }: FastifyRequest, points: number): void {
    const key = networkOf(ip);
    const draft = draftOf(points, this.#limits.perAddress);
    void this.#take('refused', key, draft).then((waitMs) => {
      if (waitMs > 0) this.#buckets.refused.raise(key, draft.sizeMs);
    });
  }

  /** Throws RATE_LIMITED where there are not so many points left. What is refused takes one of those that are. */
  async take({ kind, key }: Payer, points: number): Promise<void> {
    const rate = this.#rateOf(kind);
    const waitMs = await this.#take(kind, key, draftOf(points, rate));
    if (waitMs === 0) return;
    await this.#take(kind, key, draftOf(1, rate));
    throw rateLimited(waitMs);
  }

  #rateOf(kind: Payer['kind']): Rate {
    return kind === 'principal' ? this.#limits.perPrincipal : this.#limits.perAddress;
  }

  #refuseEmpty(kind: Kind, key: string, rate: Rate): void {
    const draft = draftOf(1, rate);
    const emptyMs = this.#buckets[kind].emptyMs(key);
    if (!isThere(draft, emptyMs)) throw rateLimited(waitOf(draft, { isTaken: false, emptyMs }));
  }

  async #take(kind: Kind, key: string, draft: Draft): Promise<number> {
    const buckets = this.#buckets[kind];
    // What this process alone has taken is no more than what all have: the store is not needed to refuse a caller who used that up.
    const own = buckets.take(key, draft);
    if (!own.isTaken || this.#limits.store === undefined) return waitOf(draft, own);
    const all = await this.#limits.store.take(`${kind}:${key}`, draft).catch(() => undefined);
    if (all === undefined) return 0;
    buckets.raise(key, all.emptyMs);
    return waitOf(draft, all);
  }
}

/** @param waitMs until it may be repeated, in milliseconds */
function rateLimited(waitMs: number): GraphQLError {
  const retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
  return new GraphQLError(`There were too many requests. Repeat this one after ${retryAfter} s.`, {
    extensions: { code: 'RATE_LIMITED', retryAfter },
  });
}
