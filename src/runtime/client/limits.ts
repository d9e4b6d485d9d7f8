/** What one session may use. Each can be set in `DatabaseOptions.limits`. */
export interface Limits {
  /**
   * How long one attempt of a request waits for its answer, in milliseconds. Then its connection is closed, and the SDK
   * tries again.
   */
  readonly attemptMs: number;
  /**
   * How long a request waits for its answer with all attempts, before STORAGE_UNAVAILABLE, and how long throttled or
   * unprocessed work is retried before BUSY, and a write is computed again after others changed what it had read before
   * CONFLICT, in milliseconds.
   */
  readonly deadlineMs: number;
  /** How many DynamoDB requests of a session run at the same time; further ones wait. */
  readonly concurrency: number;
  /** How many requests a page may take beyond the first of each partition, where a filter leaves it short. */
  readonly readBudget: number;
}

export const defaultLimits: Limits = {
  attemptMs: 3000,
  deadlineMs: 5000,
  concurrency: 32,
  readBudget: 10,
};
