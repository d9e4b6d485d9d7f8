import { create, type Write } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { member, memberKey, members, visits } from './support/domain.js';
import { openDatabase } from './support/engine.js';

const visit = (id: string) => ({ id, memberId: 'a', at: '2026-03-01T00:00:00.000Z', note: 'was here' });
const codes = (unwritten: readonly { readonly error: Error }[]) =>
  unwritten.map(({ error }) => ('code' in error ? error.code : error.message));

test('a record that is refused as a double has nothing written alongside', async () => {
  const db = await openDatabase();
  const withVisit = (id: string, email: string, visitId: string) =>
    create(members, () => member({ id, email }), {
      alongside: () => [create(visits, () => visit(visitId))],
    });
  const { written, unwritten } = await db.database
    .session()
    .putAll([withVisit('a', 'one@x', 'of a'), withVisit('b', 'one@x', 'of b')]);
  expect([written, unwritten]).toMatchObject([
    2,
    [{ entity: 'Member', key: memberKey({ id: 'b' }), error: { code: 'UNIQUE_VIOLATION' } }],
  ]);
  const items = await db.items();
  expect(items.some(({ id }) => id === 'of a')).toBe(true);
  expect(items.some(({ id }) => id === 'of b')).toBe(false);
});

test('a record that cannot be worked out is reported, with what is alongside it, and the load goes on', async () => {
  const db = await openDatabase();
  const fails = () => {
    throw new Error('no such currency');
  };
  const { written, unwritten, isComplete } = await db.database
    .session()
    .putAll([
      create(members, () => member({ id: 'a' })),
      create(members, fails),
      create(members, () => member({ id: 'x'.repeat(3000) })),
      create(members, () => member({ id: 'b' }), { alongside: fails }),
      create(members, () => member({ id: 'c' })),
    ]);
  expect([written, isComplete]).toEqual([2, true]);
  expect(unwritten.map(({ key }) => key)).toEqual([null, null, memberKey({ id: 'b' })]);
  expect(codes(unwritten)).toEqual(['no such currency', 'KEY_INVALID', 'no such currency']);
  const ids = (await db.items()).flatMap(({ PK, SK }) => (SK === 'METADATA' ? [PK] : []));
  expect(ids).toEqual(['MEMBER#a', 'MEMBER#c']);
});

test('an aborted load takes no more records, and writes those it has taken', async () => {
  const db = await openDatabase();
  const going = new AbortController();
  let taken = 0;
  async function* source(): AsyncGenerator<Write<unknown>> {
    for (; ; taken++) {
      // The source has nothing for now: the abort is heard all the same.
      if (taken === 130) {
        void db.items().then(async (items) => {
          for (let there = items.length; there < 125; there = (await db.items()).length);
          going.abort();
        });
        await new Promise(() => undefined);
      }
      yield create(visits, () => visit(`${taken}`));
    }
  }
  const report = await db.database.session({ signal: going.signal }).putAll(source());
  expect(report).toEqual({ written: 130, unwritten: [], isComplete: false });
  expect(await db.items()).toHaveLength(130);
});

test('a load that is aborted before it begins writes nothing', async () => {
  const db = await openDatabase();
  const session = db.database.session({ signal: AbortSignal.abort() });
  expect(await session.putAll([create(visits, () => visit('1'))])).toEqual({
    written: 0,
    unwritten: [],
    isComplete: false,
  });
  expect(await db.items()).toEqual([]);
});

test('what the source throws is thrown, once all that was taken has been sent', async () => {
  const db = await openDatabase();
  function* source(): Generator<Write<unknown>> {
    for (let n = 0; n < 30; n++) yield create(visits, () => visit(`${n}`));
    throw new Error('the file ends in the middle of a line');
  }
  await expect(db.database.session().putAll(source())).rejects.toThrow('the middle of a line');
  expect(await db.items()).toHaveLength(30);
});

test('one batch that is refused stops no other', async () => {
  const db = await openDatabase();
  const session = db
    .open({
      faults: [
        {
          on: ({ operation, body }) => operation === 'BatchWriteItem' && JSON.stringify(body).includes('"7"'),
          error: { name: 'AccessDeniedException' },
        },
      ],
    })
    .session();
  const { written, unwritten } = await session.putAll(
    Array.from({ length: 100 }, (_, n) => create(visits, () => visit(`${n}`))),
  );
  expect([written, unwritten.length]).toEqual([75, 25]);
  expect(new Set(codes(unwritten))).toEqual(new Set(['STORAGE_REFUSED']));
});
