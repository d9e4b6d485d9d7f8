/** What one session may use. Every number can be given to `Database`; these are the defaults. */
export interface Limits {
  /** How long throttled or unprocessed work is retried before BUSY, in milliseconds. */
  readonly deadlineMs: number;
  /** How many DynamoDB requests a session has under way at once; further ones wait. */
  readonly concurrency: number;
  /** How many times a write is computed anew after others changed what it had read, before CONFLICT. */
  readonly attempts: number;
  /** How many requests one page may take beyond the first of each partition, where a filter leaves it short. */
  readonly readBudget: number;
}

export const defaultLimits: Limits = { deadlineMs: 5000, concurrency: 32, attempts: 8, readBudget: 10 };
