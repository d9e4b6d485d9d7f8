import fc from 'fast-check';
import { check, create, remove, type Session, update, upsert, type Write } from 'tableloom/runtime';
import { beforeEach, expect, test } from 'vitest';
import { runs } from '../support/runs.js';
import {
  type Member,
  member,
  memberKey,
  members,
  type Token,
  tokenKey,
  tokens,
  visitKey,
  visits,
} from './support/domain.js';
import { openDatabase, type TestDatabase } from './support/engine.js';
import { applied, codeOf, emptyModel, fresh, itemsOf, type Model, type Op } from './support/model.js';

const now = new Date('2026-03-01T12:00:00.000Z');

let db: TestDatabase;
let session: Session;
beforeEach(async () => {
  db = await openDatabase({ now: () => now });
  session = db.database.session();
});

const operations = () => db.requests.map(({ operation }) => operation);

const write = (op: Op): Write<Member> => {
  if (op.kind === 'create') return create(members, () => op.member);
  const { expect: expected } = op;
  const key = memberKey(op);
  if (op.kind === 'remove') return remove(members, key, { expect: expected });
  if (op.kind === 'update')
    return update(members, key, (current) => ({ ...current, ...op.values }), { expect: expected });
  return upsert(members, key, (current) => ({ ...(current ?? fresh(op.id)), ...op.values }), {
    expect: expected,
  });
};

const ids = ['a', 'b', 'c#$', ''] as const;
const id = fc.constantFrom(...ids);
const values = fc.record(
  {
    email: fc.constantFrom('x@example.com', 'X@Example.com', 'y@example.com', 'a@example.com'),
    name: fc.constantFrom('Ada', 'Bob'),
    team: fc.constantFrom(null, 'red', 'red#'),
    handle: fc.constantFrom(null, 'one', ''),
    status: fc.constantFrom('ACTIVE', 'GONE'),
    score: fc.constantFrom(0, 1.5, -2),
  },
  { requiredKeys: [] },
);
const expected = fc.oneof(
  { weight: 5, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
);
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    kind: fc.constant('create' as const),
    member: fc.tuple(id, values).map(([id, values]) => member({ id, ...values })),
  }),
  fc.record({ kind: fc.constantFrom('update' as const, 'upsert' as const), id, values, expect: expected }),
  fc.record({ kind: fc.constant('remove' as const), id, expect: expected }),
);
const transaction = fc.uniqueArray(op, {
  minLength: 1,
  maxLength: 3,
  selector: (op) => (op.kind === 'create' ? op.member.id : op.id),
});

test('after any sequence of writes every item is what the records say, and unique values have one owner', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { minLength: 1, maxLength: 12 }), async (transactions) => {
      const fresh = await openDatabase({ now: () => now });
      let model: Model = emptyModel();
      for (const ops of transactions) {
        const next = applied(model, ops);
        const outcome = await fresh.database
          .session()
          .write(...ops.map(write))
          .then(
            (results) => ({ results }),
            (error) => ({ code: codeOf(error) }),
          );
        // Of several things wrong, any may be told.
        const also = ops.length > 1 ? ['UNIQUE_VIOLATION'] : [];
        if ('errors' in next)
          expect([...next.errors, ...also]).toContain('code' in outcome ? outcome.code : 'no error');
        else {
          expect(outcome).toMatchObject({ results: ops.map((op) => resultOf(op, model, next)) });
          model = next;
        }
        expect(await fresh.items()).toEqual(itemsOf(model));
      }
    }),
    { numRuns: runs(25) },
  );
});

/** The record afterwards, or as it was before it was removed. */
function resultOf(op: Op, before: Model, after: Model): Member | undefined {
  if (op.kind === 'create') return after.members.get(op.member.id);
  return op.kind === 'remove' ? before.members.get(op.id) : after.members.get(op.id);
}

test('a record that exists is not created again', async () => {
  await session.write(create(members, () => member({ id: 'a' })));
  await expect(
    session.write(create(members, () => member({ id: 'a', email: 'other@example.com' }))),
  ).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
    extensions: { code: 'ALREADY_EXISTS', entity: 'Member' },
  });
});

test('a missing record is named by its key fields', async () => {
  const missing = update(members, memberKey({ id: 'a' }), (current) => current);
  await expect(session.write(missing)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'There is no Member with id "a".',
  });
  await expect(session.write(remove(members, memberKey({ id: 'a' })))).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  expect(await session.write(remove(members, memberKey({ id: 'a' }), { ifMissing: 'ignore' }))).toEqual([
    null,
  ]);
});

test('a version the caller did not see is a conflict that tells the current one', async () => {
  await session.write(create(members, () => member({ id: 'a' })));
  await session.write(update(members, memberKey({ id: 'a' }), (current) => ({ ...current, name: 'New' })));
  const stale = update(members, memberKey({ id: 'a' }), (current) => ({ ...current, name: 'Newer' }), {
    expect: 1,
  });
  await expect(session.write(stale)).rejects.toMatchObject({
    code: 'VERSION_CONFLICT',
    extensions: { entity: 'Member', expected: 1, current: 2 },
  });
});

test('an update of a plain record is one read and one conditional update of what differs', async () => {
  await session.write(create(tokens, () => token({ id: 't' })));
  db.requests.length = 0;
  await session.write(
    update(tokens, tokenKey({ id: 't' }), (current) => ({
      ...current,
      expiresAt: '2026-05-01T00:00:00.000Z',
      hash: current.hash,
    })),
  );
  expect(operations()).toEqual(['GetItem', 'TransactWriteItems']);
  const plain = await db.open({ now: () => now }).session();
  await plain.write(create(visits, () => visit('v')));
  expect(operations().slice(2)).toEqual(['PutItem']);
  await plain.write(remove(visits, visitKey(visit('v'))));
  expect(operations().slice(3)).toEqual(['GetItem', 'DeleteItem']);
});

const token = (values: Partial<Token> & Pick<Token, 'id'>): Token => ({
  hash: `hash of ${values.id}`,
  expiresAt: '2026-04-01T00:00:00.000Z',
  version: 1,
  ...values,
});

const visit = (id: string) => ({ id, memberId: 'a', at: '2026-03-01T00:00:00.000Z', note: 'was here' });

interface Counter {
  readonly id: string;
  readonly value: number;
  readonly note: string | null;
  readonly version: number;
}
const counterKey = (id: string) => ({ PK: `COUNTER#${id}`, SK: 'METADATA' });
const counters = {
  name: 'Counter',
  table: members.table,
  key: ({ id }: Counter) => counterKey(id),
  item: (counter: Counter) => ({ ...counterKey(counter.id), ...counter, note: counter.note ?? undefined }),
  read: (item: Record<string, unknown>): Counter => ({
    id: item.id as string,
    value: item.value as number,
    note: (item.note ?? null) as string | null,
    version: item.version as number,
  }),
  revision: 'version',
} as const;
const counter = (id: string): Counter => ({ id, value: 0, note: null, version: 1 });

test('one item alone is changed by an UpdateItem with the attributes that differ', async () => {
  await session.write(create(counters, () => ({ ...counter('c'), note: 'first' })));
  db.requests.length = 0;
  const [changed] = await session.write(
    update(counters, counterKey('c'), (current) => ({ ...current, value: 7, note: null })),
  );
  expect(changed).toEqual({ id: 'c', value: 7, note: null, version: 2 });
  expect(operations()).toEqual(['GetItem', 'UpdateItem']);
  expect(db.requests[1]?.input).toMatchObject({
    UpdateExpression: 'SET #s0 = :s0, #s1 = :s1 REMOVE #d0',
    ConditionExpression: '#r = :r',
    ExpressionAttributeNames: { '#s0': 'value', '#s1': 'version', '#d0': 'note', '#r': 'version' },
    ExpressionAttributeValues: { ':s0': 7, ':s1': 2, ':r': 1 },
  });
});

test('an update that changes nothing writes nothing and keeps the version', async () => {
  await session.write(create(members, () => member({ id: 'a' })));
  db.requests.length = 0;
  const [same] = await session.write(update(members, memberKey({ id: 'a' }), (current) => ({ ...current })));
  expect(same.version).toBe(1);
  expect(operations()).toEqual(['GetItem']);
});

test('attributes nobody declared survive an update and a move to another key', async () => {
  await session.write(create(members, () => member({ id: 'a' })));
  const { DynamoDBDocumentClient, UpdateCommand } = await import('@aws-sdk/lib-dynamodb');
  await DynamoDBDocumentClient.from(db.client).send(
    new UpdateCommand({
      TableName: db.tableName,
      Key: memberKey({ id: 'a' }),
      UpdateExpression: 'SET legacy = :l',
      ExpressionAttributeValues: { ':l': 'kept' },
    }),
  );
  await session.write(update(members, memberKey({ id: 'a' }), (current) => ({ ...current, name: 'New' })));
  await session.write(update(members, memberKey({ id: 'a' }), (current) => ({ ...current, id: 'b' })));
  const main = (await db.items()).filter((item) => item.SK === 'METADATA');
  expect(main).toMatchObject([{ PK: 'MEMBER#b', legacy: 'kept', name: 'New', version: 3 }]);
  await session.write(
    update(members, memberKey({ id: 'b' }), (current) => ({ ...current, email: 'free@example.com' })),
  );
  await session.write(create(members, () => member({ id: 'c', email: 'a@example.com' })));
});

test('two records exchange a unique value in one transaction', async () => {
  await session.write(
    create(members, () => member({ id: 'a', email: '1@x' })),
    create(members, () => member({ id: 'b', email: '2@x' })),
  );
  const [a, b] = await session.write(
    update(members, memberKey({ id: 'a' }), (current) => ({ ...current, email: '2@x' })),
    update(members, memberKey({ id: 'b' }), (current) => ({ ...current, email: '1@x' })),
  );
  expect([a.email, b.email]).toEqual(['2@x', '1@x']);
  await expect(session.write(create(members, () => member({ id: 'c', email: '1@X' })))).rejects.toMatchObject(
    {
      code: 'UNIQUE_VIOLATION',
      message: 'Another Member has this email.',
      extensions: { entity: 'Member', field: 'email' },
    },
  );
});

test('writing one record twice in a call is refused, checking it besides is not', async () => {
  await session.write(create(members, () => member({ id: 'a' })));
  const key = memberKey({ id: 'a' });
  const twice = session.write(
    update(members, key, (m) => ({ ...m, name: 'x' })),
    remove(members, key),
  );
  await expect(twice).rejects.toMatchObject({ code: 'WRITE_TWICE' });
  const [checked, updated] = await session.write(
    check(members, key, () => {}),
    update(members, key, (m) => ({ ...m, name: 'x' })),
  );
  expect([checked?.name, updated.name]).toEqual(['Name of a', 'x']);
});

test('a check that throws stops the call; one that held is held until the write', async () => {
  await session.write(create(members, () => member({ id: 'a' })));
  const key = memberKey({ id: 'a' });
  const refusal = new Error('no');
  const refuse = check(members, key, () => {
    throw refusal;
  });
  await expect(
    session.write(
      refuse,
      create(visits, () => visit('v')),
    ),
  ).rejects.toBe(refusal);
  const seen: (string | undefined)[] = [];
  const racing = check(members, key, async (current) => {
    seen.push(current?.status);
    if (seen.length === 1) await other(update(members, key, (m) => ({ ...m, status: 'GONE' })));
  });
  await session.write(
    racing,
    create(visits, () => visit('v')),
  );
  expect(seen).toEqual(['ACTIVE', 'GONE']);
});

test('a check that a record is missing holds, too', async () => {
  const seen: unknown[] = [];
  const missing = check(members, memberKey({ id: 'a' }), async (current) => {
    seen.push(current);
    if (seen.length === 1) await other(create(members, () => member({ id: 'a' })));
  });
  await session.write(
    missing,
    create(visits, () => visit('v')),
  );
  expect(seen).toMatchObject([null, { id: 'a' }]);
});

/** Somebody else's write. */
const other = (...writes: Write<unknown>[]) =>
  db
    .open({ now: () => now })
    .session()
    .write(...writes);

test('a change computed from a record that changed meanwhile is computed again', async () => {
  await session.write(create(members, () => member({ id: 'a' })));
  let tries = 0;
  const [result] = await session.write(
    update(members, memberKey({ id: 'a' }), async (current) => {
      tries += 1;
      if (tries === 1) await other(update(members, memberKey({ id: 'a' }), (m) => ({ ...m, score: 5 })));
      return { ...current, score: current.score + 1 };
    }),
  );
  expect([tries, result.score, result.version]).toEqual([2, 6, 3]);
});

test('with a version demanded it is a conflict instead, and nothing is tried again', async () => {
  await session.write(create(members, () => member({ id: 'a' })));
  let tries = 0;
  const demanding = update(
    members,
    memberKey({ id: 'a' }),
    async (current) => {
      tries += 1;
      await other(update(members, memberKey({ id: 'a' }), (m) => ({ ...m, score: 5 })));
      return { ...current, score: 1 };
    },
    { expect: 1 },
  );
  await expect(session.write(demanding)).rejects.toMatchObject({
    code: 'VERSION_CONFLICT',
    extensions: { expected: 1 },
  });
  expect(tries).toBe(1);
});

test('an upsert that finds somebody was faster changes what they created', async () => {
  let tries = 0;
  const [result] = await session.write(
    upsert(members, memberKey({ id: 'a' }), async (current) => {
      tries += 1;
      if (tries === 1) await other(create(members, () => member({ id: 'a', score: 10 })));
      return { ...(current ?? fresh('a')), score: (current?.score ?? 0) + 1 };
    }),
  );
  expect([result.score, result.version]).toEqual([11, 2]);
});

test('writing gives up when others never stop', async () => {
  const hasty = db.open({ now: () => now, limits: { deadlineMs: 1 } }).session();
  await session.write(create(members, () => member({ id: 'a' })));
  let tries = 0;
  const never = update(members, memberKey({ id: 'a' }), async (current) => {
    tries += 1;
    await other(update(members, memberKey({ id: 'a' }), (m) => ({ ...m, score: m.score + 1 })));
    return { ...current, name: 'never' };
  });
  await expect(hasty.write(never)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(tries).toBeGreaterThan(0);
});

test('further writes see the record before and after, go in the same transaction, and may ask for more', async () => {
  const changes: unknown[] = [];
  const further: Write<unknown> = create(visits, () => visit('1'), {
    alongside: ({ after }) => [create(visits, () => visit(`${after.id}.1`))],
  });
  const [created] = await session.write(
    create(members, (env) => member({ id: 'a', name: env.now.toISOString() }), {
      alongside: (change) => {
        changes.push(change);
        return [further];
      },
    }),
  );
  expect(changes).toEqual([{ before: null, after: created }]);
  expect((await db.items()).filter((item) => item.note).map((item) => item.id)).toEqual(['1', '1.1']);
  expect(operations()).toEqual(['TransactWriteItems']);
  const failing = update(members, memberKey({ id: 'a' }), (m) => ({ ...m, name: 'x' }), {
    alongside: () => Promise.reject(new Error('no')),
  });
  await expect(session.write(failing)).rejects.toThrow('no');
  expect(await session.get(members, memberKey({ id: 'a' }))).toEqual(created);
});

test('writes that ask for writes without end are stopped', async () => {
  const endless = (n: number): Write<unknown> =>
    create(visits, () => visit(`${n}`), { alongside: () => [endless(n + 1)] });
  await expect(session.write(endless(0))).rejects.toThrow('more than 10 levels deep');
});

test('more than 100 items are refused before anything is sent, with a way out', async () => {
  const many = Array.from({ length: 101 }, (_, n) => create(visits, () => visit(`${n}`)));
  await expect(session.write(...many)).rejects.toMatchObject({
    code: 'TRANSACTION_TOO_LARGE',
    message: expect.stringContaining('putAll'),
    extensions: { items: 101, limit: 100 },
  });
  expect(operations()).toEqual([]);
  expect(await session.write(...many.slice(1))).toHaveLength(100);
});

test('a record larger than DynamoDB stores is refused, alone or in a transaction', async () => {
  const large = 'x'.repeat(410 * 1024);
  await expect(session.write(create(visits, () => ({ ...visit('v'), note: large })))).rejects.toMatchObject({
    code: 'ITEM_TOO_LARGE',
  });
  await expect(session.write(create(members, () => member({ id: 'a', name: large })))).rejects.toMatchObject({
    code: 'ITEM_TOO_LARGE',
  });
  const two = [create(visits, () => visit('v')), create(visits, () => ({ ...visit('w'), note: large }))];
  await expect(session.write(...two)).rejects.toMatchObject({ code: 'ITEM_TOO_LARGE' });
  expect(await db.items()).toEqual([]);
});

test("a key longer than DynamoDB stores is refused, also an index's", async () => {
  const inIndex = create(members, () => member({ id: 'a', name: 'x'.repeat(1100) }));
  await expect(session.write(inIndex)).rejects.toMatchObject({ code: 'KEY_INVALID' });
  db.requests.length = 0;
  await expect(session.write(create(members, () => member({ id: 'x'.repeat(2100) })))).rejects.toMatchObject({
    code: 'KEY_INVALID',
    message: 'The values that a record is found by are too long: they take 2107 bytes of at most 2048.',
    cause: { message: 'the key attribute PK has 2107 bytes' },
  });
  expect(operations()).toEqual([]);
});

test('records without a revision are never changed, but deleted', async () => {
  expect(() => update(visits, visitKey(visit('v')), (current) => current)).toThrow(
    expect.objectContaining({ code: 'APPEND_ONLY' }) as Error,
  );
  await session.write(create(visits, () => visit('v')));
  expect(await session.write(remove(visits, visitKey(visit('v'))))).toEqual([visit('v')]);
  expect(await db.items()).toEqual([]);
});

test('a record that has expired is gone, though DynamoDB still stores it', async () => {
  const expired = token({ id: 't', expiresAt: '2026-03-01T12:00:00.000Z' });
  await session.write(create(tokens, () => expired));
  const key = tokenKey(expired);
  const reading = db.database.session();
  expect(await reading.get(tokens, key)).toBeNull();
  await expect(session.write(update(tokens, key, (current) => current))).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  const [again] = await session.write(create(tokens, () => token({ id: 't', hash: 'another' })));
  expect(again).toEqual(token({ id: 't', hash: 'another' }));
  const guards = (await db.items()).filter(({ SK }) => SK === 'GUARD').map(({ PK, ttl }) => ({ PK, ttl }));
  expect(guards).toEqual([
    { PK: 'UNIQUE#TOKEN#hash#another', ttl: Date.parse('2026-04-01T00:00:00.000Z') / 1000 },
  ]);
});

test('the unique value of an expired record may be taken, that of a living one not', async () => {
  await session.write(
    create(tokens, () => token({ id: 'old', hash: 'h', expiresAt: '2026-02-01T00:00:00.000Z' })),
  );
  await session.write(create(tokens, () => token({ id: 'new', hash: 'h' })));
  await expect(session.write(create(tokens, () => token({ id: 'third', hash: 'h' })))).rejects.toMatchObject({
    code: 'UNIQUE_VIOLATION',
  });
  const [revived] = await session.write(
    upsert(tokens, tokenKey({ id: 'old' }), (current) => current ?? token({ id: 'old', hash: 'i' })),
  );
  expect(revived).toEqual(token({ id: 'old', hash: 'i' }));
  expect((await db.items()).filter(({ SK }) => SK === 'GUARD').map(({ _owner }) => _owner)).toEqual([
    '["TOKEN#new","METADATA"]',
    '["TOKEN#old","METADATA"]',
  ]);
});

test("a later expiry is the unique value's, too", async () => {
  await session.write(create(tokens, () => token({ id: 't' })));
  await session.write(
    update(tokens, tokenKey({ id: 't' }), (current) => ({
      ...current,
      expiresAt: '2027-01-01T00:00:00.000Z',
    })),
  );
  const ttl = Date.parse('2027-01-01T00:00:00.000Z') / 1000;
  expect((await db.items()).map((item) => item.ttl)).toEqual([ttl, ttl]);
});

test('a record is deleted even where its unique value has come to belong to another', async () => {
  await session.write(
    create(tokens, () => token({ id: 'old', hash: 'h', expiresAt: '2026-03-01T12:00:01.000Z' })),
  );
  const later = db.open({ now: () => new Date('2026-03-01T12:00:02.000Z') }).session();
  await later.write(create(tokens, () => token({ id: 'new', hash: 'h' })));
  await session.write(remove(tokens, tokenKey({ id: 'old' })));
  expect((await db.items()).map(({ PK }) => PK)).toEqual(['TOKEN#new', 'UNIQUE#TOKEN#hash#h']);
});

test('a write is read back in the same session without a request, and as any later session reads it', async () => {
  const [created] = await session.write(create(members, () => member({ id: 'a' })));
  db.requests.length = 0;
  expect(await session.get(members, memberKey({ id: 'a' }))).toEqual(created);
  expect(operations()).toEqual([]);
  expect(await db.database.session().get(members, memberKey({ id: 'a' }))).toEqual(created);
  await session.write(remove(members, memberKey({ id: 'a' })));
  db.requests.length = 0;
  expect(await session.get(members, memberKey({ id: 'a' }))).toBeNull();
  expect(operations()).toEqual([]);
});

test('of 64 writers racing for one unique value one wins', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 64 }, (_, n) =>
      other(create(members, () => member({ id: `m${n}`, email: 'one@example.com' }))).then(
        () => 'won',
        codeOf,
      ),
    ),
  );
  expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === 'UNIQUE_VIOLATION')).toHaveLength(63);
  expect((await db.items()).filter(({ SK }) => SK === 'METADATA')).toHaveLength(1);
});

test('64 writers of one process counting at once take turns, and all succeed', async () => {
  await session.write(create(counters, () => counter('c')));
  const counting = () =>
    update(counters, counterKey('c'), (current) => ({ ...current, value: current.value + 1 }));
  await Promise.all(Array.from({ length: 64 }, () => db.database.session().write(counting())));
  expect(await session.get(counters, counterKey('c'), { consistent: true })).toMatchObject({
    value: 64,
    version: 65,
  });
  // A read and a write each, and once more for those who met another.
  expect(db.requests.length).toBeLessThan(64 * 4.4);
});

test('of writers of several processes none is lost, though some may have to give up', async () => {
  await session.write(create(counters, () => counter('c')));
  const counting = () =>
    update(counters, counterKey('c'), (current) => ({ ...current, value: current.value + 1 }));
  const outcomes = await Promise.all(
    Array.from({ length: 24 }, () => other(counting()).then(() => 'done', codeOf)),
  );
  const done = outcomes.filter((outcome) => outcome === 'done').length;
  expect(outcomes.filter((outcome) => outcome !== 'done' && outcome !== 'CONFLICT')).toEqual([]);
  expect(done).toBeGreaterThan(12);
  expect(await session.get(counters, counterKey('c'), { consistent: true })).toMatchObject({
    value: done,
    version: done + 1,
  });
});

test('a change that writes its own record in between does not wait for itself for ever', async () => {
  await session.write(create(counters, () => counter('c')));
  const inner = () =>
    db.database
      .session()
      .write(update(counters, counterKey('c'), (current) => ({ ...current, value: current.value + 10 })));
  let tries = 0;
  const [result] = await session.write(
    update(counters, counterKey('c'), async (current) => {
      tries += 1;
      if (tries < 3) await inner();
      return { ...current, value: current.value + 1 };
    }),
  );
  expect([tries, result.value]).toEqual([3, 21]);
});

test('an update leaves entries and unique values that stay the same alone', async () => {
  await session.write(create(members, () => member({ id: 'a', team: 'red', handle: 'h' })));
  db.requests.length = 0;
  await session.write(update(members, memberKey({ id: 'a' }), (current) => ({ ...current, score: 3 })));
  // The record, the two entries that carry the score, and the version.
  expect(kindsIn(db.requests[1]?.input)).toEqual(['Update', 'Put', 'Put', 'Put']);
  await session.write(
    update(members, memberKey({ id: 'a' }), (current) => ({ ...current, email: 'new@example.com' })),
  );
  expect(kindsIn(db.requests[3]?.input)).toEqual(['Update', 'Put', 'Delete', 'Put']);
});

/** What a transaction does to each of its items. */
function kindsIn(input: unknown): (string | undefined)[] {
  const { TransactItems } = input as { readonly TransactItems: readonly object[] };
  return TransactItems.map((item) => Object.keys(item)[0]);
}

test('a check alone is the read it makes', async () => {
  await session.write(create(members, () => member({ id: 'a' })));
  db.requests.length = 0;
  const [found] = await session.write(check(members, memberKey({ id: 'a' }), () => {}));
  expect([found?.id, operations()]).toEqual(['a', ['GetItem']]);
});

test('a unique value that another has taken is no error where the value was computed from what has changed', async () => {
  await session.write(create(members, () => member({ id: 'a' })));
  let tries = 0;
  const [result] = await session.write(
    update(members, memberKey({ id: 'a' }), async (current) => {
      tries += 1;
      if (tries === 1) {
        await other(
          update(members, memberKey({ id: 'a' }), (m) => ({ ...m, score: 5 })),
          create(members, () => member({ id: 'b', email: '0@example.com' })),
        );
      }
      return { ...current, email: `${current.score}@example.com` };
    }),
  );
  expect([tries, result.email]).toEqual([2, '5@example.com']);
});

test('an expired record that DynamoDB removes while it is being replaced does not stand in the way', async () => {
  await session.write(create(tokens, () => token({ id: 't', expiresAt: '2026-02-01T00:00:00.000Z' })));
  const { DeleteCommand, DynamoDBDocumentClient } = await import('@aws-sdk/lib-dynamodb');
  let tries = 0;
  await session.write(
    create(tokens, async () => {
      tries += 1;
      if (tries === 2) {
        const Key = tokenKey({ id: 't' });
        await DynamoDBDocumentClient.from(db.client).send(
          new DeleteCommand({ TableName: db.tableName, Key }),
        );
      }
      return token({ id: 't' });
    }),
  );
  expect(tries).toBe(3);
  expect(await session.get(tokens, tokenKey({ id: 't' }))).toEqual(token({ id: 't' }));
});

test('two records exchange the place of an entry in one transaction; two that take one are refused', async () => {
  const leaders = {
    ...counters,
    name: 'Leader',
    key: ({ id }: Counter) => counterKey(id),
    entries: ({ id, note }: Counter) => [
      note === null ? undefined : { PK: `LEADER#${note}`, SK: 'ENTRY', id },
    ],
  } as const;
  const leads = (id: string, note: string | null) =>
    update(leaders, counterKey(id), (current) => ({ ...current, note }));
  const place = async () =>
    (await db.items()).filter(({ SK }) => SK === 'ENTRY').map(({ PK, id }) => `${PK} ${id}`);
  await session.write(
    create(leaders, () => ({ ...counter('a'), note: 'x' })),
    create(leaders, () => counter('b')),
  );
  await session.write(leads('a', null), leads('b', 'x'));
  expect(await place()).toEqual(['LEADER#x b']);
  await session.write(leads('a', 'x'), leads('b', null));
  expect(await place()).toEqual(['LEADER#x a']);
  await expect(session.write(leads('a', 'y'), leads('b', 'y'))).rejects.toMatchObject({
    code: 'WRITE_TWICE',
  });
});

test('what is no number is not stored, and nothing else of its write', async () => {
  await session.write(create(members, () => member({ id: 'a' })));
  const before = await db.items();
  for (const score of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const change = update(members, memberKey({ id: 'a' }), (current) => ({ ...current, name: 'New', score }));
    await expect(
      session.write(
        change,
        create(members, () => member({ id: 'b' })),
      ),
    ).rejects.toMatchObject({
      code: 'VALUE_INVALID',
    });
  }
  expect(await db.items()).toEqual(before);
});
