import { DeleteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Connection, create, type IndexQuery, remove, type Session, update } from 'tableloom/runtime';
import { type Filter, rangeOf } from 'tableloom/runtime/generated';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import {
  gsi1,
  gsi2,
  lsi1,
  type Member,
  member,
  memberKey,
  members,
  own,
  type Visit,
  visitKey,
  visits,
} from './support/domain.js';
import { openDatabase, type TestDatabase } from './support/engine.js';

let db: TestDatabase;
let session: Session;
const ids = Array.from({ length: 30 }, (_, n) => String(n).padStart(2, '0'));

beforeAll(async () => {
  db = await openDatabase({ capacity: true });
  const { unwritten } = await db.database
    .session()
    .putAll([
      ...ids.map((id) =>
        create(members, () =>
          member({ id, name: `N${id}`, team: 'red', score: Number(id), status: 'ACTIVE' }),
        ),
      ),
      ...ids.map((id) => create(visits, () => visit(id))),
    ]);
  expect(unwritten).toEqual([]);
});
beforeEach(() => {
  session = db.database.session();
  db.requests.length = 0;
});

const visit = (id: string): Visit => ({
  id,
  memberId: 'v',
  at: `2026-01-01T00:00:${id}.000Z`,
  note: Number(id) % 10 === 0 ? 'ten' : '',
});
const operations = () => db.requests.map(({ operation }) => operation);
const inputs = () => db.requests.map(({ input }) => input);
const namesOf = ({ nodes }: Connection<{ readonly id: string }>) => nodes.map(({ id }) => id);

const base = { descending: false, page: { default: 5, max: 20 } } as const;
const all: IndexQuery<Member> = {
  ...base,
  pattern: 'members',
  entity: members,
  index: gsi1,
  partitions: { kind: 'merge', keys: ['MEMBER#0', 'MEMBER#1', 'MEMBER#2'] },
  covering: { kind: 'all' },
};
const team: IndexQuery<Member> = {
  ...base,
  pattern: 'team',
  entity: members,
  index: gsi2,
  partitions: { kind: 'one', key: 'TEAM#red' },
  covering: {
    kind: 'some',
    covers: ['id', 'name'],
    keyOf: (item) => memberKey({ id: String(item.id) }),
    read: (item) => ({ id: item.id, name: item.name }) as Member,
  },
};
const visitsOf: IndexQuery<Visit> = {
  ...base,
  pattern: 'visits',
  entity: visits,
  index: own,
  partitions: { kind: 'one', key: 'MEMBER#v' },
  sort: rangeOf({}, { head: 'VISIT#', terminated: true }),
  covering: { kind: 'all' },
};
const tens: Filter = { expression: '#n = :n', names: { '#n': 'note' }, values: { ':n': 'ten' } };

test('a page is one request for each shard, with as many items as can be needed from one', async () => {
  const page = await session.connection(all, { first: 7 });
  expect(namesOf(page)).toEqual(ids.slice(0, 7));
  expect(inputs()).toMatchObject([{ Limit: 8 }, { Limit: 8 }, { Limit: 8 }]);
  expect(session.stats()).toMatchObject({ requests: 3, steps: 1 });
  expect(session.stats().readUnits).toBeGreaterThan(0);
});

test('what is not asked for is not read', async () => {
  const wants = { edges: true, hasNextPage: false, hasPreviousPage: false, cursors: false };
  const first = await session.connection(visitsOf, { first: 5 }, { wants });
  expect(inputs()).toMatchObject([{ Limit: 5 }]);
  db.requests.length = 0;
  const after = first.edges[2]?.cursor ?? null;
  await session.connection(visitsOf, { after }, { wants });
  expect(db.requests).toHaveLength(1);
  expect(
    await session.connection(visitsOf, { after }, { wants: { ...wants, hasPreviousPage: true } }),
  ).toMatchObject({
    pageInfo: { hasPreviousPage: true },
  });
  expect(inputs().slice(1)).toMatchObject([{ Limit: 1, ScanIndexForward: false }, { Limit: 5 }]);
  db.requests.length = 0;
  const nothing = { edges: false, hasNextPage: false, hasPreviousPage: false, cursors: false };
  expect(namesOf(await session.connection(visitsOf, {}, { wants: nothing }))).toEqual([]);
  expect(db.requests).toEqual([]);
});

test('the flag behind a page that was entered by the very first edge, or one that is gone, is exact', async () => {
  const { edges } = await session.connection(visitsOf, { first: 2 });
  const after = edges[0]?.cursor ?? null;
  expect((await session.connection(visitsOf, { first: 1, after })).pageInfo.hasPreviousPage).toBe(true);
  const other = db.open().session();
  await other.write(remove(visits, visitKey(visit('00'))));
  expect((await db.open().session().connection(visitsOf, { first: 1, after })).pageInfo.hasPreviousPage).toBe(
    false,
  );
  await other.write(create(visits, () => visit('00')));
});

test('an index that holds what is asked is enough; else the records come in one batch', async () => {
  const covered = await session.connection(team, { first: 3 }, { fields: new Set(['id', '__typename']) });
  expect(covered.nodes).toEqual(ids.slice(0, 3).map((id) => ({ id, name: `N${id}` })));
  expect(operations()).toEqual(['Query']);
  const followed = await session.connection(team, { first: 3 }, { fields: new Set(['id', 'email']) });
  expect(followed.nodes.map(({ email }) => email)).toEqual(ids.slice(0, 3).map((id) => `${id}@example.com`));
  expect(operations()).toEqual(['Query', 'Query', 'BatchGetItem']);
});

test('documents and lists that nobody asks for are not fetched, and what came without them is not taken for whole', async () => {
  const entity = { ...visits, projection: ['id', 'at'] };
  const projection = { ...visitsOf, entity };
  const options = (...names: string[]) => ({ fields: new Set(names) });
  const [one, same] = await Promise.all([
    session.connection(projection, { first: 2 }, options('id')),
    session.connection(projection, { first: 2 }, options('at', '__typename')),
  ]);
  expect(same).toBe(one);
  expect(one.nodes).toEqual(ids.slice(0, 2).map((id) => ({ id, at: visit(id).at })));
  expect(inputs().map((input) => 'ProjectionExpression' in input)).toEqual([true]);
  // Its cursors, and a record by its key, are as ever.
  const { nodes } = await session.connection(
    projection,
    { first: 1, after: one.edges[0]?.cursor ?? null },
    options('id', 'note'),
  );
  expect(nodes).toEqual([visit('01')]);
  expect(await session.get(visits, visitKey(visit('00')))).toEqual(visit('00'));
  expect(await session.list(projection, 1)).toEqual([visit('00')]);
  expect(inputs().filter((input) => 'ProjectionExpression' in input)).toHaveLength(1);
});

test('the same page asked twice in a session is read once', async () => {
  const [one, two, other] = await Promise.all([
    session.connection(visitsOf, { first: 2 }),
    session.connection(visitsOf, { first: 2, after: null }),
    session.connection(visitsOf, { first: 3 }),
  ]);
  expect(two).toBe(one);
  expect(other).not.toBe(one);
  expect(db.requests).toHaveLength(2);
});

test('records of any entity asked for in one tick come in one request, each once; what a list brought takes none', async () => {
  const keys = [...ids.slice(0, 3), '00', 'none'].map((id) => session.get(members, memberKey({ id })));
  const visited = session.get(visits, visitKey(visit('07')));
  expect((await Promise.all(keys)).map((found) => found?.id)).toEqual(['00', '01', '02', '00', undefined]);
  expect((await visited)?.id).toBe('07');
  expect(operations()).toEqual(['BatchGetItem']);
  await session.get(members, memberKey({ id: '02' }));
  await session.connection(all, { first: 20 });
  db.requests.length = 0;
  await Promise.all(ids.slice(0, 20).map((id) => session.get(members, memberKey({ id }))));
  expect(db.requests).toEqual([]);
  await session.get(members, memberKey({ id: '05' }), { consistent: true });
  expect(inputs()).toMatchObject([{ ConsistentRead: true }]);
});

test('after a write the session reads anew, and its own record is newer than any index says', async () => {
  const before = await session.connection(all, { first: 1 });
  await session.write(
    update(members, memberKey({ id: '00' }), (current) => ({ ...current, score: current.score + 100 })),
  );
  const after = await session.connection(all, { first: 1 });
  expect(after.nodes[0]?.score).toBe((before.nodes[0]?.score ?? 0) + 100);
  expect((await session.get(members, memberKey({ id: '00' })))?.score).toBe(after.nodes[0]?.score);
});

test('first and last are checked before anything is read', async () => {
  for (const [page, message] of [
    [{ first: 1, last: 1 }, 'not both'],
    [{ first: -1 }, 'first must be a whole number, 0 or greater'],
    [{ last: 1.5 }, 'last must be a whole number'],
    [{ first: 21 }, 'first is at most 20; 21 was requested'],
  ] as const) {
    await expect(session.connection(all, page)).rejects.toMatchObject({
      code: 'BAD_PAGE',
      message: expect.stringContaining(message),
    });
  }
  await expect(session.connection(all, { after: 'junk' })).rejects.toMatchObject({ code: 'BAD_CURSOR' });
  expect(db.requests).toEqual([]);
  expect(namesOf(await session.connection(visitsOf, {}))).toHaveLength(5);
  const none = await session.connection(visitsOf, { first: 0 });
  expect(none).toEqual({
    edges: [],
    nodes: [],
    pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test('a filter costs more items, not more pages; its reading is bounded, and goes on from where it ended', async () => {
  const query = { ...visitsOf, filter: tens };
  expect(namesOf(await session.connection(query, { first: 3 }))).toEqual(['00', '10', '20']);
  expect(db.requests.length).toBeLessThanOrEqual(4);
  const scarce: IndexQuery<Visit> = { ...visitsOf, filter: { ...tens, values: { ':n': 'none' } }, budget: 0 };
  db.requests.length = 0;
  let pages = 0;
  let after: string | null = null;
  for (let more = true; more; pages++) {
    const page: Connection<Visit> = await session.connection(scarce, { first: 2, after });
    expect(page.nodes).toEqual([]);
    more = page.pageInfo.hasNextPage;
    if (more) expect(page.pageInfo.endCursor).not.toBe(after);
    after = page.pageInfo.endCursor;
  }
  expect(pages).toBe(6);
  expect((await session.connection({ ...query, budget: 0 }, { first: 2 })).nodes.length).toBeLessThanOrEqual(
    2,
  );
});

test('a budget that ends on the way back goes on backwards, and nothing is lost', async () => {
  const query: IndexQuery<Visit> = { ...visitsOf, filter: tens, budget: 0 };
  const seen: string[] = [];
  let before: string | null = null;
  for (let more = true; more; ) {
    const page: Connection<Visit> = await session.connection(query, { last: 1, before });
    seen.unshift(...namesOf(page));
    more = page.pageInfo.hasPreviousPage;
    before = page.pageInfo.startCursor;
  }
  expect(seen).toEqual(['00', '10', '20']);
});

test('lists, single records and counts say so when a filter matches too little to be found', async () => {
  const query = { ...visitsOf, filter: tens };
  expect((await session.list(query)).map(({ id }) => id)).toEqual(['00', '10', '20']);
  expect((await session.list(visitsOf, 2)).map(({ id }) => id)).toEqual(['00', '01']);
  expect((await session.one({ ...query, descending: true }))?.id).toBe('20');
  expect(await session.one({ ...visitsOf, partitions: { kind: 'one', key: 'MEMBER#none' } })).toBeNull();
  expect([
    await session.count(query, 100),
    await session.count(visitsOf, 100),
    await session.count(visitsOf, 7),
  ]).toEqual([3, 30, 7]);
  const scarce = { ...visitsOf, filter: { ...tens, values: { ':n': 'none' } }, budget: 0 };
  for (const answer of [
    () => session.list(scarce, 3),
    () => session.one(scarce),
    () => session.count(scarce, 3),
  ]) {
    await expect(answer()).rejects.toMatchObject({ code: 'READ_BUDGET' });
  }
});

test('all records of a query come one by one, in pages of requests', async () => {
  const seen: string[] = [];
  for await (const { id } of session.each(all)) seen.push(id);
  expect(seen).toEqual(ids);
});

test('an empty range makes no request', async () => {
  const query = { ...visitsOf, sort: rangeOf({ from: 'b', to: 'a' }, { head: 'VISIT#', terminated: true }) };
  expect(await session.connection(query)).toMatchObject({
    nodes: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false },
  });
  expect([await session.list(query), await session.one(query), await session.count(query, 9)]).toEqual([
    [],
    null,
    0,
  ]);
  expect(db.requests).toEqual([]);
});

test('buckets are read until the page is full, and many empty ones in few steps', async () => {
  const keys = Array.from({ length: 40 }, (_, n) => [`VISIT#empty-${n}#0`, `VISIT#empty-${n}#1`]);
  const near: IndexQuery<Visit> = {
    ...visitsOf,
    pattern: 'feed',
    index: gsi1,
    sort: rangeOf({}, { head: '', terminated: true }),
    partitions: { kind: 'sequence', keys: [['VISIT#2026-01#0', 'VISIT#2026-01#1'], ...keys] },
  };
  expect(namesOf(await session.connection(near, { first: 4 }))).toEqual(['00', '01', '02', '03']);
  expect(session.stats()).toMatchObject({ requests: 2, steps: 1 });
  const far = db.database.session();
  const buckets = [...keys, ['VISIT#2026-01#0', 'VISIT#2026-01#1']];
  const page = await far.connection(
    { ...near, partitions: { kind: 'sequence', keys: buckets } },
    { first: 4 },
  );
  expect(namesOf(page)).toEqual(['00', '01', '02', '03']);
  expect(far.stats().requests).toBe(82);
  expect(far.stats().steps).toBeLessThanOrEqual(8);
});

test('a query through a local index reads the versions of a record, newest first', async () => {
  const versions: IndexQuery<Member> = {
    ...base,
    pattern: 'versions',
    entity: { ...members, name: 'MemberVersion' },
    index: lsi1,
    partitions: { kind: 'one', key: 'MEMBER#07' },
    sort: rangeOf({}, { head: 'VERSION#', terminated: false }),
    descending: true,
    consistent: true,
    covering: { kind: 'all' },
  };
  for (const score of [1, 2])
    await session.write(update(members, memberKey({ id: '07' }), (current) => ({ ...current, score })));
  const first = await session.connection(versions, { first: 2 });
  expect(first.nodes.map(({ version }) => version)).toEqual([3, 2]);
  const second = await session.connection(versions, { first: 2, after: first.pageInfo.endCursor });
  expect(second.nodes.map(({ version }) => version)).toEqual([1]);
  expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
});

test('pages cut short at 1 MB are filled', async () => {
  const large = await openDatabase();
  const note = 'x'.repeat(300 * 1024);
  await large.database
    .session()
    .putAll(ids.slice(0, 10).map((id) => create(visits, () => ({ ...visit(id), note }))));
  const reading = large.database.session();
  const page = await reading.connection(visitsOf, { first: 9 });
  expect(namesOf(page)).toEqual(ids.slice(0, 9));
  expect(page.pageInfo.hasNextPage).toBe(true);
  expect(reading.stats().requests).toBe(3);
});

test('a session reports its own requests, after the database', async () => {
  const reported: string[] = [];
  const both = db.open({ onRequest: ({ sequence }) => reported.push(`database ${sequence}`) });
  const watched = both.session({
    onRequest: ({ operation, sequence }) => reported.push(`${operation} ${sequence}`),
  });
  const other = both.session();
  for (const reading of [watched, other]) await reading.get(members, memberKey({ id: '07' }));
  expect(reported).toEqual(['database 1', 'GetItem 1', 'database 1']);
});

test('no more requests than allowed are under way at once', async () => {
  let active = 0;
  let most = 0;
  const narrow = db.open({ limits: { concurrency: 2 }, onRequest: () => undefined });
  const { config } = db.client;
  const handler = config.requestHandler;
  const original = handler.handle.bind(handler);
  handler.handle = async (...args) => {
    active += 1;
    most = Math.max(most, active);
    await new Promise((resolve) => setTimeout(resolve, 2));
    const answer = await original(...args);
    active -= 1;
    return answer;
  };
  try {
    const busy = narrow.session();
    await Promise.all(
      ids
        .slice(0, 9)
        .map((id) => busy.list({ ...visitsOf, partitions: { kind: 'one', key: `MEMBER#${id}` } })),
    );
    expect([most, busy.stats().requests]).toEqual([2, 9]);
  } finally {
    handler.handle = original;
  }
});

test('a table without a physical name is a mistake of configuration', async () => {
  const nameless = db.open({ tables: {} }).session();
  await expect(nameless.get(members, memberKey({ id: '00' }))).rejects.toMatchObject({
    code: 'CONFIGURATION',
  });
});

test('ids are UUIDs that sort by the time they were made, unless the database says otherwise', () => {
  const made = Array.from({ length: 5 }, () => session.newId());
  expect(made).toEqual([...made].sort());
  expect(made[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  const fixed = db.open({ newId: () => 'id', now: () => new Date(0) }).session();
  expect([fixed.newId(), fixed.now()]).toEqual(['id', new Date(0)]);
});

test('a newest-first page below a bound is one request, though the bound itself has to be read around', async () => {
  const query: IndexQuery<Visit> = {
    ...visitsOf,
    descending: true,
    sort: rangeOf({ before: '2026-01-01T00:00:10.000Z#10' }, { head: 'VISIT#', terminated: false }),
  };
  const page = await session.connection(query, { first: 5 });
  expect(namesOf(page)).toEqual(['09', '08', '07', '06', '05']);
  expect(db.requests).toHaveLength(1);
});

test('each page reads no further than its budget', async () => {
  const none: Filter = { ...tens, values: { ':n': 'none' } };
  await session.connection({ ...visitsOf, filter: none, budget: 1 }, { first: 1 });
  expect(db.requests).toHaveLength(2);
  db.requests.length = 0;
  const page = await db.database.session().connection({ ...visitsOf, filter: none, budget: 9 }, { first: 1 });
  expect(page.pageInfo.hasNextPage).toBe(false);
});

test('a page between two cursors reads no further than the second', async () => {
  const query = { ...visitsOf, filter: tens };
  const { edges } = await session.connection(query, { first: 3 });
  db.requests.length = 0;
  const page = await session.connection(query, { first: 9, before: edges[1]?.cursor ?? null });
  expect(namesOf(page)).toEqual(['00']);
  expect(page.pageInfo.hasNextPage).toBe(true);
  expect(db.requests).toHaveLength(1);
});

test('entries whose records are gone cost reads within the budget, and paging goes on behind them', async () => {
  const dangling = await openDatabase();
  const many = Array.from({ length: 120 }, (_, n) => String(n).padStart(3, '0'));
  await dangling.database
    .session()
    .putAll(many.map((id) => create(members, () => member({ id, team: 'red', score: Number(id) }))));
  const documents = DynamoDBDocumentClient.from(dangling.client);
  for (const id of many.slice(0, 119)) {
    await documents.send(new DeleteCommand({ TableName: dangling.tableName, Key: memberKey({ id }) }));
  }
  const reading = dangling.database.session();
  const short = await reading.connection({ ...team, budget: 2 }, { first: 2 });
  expect(short).toMatchObject({ nodes: [], pageInfo: { hasNextPage: true } });
  expect(reading.stats().requests).toBeLessThanOrEqual(6);
  const next = await reading.connection(
    { ...team, budget: 9 },
    { first: 2, after: short.pageInfo.endCursor },
  );
  expect(namesOf(next)).toEqual(['119']);
  expect(next.pageInfo.hasNextPage).toBe(false);
});

test('a page of no edges after an edge that is gone tells exactly what lies before it', async () => {
  const { edges } = await session.connection(visitsOf, { first: 1 });
  const after = edges[0]?.cursor ?? null;
  const other = db.open().session();
  await other.write(remove(visits, visitKey(visit('00'))));
  const wants = { edges: false, hasNextPage: false, hasPreviousPage: true, cursors: false };
  expect((await session.connection(visitsOf, { first: 0, after }, { wants })).pageInfo.hasPreviousPage).toBe(
    false,
  );
  await other.write(create(visits, () => visit('00')));
});

test('one item asked for both ways in one tick is read once, consistently', async () => {
  const key = memberKey({ id: '03' });
  await Promise.all([
    session.get(members, key, { consistent: true }),
    session.get(members, key),
    session.get(members, memberKey({ id: '04' })),
  ]);
  expect(inputs()).toMatchObject([
    { RequestItems: { [db.tableName]: { Keys: [key, memberKey({ id: '04' })], ConsistentRead: true } } },
  ]);
});

test('after a write nothing that was read before still counts', async () => {
  const key = memberKey({ id: '11' });
  const before = await session.get(members, key);
  await db
    .open()
    .session()
    .write(update(members, key, (current) => ({ ...current, score: 1000 })));
  expect(await session.get(members, key)).toEqual(before);
  await session.write(update(members, memberKey({ id: '12' }), (current) => ({ ...current, score: 1000 })));
  expect((await session.get(members, key))?.score).toBe(1000);
});

test('what a lagging index shows does not hide what the session wrote', async () => {
  const key = memberKey({ id: '13' });
  const stale = await db.database.session().connection(all, { first: 20 });
  const lagging = db.open({
    faults: [
      {
        on: ({ operation }) => operation === 'Query',
        answer: (answer) =>
          JSON.parse(JSON.stringify(answer).replaceAll('"N":"2000"', '"N":"13"')) as Record<string, unknown>,
      },
    ],
  });
  const writing = lagging.session();
  await writing.write(update(members, key, (current) => ({ ...current, score: 2000 })));
  const shown = await writing.connection(all, { first: 20 });
  expect(shown.nodes.find(({ id }) => id === '13')?.score).toBe(
    stale.nodes.find(({ id }) => id === '13')?.score,
  );
  expect((await writing.get(members, key))?.score).toBe(2000);
});

test('what follows from queries that are answered one after the other is read together, and waits for no other', async () => {
  let queries = 0;
  const turns = async (count: number) => {
    for (let at = 0; at < count; at++) await new Promise(setImmediate);
  };
  // The tenth query is answered when the others, and what follows from them, have long been.
  const database = db.open({
    delay: async (operation) => {
      if (operation !== 'Query') return;
      queries += 1;
      await turns(queries < 10 ? queries * 20 : 2000);
    },
  });
  const slow = database.session();
  const next = async (partition: string, id: string) => {
    await slow.list({ ...team, partitions: { kind: 'one', key: partition } });
    return slow.get(members, memberKey({ id }));
  };
  const first = Promise.all(ids.slice(0, 9).map((id) => next(`TEAM#${id}`, id)));
  // By now the first answers have come.
  await turns(100);
  const late = next('TEAM#late', '20');
  await first;
  expect(operations().filter((operation) => operation !== 'Query')).toEqual(['BatchGetItem']);
  expect(await late).toMatchObject({ id: '20' });
  expect(operations().filter((operation) => operation !== 'Query')).toEqual(['BatchGetItem', 'GetItem']);
});
