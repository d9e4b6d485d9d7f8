/** Storage that fails for all: requests are neither multiplied nor kept waiting, and what works goes on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { create } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { until } from '../support/until.js';
import { member, memberKey, members, visitKey, visits } from './support/domain.js';
import { openDatabase } from './support/engine.js';
import { type Fault, first } from './support/faults.js';

const visit = (id: string) => ({ id, memberId: 'a', at: '2026-03-01T00:00:00.000Z', note: 'was here' });
const key = memberKey({ id: 'a' });
const serverError = { error: { name: 'InternalServerError', status: 500 } };
const throttle = { error: { name: 'ThrottlingException' } };
const many = (count: number) => Array.from({ length: count }, (_, at) => at);

/** A fault that can be ended, and that counts the requests it meets. */
function ailment(operation: string, fault: Omit<Fault, 'on'>) {
  let met = 0;
  let isOver = false;
  const on: Fault['on'] = (request) => {
    if (isOver || request.operation !== operation) return false;
    met += 1;
    return true;
  };
  return {
    fault: { ...fault, on },
    met: () => met,
    end() {
      isOver = true;
    },
  };
}

const codesOf = async (works: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(works)).map((one) =>
    one.status === 'fulfilled' ? 'done' : String((one.reason as { code?: unknown }).code),
  );

test('requests that many sessions have throttled are repeated a hundred times, and not each until its deadline', async () => {
  const db = await openDatabase();
  const throttled = ailment('GetItem', throttle);
  const database = db.open({ faults: [throttled.fault], limits: { deadlineMs: 2000 } });
  const codes = await codesOf(many(300).map(() => database.session().get(members, key)));
  expect(new Set(codes)).toEqual(new Set(['BUSY']));
  expect(throttled.met()).toBeGreaterThanOrEqual(400);
  // Each would be sent some ten times.
  expect(throttled.met()).toBeLessThan(600);
});

test('what the SDK would repeat is sent as often as its `maxAttempts`, not that many times as often', async () => {
  const db = await openDatabase();
  const failing = ailment('GetItem', serverError);
  const database = db.open({ faults: [failing.fault], maxAttempts: 3 });
  await expect(database.session().get(members, key)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  expect(failing.met()).toBe(3);
});

test('where a table does not answer reads they fail at once; writes and other tables go on; it recovers by itself', async () => {
  const db = await openDatabase();
  await db.database.session().write(create(visits, () => visit('v')));
  const failing = ailment('GetItem', serverError);
  const database = db.open({ faults: [failing.fault], maxAttempts: 1 });
  const get = () => database.session().get(visits, visitKey(visit('v')));
  expect(new Set(await codesOf(many(20).map(get)))).toEqual(new Set(['STORAGE_UNAVAILABLE']));
  const met = failing.met();
  await expect(get()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', extensions: { retryAfter: 1 } });
  expect(failing.met()).toBe(met);
  const { circuits } = database.storageState();
  expect(circuits).toContainEqual({ table: db.tableName, kind: 'read', state: 'open' });
  await database.session().write(create(visits, () => visit('w')));
  failing.end();
  await until(async () => (await codesOf([get()]))[0] === 'done');
  expect(new Set(await codesOf(many(20).map(get)))).toEqual(new Set(['done']));
  expect(database.storageState().circuits.map(({ state }) => state)).toEqual(['closed', 'closed']);
});

test('answers that refuse are answers: conditions and load do not keep others from storage', async () => {
  const db = await openDatabase();
  const database = db.open({ faults: [first(30, 'GetItem', throttle)], limits: { deadlineMs: 20_000 } });
  await database.session().write(create(visits, () => visit('v')));
  await codesOf(many(30).map(() => database.session().write(create(visits, () => visit('v')))));
  await codesOf(many(30).map(() => database.session().get(members, key)));
  expect(database.storageState().circuits.map(({ state }) => state)).toEqual(['closed', 'closed']);
});

test('a write whose answer was lost waits for storage, so that its outcome is known', async () => {
  const db = await openDatabase();
  const away = ailment('PutItem', serverError);
  const unheard = first(1, 'TransactWriteItems', { hang: true, loseAnswer: true });
  const database = db.open({
    faults: [unheard, away.fault],
    maxAttempts: 2,
    limits: { attemptMs: 300, deadlineMs: 20_000 },
  });
  const written = database.session().write(create(members, () => member({ id: 'a' })));
  const others = codesOf(
    many(40).map((id) => database.session().write(create(visits, () => visit(`${id}`)))),
  );
  await until(() => database.storageState().circuits.some(({ state }) => state === 'open'));
  await sleep(1000);
  away.end();
  await written;
  await others;
  expect((await db.items()).filter(({ SK }) => SK === 'METADATA')).toHaveLength(1);
});

test('writes that hang leave connections for reads', async () => {
  const db = await openDatabase();
  const hanging = ailment('PutItem', { hang: true });
  const database = db.open({
    faults: [hanging.fault],
    maxAttempts: 1,
    limits: { attemptMs: 1500, deadlineMs: 1500 },
  });
  const settled: string[] = [];
  const writing = Promise.allSettled(
    many(60).map((id) =>
      database
        .session()
        .write(create(visits, () => visit(`${id}`)))
        .finally(() => settled.push('write')),
    ),
  );
  await until(() => hanging.met() === 40);
  await database.session().get(members, key);
  settled.push('read');
  await writing;
  expect(settled[0]).toBe('read');
});

test('more requests than may wait for a connection fail at once', async () => {
  const db = await openDatabase();
  const hanging = ailment('GetItem', { hang: true });
  const limits = { attemptMs: 1500, deadlineMs: 1500, queue: 10 };
  const database = db.open({ faults: [hanging.fault], maxAttempts: 1, limits });
  const reads = many(60).map(() => database.session().get(members, key));
  const late = codesOf(reads.slice(50));
  expect(new Set(await late)).toEqual(new Set(['BUSY']));
  await until(() => hanging.met() === 40);
  expect(database.storageState()).toMatchObject({ underWay: 40, waiting: 10 });
  hanging.end();
  await Promise.allSettled(reads);
  expect(database.storageState()).toMatchObject({ underWay: 0, waiting: 0 });
});

test('an answer that breaks off in the middle is a lost one: the write is not done twice, and its record is its own', async () => {
  const db = await openDatabase();
  const session = db
    .open({ faults: [first(1, 'PutItem', { cut: true }), first(1, 'GetItem', { cut: true })] })
    .session();
  await session.write(create(visits, () => visit('v')));
  expect(await session.get(visits, visitKey(visit('other')))).toBeNull();
});
