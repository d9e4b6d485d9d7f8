/** Padded and inverted holes: the order, bounds and pages of the field, whichever way its key runs. */
import { type Connection, KeyError, type Session } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import type { NewScore, Score } from '../fixtures/ok/encoded-keys/generated/entities.js';
import { bannerKey, scoreKey } from '../fixtures/ok/encoded-keys/generated/keys.js';
import {
  banners,
  best,
  byDirection,
  crossing,
  dayOf,
  latest,
  ranks,
  ranksBelow,
  recentFirst,
  weakFirst,
} from '../fixtures/ok/encoded-keys/generated/queries.js';
import { tables } from '../fixtures/ok/encoded-keys/generated/tables.js';
import { bannerWrites, scoreWrites } from '../fixtures/ok/encoded-keys/generated/writes.js';
import { openProject } from '../support/databases.js';

const points = [0, -0.5, 12.25, 12.5, 1e21, -1e21, 5e-10, 100, 99.9, -100];
/** As the enum declares them. */
const ranksInOrder = ['NOVICE', 'EXPERT', 'MASTER', 'CHAMPION'] as const;
const values: NewScore[] = Array.from({ length: 40 }, (_, at) => ({
  board: at % 3 === 0 ? 7 : 9999,
  player: `p${at}`,
  nickname: `n${(at * 7) % 40}`,
  region: at % 2 === 0 ? 'Nord' : 'NORD',
  league: at % 4 === 0 ? 'PRO' : 'AMATEUR',
  level: (at % 5) - 2,
  points: points[at % points.length] ?? 0,
  isFinal: at % 3 === 1,
  rank: ranksInOrder[at % 5] ?? null,
  playedAt: `2026-01-${at % 2 === 0 ? '31' : '30'}T0${at % 10}:00:00.000Z`,
}));

async function filled(): Promise<{ db: Session; stored: readonly Score[] }> {
  const { database } = await openProject(tables);
  const db = database.session();
  const stored: Score[] = [];
  for (const value of values) stored.push(...(await db.write(scoreWrites.create(value))));
  return { db, stored };
}

type Order = readonly (readonly [(score: Score) => number | string | boolean, 'up' | 'down'])[];

/** What is ordered by is as an oracle would order it; ties in any order, everything once. */
function expectOrder(answer: readonly Score[], expected: readonly Score[], order: Order) {
  expect(answer.map((one) => one.player).sort()).toEqual(expected.map((one) => one.player).sort());
  const compare = (a: Score, b: Score) => {
    for (const [of, way] of order) {
      const [x, y] = [of(a), of(b)];
      if (x !== y) return (x < y ? -1 : 1) * (way === 'up' ? 1 : -1);
    }
    return 0;
  };
  for (const [at, one] of answer.entries()) {
    const before = answer[at - 1];
    if (before) expect(compare(before, one)).toBeLessThanOrEqual(0);
  }
}

test('greater values come first, bounds are those of the field, and case is folded', async () => {
  const { db, stored } = await filled();
  const down: Order = [[(one) => one.points, 'down']];
  expectOrder(await db.list(best({ region: 'nord' })), stored, down);
  for (const bounds of [
    { from: 12.5 },
    { before: 12.5 },
    { from: -0.5, before: 100 },
    { from: 0, before: 0 },
  ]) {
    const { from = Number.NEGATIVE_INFINITY, before = Number.POSITIVE_INFINITY } = bounds;
    const inside = stored.filter((one) => one.points >= from && one.points < before);
    expectOrder(await db.list(best({ region: 'NORD', ...bounds })), inside, down);
  }
});

test('the caller chooses the way of an inverted hole, forwards and backwards through pages', async () => {
  const { db, stored } = await filled();
  const amateurs = stored.filter((one) => one.league === 'AMATEUR');
  for (const order of ['ASC', 'DESC', null] as const) {
    const way = order === 'DESC' ? 'down' : 'up';
    const query = byDirection({ league: 'AMATEUR', order });
    const forwards: Score[] = [];
    let after: string | null = null;
    for (;;) {
      const page: Connection<Score> = await db.connection(query, { first: 7, after });
      forwards.push(...page.nodes);
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    expectOrder(forwards, amateurs, [[(one) => one.points, way]]);
    const last = await db.connection(query, { last: 4 });
    expect(last.nodes.map((one) => one.player)).toEqual(forwards.slice(-4).map((one) => one.player));
  }
});

test('an enum is in the order that it declares, and bounded in it', async () => {
  const { db, stored } = await filled();
  const place = ({ rank }: Score) => (rank ? ranksInOrder.indexOf(rank) : -1);
  const board = stored.filter((one) => one.board === 9999 && one.rank !== null);
  expectOrder(await db.list(ranks({ board: 9999 })), board, [[place, 'down']]);
  const masters = board.filter((one) => place(one) >= 2);
  expectOrder(await db.list(ranks({ board: 9999, from: 'MASTER' })), masters, [[place, 'down']]);
  const others = board.filter((one) => place(one) < 2);
  expectOrder(await db.list(ranksBelow({ board: 9999 })), others, [[place, 'up']]);
});

test('orders of mixed direction', async () => {
  const { db, stored } = await filled();
  const board = stored.filter((one) => one.board === 9999);
  expectOrder(await db.list(recentFirst({ board: 9999 })), board, [
    [(one) => one.league, 'up'],
    [(one) => one.playedAt, 'down'],
    [(one) => one.isFinal, 'up'],
  ]);
  expectOrder(await db.list(weakFirst({ board: 9999 })), board, [
    [(one) => one.isFinal, 'down'],
    [(one) => one.points, 'up'],
    [(one) => one.league, 'up'],
  ]);
  const amateurs = board.filter((one) => one.league === 'AMATEUR');
  expectOrder(await db.list(latest({ board: 9999, league: 'AMATEUR' })), amateurs, [
    [(one) => one.playedAt, 'down'],
  ]);
  const last = stored.filter((one) => one.league === 'PRO' && one.playedAt.startsWith('2026-01-31'));
  expectOrder(await db.list(dayOf({ league: 'PRO', bucket: '2026-01-31' })), last, [
    [(one) => one.level, 'down'],
    [(one) => one.nickname, 'up'],
  ]);
});

test('buckets are crossed in the order of the field, though each of their keys runs the other way', async () => {
  const { db, stored } = await filled();
  const board = stored.filter((one) => one.board === 9999);
  const now = new Date('2026-02-03T00:00:00.000Z');
  const down: Order = [[(one) => one.playedAt, 'down']];
  const all = crossing({ board: 9999, now });
  expectOrder(await db.list(all), board, down);
  const bounds = { after: '2026-01-30T03:00:00.000Z', to: '2026-01-31T04:00:00.000Z' };
  const inside = board.filter(({ playedAt }) => playedAt > bounds.after && playedAt <= bounds.to);
  expectOrder(await db.list(crossing({ board: 9999, ...bounds })), inside, down);
  const first = await db.connection(all, { first: 9 });
  const rest = await db.connection(all, { first: 100, after: first.pageInfo.endCursor });
  expectOrder([...first.nodes, ...rest.nodes], board, down);
  const last = await db.connection(all, { last: 5 });
  expect(last.nodes).toEqual(rest.nodes.slice(-5));
});

test('keys follow a change of what is inverted', async () => {
  const { db, stored } = await filled();
  const [first] = stored;
  if (!first) throw new Error('nothing was stored');
  await db.write(scoreWrites.update({ board: first.board, player: first.player }, { points: 1e30 }));
  const [top] = await db.list(best({ region: 'nord' }));
  expect(top?.player).toBe(first.player);
});

test('a padded key is its digits; what does not fit is a KeyError, asked for or written', async () => {
  const { database } = await openProject(tables);
  const db = database.session();
  expect(scoreKey({ board: 7, player: 'a#b' })).toEqual({ PK: 'BOARD#0007', SK: 'PLAYER#a$Sb' });
  expect(bannerKey({ rank: 3, isOn: true, id: 'x' })).toEqual({ PK: 'BANNER#003', SK: 'false#x' });
  const [value] = values;
  if (!value) throw new Error('no value');
  await expect(db.write(scoreWrites.create({ ...value, board: 10_000 }))).rejects.toThrow(KeyError);
  await expect(db.write(scoreWrites.create({ ...value, board: -1 }))).rejects.toThrow(KeyError);
  expect(() => banners({ rank: 1000 })).toThrow(KeyError);
  await db.write(bannerWrites.create({ id: 'a', rank: 3, isOn: false }));
  await db.write(bannerWrites.create({ id: 'b', rank: 3, isOn: true }));
  expect((await db.list(banners({ rank: 3 }))).map((one) => one.id)).toEqual(['b', 'a']);
});
