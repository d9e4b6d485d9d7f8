/** What tells a process that an event of a type was written. */
export interface Wake {
  readonly type: string;
  /** Of the event; of several the earliest. */
  readonly timestamp: string;
}
