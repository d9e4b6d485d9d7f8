/** Types of events, as generated code declares them. */

import type { AnyCodec } from '../reindex/types.js';
import type { EventLog, EventType } from './types.js';

/** A project's log, whatever its record has besides. */
export type AnyEventLog = Omit<EventLog, 'codec' | 'read'> & {
  readonly codec: AnyCodec;
  readonly read: (by: never) => object;
};

export function eventType<R extends object>(
  log: AnyEventLog,
  type: string,
  of: Pick<EventType, 'entity' | 'fields' | 'key' | 'isRecreated'>,
): EventType<R> {
  return { type, log: log as unknown as EventLog, ...of };
}
