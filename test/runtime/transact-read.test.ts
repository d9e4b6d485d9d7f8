import { create, read, update } from 'tableloom/runtime';
import { expect, expectTypeOf, test } from 'vitest';
import {
  type Member,
  member,
  memberKey,
  members,
  tokenKey,
  tokens,
  visitKey,
  visits,
} from './support/domain.js';
import { openDatabase } from './support/engine.js';
import type { Fault } from './support/faults.js';

const visit = { id: 'v', memberId: 'a', at: '2026-03-01T00:00:00.000Z', note: 'was here' };
const memberAt = (id: string) => read(members, memberKey({ id }));

test('records of several entities come in one request, in order, null for what is missing', async () => {
  const db = await openDatabase();
  const a = member({ id: 'a' });
  await db.database.session().write(
    create(members, () => a),
    create(visits, () => visit),
  );
  db.requests.length = 0;
  const session = db.database.session();
  const found = await session.transactRead(
    memberAt('none'),
    read(visits, visitKey(visit)),
    memberAt('a'),
    memberAt('a'),
  );
  expectTypeOf(found[0]).toEqualTypeOf<Member | null>();
  expect(found).toEqual([null, visit, a, a]);
  expect(db.requests.map(({ operation }) => operation)).toEqual(['TransactGetItems']);
  expect(await session.transactRead()).toEqual([]);
});

test('what has expired is missing', async () => {
  const expiresAt = '2026-03-01T00:00:00.000Z';
  const db = await openDatabase({ now: () => new Date('2026-02-01T00:00:00.000Z') });
  const token = { id: 't', hash: 'h', expiresAt, version: 1 };
  await db.database.session().write(create(tokens, () => token));
  const asked = read(tokens, tokenKey({ id: 't' }));
  expect(await db.database.session().transactRead(asked)).toEqual([token]);
  const later = db.open({ now: () => new Date(expiresAt) }).session();
  expect(await later.transactRead(asked)).toEqual([null]);
});

test('a hundred records are read together, and no more', async () => {
  const db = await openDatabase();
  const reads = Array.from({ length: 101 }, (_, n) => memberAt(`${n}`));
  expect(await db.database.session().transactRead(...reads.slice(1))).toEqual(reads.slice(1).map(() => null));
  await expect(db.database.session().transactRead(...reads)).rejects.toMatchObject({
    code: 'TRANSACTION_TOO_LARGE',
    extensions: { items: 101, limit: 100 },
  });
});

test('a snapshot shows no transaction half, while writers go on', async () => {
  const db = await openDatabase();
  const move = async (n: number) => {
    const score = (id: string, sign: number) =>
      update(members, memberKey({ id }), (one) => ({ ...one, score: one.score + sign * n }));
    await db.open().session().write(score('a', 1), score('b', -1));
  };
  await db.database.session().write(
    create(members, () => member({ id: 'a' })),
    create(members, () => member({ id: 'b' })),
  );
  let isWriting = true;
  const writer = (async () => {
    for (let n = 1; n <= 20; n++) await move(n);
    isWriting = false;
  })();
  const sums = new Set<number>();
  while (isWriting) {
    const [a, b] = await db.open().session().transactRead(memberAt('a'), memberAt('b'));
    sums.add((a?.score ?? Number.NaN) + (b?.score ?? Number.NaN));
  }
  await writer;
  expect([...sums]).toEqual([0]);
});

test('a snapshot that meets writers is read again until the deadline', async () => {
  const db = await openDatabase();
  let left = 2;
  const meets: Fault = {
    on: ({ operation }) => operation === 'TransactGetItems' && left-- > 0,
    error: {
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
    },
  };
  const session = db.open({ faults: [meets] }).session();
  expect(await session.transactRead(memberAt('a'), memberAt('b'))).toEqual([null, null]);
  left = Number.POSITIVE_INFINITY;
  const hurried = db.open({ faults: [meets], limits: { deadlineMs: 30 } }).session();
  await expect(hurried.transactRead(memberAt('a'), memberAt('b'))).rejects.toMatchObject({
    code: 'CONFLICT',
  });
});
