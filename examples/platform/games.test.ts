/** Part D of the design on a real engine, held against an oracle in memory: numbers that order, and every range. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byText, Dice } from '../../test/support/dice.js';
import {
  awkwardTexts,
  by,
  type ExampleServer,
  expectConnection,
  integers,
  moments,
} from '../../test/support/examples.js';
import { runs } from '../../test/support/runs.js';
import {
  achievementWrites,
  leaderboardEntryWrites,
  profileWrites,
  tournamentEntryWrites,
} from './generated/writes.js';
import { now, openPlatform } from './test/server.js';

const dice = new Dice(41);
const ids = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => awkwardTexts[at] ?? `${prefix}${at}`);

const gameIds = ['', '#', 'chess', 'chess#SCORE', 'go', '😀'] as const;
const playerIds = [...awkwardTexts.slice(0, 10), 'player 1', 'player 10'];
const entries = ids('entry ', 1500).map((entryId) => ({
  gameId: dice.of(gameIds),
  entryId,
  playerId: dice.of(playerIds),
  score: dice.of(integers),
  achievedAt: now,
}));
/** None is empty: it is a key as it is, in PointsOfGame. */
const namedGames = gameIds.slice(1);
const achievements = ids('achievement ', 500).map((achievementId) => ({
  playerId: dice.of(playerIds),
  achievementId,
  gameId: dice.of(namedGames),
  points: dice.of(integers),
  version: 1,
}));
const tournamentIds = ['', '#', 'cup', 'cup#PLAYER', '日本'] as const;
const places = [0, 1, 1, 2, 9, 10, 11, 99, 100, 999_999] as const;
const rankings = tournamentIds.flatMap((tournamentId) =>
  ids('player ', 60).map((playerId) => ({ tournamentId, playerId, ranking: dice.of(places), version: 1 })),
);
const countries = ['', '#', 'PT', 'PT#CITY', 'pt', '日本'] as const;
const cities = ['', '#', 'Porto', 'Porto#', 'Porto Alegre', 'Por', 'porto', '東京', '東', '😀'] as const;
const profileStatuses = ['ACTIVE', 'INACTIVE', 'SUSPENDED'] as const;
const profiles = ids('profile ', 700).map((profileId) => ({
  profileId,
  status: dice.of(profileStatuses),
  lastActive: dice.of(moments),
  country: dice.of(countries),
  city: dice.of(cities),
  engagement: dice.of(['', 'HIGH', 'HIGH#1', 'low']),
  sessionCount: dice.of(integers),
  ageGroup: dice.of(['18-24', '25-34', '#']),
  signupDate: dice.of(moments),
  version: 1,
}));

let server: ExampleServer;
beforeAll(async () => {
  server = await openPlatform();
  await server.load([
    ...entries.map((one) => leaderboardEntryWrites.create(one)),
    ...achievements.map((one) => achievementWrites.create(one)),
    ...rankings.map((one) => tournamentEntryWrites.create(one)),
    ...profiles.map((one) => profileWrites.create(one)),
  ]);
});
afterAll(() => server.close());

const asks = (usual: number) => Array.from({ length: runs(usual) }, (_, at) => at);
const order = () => dice.maybe(['ASC', 'DESC'] as const);
const bounds = () => ({ min: dice.maybe(integers, 2), max: dice.maybe(integers, 2) });
const within = (value: number, { min, max }: ReturnType<typeof bounds>) =>
  (min === null || value >= min) && (max === null || value <= max);

describe('leaderboards', () => {
  const best = by<(typeof entries)[number]>('-score', 'entryId');

  test('D1: the best of a game, the highest first, of equal ones the earliest', async () => {
    for (const gameId of [...gameIds, 'nobody plays it']) {
      const right = entries.filter((one) => one.gameId === gameId).sort(best);
      for (const limit of [null, 0, 1, 1 + dice.below(200), 1000])
        expect(await server.ask('topScores', { gameId, limit })).toEqual(right.slice(0, limit ?? 10));
    }
    await server.ask('topScores', { gameId: 'chess', limit: 3 });
    expect(server.operations).toEqual(['Query']);
    expect(await server.codeOf('topScores', { gameId: 'chess', limit: 1001 })).toBe('BAD_PAGE');
  });

  test('D1: the same in pages, within a range of scores', async () => {
    for (const _ of asks(20)) {
      const [gameId, range] = [dice.of(gameIds), bounds()];
      const right = entries.filter((one) => one.gameId === gameId && within(one.score, range)).sort(best);
      await expectConnection(server, 'leaderboard', { gameId, ...range }, right, dice);
    }
  });

  test('D2: scores of a player, either way, within a range', async () => {
    for (const _ of asks(16)) {
      const [playerId, range, direction] = [dice.of(playerIds), bounds(), order()];
      const sign = direction === 'DESC' ? '-' : '';
      const right = entries
        .filter((one) => one.playerId === playerId && within(one.score, range))
        .sort(by(`${sign}score`, `${sign}entryId`));
      await expectConnection(server, 'playerScores', { playerId, ...range, order: direction }, right, dice);
    }
  });

  test('D2: all scores of a player, added up, by one get', async () => {
    for (const playerId of [...new Set(entries.map((one) => one.playerId)), 'nobody']) {
      const own = entries.filter((one) => one.playerId === playerId);
      const total = own.reduce((sum, { score }) => sum + score, 0);
      expect(await server.ask('playerTotal', { playerId })).toBe(total);
      expect(server.operations).toEqual(['GetItem']);
    }
  });

  test('D3: the best of all games, merged from eight shards', async () => {
    const right = [...entries].sort(best);
    for (const limit of [1, 2, 7, 50, 1000])
      expect(await server.ask('allTimeTopScores', { limit })).toEqual(right.slice(0, limit));
    await server.ask('allTimeTopScores', { limit: 5 });
    expect(server.operations).toEqual(Array.from({ length: 8 }, () => 'Query'));
  });

  test('equal scores of one game and player are entries of their own', async () => {
    const fresh = await openPlatform();
    const input = { gameId: 'tie', score: 7, playerId: 'a#b' };
    const made: unknown[] = [];
    for (const one of [input, input, { ...input, score: -7 }, { ...input, playerId: 'b' }])
      made.push(await fresh.ask('submitScore', { input: one }));
    const top = (await fresh.ask('topScores', { gameId: 'tie', limit: 10 })) as { readonly score: number }[];
    expect(top.map(({ score }) => score)).toEqual([7, 7, 7, -7]);
    expect(new Set(top.map((one) => JSON.stringify(one)))).toEqual(
      new Set(made.map((one) => JSON.stringify(one))),
    );
    await fresh.close();
  });
});

describe('achievements and tournaments', () => {
  test('D4: achievements of a game by points, on the attributes as they are', async () => {
    for (const _ of asks(16)) {
      const [gameId, range, direction] = [dice.of(namedGames), bounds(), order()];
      const args = { gameId, ...range, order: direction };
      const right = achievements.filter((one) => one.gameId === gameId && within(one.points, range));
      const forwards = await server.walk('gameAchievements', args, 1 + dice.below(40));
      expect(await server.walk('gameAchievements', args, 1 + dice.below(40), true)).toEqual(forwards);
      // Of equal points DynamoDB has an order of its own: the same both ways.
      const points = right.map((one) => one.points).sort((a, b) => (direction === 'DESC' ? b - a : a - b));
      expect(forwards.map((one) => one.points)).toEqual(points);
      const sorted = by<{ achievementId?: unknown }>('achievementId');
      expect([...forwards].sort(sorted)).toEqual([...right].sort(sorted));
    }
    const input = { playerId: 'p', achievementId: 'a', gameId: '', points: 1 };
    expect(await server.codeOf('unlockAchievement', { input })).toBe('KEY_INVALID');
  });

  test('D4: achievements of a player', async () => {
    for (const playerId of playerIds) {
      const right = achievements.filter((one) => one.playerId === playerId).sort(by('achievementId'));
      await expectConnection(server, 'playerAchievements', { playerId }, right, dice);
    }
  });

  test('D5: the ranking of a tournament: 2 before 10, and of equal ones each', async () => {
    for (const tournamentId of tournamentIds) {
      const [min, max] = [dice.maybe(places, 2), dice.maybe(places, 2)];
      const right = rankings
        .filter(
          (one) =>
            one.tournamentId === tournamentId &&
            within(one.ranking, { min, max } as ReturnType<typeof bounds>),
        )
        .sort(by('ranking', 'playerId'));
      await expectConnection(server, 'tournamentRanking', { tournamentId, min, max }, right, dice);
    }
  });

  test('D5: a ranking moves, and what does not fit is refused', async () => {
    const set = (playerId: string, ranking: number) =>
      server.codeOf('setRanking', { input: { tournamentId: 'small', playerId, ranking } });
    const read = async () => {
      const page = await server.page('tournamentRanking', { tournamentId: 'small', first: 9 });
      return page.nodes.map(({ playerId, ranking }) => `${String(playerId)} ${String(ranking)}`);
    };
    for (const [at, playerId] of ['a', 'b', 'c'].entries()) await set(playerId, at + 9);
    expect(await read()).toEqual(['a 9', 'b 10', 'c 11']);
    await set('c', 1);
    await set('a', 10);
    expect(await read()).toEqual(['c 1', 'a 10', 'b 10']);
    expect([await set('a', -1), await set('a', 1_000_000)]).toEqual(['KEY_INVALID', 'KEY_INVALID']);
    expect(await read()).toEqual(['c 1', 'a 10', 'b 10']);
  });
});

describe('analytics', () => {
  type Profile = (typeof profiles)[number];
  const expectProfiles = (
    field: string,
    args: Readonly<Record<string, unknown>>,
    covering: (one: Profile) => boolean,
    ...sort: string[]
  ) => expectConnection(server, field, args, profiles.filter(covering).sort(by(...sort)), dice);

  test('D6: of a status, active since', async () => {
    for (const _ of asks(12)) {
      const [status, since, direction] = [dice.of(profileStatuses), dice.maybe(moments), order()];
      const sign = direction === 'DESC' ? '-' : '';
      const covering = (one: Profile) => one.status === status && (since === null || one.lastActive >= since);
      const args = { status, since, order: direction };
      await expectProfiles('profilesByStatus', args, covering, `${sign}lastActive`, `${sign}profileId`);
    }
  });

  test('D7: of a country, and a city, or cities that begin so', async () => {
    for (const _ of asks(14)) {
      const [country, city] = [dice.of(countries), dice.maybe(cities)];
      const covering = (one: Profile) => one.country === country && (city === null || one.city === city);
      await expectProfiles('profilesByCountry', { country, city }, covering, 'city', 'profileId');
      const prefix = dice.of([...cities, 'P', 'Porto ', '東']);
      await expectProfiles(
        'profilesByCountryAndCityPrefix',
        { country, prefix },
        (one) => one.country === country && one.city.startsWith(prefix),
        'city',
        'profileId',
      );
    }
  });

  test('D8: of an engagement, with so many sessions', async () => {
    for (const _ of asks(14)) {
      const [engagement, range, direction] = [
        dice.of(['', 'HIGH', 'HIGH#1', 'low', 'none']),
        bounds(),
        order(),
      ];
      const sign = direction === 'DESC' ? '-' : '';
      const covering = (one: Profile) => one.engagement === engagement && within(one.sessionCount, range);
      const args = { engagement, ...range, order: direction };
      await expectProfiles('profilesByEngagement', args, covering, `${sign}sessionCount`, `${sign}profileId`);
    }
  });

  test('D9: of an age group, signed up between', async () => {
    for (const _ of asks(12)) {
      const [ageGroup, since, until] = [
        dice.of(['18-24', '25-34', '#']),
        dice.maybe(moments),
        dice.maybe(moments),
      ];
      const covering = (one: Profile) =>
        one.ageGroup === ageGroup &&
        (since === null || one.signupDate >= since) &&
        (until === null || one.signupDate <= until);
      await expectProfiles(
        'profilesByAgeGroup',
        { ageGroup, since, until },
        covering,
        'signupDate',
        'profileId',
      );
    }
  });

  test('a profile that changes is found by what it is now', async () => {
    const save = (changes: object) => {
      const { version, ...input } = {
        ...(profiles[0] as Profile),
        profileId: 'changing',
        country: 'XX',
        ...changes,
      };
      return server.ask('saveProfile', { input });
    };
    const inCity = async (city: string) =>
      (await server.page('profilesByCountry', { country: 'XX', city, first: 5 })).nodes.map(
        (one) => one.profileId,
      );
    await save({ city: 'a#' });
    expect([await inCity('a#'), await inCity('a')]).toEqual([['changing'], []]);
    await save({ city: 'a' });
    expect([await inCity('a#'), await inCity('a')]).toEqual([[], ['changing']]);
    expect(byText('a', 'a#')).toBeLessThan(0);
  });
});
