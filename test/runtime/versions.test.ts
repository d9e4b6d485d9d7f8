import { create, type EntityCodec, remove, update, upsert } from 'tableloom/runtime';
import { integer, invertedInteger, pad } from 'tableloom/runtime/generated';
import { expect, test } from 'vitest';
import { type Member, member, memberKey, members } from './support/domain.js';
import { openDatabase, type TestDatabase } from './support/engine.js';

const key = memberKey({ id: 'a' });
const named = (name: string) => member({ id: 'a', name });

/** The names of all versions that lie in the table, by their number. */
async function versionsIn(db: TestDatabase): Promise<[unknown, unknown][]> {
  const items = (await db.items()).filter(({ SK }) => String(SK).startsWith('VERSION#'));
  return items.map(({ version, name }): [unknown, unknown] => [version, name]).toSorted(byNumber);
}

const byNumber = ([a]: [unknown, unknown], [b]: [unknown, unknown]) => Number(a) - Number(b);

/** A life of two versions, then one more under the same key. */
async function twoLives(db: TestDatabase, codec: EntityCodec<Member>): Promise<number> {
  const session = db.database.session();
  await session.write(create(codec, () => named('one')));
  await session.write(update(codec, key, () => named('two')));
  await session.write(remove(codec, key));
  const [again] = await session.write(create(codec, () => named('three')));
  return again.version;
}

test('a record that is created again goes on from the versions of the one that was deleted', async () => {
  const db = await openDatabase();
  expect(await twoLives(db, members)).toBe(3);
  await db.database.session().write(update(members, key, () => named('four')));
  await db.database.session().write(remove(members, key));
  await db.database.session().write(upsert(members, key, () => named('five')));
  expect(await versionsIn(db)).toEqual([
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
    [4, 'four'],
    [5, 'five'],
  ]);
});

test.each([
  ['downwards', invertedInteger],
  ['filled up with zeros', pad(3)],
  ['upwards', integer],
])('whichever way versions are numbered: %s', async (_way, encode) => {
  const versioned = (one: Member) => ({ PK: `MEMBER#${one.id}`, SK: `VERSION#${encode(one.version)}` });
  const codec = {
    ...members,
    versions: (one: Member) => [{ ...versioned(one), name: one.name, version: one.version }],
  };
  const db = await openDatabase();
  expect(await twoLives(db, codec)).toBe(3);
  expect(await versionsIn(db)).toEqual([
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
  ]);
});

test('versions that cannot be counted on from are not overwritten', async () => {
  const codec = {
    ...members,
    versions: (one: Member) => [
      { PK: `MEMBER#${one.id}#${one.version}`, SK: 'VERSION#', name: one.name, version: one.version },
    ],
  };
  const db = await openDatabase();
  await expect(twoLives(db, codec)).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
    message: expect.stringContaining('Versions'),
  });
  expect(await versionsIn(db)).toHaveLength(2);
});

test('a first life asks for no versions', async () => {
  const db = await openDatabase();
  await db.database.session().write(create(members, () => named('one')));
  await db.database.session().write(update(members, key, () => named('two')));
  const operations = db.requests.map(({ operation }) => operation);
  expect(operations).toEqual(['TransactWriteItems', 'GetItem', 'TransactWriteItems']);
});

test('of many who create a deleted record again one wins, and every version is kept', async () => {
  const db = await openDatabase();
  await twoLives(db, members);
  await db.database.session().write(remove(members, key));
  const outcomes = await Promise.all(
    Array.from({ length: 16 }, (_, n) =>
      db
        .open()
        .session()
        .write(create(members, () => named(`by ${n}`)))
        .then(
          ([one]) => one.version,
          (error) => error.code,
        ),
    ),
  );
  expect(outcomes.filter((one) => one === 4)).toHaveLength(1);
  expect(outcomes.filter((one) => one !== 4)).toEqual(Array.from({ length: 15 }, () => 'ALREADY_EXISTS'));
  expect((await versionsIn(db)).map(([version]) => version)).toEqual([1, 2, 3, 4]);
});
