import { create, type Database, forbidden, remove, update } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { type Member, member, memberKey, members, visitKey, visits } from './support/domain.js';
import { openDatabase } from './support/engine.js';

const key = memberKey({ id: 'boss' });
const visitOf = (id: string) => ({ id, memberId: 'boss', at: '2026-03-01T00:00:00.000Z', note: 'was here' });
const visit = (id: string) => create(visits, () => visitOf(id));
const visitAt = (id: string) => visitKey(visitOf(id));
const active = {
  fields: ['status'],
  test: (current: Member | null) => {
    if (current?.status !== 'ACTIVE') throw forbidden('Not any more.');
  },
} as const;

async function withBoss() {
  const db = await openDatabase();
  await db.database.session().write(create(members, () => member({ id: 'boss', status: 'ACTIVE' })));
  db.requests.length = 0;
  return db;
}

function change(database: Database, changes: Partial<Member>) {
  return database.session().write(update(members, key, (one) => ({ ...one, ...changes })));
}

test('what a session writes takes place only while the fields are as they were read', async () => {
  const { database } = await withBoss();
  const session = database.session();
  expect(await session.dependOn(members, key, active)).toMatchObject({ id: 'boss', status: 'ACTIVE' });
  await session.write(visit('1'));
  await change(database, { name: 'Another' });
  await session.write(visit('2'));
  await change(database, { status: 'GONE' });
  await expect(session.write(visit('3'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(await database.session().get(visits, visitAt('3'))).toBeNull();
});

test('a change that the test would allow is a conflict', async () => {
  const { database } = await withBoss();
  const session = database.session();
  await session.dependOn(members, key, { ...active, fields: ['status', 'score'] });
  await change(database, { score: 9 });
  await expect(session.write(visit('1'))).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('it takes no request besides the one that `get` takes, and no more than one together with it', async () => {
  const { database, requests } = await withBoss();
  const session = database.session();
  await Promise.all([session.get(members, key), session.dependOn(members, key, active)]);
  await session.dependOn(members, key, active);
  await session.write(visit('1'));
  expect(requests.map(({ operation }) => operation)).toEqual(['GetItem', 'TransactWriteItems']);
});

test('a write of the record itself has it as a part of its own condition', async () => {
  const { database, requests } = await withBoss();
  const session = database.session();
  await session.dependOn(members, key, active);
  await session.write(update(members, key, (one) => ({ ...one, name: 'Self' })));
  await session.write(update(members, key, (one) => ({ ...one, status: 'RESTING' })));
  // What the session has written itself is what it goes on from.
  await session.write(visit('1'));
  expect(requests.filter(({ operation }) => operation.startsWith('Transact'))).toHaveLength(3);
  await change(database, { status: 'ACTIVE' });
  await expect(session.write(visit('2'))).rejects.toMatchObject({ code: 'CONFLICT' });
  await session.dependOn(members, key, active);
  await session.write(remove(members, key));
  await expect(session.dependOn(members, key, active)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('a write that changes nothing asks for no right', async () => {
  const { database } = await withBoss();
  await database.session().write(create(members, () => member({ id: 'other' })));
  const session = database.session();
  await session.dependOn(members, key, active);
  await change(database, { status: 'GONE' });
  const [same] = await session.write(update(members, memberKey({ id: 'other' }), (one) => one));
  expect(same.id).toBe('other');
});

test('writes can depend on there being no record', async () => {
  const { database } = await withBoss();
  const none = memberKey({ id: 'none' });
  const session = database.session();
  expect(await session.dependOn(members, none, { fields: ['status'] })).toBeNull();
  await session.write(visit('1'));
  await database.session().write(create(members, () => member({ id: 'none' })));
  await expect(session.write(visit('2'))).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('calls for one record add up', async () => {
  const { database } = await withBoss();
  const session = database.session();
  await session.dependOn(members, key, { fields: ['score'] });
  await session.dependOn(members, key, active);
  await change(database, { score: 9 });
  await expect(session.write(visit('1'))).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('of a hundred sessions that depend on one record and write at once none is refused', async () => {
  const { open, database } = await withBoss();
  const write = async (id: number) => {
    const session = open().session();
    await session.dependOn(members, key, active);
    await session.write(visit(String(id)));
  };
  await Promise.all(Array.from({ length: 100 }, (_, id) => write(id)));
  expect(await database.session().get(visits, visitAt('99'))).not.toBeNull();
});
