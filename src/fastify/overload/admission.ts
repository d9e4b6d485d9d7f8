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

/** The delay of the event loop that is no queue yet, in milliseconds. An operation takes some ten turns of the loop. */
const targetMs = 25;

/** Once operations have waited for so long without a pause, the newest begins first, in milliseconds. */
const lateMs = 100;

/** Operations that may wait: a bound of memory, as time bounds them long before. */
const mostWaiting = 1000;

interface Waiting {
  readonly since: number;
  readonly begin: (isAdmitted: boolean) => void;
}

/**
 * A limit that follows the event loop. Where even its shortest delay in a while is above the target, more runs than the processor
 * can do: the limit shrinks in proportion. Where it is below and operations wait, the limit grows. Storage that is slow delays no loop, so
 * that it lets more run, not less.
 *
 * Beyond the limit operations wait, the first first. Where they wait all the time, the newest is first: its client is still there, and the
 * time of those that will be refused anyway is not spent on them.
 *
 * Sources: the shortest delay of an interval as the sign of a standing queue is CoDel's (RFC 8289); additive growth and
 * multiplicative decrease as in Netflix' concurrency-limits (`AIMDLimit`); the order is Facebook's adaptive LIFO (Maurer, "Fail at Scale", 2015).
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #waiting: Waiting[] = [];
  #limit: number;
  #underWay = 0;
  #refused = 0;
  /** Since when operations have waited without a pause. */
  #waitingSince = 0;
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
   * @returns what takes it out of the line, where its client has gone
   */
  enter(now: number, begin: (isAdmitted: boolean) => void): (() => void) | undefined {
    if (this.#underWay < Math.floor(this.#limit)) {
      this.#underWay += 1;
      begin(true);
      return undefined;
    }
    this.#isLimiting = true;
    if (this.#waiting.length >= mostWaiting) {
      this.#refuse({ since: now, begin });
      return undefined;
    }
    if (this.#waiting.length === 0) this.#waitingSince = now;
    const one = { since: now, begin };
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

  /** Refuses those that have waited too long. */
  expire(now: number): void {
    let expired = 0;
    while ((this.#waiting[expired]?.since ?? now) < now - this.#limits.waitMs) expired += 1;
    for (const one of this.#waiting.splice(0, expired)) this.#refuse(one);
  }

  /** @param delayMs the shortest delay of the event loop since the last call */
  adapt(now: number, delayMs: number): void {
    if (delayMs > targetMs) {
      const used = Math.min(this.#limit, this.#underWay) * Math.max(0.5, targetMs / delayMs);
      this.#limit = Math.min(this.#limit, Math.max(leastLimit, used));
    } else if (this.#isLimiting) this.#limit = Math.min(this.#limits.operations, this.#limit * 1.1 + 1);
    this.#isLimiting = this.#waiting.length > 0;
    this.#beginNext(now);
  }

  #beginNext(now: number): void {
    while (this.#waiting.length > 0 && this.#underWay < Math.floor(this.#limit)) {
      const isLate = now - this.#waitingSince > lateMs;
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
