/** Subscriptions: where they begin, what they resume, and what ends them. */
import { create, Database, forbidden, remove, unauthenticated, update } from 'tableloom/runtime';
import { describe, expect, test } from 'vitest';
import { openProject } from '../support/databases.js';
import { definitions, events, note, noteKey, notes } from './support/events.js';
import { type Deliveries, noteChanged, type Payload } from './support/subscribers.js';

const hour = 3_600_000;
const day = 24 * hour;

async function open(options: { readonly buffer?: number } = {}) {
  let moment = Date.parse('2026-03-01T10:00:00.000Z');
  const { database, engine, names } = await openProject(definitions, {
    now: () => new Date(moment),
    live: { pollMs: 20, settleMs: 2000, ...options },
  });
  return {
    database,
    engine,
    names,
    pass: (ms: number) => {
      moment += ms;
    },
  };
}

const publishing = {
  created: events.NOTE_CREATED,
  changed: events.NOTE_UPDATED,
  deleted: events.NOTE_DELETED,
};

async function write(database: Database, name: string, text: string): Promise<void> {
  await database.session().writeOne(create(notes, () => note(name, text), { publish: publishing.created }));
}

async function change(database: Database, name: string, text: string): Promise<void> {
  const publish = publishing.changed;
  await database
    .session()
    .writeOne(update(notes, noteKey({ name }), (one) => ({ ...one, text }), { publish }));
}

async function next(deliveries: Deliveries): Promise<Payload> {
  const { value } = await deliveries.next();
  if (value === undefined) throw new Error('the subscription has ended');
  return value;
}

/** The next so many texts, and the cursor of the last. */
async function take(deliveries: Deliveries, count: number): Promise<[texts: unknown[], cursor: string]> {
  const texts: unknown[] = [];
  let cursor = '';
  while (texts.length < count) {
    const payload = await next(deliveries);
    if (payload.event !== null) texts.push((payload.event.after ?? payload.event.before)?.text);
    cursor = payload.cursor;
  }
  return [texts, cursor];
}

describe('a subscription', () => {
  test('begins with a cursor: what is written from then on is delivered, and nothing before', async () => {
    const { database } = await open();
    await write(database, 'a', 'before');
    const deliveries = await noteChanged()({}, { db: database.session() });
    expect(await next(deliveries)).toMatchObject({ event: null });
    await write(database, 'b', 'after');
    expect((await take(deliveries, 1))[0]).toEqual(['after']);
    await deliveries.stop();
  });

  test('resumes by a cursor that was delivered before any event', async () => {
    const { database } = await open();
    const first = await noteChanged()({}, { db: database.session() });
    const { cursor } = await next(first);
    await first.stop();
    await write(database, 'a', 'while nobody listened');
    const second = await noteChanged()({ since: cursor }, { db: database.session() });
    expect((await take(second, 1))[0]).toEqual(['while nobody listened']);
    await second.stop();
  });

  test('replays across days and shards, in order, and goes on live', async () => {
    const { database, pass } = await open();
    const first = await noteChanged()({}, { db: database.session() });
    const { cursor } = await next(first);
    await first.stop();
    const texts: string[] = [];
    for (let at = 0; at < 60; at++) {
      pass(11 * hour);
      const text = String(at);
      if (at < 20) await write(database, `n${at}`, text);
      else await change(database, `n${at % 20}`, text);
      texts.push(text);
    }
    const second = await noteChanged()({ since: cursor }, { db: database.session() });
    const [some, middle] = await take(second, 33);
    await second.stop();
    const third = await noteChanged()({ since: middle }, { db: database.session() });
    const [others] = await take(third, 27);
    expect([...some, ...others]).toEqual(texts);
    await write(database, 'live', 'live');
    expect((await take(third, 1))[0]).toEqual(['live']);
    await third.stop();
  });

  test('begins at a moment, which is inclusive', async () => {
    const { database, pass } = await open();
    await write(database, 'a', 'early');
    pass(hour);
    await write(database, 'b', 'then');
    const since = '2026-03-01T11:00:00.000Z';
    const deliveries = await noteChanged()({ since }, { db: database.session() });
    expect((await take(deliveries, 1))[0]).toEqual(['then']);
    await deliveries.stop();
  });

  test('refuses a cursor of other arguments, an altered one, and what is none', async () => {
    const { database } = await open();
    const deliveries = await noteChanged()({ name: 'a' }, { db: database.session() });
    const { cursor } = await next(deliveries);
    await deliveries.stop();
    for (const [name, since] of [
      ['b', cursor],
      [undefined, cursor],
      ['a', `${cursor.slice(0, -2)}AA`],
      ['a', 'tomorrow'],
    ] as const) {
      const again = noteChanged()({ name: name ?? null, since }, { db: database.session() });
      await expect(again).rejects.toMatchObject({
        code: 'BAD_CURSOR',
        message: '"since" is not a valid cursor of this field with these arguments; start again without it.',
      });
    }
  });

  test('refuses a cursor whose events are not kept any more, and takes one whose events just are', async () => {
    const { database, pass } = await open();
    const deliveries = await noteChanged()({}, { db: database.session() });
    const { cursor } = await next(deliveries);
    await deliveries.stop();
    await write(database, 'a', 'oldest');
    pass(30 * day - 5000);
    const late = await noteChanged()({ since: cursor }, { db: database.session() });
    expect((await take(late, 1))[0]).toEqual(['oldest']);
    await late.stop();
    pass(10_000);
    await expect(noteChanged()({ since: cursor }, { db: database.session() })).rejects.toMatchObject({
      code: 'EVENTS_EXPIRED',
      extensions: { argument: 'since', keptSeconds: 2_592_000 },
      message:
        'Events are kept for 30 days, and "since" is from before that. Read the records again, and subscribe without it.',
    });
  });

  test('asks its rules at each delivery: a viewer who may not any more stops receiving', async () => {
    const { database } = await open();
    let [isAllowed, sees] = [true, (name: unknown) => name !== 'hidden'];
    const rules = {
      allow: () => {
        if (!isAllowed) throw forbidden();
      },
      visible: ({ node }: { readonly node: { readonly key: Readonly<Record<string, unknown>> } }) =>
        sees(node.key.name),
    };
    const deliveries = await noteChanged(rules)({}, { db: database.session() });
    await next(deliveries);
    await write(database, 'hidden', 'hidden');
    await write(database, 'shown', 'shown');
    expect((await take(deliveries, 1))[0]).toEqual(['shown']);
    sees = () => true;
    await change(database, 'hidden', 'shown now');
    expect((await take(deliveries, 1))[0]).toEqual(['shown now']);
    isAllowed = false;
    await change(database, 'shown', 'too late');
    await expect(next(deliveries)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await deliveries.next()).toEqual({ value: undefined, done: true });
  });

  test('cuts off a subscriber that does not read, who resumes without a loss', async () => {
    const { database, pass } = await open({ buffer: 10 });
    const deliveries = await noteChanged()({}, { db: database.session() });
    const { cursor } = await next(deliveries);
    for (let at = 0; at < 30; at++) {
      await write(database, `n${at}`, String(at));
      pass(1);
    }
    // The reports of this process come with its writes.
    const gone = async () => {
      for (;;) await next(deliveries);
    };
    await expect(gone()).rejects.toMatchObject({ code: 'SUBSCRIPTION_LAGGING' });
    const again = await noteChanged()({ since: cursor }, { db: database.session() });
    const [texts] = await take(again, 30);
    expect(texts).toEqual(Array.from({ length: 30 }, (_, at) => String(at)));
    await again.stop();
  });

  test('has the record as it is now, at least as new as the event', async () => {
    const { database } = await open();
    const { subscribe } = recordsOfNotes;
    const deliveries = await subscribe({}, { db: database.session() });
    await next(deliveries);
    await write(database, 'a', 'one');
    expect(await next(deliveries)).toMatchObject({ note: { text: 'one' } });
    await change(database, 'a', 'two');
    expect(await next(deliveries)).toMatchObject({ note: { text: 'two' } });
    await database.session().writeOne(remove(notes, noteKey({ name: 'a' }), { publish: publishing.deleted }));
    expect(await next(deliveries)).toMatchObject({ event: { type: 'NOTE_DELETED' }, note: null });
    await deliveries.stop();
  });

  test('of a record that is deleted and created again has each time what is there', async () => {
    const { database } = await open();
    const { subscribe } = recordsOfNotes;
    const deliveries = await subscribe({}, { db: database.session() });
    await next(deliveries);
    const deleted = () =>
      database.session().writeOne(remove(notes, noteKey({ name: 'a' }), { publish: publishing.deleted }));
    await write(database, 'a', 'first');
    expect(await next(deliveries)).toMatchObject({ note: { text: 'first' } });
    await deleted();
    expect(await next(deliveries)).toMatchObject({ note: null });
    await write(database, 'a', 'second');
    expect(await next(deliveries)).toMatchObject({ note: { text: 'second' } });
    await deliveries.stop();
  });

  test('delivers the events of one transaction in the order of its writes', async () => {
    const { database } = await open();
    const deliveries = await noteChanged()({}, { db: database.session() });
    await next(deliveries);
    const names = Array.from({ length: 30 }, (_, at) => `n${at}`);
    await database
      .session()
      .write(...names.map((name) => create(notes, () => note(name, name), { publish: publishing.created })));
    expect((await take(deliveries, 30))[0]).toEqual(names);
    await deliveries.stop();
  });

  test('takes an argument that is null for one that is absent, and a moment to come for now', async () => {
    const { database } = await open();
    const first = await noteChanged()({}, { db: database.session() });
    const { cursor } = await next(first);
    await first.stop();
    await write(database, 'a', 'one');
    const again = await noteChanged()({ name: null, since: cursor }, { db: database.session() });
    expect((await take(again, 1))[0]).toEqual(['one']);
    await again.stop();
    const ahead = await noteChanged()({ since: '2099-01-01T00:00:00Z' }, { db: database.session() });
    await next(ahead);
    await write(database, 'b', 'two');
    expect((await take(ahead, 2))[0]).toEqual(['one', 'two']);
    await ahead.stop();
  });

  test('leaves out what its rule refuses to show, and ends where the viewer is signed out', async () => {
    const { database } = await open();
    const visible = ({ node }: { readonly node: { readonly key: Readonly<Record<string, unknown>> } }) => {
      if (node.key.name === 'hidden') throw forbidden();
      if (node.key.name === 'last') throw unauthenticated();
      return true;
    };
    const deliveries = await noteChanged({ visible })({}, { db: database.session() });
    await next(deliveries);
    for (const name of ['hidden', 'shown', 'last']) await write(database, name, name);
    expect((await take(deliveries, 1))[0]).toEqual(['shown']);
    await expect(next(deliveries)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('reads what it shares with others once: requests grow with events, not with subscribers', async () => {
    const requests = async (subscribers: number) => {
      const { database, queries } = await openCounting();
      const all = await Promise.all(
        Array.from({ length: subscribers }, () => noteChanged()({}, { db: database.session() })),
      );
      await Promise.all(all.map(next));
      const before = queries();
      for (let at = 0; at < 10; at++) {
        await write(database, `n${at}`, 'x');
        await Promise.all(all.map(next));
      }
      await Promise.all(all.map((one) => one.stop()));
      return queries() - before;
    };
    expect(await requests(100)).toBe(await requests(1));
  });

  test('reads what was missed once for all who resume, as after a restart', async () => {
    const requests = async (subscribers: number) => {
      const { database, queries, restarted, pass } = await openCounting();
      const first = await noteChanged()({}, { db: database.session() });
      const { cursor } = await next(first);
      await first.stop();
      const texts = Array.from({ length: 30 }, (_, at) => `text ${at}`);
      for (const text of texts) {
        pass(1000);
        await write(database, text, text);
      }
      pass(hour);
      const again = restarted();
      const before = queries();
      const all = await Promise.all(
        Array.from({ length: subscribers }, () => noteChanged()({ since: cursor }, { db: again.session() })),
      );
      for (const [got] of await Promise.all(all.map((one) => take(one, texts.length))))
        expect(got).toEqual(texts);
      await Promise.all(all.map((one) => one.stop()));
      return queries() - before;
    };
    expect(await requests(100)).toBe(await requests(2));
  });
});

/** A database that counts the queries it sends, and the same after a restart. */
async function openCounting() {
  const { engine, names } = await openProject(definitions);
  let count = 0;
  let moment = Date.parse('2026-03-01T10:00:00.000Z');
  const restarted = () =>
    new Database({
      client: engine.client,
      tables: names,
      cursorSecrets: ['a secret of the tests, long enough'],
      now: () => new Date(moment),
      live: { pollMs: 60_000, settleMs: 600_000 },
      onRequest: ({ operation }) => {
        if (operation === 'Query') count += 1;
      },
    });
  const pass = (ms: number) => {
    moment += ms;
  };
  return { database: restarted(), restarted, queries: () => count, pass };
}

const recordsOfNotes = { subscribe: noteChanged({}, ['note']) };
