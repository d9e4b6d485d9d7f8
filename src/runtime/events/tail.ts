/** The end of one type's events: those that are recent enough that others may still be committed among them. */
import { momentOf } from './publish.js';
import type { EventLog, EventRecord } from './types.js';

export class Tail {
  readonly log: EventLog;
  readonly type: string;
  /** How many subscriptions read it. */
  users = 0;
  /** When the last read of all that is not settled began, in milliseconds by the readers' clock; 0 before the first. */
  swept = 0;
  /** When the last read of any kind began. */
  polled = 0;
  /** From which moment on its events are known. */
  begins = Number.POSITIVE_INFINITY;
  /** The events that are known, by id. */
  readonly #events = new Map<string, EventRecord>();
  /** The same, by record and time. */
  readonly #byRecord = new Set<string>();

  constructor(log: EventLog, type: string) {
    this.log = log;
    this.type = type;
  }

  get events(): Iterable<EventRecord> {
    return this.#events.values();
  }

  /** Returns whether it was not known. */
  add(event: EventRecord): boolean {
    if (this.#events.has(event.id)) return false;
    this.#events.set(event.id, event);
    this.#byRecord.add(placeOf(event, Date.parse(event.timestamp)));
    return true;
  }

  /** Whether it is older than what is remembered, so that it was known. */
  isForgotten({ timestamp }: EventRecord): boolean {
    return this.swept > 0 && Date.parse(timestamp) <= this.begins;
  }

  /** Whether a record's event of this moment is known. */
  hasAt(record: EventRecord, moment: number): boolean {
    return this.#byRecord.has(placeOf(record, moment));
  }

  /** Forgets the events up to a moment. */
  forget(moment: number): void {
    if (moment <= this.begins) return;
    this.begins = moment;
    for (const [id, event] of this.#events) {
      const at = Date.parse(event.timestamp);
      if (at > moment) continue;
      this.#events.delete(id);
      this.#byRecord.delete(placeOf(event, at));
    }
  }
}

/** The type and the moment of the event before this one of its record. */
export function predecessorOf({
  previous,
}: EventRecord): { readonly type: string; readonly at: number } | null {
  return previous === null
    ? null
    : { type: previous.slice(0, previous.indexOf('@')), at: momentOf(previous) };
}

function placeOf({ entity, entityId }: EventRecord, moment: number): string {
  return `${moment}#${entity}#${entityId}`;
}
