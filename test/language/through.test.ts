import { beforeAll, expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/through/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/through/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/through/generated/schema.js';
import { tables } from '../fixtures/ok/through/generated/tables.js';
import {
  aliasWrites,
  gameWrites,
  participationWrites,
  playerWrites,
} from '../fixtures/ok/through/generated/writes.js';
import { type Served, serve } from './serve.js';

let served: Served;
const club = 'c#1';
const players = ['p1', 'p2', 'p3', 'loner'];
const games = Array.from({ length: 130 }, (_, at) => `g${at}`);
/** Every fifth game is gone; the participations in it are still there. */
const isGone = (game: string) => Number(game.slice(1)) % 5 === 0;
const joinedAt = (game: string) => new Date(Date.UTC(2026, 0, 1, 0, Number(game.slice(1)))).toISOString();
const score = (player: string, game: string) => (Number(game.slice(1)) * Number(player.slice(1))) % 17;
const played = players
  .filter((player) => player !== 'loner')
  .flatMap((playerId) => games.map((gameId) => ({ playerId, gameId })));

beforeAll(async () => {
  served = await serve({ typeDefs, tables, resolvers: createResolvers({}), loaders: createLoaders });
  const { unwritten } = await served.database.session().putAll([
    ...players.map((id) => playerWrites.create({ id, club, name: `Player ${id}` })),
    ...games.filter((id) => !isGone(id)).map((id) => gameWrites.create({ id, club, title: `Game ${id}` })),
    ...played.map(({ playerId, gameId }) =>
      participationWrites.create({
        playerId,
        gameId,
        score: score(playerId, gameId),
        joinedAt: joinedAt(gameId),
        seat: playerId === 'p1' ? 'north' : null,
      }),
    ),
    aliasWrites.create({ alias: 'Ann', playerId: 'p1' }),
    aliasWrites.create({ alias: 'Anna', playerId: 'p1' }),
    aliasWrites.create({ alias: 'ghost', playerId: 'p9' }),
    aliasWrites.create({ alias: 'unused', playerId: null }),
  ]);
  expect(unwritten).toEqual([]);
});

test('an alias leads to its player, in two gets', async () => {
  const ask = 'query ($alias: String!) { playerByAlias(alias: $alias) { name } }';
  expect(await served.ask(ask, { alias: 'ANN' })).toEqual({ playerByAlias: { name: 'Player p1' } });
  expect([served.operations, served.steps]).toEqual([['GetItem', 'GetItem'], 2]);
  for (const alias of ['ghost', 'unused', 'nobody'])
    expect(await served.ask(ask, { alias })).toEqual({ playerByAlias: null });
  expect(served.operations).toEqual(['GetItem']);
});

test('a join that leads nowhere has no place in a list, and one that leads to the same is in it twice', async () => {
  expect(await served.ask('{ aliased { id } }')).toEqual({ aliased: [{ id: 'p1' }, { id: 'p1' }] });
  expect(served.operations).toEqual(['Query', 'BatchGetItem']);
});

interface Page {
  readonly player: {
    readonly games: {
      readonly edges: readonly {
        readonly node: { readonly id: string; readonly title: string };
        readonly joinedAt: string;
        readonly score: number;
        readonly seat: string | null;
      }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    };
  };
}

const gamesOf = `query ($id: ID!, $least: Int, $first: Int, $after: String) {
  player(id: $id) {
    games(least: $least, first: $first, after: $after) {
      edges { node { id title } joinedAt score seat }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

/** What is expected of a player, newest first. */
const expected = (player: string, least?: number) =>
  [...games]
    .reverse()
    .filter((game) => !isGone(game) && (least === undefined || score(player, game) >= least))
    .map((game) => ({
      node: { id: game, title: `Game ${game}` },
      joinedAt: joinedAt(game),
      score: score(player, game),
      seat: player === 'p1' ? 'north' : null,
    }));

test('a page holds as many games as were asked, whatever is gone, and the edges what the participation says', async () => {
  const { player } = (await served.ask(gamesOf, { id: 'p1', first: 7 })) as unknown as Page;
  expect(player.games.edges).toEqual(expected('p1').slice(0, 7));
  expect(player.games.pageInfo.hasNextPage).toBe(true);
});

test('a page with nothing gone takes a query and a batch get, one after the other', async () => {
  const { player } = (await served.ask(gamesOf, { id: 'p1', first: 3 })) as unknown as Page;
  expect(player.games.edges).toEqual(expected('p1').slice(0, 3));
  expect([served.operations, served.steps]).toEqual([['GetItem', 'Query', 'BatchGetItem'], 3]);
});

test.each([
  ['p1', undefined, 10],
  ['p2', undefined, 33],
  ['p3', 9, 5],
  ['p2', 16, 2],
  ['p1', 17, 4],
] as const)('all pages of %s with at least %s, %s at a time', async (id, least, first) => {
  const edges: unknown[] = [];
  let after: string | null = null;
  for (let more = true; more; ) {
    const page: Page = (await served.ask(gamesOf, { id, least, first, after })) as unknown as Page;
    const { games } = page.player;
    edges.push(...games.edges);
    more = games.pageInfo.hasNextPage;
    after = games.pageInfo.endCursor;
  }
  expect(edges).toEqual(expected(id, least));
});

test('a hundred targets and more are read a hundred at a time', async () => {
  const { player } = (await served.ask(gamesOf, { id: 'p3', first: 100 })) as unknown as Page;
  expect(player.games.edges).toEqual(expected('p3').slice(0, 100));
});

test('a target is read even where nothing is asked of it: what is gone has no edge', async () => {
  const ask = '{ player(id: "p2") { games(first: 100) { edges { score } } } }';
  const { player } = (await served.ask(ask)) as unknown as Page;
  expect(player.games.edges).toEqual(
    expected('p2')
      .map((edge) => ({ score: edge.score }))
      .slice(0, 100),
  );
});

test('a list through a projected index; a player asked for twice is read once', async () => {
  const ask = `{
    a: player(id: "p1") { lastGame { players { id } bestPlayer { name } } }
    b: player(id: "p2") { lastGame { title } }
    c: player(id: "loner") { lastGame { title } games(first: 2) { edges { score } pageInfo { hasNextPage } } }
  }`;
  const last = 'g129';
  const ranked = ['p1', 'p2', 'p3'].sort((a, b) => score(a, last) - score(b, last));
  expect(await served.ask(ask)).toEqual({
    a: { lastGame: { players: ranked.map((id) => ({ id })), bestPlayer: { name: `Player ${ranked[2]}` } } },
    b: { lastGame: { title: `Game ${last}` } },
    c: { lastGame: null, games: { edges: [], pageInfo: { hasNextPage: false } } },
  });
  // The players; four queries; the game, once; two queries of its players; the one of them not read before.
  const { operations } = served;
  expect(operations.filter((one) => one === 'Query')).toHaveLength(6);
  expect(operations.filter((one) => one === 'BatchGetItem')).toHaveLength(1);
  expect(operations.filter((one) => one === 'GetItem')).toHaveLength(2);
});

test('the first join whose target is gone gives null, and reads no further', async () => {
  await served.database.session().write(gameWrites.delete({ club, id: 'g129' }));
  const { player } = await served.ask('{ player(id: "p3") { lastGame { title } } }');
  expect(player).toEqual({ lastGame: null });
  expect(served.operations).toEqual(['GetItem', 'Query', 'GetItem']);
});
