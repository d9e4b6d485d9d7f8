/** The end of one type's events: those that are recent enough that others may still be committed among them. */
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
  /** Reading back what is before that, for those who resume. */
  recall: Promise<void> | undefined;
  /** From when on they want it. */
  wanted = Number.POSITIVE_INFINITY;
  /** From here on there is too much to keep in memory. */
  tooFar = Number.NEGATIVE_INFINITY;
  /** The events that are known, by id. */
  readonly #events = new Map<string, EventRecord>();
  /** Where they are among their records' events: see {@link placeOf}. */
  readonly #places = new Set<string>();

  constructor(log: EventLog, type: string) {
    this.log = log;
    this.type = type;
  }

  get events(): Iterable<EventRecord> {
    return this.#events.values();
  }

  get size(): number {
    return this.#events.size;
  }

  /** Returns whether it was not known. */
  add(event: EventRecord): boolean {
    if (this.#events.has(event.id)) return false;
    this.#events.set(event.id, event);
    this.#places.add(placeOf(event));
    return true;
  }

  /** Whether it is older than what is remembered, so that it was known. */
  isForgotten({ timestamp }: EventRecord): boolean {
    return this.swept > 0 && Date.parse(timestamp) <= this.begins;
  }

  /** Whether the event at this place is known. */
  hasAt(place: string): boolean {
    return this.#places.has(place);
  }

  /** Forgets the events up to a moment. */
  forget(moment: number): void {
    if (moment <= this.begins) return;
    this.begins = moment;
    for (const [id, event] of this.#events) {
      if (Date.parse(event.timestamp) > moment) continue;
      this.#events.delete(id);
      this.#places.delete(placeOf(event));
    }
  }
}

/** The type and the moment of the event before this one of its record. */
export function predecessorOf({
  previous,
}: EventRecord): { readonly type: string; readonly timestamp: string } | null {
  if (previous === null) return null;
  const end = previous.indexOf('@');
  return { type: previous.slice(0, end), timestamp: previous.slice(end + 1) };
}

/** An event by its type, its moment and its record: what the next one of the record names it by. */
export function placeOf({
  type,
  timestamp,
  entity,
  entityId,
}: Pick<EventRecord, 'type' | 'timestamp' | 'entity' | 'entityId'>): string {
  return `${type}@${timestamp}#${entity}#${entityId}`;
}
