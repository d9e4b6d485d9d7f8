/** What sessions may use. Each can be set in `DatabaseOptions.limits`. */
export interface Limits {
  /**
   * How long one attempt of a request waits for its answer, in milliseconds, and no longer than `deadlineMs`. Then its connection
   * is closed, and another attempt is made.
   */
  readonly attemptMs: number;
  /**
   * How long after its first attempt a request is attempted again, before STORAGE_UNAVAILABLE, and how long throttled or
   * unprocessed work is retried before BUSY, and a write is computed again after others changed what it had read before
   * CONFLICT, in milliseconds. Also how long a request waits for a connection, before BUSY.
   */
  readonly deadlineMs: number;
  /** How many DynamoDB requests of a session run at the same time; further ones wait. */
  readonly concurrency: number;
  /** How many requests of all sessions may wait for one of the client's connections; further ones fail at once (BUSY). */
  readonly queue: number;
  /** How many requests a page may take beyond the first of each partition, where a filter leaves it short. */
  readonly readBudget: number;
}

export const defaultLimits: Limits = {
  attemptMs: 3000,
  deadlineMs: 5000,
  concurrency: 32,
  queue: 1000,
  readBudget: 10,
};

/**
 * How long after it is to be sent a write may be carried out at the latest, in milliseconds: it waits for a connection, is attempted
 * again and again, waits for a connection once more, and for the answer to its last attempt, each up to the deadline.
 */
export function longestMs({ deadlineMs }: Pick<Limits, 'deadlineMs'>): number {
  return 4 * deadlineMs;
}

/**
 * How long after a change of something that every process reads nothing is written by what it was before, in milliseconds.
 *
 * @param leaseMs how old the knowledge may be by which a write begins
 */
export function settledMs(limits: Pick<Limits, 'deadlineMs'>, leaseMs: number): number {
  return leaseMs + longestMs(limits) + 1000;
}
