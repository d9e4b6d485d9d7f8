/** What one session may use. Each can be set in `DatabaseOptions.limits`. */
export interface Limits {
  /** How long throttled or unprocessed work is retried before BUSY, in milliseconds. */
  readonly deadlineMs: number;
  /** How many DynamoDB requests of a session run at the same time; further ones wait. */
  readonly concurrency: number;
  /** How many times a write is computed again after others changed what it had read, before CONFLICT. */
  readonly attempts: number;
  /** How many requests a page may take beyond the first of each partition, where a filter leaves it short. */
  readonly readBudget: number;
}

export const defaultLimits: Limits = { deadlineMs: 5000, concurrency: 32, attempts: 8, readBudget: 10 };
