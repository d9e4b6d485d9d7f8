import type { AnyCodec } from '../reindex/types.js';
import type { EventLog, EventType } from './types.js';

/** A project's log, whatever its records have besides. */
export type AnyEventLog = Omit<EventLog, 'codec' | 'read'> & {
  readonly codec: AnyCodec;
  readonly read: (by: never) => object;
};

/** A type of events of the records of `R`, as generated code declares it. */
export function eventType<R extends object>(
  log: AnyEventLog,
  type: string,
  declared: Pick<EventType<R>, 'entity' | 'fields' | 'key' | 'isRecreated'>,
): EventType<R> {
  return { type, log: log as unknown as EventLog, ...declared };
}
