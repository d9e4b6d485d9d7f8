/** How many operations run at the same time, which of the others wait, and which are refused. */

/** What admission is bounded by. */
export interface AdmissionLimits {
  /** Operations under way, at most. */
  readonly operations: number;
  /** How long an operation may wait until it begins, in milliseconds. */
  readonly waitMs: number;
}

/** How the operations of a server fare at this moment. */
export interface AdmissionState {
  readonly underWay: number;
  readonly waiting: number;
  /** How many may be under way at this moment. */
  readonly limit: number;
  /** How many were refused, since the start. */
  readonly refused: number;
}

/** Where the limit begins, and the least of it. */
const [firstLimit, leastLimit] = [100, 4];

/** The utilization of the event loop from which on more operations at the same time only make all of them slower. */
const saturated = 0.95;

/** By what the limit shrinks and grows each time. */
const [shrinking, growing] = [0.8, 1.1];

/** Once the first in line has waited for so long, the newest begins first, in milliseconds. */
const lateMs = 100;

/** Operations that may wait: a bound of memory, as time bounds them long before. */
const mostWaiting = 1000;

interface Waiting {
  readonly since: number;
  readonly begin: (isAdmitted: boolean) => void;
}

/**
 * A limit that follows the event loop. While the loop is never idle, more runs than the processor can do, and the limit shrinks. Where it
 * is idle now and then and operations wait, the limit grows. Storage that is slow leaves the loop idle, so that it lets more run, not less.
 *
 * Operations that wait for nothing but the processor are never many at the same time, however many have arrived: those wait in their connections
 * until the loop's turn comes to them. What is known of that time counts as waiting.
 *
 * Beyond the limit operations wait, the first first. Where that one has waited for long, the newest is first: its client is still there, and the
 * time of those that will be refused anyway is not spent on them. A line that is never empty but moves on keeps its order: who sends one
 * operation after the other, on as many connections as there are, would otherwise be before all others.
 *
 * Sources: additive growth and multiplicative decrease as in Netflix' concurrency-limits (`AIMDLimit`), by the loop's utilization in the
 * place of latency, which tells slow storage from a busy processor; the order is Facebook's adaptive LIFO (Maurer, "Fail at Scale", 2015).
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #waiting: Waiting[] = [];
  #limit: number;
  #underWay = 0;
  #refused = 0;
  #isLimiting = false;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
    this.#limit = Math.min(firstLimit, limits.operations);
  }

  state(): AdmissionState {
    return {
      underWay: this.#underWay,
      waiting: this.#waiting.length,
      limit: Math.floor(this.#limit),
      refused: this.#refused,
    };
  }

  /**
   * Calls `begin` once it is decided whether an operation may begin: each that may is followed by one call of `leave`.
   *
   * @param now in milliseconds, of the process's clock
   * @param since when it began to wait, as far as is known: it may have before anything here knew of it
   * @returns what takes it out of the line, where its client has gone
   */
  enter(now: number, begin: (isAdmitted: boolean) => void, since = now): (() => void) | undefined {
    if (now - since > this.#limits.waitMs) {
      this.#refuse({ since, begin });
      return undefined;
    }
    if (this.#underWay < Math.floor(this.#limit)) {
      this.#underWay += 1;
      begin(true);
      return undefined;
    }
    this.#isLimiting = true;
    if (this.#waiting.length >= mostWaiting) {
      this.#refuse({ since, begin });
      return undefined;
    }
    const one = { since, begin };
    this.#waiting.push(one);
    return () => {
      const at = this.#waiting.indexOf(one);
      if (at >= 0) this.#waiting.splice(at, 1);
    };
  }

  leave(now: number): void {
    this.#underWay -= 1;
    this.#beginNext(now);
  }

  /** One that left goes on, without waiting: `leave` is called for it again. */
  resume(): void {
    this.#underWay += 1;
  }

  /** Refuses those that have waited too long. */
  expire(now: number): void {
    let expired = 0;
    while ((this.#waiting[expired]?.since ?? now) < now - this.#limits.waitMs) expired += 1;
    for (const one of this.#waiting.splice(0, expired)) this.#refuse(one);
  }

  /** @param utilization the share of the time since the last call in which the event loop was not idle */
  adapt(now: number, utilization: number): void {
    if (utilization > saturated) {
      const used = Math.min(this.#limit, this.#underWay) * shrinking;
      this.#limit = Math.min(this.#limit, Math.max(leastLimit, used));
    } else if (this.#isLimiting) this.#limit = Math.min(this.#limits.operations, this.#limit * growing + 1);
    this.#isLimiting = this.#waiting.length > 0;
    this.#beginNext(now);
  }

  #beginNext(now: number): void {
    while (this.#waiting.length > 0 && this.#underWay < Math.floor(this.#limit)) {
      const isLate = now - (this.#waiting[0]?.since ?? now) > lateMs;
      const next = isLate ? this.#waiting.pop() : this.#waiting.shift();
      this.#underWay += 1;
      next?.begin(true);
    }
  }

  #refuse({ begin }: Waiting): void {
    this.#refused += 1;
    begin(false);
  }
}
