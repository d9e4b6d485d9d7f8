import type { EventLog, EventType } from './types.js';

/** A type of events of the records of `R`, as generated code declares it. */
export function eventType<R extends object>(
  log: EventLog,
  type: string,
  declared: Pick<EventType<R>, 'entity' | 'fields' | 'key' | 'isRecreated'>,
): EventType<R> {
  return { type, log, ...declared };
}
