/** What is cached: who is answered with it, for how long, and what ends it. */
import {
  create,
  Database,
  type DatabaseOptions,
  remove,
  type Session,
  update,
  type Write,
} from 'tableloom/runtime';
import { describe, expect, test } from 'vitest';
import { openProject } from '../support/databases.js';
import { until } from '../support/until.js';
import {
  definitions,
  namesOf,
  type Product,
  product,
  productKey,
  products,
  productsOf,
  type Review,
  review,
  reviewKey,
  reviews,
  reviewsOf,
} from './support/cached.js';

const second = 1000;
const minute = 60 * second;

/** Two processes on the same tables. */
async function open(options: Partial<DatabaseOptions> = {}) {
  let moment = Date.parse('2026-03-01T10:00:00.000Z');
  const { engine, names: physical } = await openProject(definitions);
  const names = namesOf(physical);
  const sent: string[] = [];
  const process = (more: Partial<DatabaseOptions> = {}) =>
    new Database({
      client: engine.client,
      tables: names,
      cursorSecrets: ['a secret of the tests, long enough'],
      now: () => new Date(moment),
      onRequest: ({ operation }) => sent.push(operation),
      ...options,
      ...more,
    });
  return {
    one: process(),
    other: process(),
    process,
    engine,
    names,
    pass: (ms: number) => {
      moment += ms;
    },
    /** The requests that some work sends. */
    async requests(work: () => Promise<unknown>): Promise<readonly string[]> {
      sent.length = 0;
      await work();
      // What is written to the cache's table is not waited for.
      const isStored = sent[0] === 'GetItem' && sent.includes('Query');
      await until(() => !isStored || sent.at(-1) === 'PutItem');
      return [...sent];
    },
  };
}

const key = productKey({ id: 'a' });
const read = (db: Session) => db.get(products, key);
const list = (db: Session) => db.connection(productsOf('books'), { first: 10 });
const write = (database: Database, name: string, actor: string | null = null) =>
  database.session({ actor }).writeOne(update(products, key, (one) => ({ ...one, name })));
const start = (database: Database, ...all: readonly Product[]) =>
  database.session().write(...all.map((one) => create(products, () => one)));

describe('a record that is read by its key', () => {
  test('is read once, until it is too old', async () => {
    const { one, requests, pass } = await open();
    await start(one, product('a'));
    pass(minute);
    expect(await requests(() => read(one.session()))).toEqual(['GetItem']);
    pass(4 * minute);
    expect(await requests(() => read(one.session()))).toEqual([]);
    pass(2.5 * minute);
    expect(await requests(() => read(one.session()))).toEqual(['GetItem']);
  });

  test('is answered once more while it is read again', async () => {
    const { one, other, requests, pass } = await open();
    await start(one, product('a'));
    pass(minute);
    await read(one.session());
    await write(other, 'changed');
    pass(5.5 * minute);
    const again = async () => (await read(one.session()))?.name;
    expect(await again()).toBe('a');
    await until(async () => (await again()) === 'changed');
    expect(await requests(again)).toEqual([]);
  });

  test('is read once by those who come for it at the same time', async () => {
    const { one, requests, pass } = await open();
    await start(one, product('a'), product('b'));
    pass(minute);
    const sent = await requests(() => Promise.all(Array.from({ length: 50 }, () => read(one.session()))));
    expect(sent).toEqual(['GetItem']);
  });

  test('is read with strong consistency wherever that is requested', async () => {
    const { one, requests, pass } = await open();
    await start(one, product('a'));
    pass(minute);
    await read(one.session());
    expect(await requests(() => one.session().get(products, key, { consistent: true }))).toEqual(['GetItem']);
  });

  test('is what a session of the same process has written, at once', async () => {
    const { one, requests, pass } = await open();
    await start(one, product('a'));
    pass(minute);
    await read(one.session());
    await write(one, 'changed');
    const seen: unknown[] = [];
    expect(await requests(async () => seen.push((await read(one.session()))?.name))).toEqual([]);
    expect(seen).toEqual(['changed']);
    await one.session().writeOne(remove(products, key));
    expect(await read(one.session())).toBeNull();
  });

  test('is shared, so that it cannot be changed', async () => {
    const { one, pass } = await open();
    await start(one, product('a'));
    pass(minute);
    const found = await read(one.session());
    expect(() => Object.assign(found?.tags ?? [], ['mine'])).toThrow(TypeError);
    expect((await read(one.session()))?.tags).toEqual(['new']);
  });

  test('is kept only as long as there is room', async () => {
    const { one, requests, pass } = await open({ cache: { bytes: 8_000 } });
    await start(one, ...Array.from({ length: 90 }, (_, at) => product(`p${at}`)));
    pass(minute);
    const all = () =>
      Promise.all(
        Array.from({ length: 90 }, (_, at) => one.session().get(products, productKey({ id: `p${at}` }))),
      );
    await all();
    expect((await requests(all)).length).toBeGreaterThan(20);
  });

  test('is read each time where nothing is to be cached', async () => {
    const { one, requests, pass } = await open({ cache: false });
    await start(one, product('a'));
    pass(minute);
    await read(one.session());
    expect(await requests(() => read(one.session()))).toEqual(['GetItem']);
  });
});

describe('an answer of a pattern', () => {
  test('is shared by processes: one get in the place of all its requests', async () => {
    const { one, other, requests, pass } = await open();
    await start(one, product('a'), product('bb', { name: 'b' }));
    pass(minute);
    expect(await requests(() => list(one.session()))).toEqual(['GetItem', 'Query', 'Query', 'PutItem']);
    expect(await requests(() => list(one.session()))).toEqual([]);
    const seen: unknown[] = [];
    const byOther = async () => {
      const { edges, pageInfo } = await list(other.session());
      seen.push(
        edges.map(({ node }) => node.name),
        pageInfo.endCursor === edges.at(-1)?.cursor,
      );
    };
    expect(await requests(byOther)).toEqual(['GetItem']);
    expect(seen).toEqual([['a', 'b'], true]);
    pass(2 * minute + second);
    expect(await requests(() => list(other.session()))).toEqual(['GetItem', 'Query', 'Query', 'PutItem']);
  });

  test('is another one for other arguments, and for a plan of another version', async () => {
    const { one, other, requests, pass } = await open();
    await start(one, product('a'));
    pass(minute);
    await requests(() => list(one.session()));
    const games = () => one.session().connection(productsOf('games'));
    expect(await requests(games)).toEqual(['GetItem', 'Query', 'Query', 'PutItem']);
    const query = productsOf('books');
    const shared = { ...query.cache?.shared, version: '2' };
    const changed = { ...query, cache: { ...query.cache, shared } } as typeof query;
    const answer = () => other.session().connection(changed, { first: 10 });
    expect(await requests(answer)).toEqual(['GetItem', 'Query', 'Query', 'PutItem']);
  });

  test('is encrypted in the table', async () => {
    const { one, requests, pass, engine, names } = await open();
    await start(one, product('a', { name: 'canary' }));
    pass(minute);
    await requests(() => list(one.session()));
    const { ScanCommand } = await import('@aws-sdk/client-dynamodb');
    const { Items = [] } = await engine.client.send(new ScanCommand({ TableName: names.cache }));
    expect(Items).toHaveLength(1);
    expect(JSON.stringify(Items)).not.toContain('canary');
    expect(Object.keys(Items[0] ?? {}).sort()).toEqual(['PK', 'at', 'data', 'ttl']);
  });

  test('is read where the table is gone, or was altered', async () => {
    const { one, process, requests, pass, engine, names } = await open();
    await start(one, product('a'));
    pass(minute);
    await requests(() => list(one.session()));
    const { DeleteTableCommand, ScanCommand, PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const { Items: [item] = [] } = await engine.client.send(new ScanCommand({ TableName: names.cache }));
    const altered = { ...item, data: { S: `${item?.data?.S?.slice(0, -4)}AAAA` } };
    await engine.client.send(new PutItemCommand({ TableName: names.cache, Item: altered }));
    expect((await list(process().session())).nodes).toHaveLength(1);
    await engine.client.send(new DeleteTableCommand({ TableName: names.cache }));
    expect((await list(process().session())).nodes).toHaveLength(1);
  });
});

describe('who has written', () => {
  test('reads what they wrote, in any process that knows of it', async () => {
    const { one, other, pass } = await open();
    await start(one, product('a'));
    pass(minute);
    for (const database of [one, other]) {
      await read(database.session());
      await list(database.session());
    }
    const names = async (db: Session) => [(await read(db))?.name, (await list(db)).nodes[0]?.name];
    const session = other.session({ actor: 'USER#1' });
    await session.writeOne(update(products, key, (one) => ({ ...one, name: 'changed' })));
    // Others see nothing older than declared.
    expect(await names(one.session({ actor: 'USER#2' }))).toEqual(['a', 'a']);
    // The same session, the same process, and another that is told when.
    expect(await names(session)).toEqual(['changed', 'changed']);
    expect(await names(other.session({ actor: 'USER#1' }))).toEqual(['changed', 'changed']);
    const freshFrom = session.writtenAt ?? 0;
    expect(await names(one.session({ freshFrom }))).toEqual(['changed', 'changed']);
  });

  test('reads what they wrote in the same process where they cause no events', async () => {
    const { one, pass } = await open();
    await start(one, product('a'));
    pass(minute);
    await list(one.session());
    const writer = one.session({ caller: 'session 1' });
    await writer.writeOne(update(products, key, (before) => ({ ...before, name: 'changed' })));
    const nameFor = async (caller: string) => (await list(one.session({ caller }))).nodes[0]?.name;
    expect(await nameFor('session 2')).toBe('a');
    expect(await nameFor('session 1')).toBe('changed');
  });

  test('is answered with other records from the memory of the process, and with theirs as they left them', async () => {
    const { one, other, requests, pass } = await open();
    await start(one, product('a'), product('b'));
    const b = productKey({ id: 'b' });
    pass(minute);
    for (const key of [productKey({ id: 'a' }), b]) await one.session().get(products, key);
    const writer = one.session({ actor: 'USER#1' });
    await writer.writeOne(update(products, key, (before) => ({ ...before, name: 'changed' })));
    const session = () => one.session({ actor: 'USER#1' });
    expect(await requests(() => session().get(products, b))).toEqual([]);
    expect((await read(session()))?.name).toBe('changed');
    // A client that says when it wrote may have written elsewhere.
    await write(other, 'changed again');
    const freshFrom = other.session().now().getTime();
    expect((await read(one.session({ actor: 'USER#1', freshFrom })))?.name).toBe('changed again');
  });

  test('is answered with what others have read where it cannot have what they wrote', async () => {
    const { one, requests, pass } = await open();
    await start(one, product('a'), product('b'));
    pass(minute);
    const reviewsIn = (id: string) => () => one.session({ actor: 'USER#1' }).connection(reviewsOf(id));
    const own = () => list(one.session({ actor: 'USER#1' }));
    for (const id of ['a', 'b']) await one.session().connection(reviewsOf(id));
    await requests(() => list(one.session()));
    const writing = (write: Write<unknown>) => one.session({ actor: 'USER#1' }).write(write);
    await writing(create(reviews, (): Review => review('1', { product: 'a' })));
    expect(await requests(reviewsIn('a'))).toEqual(['Query']);
    expect(await requests(reviewsIn('b'))).toEqual([]);
    expect(await requests(own)).toEqual([]);
    // A change may concern more than the partitions that the record is in afterwards.
    await writing(
      update(reviews, reviewKey({ id: '1', product: 'a' }), (before) => ({ ...before, author: 'eve' })),
    );
    expect(await requests(reviewsIn('b'))).toEqual(['Query']);
    expect(await requests(own)).toEqual([]);
    // Of what is not known anything could be in the answer.
    const wrong = writing(create(products, () => product('a')));
    await expect(wrong).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(await requests(own)).toContain('Query');
  });

  test('reads it too where the write failed, or nobody knows what became of it', async () => {
    const { one, other, pass } = await open();
    await start(one, product('a'));
    pass(minute);
    await read(one.session());
    await write(other, 'changed');
    const failing = one.session({ actor: 'USER#1' });
    await expect(failing.writeOne(create(products, () => product('a')))).rejects.toThrow();
    expect((await read(one.session({ actor: 'USER#1' })))?.name).toBe('changed');
  });
});

describe('a record that writes depend on', () => {
  test('is read, unless its reader says how old it may be; writes depend on what it is', async () => {
    const { one, other, requests, pass } = await open();
    await start(one, product('a'), product('b'));
    pass(minute);
    await read(one.session());
    const depend = (db: Session, withinMs?: number) =>
      db.dependOn(products, key, { fields: ['category'], ...(withinMs && { withinMs }) });
    expect(await requests(() => depend(one.session()))).toEqual(['GetItem']);
    expect(await requests(() => depend(one.session(), 5 * second))).toEqual([]);
    await other.session().writeOne(update(products, key, (one) => ({ ...one, category: 'games' })));
    const session = one.session();
    expect((await depend(session, 5 * second))?.category).toBe('books');
    const b = productKey({ id: 'b' });
    const change = (db: Session) => db.writeOne(update(products, b, (one) => ({ ...one, name: 'x' })));
    await expect(change(session)).rejects.toMatchObject({ code: 'CONFLICT' });
    const again = one.session();
    expect((await depend(again, 5 * second))?.category).toBe('games');
    await change(again);
  });
});
