/** Events as they are stored: by type, day and shard, read with strong consistency. */
import type { IndexQuery } from '../types.js';
import { compareEvents } from './progress.js';
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
  /** Only this shard. */
  readonly lane?: string;
  /** Whether what was committed a moment ago may be missing, at half the read units. */
  readonly isLax?: boolean;
}

/** The events of a type from a moment on, in no particular order. */
export async function eventsFrom(db: Reads, log: EventLog, stretch: Stretch): Promise<EventRecord[]> {
  const { type, from, now, isLax = false } = stretch;
  const lanes = stretch.lane === undefined ? lanesOf(log, type) : [stretch.lane];
  const reads = daysOf(from, now + aheadMs).flatMap((bucket) =>
    lanes.map(async (lane) => {
      const query = log.read({ type, lane, bucket, from: timeOf(from) });
      const events: EventRecord[] = [];
      for await (const event of db.each(isLax ? { ...query, consistent: false } : query)) events.push(event);
      return events;
    }),
  );
  return (await Promise.all(reads)).flat();
}

/** A record's event of exactly this moment; undefined where there is none. */
export async function eventAt(
  db: Reads,
  log: EventLog,
  { type, at, lane }: { readonly type: string; readonly at: number; readonly lane: string },
  isMeant: (event: EventRecord) => boolean,
): Promise<EventRecord | undefined> {
  for await (const event of db.each(log.read({ type, lane, bucket: dayOf(at), from: timeOf(at) }))) {
    if (Date.parse(event.timestamp) > at) return undefined;
    if (isMeant(event)) return event;
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

function lanesOf({ lanes }: EventLog, type: string): string[] {
  const count = (Object.hasOwn(lanes, type) && lanes[type]) || 1;
  return Array.from({ length: count }, (_, lane) => String(lane));
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

export function timeOf(moment: number): string {
  return new Date(moment).toISOString();
}
