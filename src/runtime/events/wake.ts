/** What tells a process that an event of a type was written. */
export interface Wake {
  readonly type: string;
  /** Of the event; of several the earliest. */
  readonly timestamp: string;
  /** The record that changed, where its entity is cached: its table and key, as `itemId` writes them. */
  readonly record?: string;
  /** Who changed it, where its entity is cached. */
  readonly actor?: string;
}
