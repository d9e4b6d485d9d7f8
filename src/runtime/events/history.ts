/** Events as they are stored: by type, day and shard, read with strong consistency. */
import type { IndexQuery } from '../types.js';
import { compareEvents } from './progress.js';
import { laneCount, laneOf } from './publish.js';
import type { EventLog, EventRecord } from './types.js';

const dayMs = 86_400_000;

/** How far beyond their own clock readers look: a writer's may be this much faster at midnight, in milliseconds. */
const aheadMs = 300_000;

/** What of a session reads events. */
export interface Reads {
  each<R extends object>(query: IndexQuery<R>): AsyncGenerator<R, void, undefined>;
}

export interface Stretch {
  readonly type: string;
  /** Inclusive, in milliseconds. */
  readonly from: number;
  /** The reader's time. */
  readonly now: number;
  /** Whether what was committed a moment ago may be missing, at half the read units. */
  readonly isLax?: boolean;
}

/** The events of a type from a moment on, in no particular order. */
export async function eventsFrom(
  db: Reads,
  log: EventLog,
  { type, from, now, isLax = false }: Stretch,
): Promise<EventRecord[]> {
  const reads = daysOf(from, now + aheadMs).flatMap((bucket) =>
    lanesOf(log, type).map(async (lane) => {
      const query = log.read({ type, lane, bucket, from: timeOf(from) });
      const events: EventRecord[] = [];
      for await (const event of db.each(isLax ? { ...query, consistent: false } : query)) events.push(event);
      return events;
    }),
  );
  return (await Promise.all(reads)).flat();
}

/** The event of this type, moment and record; undefined where there is none. */
export async function eventAt(
  db: Reads,
  log: EventLog,
  { type, timestamp, entity, entityId }: Pick<EventRecord, 'type' | 'timestamp' | 'entity' | 'entityId'>,
): Promise<EventRecord | undefined> {
  const lane = laneOf(log, type, { entity, entityId });
  const from = log.read({ type, lane, bucket: timestamp.slice(0, 10), from: timestamp });
  for await (const event of db.each(from)) {
    if (event.timestamp > timestamp) return undefined;
    if (event.entity === entity && event.entityId === entityId) return event;
  }
  return undefined;
}

/** All events of some types between two moments, in their order. The second is inclusive, and settled. */
export async function* eventsBetween(
  db: Reads,
  log: EventLog,
  types: readonly string[],
  { after, until }: { readonly after: number; readonly until: number },
): AsyncGenerator<EventRecord, void, undefined> {
  const from = after + 1;
  if (from > until) return;
  for (const bucket of daysOf(from, until)) {
    const sources = types.flatMap((type) =>
      lanesOf(log, type).map((lane) => db.each(log.read({ type, lane, bucket, from: timeOf(from) }))),
    );
    yield* merged(sources, until);
  }
}

/** Merges sources that are in order, until a moment. */
async function* merged(
  sources: readonly AsyncGenerator<EventRecord, void, undefined>[],
  until: number,
): AsyncGenerator<EventRecord, void, undefined> {
  const end = timeOf(until);
  const heads = await Promise.all(sources.map((source) => source.next()));
  try {
    for (;;) {
      let first = -1;
      let event: EventRecord | undefined;
      for (const [at, head] of heads.entries()) {
        if (head.done || head.value.timestamp > end) continue;
        if (event !== undefined && compareEvents(head.value, event) >= 0) continue;
        first = at;
        event = head.value;
      }
      const source = sources[first];
      if (source === undefined || event === undefined) return;
      yield event;
      heads[first] = await source.next();
    }
  } finally {
    await Promise.all(sources.map((source) => source.return()));
  }
}

function lanesOf(log: EventLog, type: string): string[] {
  return Array.from({ length: laneCount(log, type) }, (_, lane) => String(lane));
}

/** The days that a stretch of time touches, the earliest first. */
function daysOf(from: number, to: number): string[] {
  const first = Math.floor(from / dayMs);
  const count = Math.floor(to / dayMs) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, at) => dayOf((first + at) * dayMs));
}

function dayOf(moment: number): string {
  return timeOf(moment).slice(0, 10);
}

function timeOf(moment: number): string {
  return new Date(moment).toISOString();
}
