import { check, create, remove, update } from 'tableloom/runtime';
import { updateWrites } from 'tableloom/runtime/generated';
import { expect, test } from 'vitest';
import { gsi1, type Member, member, memberKey, members, visitKey, visits } from './support/domain.js';
import { openDatabase } from './support/engine.js';
import { always, type Fault, first } from './support/faults.js';

const visit = (id: string) => ({ id, memberId: 'a', at: '2026-03-01T00:00:00.000Z', note: 'was here' });

/** Leaves all but the first keys or items unprocessed. */
const halfProcessed = (field: 'UnprocessedKeys' | 'UnprocessedItems'): Omit<Fault, 'on'> => {
  const split = (body: Record<string, unknown>) =>
    Object.entries(body.RequestItems as Record<string, { Keys?: unknown[] } | unknown[]>).map(
      ([table, asked]) => {
        const list = Array.isArray(asked) ? asked : (asked.Keys ?? []);
        const half = Math.ceil(list.length / 2);
        const part = (some: unknown[]) => (Array.isArray(asked) ? some : { ...asked, Keys: some });
        return {
          table,
          done: part(list.slice(0, half)),
          left: list.slice(half),
          rest: part(list.slice(half)),
        };
      },
    );
  return {
    request: (body) => ({
      ...body,
      RequestItems: Object.fromEntries(split(body).map(({ table, done }) => [table, done])),
    }),
    answer: (answer, body) => ({
      ...answer,
      [field]: Object.fromEntries(
        split(body).flatMap(({ table, left, rest }) => (left.length > 0 ? [[table, rest]] : [])),
      ),
    }),
  };
};

test('keys DynamoDB leaves unprocessed are asked for again until all are there, in order', async () => {
  const db = await openDatabase();
  const ids = Array.from({ length: 130 }, (_, n) => `${n}`);
  await db.database.session().putAll(ids.map((id) => create(visits, () => visit(id))));
  db.requests.length = 0;
  const session = db.open({ faults: [first(7, 'BatchGetItem', halfProcessed('UnprocessedKeys'))] }).session();
  const asked = ['none', ...ids, '5'];
  const found = await Promise.all(asked.map((id) => session.get(visits, visitKey(visit(id)))));
  expect(found.map((record) => record?.id)).toEqual([undefined, ...ids, '5']);
  const sizes = db.requests.map(({ input }) => keysIn(input));
  expect(sizes.slice(0, 2)).toEqual([100, 31]);
  expect(Math.max(...sizes.slice(2))).toBeLessThan(100);
});

function keysIn(input: unknown): number {
  const tables = (input as { RequestItems?: Record<string, { Keys: unknown[] }> }).RequestItems ?? {};
  return Object.values(tables).reduce((sum, { Keys }) => sum + Keys.length, 0);
}

test('keys that stay unprocessed are an error, not left out', async () => {
  const db = await openDatabase();
  const nothing: Omit<Fault, 'on'> = {
    answer: (_, body) => ({ Responses: {}, UnprocessedKeys: body.RequestItems }),
  };
  const session = db
    .open({ faults: [always('BatchGetItem', nothing)], limits: { deadlineMs: 100 } })
    .session();
  const reads = ['a', 'b'].map((id) => session.get(visits, visitKey(visit(id))));
  await expect(Promise.all(reads)).rejects.toMatchObject({ code: 'BUSY' });
});

test('items left unprocessed by a bulk load are sent again; what stays unwritten is reported by record', async () => {
  const db = await openDatabase();
  const writes = Array.from({ length: 60 }, (_, n) =>
    create(members, () => member({ id: `${n}`, score: 1e100 })),
  );
  const session = db
    .open({ faults: [first(5, 'BatchWriteItem', halfProcessed('UnprocessedItems'))] })
    .session();
  expect(await session.putAll(writes)).toEqual({ written: 60, unwritten: [], isComplete: true });
  expect(await db.items()).toHaveLength(60 * 4);
  const refusing: Fault = {
    on: ({ operation, body }) =>
      operation === 'BatchWriteItem' && JSON.stringify(body).includes('"MEMBER#x7"'),
    answer: (_, body) => ({ UnprocessedItems: body.RequestItems }),
  };
  const strained = db.open({ faults: [refusing], limits: { deadlineMs: 50 } }).session();
  const others = Array.from({ length: 20 }, (_, n) => create(members, () => member({ id: `x${n}` })));
  const { written, unwritten } = await strained.putAll(others);
  expect(written + unwritten.length).toBe(20);
  expect(unwritten).toContainEqual({
    entity: 'Member',
    key: memberKey({ id: 'x7' }),
    error: expect.objectContaining({ code: 'BUSY' }),
  });
});

test('a bulk load of two records with one unique value or key writes the first and reports the second', async () => {
  const db = await openDatabase();
  const { written, unwritten } = await db.database
    .session()
    .putAll([
      create(members, () => member({ id: 'a', email: 'one@x' })),
      create(members, () => member({ id: 'b', email: 'ONE@x' })),
      create(members, () => member({ id: 'a' })),
    ]);
  expect([written, unwritten.map(({ error }) => (error as { code?: unknown }).code)]).toEqual([
    1,
    ['UNIQUE_VIOLATION', 'WRITE_TWICE'],
  ]);
  await expect(db.database.session().putAll([remove(members, memberKey({ id: 'a' }))])).rejects.toThrow(
    'create',
  );
});

test('a throttled request is sent again until the deadline', async () => {
  const db = await openDatabase();
  const throttle = { error: { name: 'ProvisionedThroughputExceededException' } };
  const session = db.open({ faults: [first(5, 'GetItem', throttle)], maxAttempts: 1 }).session();
  expect(await session.get(members, memberKey({ id: 'a' }))).toBeNull();
  const never = db
    .open({ faults: [always('GetItem', throttle)], limits: { deadlineMs: 150 }, maxAttempts: 1 })
    .session();
  await expect(never.get(members, memberKey({ id: 'a' }))).rejects.toMatchObject({
    code: 'BUSY',
    cause: { name: 'ProvisionedThroughputExceededException' },
  });
});

const cancelled = (code: string) => ({
  error: {
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code: code, Message: 'x' }],
  },
});

test('a transaction cancelled for contention or load is computed and sent again', async () => {
  for (const code of ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']) {
    const db = await openDatabase();
    const session = db.open({ faults: [first(3, 'TransactWriteItems', cancelled(code))] }).session();
    const [created] = await session.write(create(members, () => member({ id: 'a' })));
    expect(created.id).toBe('a');
    expect(db.requests).toHaveLength(4);
  }
});

test('when contention or load does not end, the error says which', async () => {
  const db = await openDatabase();
  for (const [code, expected] of [
    ['TransactionConflict', 'CONFLICT'],
    ['ThrottlingError', 'BUSY'],
  ] as const) {
    const session = db
      .open({ faults: [always('TransactWriteItems', cancelled(code))], limits: { deadlineMs: 100 } })
      .session();
    await expect(session.write(create(members, () => member({ id: 'a' })))).rejects.toMatchObject({
      code: expected,
    });
  }
  const single = db.open({
    faults: [always('PutItem', { error: { name: 'TransactionConflictException' } })],
    limits: { deadlineMs: 100 },
  });
  await expect(single.session().write(create(visits, () => visit('v')))).rejects.toMatchObject({
    code: 'CONFLICT',
  });
});

test('a write whose answer was lost is done once and succeeds', async () => {
  const db = await openDatabase();
  const lost = (operation: string) =>
    db.open({ faults: [first(1, operation, { loseAnswer: true })] }).session();
  await lost('PutItem').write(create(visits, () => visit('v')));
  await lost('TransactWriteItems').write(create(members, () => member({ id: 'a' })));
  const [changed] = await lost('TransactWriteItems').write(
    update(members, memberKey({ id: 'a' }), (current) => ({ ...current, score: current.score + 1 })),
  );
  expect([changed.score, changed.version]).toEqual([1, 2]);
  await lost('DeleteItem').write(remove(visits, visitKey(visit('v'))));
  expect((await db.items()).filter(({ SK }) => SK === 'METADATA')).toMatchObject([{ score: 1, version: 2 }]);
});

test('an addition whose answer was lost is not made again, and a value is set once', async () => {
  const db = await openDatabase();
  await db.database.session().write(create(members, () => member({ id: 'a' })));
  const writes = updateWrites<Member, Pick<Member, 'id'>, { name?: string; score?: number }>(
    { ...members, numbers: { score: 'Int' } },
    memberKey,
    { fixed: ['id', 'email'], direct: ['score'] },
  );
  const lost = () =>
    db.open({ faults: [first(1, 'UpdateItem', { loseAnswer: true })], maxAttempts: 3 }).session();
  await expect(lost().write(writes.update({ id: 'a' }, {}, { add: { score: 2 } }))).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
  });
  const stored = async () => (await db.items()).find(({ SK }) => SK === 'METADATA');
  expect(await stored()).toMatchObject({ score: 2, version: 2 });
  const [set] = await lost().write(writes.update({ id: 'a' }, { score: 5 }));
  expect([set.score, set.version]).toEqual([5, 3]);
  expect(await stored()).toMatchObject({ score: 5, version: 3 });
});

test("a create whose answer was lost is still refused where another's record was there before", async () => {
  const db = await openDatabase();
  await db.database.session().write(create(visits, () => ({ ...visit('v'), note: 'another' })));
  const lost = db
    .open({ faults: [first(1, 'PutItem', { error: { name: 'InternalServerError', status: 500 } })] })
    .session();
  await expect(lost.write(create(visits, () => visit('v')))).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
  });
});

test('what DynamoDB says of its own never reaches the client', async () => {
  const db = await openDatabase();
  const cases = [
    ['ResourceNotFoundException', 400, 'STORAGE_REFUSED'],
    ['ValidationException', 400, 'STORAGE_REFUSED'],
    ['AccessDeniedException', 400, 'STORAGE_REFUSED'],
    ['InternalServerError', 500, 'STORAGE_UNAVAILABLE'],
    ['UnrecognizedClientException', 400, 'STORAGE_UNAVAILABLE'],
  ] as const;
  for (const [name, status, code] of cases) {
    const message = 'arn:aws:dynamodb:eu-west-1:123:table/secret';
    const session = db.open({ faults: [always('GetItem', { error: { name, status, message } })] }).session();
    const error = await session.get(members, memberKey({ id: 'a' })).then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ code, cause: { name } });
    expect(error?.message).not.toContain('secret');
  }
});

test('a session whose caller goes away stops', async () => {
  const db = await openDatabase();
  const gone = new AbortController();
  const session = db
    .open({ faults: [always('Query', { error: { name: 'ThrottlingException' } })] })
    .session({ signal: gone.signal });
  const query = {
    pattern: 'all',
    entity: members,
    index: gsi1,
    partitions: { kind: 'one', key: 'MEMBER#0' },
    descending: false,
    covering: { kind: 'all' },
    page: { default: 10, max: 10 },
  } as const;
  const reading = session.connection(query);
  setTimeout(() => gone.abort(), 20);
  await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
  const sent = db.requests.length;
  await expect(session.write(check(members, memberKey({ id: 'a' }), () => {}))).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  expect(db.requests).toHaveLength(sent);
});
