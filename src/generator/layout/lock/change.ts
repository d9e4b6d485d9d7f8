import type { LockedEntity, Pending } from '../../lock.js';
import type { EntityLayout } from '../types.js';
import type { MatchedSlots } from './slots.js';

/** An entity before and after. */
export interface Change {
  readonly name: string;
  readonly layout: EntityLayout;
  readonly before: LockedEntity;
  readonly after: LockedEntity;
  readonly slots: MatchedSlots;
  /** The values of enums, before and after. */
  readonly enums: {
    readonly before: ReadonlyMap<string, readonly string[]>;
    readonly after: ReadonlyMap<string, readonly string[]>;
  };
  /** What the lock has of the entity. */
  readonly pending: readonly Pending[];
}
