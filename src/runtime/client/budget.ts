/** How much of a database's traffic may be repetition. */

/** The most repetitions at one moment, how many come back each second, and how many with each success. */
const [most, perSecond, perSuccess] = [100, 10, 0.2];

/**
 * A bucket of tokens, from which each repetition of a request takes one: an outage, or a table that throttles, is not met with
 * several times the usual load. Every fifth success returns one, and time returns ten a second, so that a job on its own, whose
 * waits between attempts grow, never lacks one.
 *
 * Source: `RetryBudget` of Twitter's Finagle (20 % of requests, and ten a second). The AWS SDK's bucket, a hundred repetitions and one for every
 * five successes, has no such minimum.
 */
export class RetryBudget {
  #tokens = most;
  #since = performance.now();
  /** How many repetitions it has allowed. */
  taken = 0;

  /** How many repetitions it would allow at this moment. */
  get left(): number {
    const now = performance.now();
    this.#tokens = Math.min(most, this.#tokens + ((now - this.#since) / 1000) * perSecond);
    this.#since = now;
    return Math.floor(this.#tokens);
  }

  /** Takes a token for a repetition. False where there is none: then the failure is final. */
  take(): boolean {
    if (this.left < 1) return false;
    this.#tokens -= 1;
    this.taken += 1;
    return true;
  }

  /** A request was carried out. */
  succeeded(): void {
    if (this.#tokens < most) this.#tokens += perSuccess;
  }
}
