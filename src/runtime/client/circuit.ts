/** A circuit breaker: where storage does not answer, requests fail at once instead of waiting for it. */

/** What became of an attempt. An answer that refuses is an answer: of a condition, a conflict, a throttled partition. */
export type Outcome = 'answered' | 'failed' | 'unknown';

export type CircuitState = 'closed' | 'open' | 'half-open';

/** How many attempts are looked back on, and for how long, in milliseconds. */
const [mostAttempts, longestMs] = [50, 10_000];

/** Fewer attempts than this say nothing. */
const leastAttempts = 20;

/**
 * The share of failures that opens it. Below, it pays to repeat: where half of the attempts fail, one of three succeeds in seven
 * cases of eight.
 */
const failingShare = 0.8;

/** How long it stays open, in milliseconds: at first, and at most, as each probe that fails doubles it. */
const [firstPauseMs, longestPauseMs] = [1000, 4000];

/**
 * Closed, it counts. Once most of the last attempts have failed, it opens; after a pause one request at a time is sent as a
 * probe, and the first that is answered closes it.
 *
 * Source: Nygard, "Release It!", chapter "Circuit Breaker". Not of a library: cockatiel 4 needs Node 22, and a transaction here depends on
 * the circuits of several tables at once.
 */
export class Circuit {
  /** The last attempts, in a ring: when each ended, by the process's clock, and whether it failed. */
  readonly #ends = new Float64Array(mostAttempts).fill(Number.NEGATIVE_INFINITY);
  readonly #failures = new Uint8Array(mostAttempts);
  #next = 0;
  /** By the process's clock; zero while it is closed. */
  #openUntil = 0;
  #pauseMs = firstPauseMs;
  #isProbing = false;

  get state(): CircuitState {
    if (this.#openUntil === 0) return 'closed';
    return performance.now() < this.#openUntil ? 'open' : 'half-open';
  }

  /** In how many milliseconds it is worth asking again; zero where a request may be sent now. */
  get waitMs(): number {
    if (this.#openUntil === 0) return 0;
    const left = this.#openUntil - performance.now();
    return left > 0 ? left : this.#isProbing ? firstPauseMs : 0;
  }

  /** Call it before an attempt for which `waitMs` is zero. @returns whether the attempt is a probe */
  begin(): boolean {
    if (this.#openUntil === 0) return false;
    this.#isProbing = true;
    return true;
  }

  end(outcome: Outcome, isProbe: boolean): void {
    if (isProbe) this.#probed(outcome);
    else if (this.#openUntil === 0 && outcome !== 'unknown') this.#count(outcome === 'failed');
  }

  #probed(outcome: Outcome): void {
    this.#isProbing = false;
    if (outcome === 'unknown') return;
    if (outcome === 'answered') {
      this.#openUntil = 0;
      this.#pauseMs = firstPauseMs;
      this.#ends.fill(Number.NEGATIVE_INFINITY);
      return;
    }
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
    this.#open();
  }

  #count(hasFailed: boolean): void {
    const now = performance.now();
    this.#ends[this.#next] = now;
    this.#failures[this.#next] = hasFailed ? 1 : 0;
    this.#next = (this.#next + 1) % mostAttempts;
    if (!hasFailed) return;
    let attempts = 0;
    let failures = 0;
    for (const [at, end] of this.#ends.entries()) {
      if (end < now - longestMs) continue;
      attempts += 1;
      failures += this.#failures[at] ?? 0;
    }
    if (attempts >= leastAttempts && failures >= attempts * failingShare) this.#open();
  }

  #open(): void {
    this.#openUntil = performance.now() + this.#pauseMs;
  }
}
