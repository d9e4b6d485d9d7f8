/** Events that mutations publish, and the subscriptions that deliver them. */

import type { ConditionTree, FieldRef, ValuePlan } from './values.js';
import type { WriteUnits } from './writes.js';

export interface EventsPlan {
  /** The entity that events are stored as. */
  readonly entity: string;
  /** The pattern that reads a partition of them. */
  readonly pattern: string;
  /** How long an event is kept. */
  readonly seconds: number;
  /** Whether its key has the lane. */
  readonly hasLanes: boolean;
  /** What one adds to the transaction of its change. */
  readonly cost: WriteUnits;
  /** In the order of the YAML. */
  readonly types: readonly EventTypePlan[];
}

export interface EventTypePlan {
  readonly name: string;
  /** The entity whose changes it reports. */
  readonly entity: string;
  /** The attributes of the record that its events have. */
  readonly fields: readonly string[];
  /** Over how many partitions a day's events are spread. */
  readonly lanes: number;
  /** The fields of the record's key. */
  readonly key: readonly string[];
  /** Whether a record can be created again under the key of a deleted one. */
  readonly isRecreated: boolean;
}

/** Attributes of an event that conditions of subscriptions may name besides its fields. */
export const eventConditionFields: readonly string[] = ['type', 'entityId', 'actor'];

export interface SubscriptionPlan {
  readonly name: string;
  readonly field: FieldRef;
  /** Event types. */
  readonly on: readonly string[];
  /** The argument that resumes it. */
  readonly since: string;
  /** What has to hold of an event; a comparison whose argument is absent vanishes. */
  readonly filter: ConditionTree<ValuePlan> | null;
  readonly allow: string | null;
  readonly visible: string | null;
  /** The fields of what it delivers. */
  readonly payload: {
    readonly type: string;
    readonly cursor: string;
    readonly event: string | null;
    /** Records as they are now, each with its entity. */
    readonly records: readonly { readonly field: string; readonly entity: string }[];
  };
}
