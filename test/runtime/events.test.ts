/** Events: in the transaction of their change, in the order of their record. */
import type { Database, Write } from 'tableloom/runtime';
import { create, remove, update, upsert } from 'tableloom/runtime';
import type { EventRecord } from 'tableloom/runtime/generated';
import { describe, expect, test } from 'vitest';
import { eventsFrom } from '../../src/runtime/events/history.js';
import { openProject } from '../support/databases.js';
import {
  constructed,
  definitions,
  eventLog,
  events,
  type Note,
  note,
  noteKey,
  notes,
} from './support/events.js';

const start = Date.parse('2026-03-01T10:00:00.000Z');

/** A database whose clock the test sets. */
async function open() {
  let moment = start;
  const { database, engine, names } = await openProject(definitions, { now: () => new Date(moment) });
  return {
    database,
    engine,
    names,
    at(ms: number) {
      moment = start + ms;
    },
  };
}

async function stored(database: Database, days: readonly string[] = ['2026-03-01']): Promise<EventRecord[]> {
  const found: EventRecord[] = [];
  const db = database.session();
  for (const type of Object.keys(events))
    for (const lane of ['0', '1'])
      for (const bucket of days)
        for await (const event of db.each(eventLog.read({ type, lane, bucket }))) found.push(event);
  return found.sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
}

const change = (name: string, text: string, type = events.NOTE_UPDATED): Write<Note> =>
  update(notes, noteKey({ name }), (current) => ({ ...current, text }), { publish: type });

describe('an event', () => {
  test('is stored with its change, and has the declared fields before and after', async () => {
    const { database } = await open();
    const db = database.session({ actor: 'USER#7' });
    await db.writeOne(create(notes, () => note('a', 'one'), { publish: events.NOTE_CREATED }));
    await db.writeOne(change('a', 'two'));
    await db.writeOne(remove(notes, noteKey({ name: 'a' }), { publish: events.NOTE_DELETED }));
    const all = await stored(database);
    expect(all.map(({ type, revision, before, after }) => ({ type, revision, before, after }))).toEqual([
      { type: 'NOTE_CREATED', revision: 1, before: null, after: { name: 'a', text: 'one' } },
      {
        type: 'NOTE_UPDATED',
        revision: 2,
        before: { name: 'a', text: 'one' },
        after: { name: 'a', text: 'two' },
      },
      { type: 'NOTE_DELETED', revision: 2, before: { name: 'a', text: 'two' }, after: null },
    ]);
    expect(all[0]).toMatchObject({
      entity: 'Note',
      entityId: 'a',
      actor: 'USER#7',
      previous: null,
      expiresAt: '2026-03-31T10:00:00.000Z',
    });
    expect(JSON.stringify(all)).not.toContain('secret of');
  });

  test('of a change that is refused is not stored', async () => {
    const { database } = await open();
    const db = database.session();
    await db.writeOne(create(notes, () => note('a', 'one'), { publish: events.NOTE_CREATED }));
    const again = db.writeOne(create(notes, () => note('a', 'two'), { publish: events.NOTE_CREATED }));
    await expect(again).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    const both = db.write(
      change('a', 'three'),
      update(notes, noteKey({ name: 'missing' }), (current) => current, { publish: events.NOTE_UPDATED }),
    );
    await expect(both).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await stored(database)).toHaveLength(1);
  });

  test('does not report that nothing changed', async () => {
    const { database } = await open();
    const db = database.session();
    await db.writeOne(create(notes, () => note('a', 'one'), { publish: events.NOTE_CREATED }));
    await db.writeOne(change('a', 'one'));
    expect(await stored(database)).toHaveLength(1);
  });

  test('is later than the one before of its record, whatever the clock says', async () => {
    const { database, at } = await open();
    const write = async (ms: number, one: Write<unknown>) => {
      at(ms);
      await database.session().writeOne(one);
    };
    await write(
      5000,
      create(notes, () => note('a', 'one'), { publish: events.NOTE_CREATED }),
    );
    await write(3000, change('a', 'two'));
    await write(3000, change('a', 'three'));
    // What publishes nothing leaves the order as it is.
    await write(
      2000,
      update(notes, noteKey({ name: 'a' }), (current) => ({ ...current, text: 'silent' })),
    );
    await write(1000, remove(notes, noteKey({ name: 'a' }), { publish: events.NOTE_DELETED }));
    await write(
      0,
      upsert(notes, noteKey({ name: 'a' }), () => note('a', 'new'), { publish: events.NOTE_CREATED }),
    );
    await write(0, change('a', 'last'));
    const all = await stored(database);
    expect(all.map(({ type, timestamp }) => `${type} ${Date.parse(timestamp) - start}`)).toEqual([
      'NOTE_CREATED 5000',
      'NOTE_UPDATED 5001',
      'NOTE_UPDATED 5002',
      'NOTE_DELETED 5003',
      'NOTE_CREATED 5004',
      'NOTE_UPDATED 5005',
    ]);
    expect(all.map(({ previous }) => previous)).toEqual([
      null,
      ...all.slice(0, -1).map(({ type, timestamp }) => `${type}@${timestamp}`),
    ]);
  });

  test('is not older than an attempt may be: readers would not wait for it', async () => {
    const { database, at } = await open();
    let reads = 0;
    const alongside = () => {
      // What is read for the transaction takes a minute, once.
      if (reads++ === 0) at(60_000);
      return [];
    };
    await database
      .session()
      .writeOne(create(notes, () => note('a', 'one'), { publish: events.NOTE_CREATED, alongside }));
    expect((await stored(database)).map(({ timestamp }) => timestamp)).toEqual(['2026-03-01T10:01:00.000Z']);
  });

  test('of two records in one millisecond are two', async () => {
    const { database } = await open();
    const db = database.session();
    const names = Array.from({ length: 30 }, (_, at) => `n${at}`);
    await db.write(
      ...names.map((name) => create(notes, () => note(name, 'x'), { publish: events.NOTE_CREATED })),
    );
    const all = await stored(database);
    expect(new Set(all.map(({ id }) => id)).size).toBe(30);
  });

  test('of a type that is called like what every object has is found', async () => {
    const { database } = await open();
    const db = database.session();
    await db.writeOne(create(notes, () => note('a', 'one'), { publish: constructed }));
    const found = await eventsFrom(db, eventLog, { type: 'constructor', from: start, now: start });
    expect(found.map(({ type, lane }) => `${type} ${lane}`)).toEqual(['constructor 0']);
  });

  test('is never left out: what writes without transactions does not publish', async () => {
    const { database } = await open();
    const db = database.session();
    await expect(
      db.putAll([create(notes, () => note('a', 'one'), { publish: events.NOTE_CREATED })]),
    ).rejects.toThrow('putAll writes records without transactions, so it cannot publish their events');
  });
});
