/** Subscribers of several processes receive each event that concerns them once, in the order of its record. */
import { setTimeout as sleep } from 'node:timers/promises';
import { create, type Database, remove, update } from 'tableloom/runtime';
import type { EventRecord } from 'tableloom/runtime/generated';
import { expect, test } from 'vitest';
import { openProject } from '../support/databases.js';
import { Dice } from '../support/dice.js';
import { runs } from '../support/runs.js';
import { definitions, eventLog, events, note, noteKey, notes } from './support/events.js';
import { noteChanged, processOn } from './support/subscribers.js';

/** How long transactions take at most, how far clocks step, and how long readers wait for what is late, in milliseconds. */
interface Scale {
  readonly longestDelay: number;
  readonly skew: number;
  readonly settleMs: number;
  readonly writes: number;
}

const scaledDown: Scale = { longestDelay: 400, skew: 200, settleMs: 1500, writes: 40 };
const usual: Scale = { longestDelay: 5000, skew: 2000, settleMs: 20_000, writes: 60 };
const scales = [...Array.from({ length: runs(1) }, () => scaledDown), ...(runs(1) > 1 ? [usual] : [])];

const names = ['a', 'b', 'c', 'd', 'e', 'f'];

interface Received {
  readonly name: string | null;
  /** Before the first attempt to subscribe, and once it was acknowledged. */
  asked: number;
  acknowledged: number;
  readonly events: EventRecord[];
  resumed: number;
}

test('whatever order commits are in, and wherever they subscribe again', { timeout: 600_000 }, async () => {
  for (const [number, { longestDelay, skew, settleMs, writes }] of scales.entries()) {
    const dice = new Dice(900 + number);
    const { engine, names: tables } = await openProject(definitions);
    const processes = [0, 1].map((at) => {
      let offset = at * skew;
      return processOn(
        engine.clientConfig,
        {
          tables,
          now: () => {
            if (dice.below(40) === 0) offset = dice.below(2 * skew) - skew;
            return new Date(Date.now() + offset);
          },
          live: { pollMs: 50, settleMs },
          // Every write is known to have been carried out, or not.
          limits: { attemptMs: 12_000, deadlineMs: 12_000 },
        },
        () => (dice.below(4) === 0 ? dice.below(longestDelay) : 0),
      );
    });
    const subscribe = noteChanged();
    const written: { readonly began: number; readonly ended: number; readonly revision: string }[] = [];
    let isOver = false;

    const write = async (database: Database) => {
      const name = dice.of(names);
      const [kind, text] = [dice.below(10), String(dice.below(1e9))];
      const began = performance.now();
      const db = database.session();
      const key = noteKey({ name });
      const action =
        kind < 3
          ? create(notes, () => note(name, text), { publish: events.NOTE_CREATED })
          : kind < 5
            ? remove(notes, key, { publish: events.NOTE_DELETED })
            : kind < 6
              ? update(notes, key, (one) => ({ ...one, text }), { publish: events.NOTE_HIDDEN })
              : update(notes, key, (one) => ({ ...one, text }), { publish: events.NOTE_UPDATED });
      const done = await db.writeOne(action as never).then(
        () => true,
        (error: { readonly code?: string }) => {
          if (['NOT_FOUND', 'ALREADY_EXISTS', 'CONFLICT'].includes(error.code ?? '')) return false;
          throw error;
        },
      );
      if (done) written.push({ began, ended: performance.now(), revision: `${name} ${text} ${kind < 5}` });
    };

    const follow = async (received: Received) => {
      let since: string | null = null;
      while (!isOver) {
        received.asked ||= performance.now();
        const source = await subscribe({ name: received.name, since }, { db: dice.of(processes).session() });
        const end = setTimeout(() => void source.stop(), 100 + dice.below(1500));
        for await (const { cursor, event } of source) {
          received.acknowledged ||= performance.now();
          since = cursor;
          if (event !== null) received.events.push(event);
          // A slow reader.
          if (dice.below(20) === 0) await sleep(dice.below(100));
        }
        clearTimeout(end);
        received.resumed += 1;
        await sleep(dice.below(3) === 0 ? dice.below(2 * settleMs) : 0);
      }
      // What is left.
      const source = await subscribe({ name: received.name, since }, { db: dice.of(processes).session() });
      const end = setTimeout(() => void source.stop(), settleMs);
      for await (const { event } of source) if (event !== null) received.events.push(event);
      clearTimeout(end);
    };

    const subscribers: Received[] = [null, null, ...names].map((name) => ({
      name,
      asked: 0,
      acknowledged: 0,
      events: [],
      resumed: 0,
    }));
    const following = subscribers.map(async (one) => {
      await sleep(dice.below(1000));
      await follow(one);
    });
    const writers = Array.from({ length: 8 }, async (_, at) => {
      for (let count = 0; count < writes; count++) {
        await write(processes[at % 2] as Database);
        await sleep(dice.below(100));
      }
    });
    await Promise.all(writers);
    isOver = true;
    await Promise.all(following);

    const all = await storedEvents(processes[0] as Database);
    expect(all.length).toBe(written.length);
    for (const { name, acknowledged, asked, events: got, resumed } of subscribers) {
      const of = `${name ?? 'all'} of run ${number}, resumed ${resumed} times`;
      const ids = got.map(({ id }) => id);
      expect(new Set(ids).size, `twice: ${of}`).toBe(ids.length);
      const concerned = all.filter(
        (event) => event.type !== 'NOTE_HIDDEN' && (name === null || event.entityId === name),
      );
      const known = new Map(concerned.map((event) => [event.id, event]));
      expect(
        ids.filter((id) => !known.has(id)),
        `does not concern: ${of}`,
      ).toEqual([]);
      const bounds = new Map(written.map((one) => [one.revision, one]));
      const missing = concerned.filter((event) => {
        const text = String((event.after ?? event.before)?.text);
        const isBoundary = event.type !== 'NOTE_UPDATED' && event.type !== 'NOTE_HIDDEN';
        const write = bounds.get(`${event.entityId} ${text} ${isBoundary}`);
        return !ids.includes(event.id) && (write === undefined ? false : write.began > acknowledged);
      });
      expect(
        missing.map(({ type, timestamp }) => `${type} ${timestamp}`),
        `missing: ${of}`,
      ).toEqual([]);
      for (const record of names) {
        const own = got.filter(({ entityId }) => entityId === record).map(({ timestamp }) => timestamp);
        expect(own, `order of ${record}: ${of}`).toEqual([...own].sort());
      }
      expect(asked).toBeLessThan(acknowledged);
    }
  }
});

async function storedEvents(database: Database): Promise<EventRecord[]> {
  const found: EventRecord[] = [];
  const days = [0, 1].map((at) => new Date(Date.now() - at * 86_400_000).toISOString().slice(0, 10));
  const db = database.session();
  for (const type of Object.keys(events))
    for (const lane of ['0', '1'])
      for (const bucket of days)
        for await (const event of db.each(eventLog.read({ type, lane, bucket }))) found.push(event);
  return found;
}
