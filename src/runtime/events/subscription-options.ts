import type { Condition } from '../read/filters.js';
import type { AnyCodec } from '../reindex/types.js';
import type { MaybePromise } from '../write/write.js';
import type { EventRecord, EventType } from './types.js';

/** A subscription, as generated code declares it. Rules are methods: they take the event as the project declares it. */
export interface SubscriptionOptions<Args, Context> {
  /** The field's name. */
  readonly name: string;
  readonly on: readonly EventType[];
  /** The name of the argument that resumes: its value is a cursor of an earlier delivery, or a DateTime. */
  readonly since: keyof NoInfer<Args> & string;
  /** What has to hold of the event; its comparisons see the declared fields, the key and `type`, `entityId`, `actor`. */
  readonly filter?: (args: NoInfer<Args>) => Condition;
  /** Called when the subscription begins, and again at each delivery: where it throws then, the subscription ends. */
  allow?(call: {
    readonly parent: Record<PropertyKey, never>;
    readonly args: NoInfer<Args>;
    readonly context: NoInfer<Context>;
  }): MaybePromise<void>;
  /** Called at each delivery: events that the viewer may not see are left out. */
  visible?(call: { readonly node: EventRecord; readonly context: NoInfer<Context> }): MaybePromise<boolean>;
  /** The fields of the payload: that of the cursor, that of the event, and those of the record as it is now. */
  readonly payload: {
    readonly cursor: string;
    readonly event?: string;
    readonly records?: Readonly<Record<string, AnyCodec>>;
  };
}
