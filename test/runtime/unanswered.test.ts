/** Requests that are never answered: they end, and the error says what is known of their outcome. */
import { create, type TableloomError, update } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import {
  type Member,
  member,
  memberKey,
  members,
  type Token,
  tokenKey,
  tokens,
  visits,
} from './support/domain.js';
import { openDatabase } from './support/engine.js';
import { always, type Fault, first } from './support/faults.js';

const limits = { attemptMs: 100, deadlineMs: 20_000 };
const hurried = { attemptMs: 100, deadlineMs: 500 };
const visit = (id: string) => ({ id, memberId: 'a', at: '2026-03-01T00:00:00.000Z', note: 'was here' });
const key = memberKey({ id: 'a' });
const plusOne = update(members, key, (current: Member) => ({ ...current, score: current.score + 1 }));

/** Done by the engine, but the answer does not come. */
const doneUnheard: Omit<Fault, 'on'> = { hang: true, loseAnswer: true };
const unheard: Omit<Fault, 'on'> = { hang: true };
const throttle: Omit<Fault, 'on'> = { error: { name: 'ThrottlingException' } };

async function withMember(...faults: Fault[]) {
  const db = await openDatabase();
  await db.database.session().write(create(members, () => member({ id: 'a', score: 0 })));
  const score = async () => (await db.database.session().get(members, key))?.score;
  return {
    db,
    score,
    session: db.open({ faults, limits }).session(),
    hurry: () => db.open({ faults, limits: hurried }).session(),
  };
}

const unknown = { code: 'STORAGE_UNAVAILABLE', extensions: { outcome: 'unknown' } };

test('an attempt without an answer is made again', async () => {
  const { session, score } = await withMember(
    first(2, 'GetItem', unheard),
    first(2, 'TransactWriteItems', unheard),
  );
  expect(await session.get(members, key)).toMatchObject({ id: 'a' });
  await session.write(plusOne);
  expect(await score()).toBe(1);
});

test('a transaction that was carried out unheard is not carried out again', async () => {
  const { session, score } = await withMember(first(2, 'TransactWriteItems', doneUnheard));
  await session.write(plusOne);
  expect(await score()).toBe(1);
});

test('a single item that was written unheard is found to be ours', async () => {
  const { db, session } = await withMember(first(1, 'PutItem', doneUnheard));
  await session.write(create(visits, () => visit('v')));
  expect((await db.items()).filter(({ id }) => id === 'v')).toHaveLength(1);
});

test('a transaction that DynamoDB still carries out is waited for', async () => {
  const busy = { error: { name: 'TransactionInProgressException' } };
  const { session, score } = await withMember(
    first(1, 'TransactWriteItems', doneUnheard),
    first(4, 'TransactWriteItems', busy),
  );
  await session.write(plusOne);
  expect(await score()).toBe(1);
});

test('after load that follows a lost answer the same transaction is sent again', async () => {
  const { session, score } = await withMember(
    first(1, 'TransactWriteItems', doneUnheard),
    first(6, 'TransactWriteItems', throttle),
  );
  await session.write(plusOne);
  expect(await score()).toBe(1);
});

test.each([
  ['no answer comes', []],
  [
    'after a lost answer there is only load',
    [first(1, 'TransactWriteItems', doneUnheard), always('TransactWriteItems', throttle)],
  ],
  [
    'after a lost answer the transaction is under way for ever',
    [
      first(1, 'TransactWriteItems', unheard),
      always('TransactWriteItems', { error: { name: 'TransactionInProgressException' } }),
    ],
  ],
])('the outcome of a write is unknown where %s', async (_, faults) => {
  const { hurry } = await withMember(...faults, always('TransactWriteItems', unheard));
  await expect(hurry().write(plusOne)).rejects.toMatchObject(unknown);
});

test('the outcome is unknown, too, where others changed the item after a lost answer', async () => {
  const db = await openDatabase();
  const { guards: _guards, ttl: _ttl, ...plain } = tokens;
  const [soon, later] = ['2030-01-01T00:00:00.000Z', '2031-01-01T00:00:00.000Z'];
  await db.database
    .session()
    .write(create(plain, () => ({ id: 't', hash: 'h', expiresAt: soon, version: 1 })));
  const overwritten: Fault = {
    ...first(1, 'UpdateItem', doneUnheard),
    // As if somebody had changed it after us.
    request: (body) => JSON.parse(JSON.stringify(body).replace(later, '2032-01-01T00:00:00.000Z')),
  };
  const change = update(plain, tokenKey({ id: 't' }), (token: Token) => ({ ...token, expiresAt: later }));
  const session = db.open({ faults: [overwritten], limits }).session();
  await expect(session.write(change)).rejects.toMatchObject(unknown);
});

test('a write that DynamoDB refuses because of its load was not carried out', async () => {
  const { hurry, score } = await withMember(always('TransactWriteItems', throttle));
  await expect(hurry().write(plusOne)).rejects.toMatchObject({ code: 'BUSY' });
  expect(await score()).toBe(0);
});

test('nothing is unknown of a read', async () => {
  const { hurry } = await withMember(always('GetItem', unheard));
  const error = await hurry()
    .get(members, key)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  expect((error as TableloomError).extensions.outcome).toBeUndefined();
});

test('a session ends with its deadline: what it reads, and what it would still send', async () => {
  const db = await openDatabase();
  const session = db.open({ faults: [always('GetItem', unheard)] }).session({ deadlineMs: 150 });
  await expect(session.get(members, key)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  const sent = db.requests.length;
  await expect(session.write(create(visits, () => visit('v')))).rejects.toMatchObject({ code: 'BUSY' });
  await expect(session.get(members, memberKey({ id: 'b' }))).rejects.toMatchObject({ code: 'BUSY' });
  expect(db.requests).toHaveLength(sent);
});
