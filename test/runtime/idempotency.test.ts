import { create, type Idempotency, type IdempotencyStore, step, update, type Write } from 'tableloom/runtime';
import { text } from 'tableloom/runtime/generated';
import { expect, expectTypeOf, test } from 'vitest';
import { type Member, member, memberKey, members, table, visits } from './support/domain.js';
import { openDatabase } from './support/engine.js';

const tokens: IdempotencyStore = {
  table,
  ttl: 'ttl',
  key: (token) => ({ PK: `TOKEN#${text(token)}`, SK: 'TOKEN' }),
};
const once = (token: string | null, of: unknown = ['join', { id: 'a' }]): Idempotency => ({
  tokens,
  token,
  of,
});
const visit = { id: 'v', memberId: 'a', at: '2026-03-01T00:00:00.000Z', note: 'was here' };

test('a repeat writes nothing and gives what the first gave, whatever has happened since', async () => {
  const db = await openDatabase();
  let asked = 0;
  const join = () =>
    db
      .open()
      .session()
      .writeIdempotent(once('t'), () => {
        asked += 1;
        return [create(members, () => member({ id: 'a', team: 'red' })), create(visits, () => visit)];
      });
  const [a, v] = await join();
  expectTypeOf(a).toEqualTypeOf<Member>();
  expect([a, v]).toEqual([member({ id: 'a', team: 'red' }), visit]);
  await db.database
    .session()
    .write(update(members, memberKey({ id: 'a' }), (one) => ({ ...one, name: 'New' })));
  const before = await db.items();
  db.requests.length = 0;
  expect(await join()).toEqual([a, v]);
  expect(db.requests.map(({ operation }) => operation)).toEqual(['GetItem']);
  expect(asked).toBe(1);
  expect(await db.items()).toEqual(before);
});

test('what a token is of is compared by its JSON, in whatever order properties stand', async () => {
  const db = await openDatabase();
  const session = db.database.session();
  const write = () => [create(visits, () => visit)] as const;
  await session.writeIdempotent(once('t', { id: 'a', at: new Date(0), tags: [1, 2] }), write);
  const same = { tags: [1, 2], at: new Date(0), id: 'a', note: undefined };
  expect(await session.writeIdempotent(once('t', same), write)).toEqual([visit]);
  for (const other of [
    { ...same, id: 'b' },
    { ...same, tags: [2, 1] },
    { ...same, note: null },
    'a',
    undefined,
  ])
    await expect(session.writeIdempotent(once('t', other), write)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
    });
});

test('without a token every call writes, and an empty one is refused', async () => {
  const db = await openDatabase();
  const session = db.database.session();
  const write = () => [create(visits, () => visit)] as const;
  expect(await session.writeIdempotent(once(null), write)).toEqual([visit]);
  await expect(session.writeIdempotent(once(null), write)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  await expect(session.writeIdempotent(once(''), write)).rejects.toMatchObject({ code: 'VALUE_INVALID' });
});

test('a write that fails takes no token', async () => {
  const db = await openDatabase();
  const session = db.database.session();
  await session.write(create(visits, () => visit));
  const write = () => [create(visits, () => visit), create(members, () => member({ id: 'a' }))] as const;
  await expect(session.writeIdempotent(once('t'), write)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  await expect(session.writeIdempotent(once('t', 'other'), write)).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
  });
  expect(await db.items()).toHaveLength(1);
});

test('a token that has expired is a new one, whether or not it has been removed', async () => {
  let now = new Date('2026-03-01T00:00:00.000Z');
  const db = await openDatabase({ now: () => now });
  const rename = (name: string) =>
    db.database
      .session()
      .writeIdempotent({ ...once('t', name), seconds: 60 }, () => [
        update(members, memberKey({ id: 'a' }), (one) => ({ ...one, name })),
      ]);
  await db.database.session().write(create(members, () => member({ id: 'a' })));
  expect((await rename('one'))[0].version).toBe(2);
  now = new Date(now.getTime() + 59_000);
  expect((await rename('one'))[0].version).toBe(2);
  await expect(rename('two')).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
  now = new Date(now.getTime() + 1000);
  expect((await rename('two'))[0].version).toBe(3);
  expect((await rename('two'))[0].version).toBe(3);
});

test('a token is remembered for a day unless said otherwise', async () => {
  const now = new Date('2026-03-01T00:00:00.000Z');
  const db = await openDatabase({ now: () => now });
  await db.database.session().writeIdempotent(once('t'), () => [create(visits, () => visit)]);
  const [item] = (await db.items()).filter(({ PK }) => PK === 'TOKEN#t');
  expect(item?.ttl).toBe(Date.parse('2026-03-02T00:00:00.000Z') / 1000);
});

test('secret attributes are not kept with the token', async () => {
  const db = await openDatabase();
  const secretive = { ...members, secret: ['handle'] as const };
  const join = () =>
    db.database
      .session()
      .writeIdempotent(once('t'), () => [
        create(secretive, () => member({ id: 'a', handle: 'hidden handle' })),
      ]);
  expect((await join())[0].handle).toBe('hidden handle');
  expect(JSON.stringify((await db.items()).filter(({ PK }) => PK === 'TOKEN#t'))).not.toContain('hidden');
  expect(await join()).toEqual([member({ id: 'a', handle: null })]);
});

test('of 64 calls with one token at once one writes, and all have its answer', async () => {
  const db = await openDatabase();
  await db.database.session().write(create(members, () => member({ id: 'a' })));
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, n) =>
      db
        .open()
        .session()
        .writeIdempotent(once('t'), () => [
          update(members, memberKey({ id: 'a' }), (one) => ({ ...one, score: one.score + 1 })),
          create(visits, () => ({ ...visit, id: `by ${n}` })),
        ]),
    ),
  );
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  const items = await db.items();
  expect(items.filter(({ note }) => note === 'was here')).toHaveLength(1);
  expect(items.find(({ PK, SK }) => PK === 'MEMBER#a' && SK === 'METADATA')).toMatchObject({
    score: 1,
    version: 2,
  });
});

test('a call that finds the record as the same call left it gives that answer, not an error', async () => {
  const db = await openDatabase();
  await db.database.session().write(create(members, () => member({ id: 'a' })));
  const rename = () =>
    db
      .open()
      .session()
      .writeIdempotent(once('t'), () => [
        update(members, memberKey({ id: 'a' }), (one) => ({ ...one, name: 'New' }), { expect: 1 }),
      ]);
  const answers = await Promise.all([rename(), rename(), rename(), rename()]);
  expect(answers.map(([one]) => one.version)).toEqual([2, 2, 2, 2]);
});

test('an answer that was lost is found again by the token', async () => {
  const db = await openDatabase();
  let left = 1;
  const session = db
    .open({
      maxAttempts: 1,
      faults: [{ on: ({ operation }) => operation === 'TransactWriteItems' && left-- > 0, loseAnswer: true }],
    })
    .session();
  expect(await session.writeIdempotent(once('t'), () => [create(visits, () => visit)])).toEqual([visit]);
  expect((await db.items()).filter(({ id }) => id === 'v')).toHaveLength(1);
});

test('of several writes an error tells which it is due to, by name or place', async () => {
  const db = await openDatabase();
  const session = db.database.session();
  await session.write(create(members, () => member({ id: 'a', email: 'one@x' })));
  const b = create(members, () => member({ id: 'b' }));
  const taken = create(members, () => member({ id: 'c', email: 'ONE@x' }));
  const missing = update(members, memberKey({ id: 'none' }), (one) => one);
  const stale = update(members, memberKey({ id: 'a' }), (one) => one, { expect: 7 });
  const again = create(members, () => member({ id: 'a', email: 'two@x' }));
  const alongside = create(visits, () => visit, { alongside: () => [missing] });
  const failure = (...writes: readonly Write<unknown>[]) =>
    session.write(...writes).catch((error) => error.extensions);
  expect(await failure(b, taken)).toEqual({
    code: 'UNIQUE_VIOLATION',
    entity: 'Member',
    field: 'email',
    step: 2,
  });
  expect(await failure(step('first', b), step('second', taken))).toMatchObject({ step: 'second' });
  expect(await failure(b, step('gone', missing))).toMatchObject({ code: 'NOT_FOUND', step: 'gone' });
  expect(await failure(stale, b)).toMatchObject({ code: 'VERSION_CONFLICT', step: 1 });
  expect(await failure(b, again)).toMatchObject({ code: 'ALREADY_EXISTS', step: 2 });
  expect(await failure(b, step('again', b))).toMatchObject({ code: 'WRITE_TWICE', step: 'again' });
  expect(await failure(b, step('visit', alongside))).toMatchObject({ code: 'NOT_FOUND', step: 'visit' });
  expect(await failure(missing)).not.toHaveProperty('step');
  expect(await db.items()).toHaveLength(4);
});
