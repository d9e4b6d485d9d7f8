import { create, type EntityCodec, remove, update } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import { type Member, member, memberKey, members } from './support/domain.js';
import { openDatabase } from './support/engine.js';

/** Members counted by their team; a team has three at most. */
const counted: EntityCodec<Member> = {
  ...members,
  counters: ({ team }) => [
    { name: 'teamSize', key: team === null ? undefined : { PK: `SIZE#${team}`, SK: 'SIZE' }, by: 1, max: 3 },
  ],
};

const join = (id: string, team: string | null) => create(counted, () => member({ id, team, email: id }));
const move = (id: string, team: string | null) =>
  update(counted, memberKey({ id }), (current) => ({ ...current, team }));

test('a number kept beside records follows each write in its transaction, and one that would pass its bound fails', async () => {
  const db = await openDatabase();
  const session = db.database.session();
  const sizes = async () =>
    Object.fromEntries(
      (await db.items()).filter(({ SK }) => SK === 'SIZE').map(({ PK, _number }) => [PK, _number]),
    );

  await session.write(join('a', 'red'), join('b', 'red'), join('c', null), join('d', 'blue'));
  expect(await sizes()).toEqual({ 'SIZE#red': 2, 'SIZE#blue': 1 });
  await session.write(move('c', 'red'));
  await expect(session.write(join('e', 'red'))).rejects.toMatchObject({
    code: 'GUARD_FAILED',
    extensions: { entity: 'Member', guard: 'teamSize' },
  });
  // Four at once are too many where there is none yet.
  await expect(session.write(...['e', 'f', 'g', 'h'].map((id) => join(id, 'green')))).rejects.toMatchObject({
    code: 'GUARD_FAILED',
  });
  await session.write(move('a', null), move('b', 'blue'), remove(counted, memberKey({ id: 'd' })));
  expect(await sizes()).toEqual({ 'SIZE#red': 1, 'SIZE#blue': 1 });
  // One leaves, another joins: nothing changes, and nothing is written of the number.
  await session.write(remove(counted, memberKey({ id: 'b' })), join('e', 'blue'));
  expect(await sizes()).toEqual({ 'SIZE#red': 1, 'SIZE#blue': 1 });
});

test('of 24 who race for three places, three get one', async () => {
  const db = await openDatabase();
  const outcomes = await Promise.allSettled(
    Array.from({ length: 24 }, (_, at) => db.database.session().write(join(`m${at}`, 'red'))),
  );
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
  expect(refused).toEqual(Array.from({ length: 21 }, () => 'GUARD_FAILED'));
  expect((await db.items()).filter(({ SK }) => SK === 'SIZE')).toMatchObject([{ _number: 3 }]);
});
