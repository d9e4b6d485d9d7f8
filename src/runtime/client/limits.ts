/** What one session may use. Each can be set in `DatabaseOptions.limits`. */
export interface Limits {
  /**
   * How long throttled or unprocessed work is retried before BUSY, and a write is computed again after others changed
   * what it had read before CONFLICT, in milliseconds.
   */
  readonly deadlineMs: number;
  /** How many DynamoDB requests of a session run at the same time; further ones wait. */
  readonly concurrency: number;
  /** How many requests a page may take beyond the first of each partition, where a filter leaves it short. */
  readonly readBudget: number;
}

export const defaultLimits: Limits = { deadlineMs: 5000, concurrency: 32, readBudget: 10 };
