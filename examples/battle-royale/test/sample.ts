/** A lobby full of awkward values, the same at every run. */

import type { Write } from 'tableloom/runtime';
import { Dice } from '../../../test/support/dice.js';
import { gameWrites, userGameMappingWrites, userWrites } from '../generated/writes.js';
import { Oracle } from './oracle.js';

/** What key delimiters, escapes and orders are tried with. */
export const awkward = [
  '',
  ' ',
  '#',
  '##',
  '$',
  '$S',
  'a',
  'a ',
  'a#',
  'a#b',
  'a$Sb',
  'ab',
  'A',
  'USER#a',
  'USER$',
  'METADATA',
  '#METADATA#a',
  '{shard}',
  '~',
  '\u0000',
  '\t\n',
  'é',
  'e\u0301',
  'ß',
  'İ',
  '日本',
  '\uffff',
  '😀',
  '😀😀',
  '\u{10ffff}',
] as const;

/** Few, so that many are equal; ends of months and years, leap days, before 1970. */
export const moments = [
  '1969-12-31T23:59:59.999Z',
  '1970-01-01T00:00:00.000Z',
  '2023-12-31T23:59:59.999Z',
  '2024-01-01T00:00:00.000Z',
  '2024-01-31T23:59:59.999Z',
  '2024-02-01T00:00:00.000Z',
  '2024-02-29T12:00:00.000Z',
  '2024-02-29T23:59:59.999Z',
  '2024-03-01T00:00:00.000Z',
  '2024-04-30T23:59:59.999Z',
  '2024-05-01T00:00:00.001Z',
  '2025-02-28T23:59:59.999Z',
  '2025-03-01T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
] as const;

export const aggregates = [0, 1, -1, 7, 50, -2147483648, 2147483647] as const;
export const places = [null, 'GOLD', 'SILVER', 'BRONZE'] as const;
export const maps = [
  'Dusty Dunes',
  'Green Gorge',
  'dusty dunes',
  '',
  '#',
  'a',
  'a#',
  'OPEN_GAME_MAP#a',
  '日本',
  '😀',
];

export interface Sample {
  readonly oracle: Oracle;
  readonly writes: readonly Write<unknown>[];
}

export function sampleOf(seed: number, { plainUsers = 150, games = 160 } = {}): Sample {
  const dice = new Dice(seed);
  const oracle = new Oracle();
  const writes: Write<unknown>[] = [];

  const usernames = [...awkward, ...Array.from({ length: plainUsers }, (_, at) => `player-${at}`)];
  for (const username of usernames) {
    const user = {
      username,
      name: dice.of(awkward),
      email: `${dice.below(1e9)}@example.com`,
      birthdate: dice.of([null, '1999-12-31', '2000-02-29']),
      address: dice.of([null, ...awkward]),
      gamesPlayed: dice.of(aggregates),
      gamesWon: dice.of(aggregates),
      kills: dice.of(aggregates),
    };
    oracle.users.set(username, { ...user, version: 1 });
    writes.push(userWrites.create(user));
  }

  const ids = [...awkward, ...Array.from({ length: games - awkward.length }, (_, at) => `game-${at}`)];
  for (const gameId of dice.some(ids, ids.length)) {
    // Of ten games one runs, one is over, one is full; in the others are some.
    const state = dice.below(10);
    const endTime = state === 0 ? dice.of(moments) : null;
    const startTime = state <= 1 ? dice.of(moments) : null;
    const people = state <= 2 ? 50 : dice.below(14);
    const game = {
      gameId,
      map: dice.of(maps),
      creator: dice.of(usernames),
      createTime: dice.of(moments),
      people,
      openTimestamp: startTime === null ? dice.of(moments) : null,
      startTime,
      endTime,
    };
    oracle.games.set(gameId, { ...game, version: 1 });
    writes.push(gameWrites.create(game));
    const players = dice.some(usernames, people).map((username) => ({
      gameId,
      username,
      place: dice.of(places),
      kills: dice.of(aggregates),
      survivalSeconds: dice.of([null, ...aggregates]),
      gameEndTime: endTime,
    }));
    oracle.mappings.set(gameId, new Map(players.map((one) => [one.username, { ...one, version: 1 }])));
    writes.push(...players.map((one) => userGameMappingWrites.create(one)));
  }
  return { oracle, writes };
}
