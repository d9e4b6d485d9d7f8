/** What the lobby answers, worked out in memory and without indexes. */

import { byText } from '../../../test/support/dice.js';
import type { Game, User, UserGameMapping } from '../generated/entities.js';
import type { GameErrorCode } from '../src/rules/shared/game-error.js';

type Fields<R> = Omit<R, '__typename'>;
export type UserFields = Fields<User>;
export type GameFields = Fields<Game>;
export type MappingFields = Fields<UserGameMapping>;

/** What a client may ask of a game beside what is stored of it. */
export interface Played {
  readonly node: GameFields;
  readonly place: MappingFields['place'];
  readonly kills: number;
  readonly survivalSeconds: number | null;
}

type Refused = { readonly code: GameErrorCode | 'NOT_FOUND' | 'ALREADY_EXISTS' | 'VERSION_CONFLICT' };
const refused = (code: Refused['code']): Refused => ({ code });

const seats = 50;

export class Oracle {
  readonly users = new Map<string, UserFields>();
  readonly games = new Map<string, GameFields>();
  /** By game, then by user. */
  readonly mappings = new Map<string, Map<string, MappingFields>>();

  // Questions

  openGames(filter: {
    map?: string;
    openedSince?: string | null;
    openedUntil?: string | null;
  }): GameFields[] {
    return [...this.games.values()]
      .filter(
        ({ map, openTimestamp: at }) =>
          at !== null &&
          (filter.map === undefined || map === filter.map) &&
          (filter.openedSince == null || at >= filter.openedSince) &&
          (filter.openedUntil == null || at <= filter.openedUntil),
      )
      .sort((a, b) => byText(a.openTimestamp ?? '', b.openTimestamp ?? '') || byText(a.gameId, b.gameId));
  }

  players(gameId: string): MappingFields[] {
    const players = [...(this.mappings.get(gameId)?.values() ?? [])];
    return players.sort((a, b) => byText(a.username, b.username));
  }

  viewGame(gameId: string): (GameFields | MappingFields)[] {
    const game = this.games.get(gameId);
    return game ? [game, ...this.players(gameId)] : [];
  }

  gamesOf(username: string): Played[] {
    const mappings = [...this.mappings.values()].flatMap((players) => players.get(username) ?? []);
    return mappings
      .sort((a, b) => byText(a.gameId, b.gameId))
      .map(({ gameId, place, kills, survivalSeconds }) => ({
        node: this.games.get(gameId) as GameFields,
        place,
        kills,
        survivalSeconds,
      }));
  }

  pastGamesOf(username: string): Played[] {
    return this.gamesOf(username)
      .filter(({ node }) => node.endTime !== null)
      .sort(
        (a, b) =>
          -(byText(a.node.endTime ?? '', b.node.endTime ?? '') || byText(a.node.gameId, b.node.gameId)),
      );
  }

  // Changes

  createUser(values: Pick<UserFields, 'username' | 'name' | 'email' | 'birthdate' | 'address'>) {
    if (this.users.has(values.username)) return refused('ALREADY_EXISTS');
    return kept(this.users, values.username, {
      ...values,
      gamesPlayed: 0,
      gamesWon: 0,
      kills: 0,
      version: 1,
    });
  }

  updateUser(username: string, changes: Partial<UserFields>) {
    const { version: expected, ...values } = changes;
    const user = this.users.get(username);
    if (!user) return refused('NOT_FOUND');
    if (expected !== undefined && expected !== user.version) return refused('VERSION_CONFLICT');
    return kept(this.users, username, changed(user, values));
  }

  createGame(gameId: string, map: string, creator: string, now: string) {
    if (this.games.has(gameId)) return refused('ALREADY_EXISTS');
    const times = { createTime: now, openTimestamp: now, startTime: null, endTime: null };
    return kept(this.games, gameId, { gameId, map, creator, people: 0, ...times, version: 1 });
  }

  joinGame(gameId: string, username: string) {
    const game = this.games.get(gameId);
    const players = this.mappings.get(gameId) ?? new Map<string, MappingFields>();
    if (!this.users.has(username)) return refused('NOT_FOUND');
    if (players.has(username)) return refused('ALREADY_JOINED');
    if (!game) return refused('NOT_FOUND');
    if (players.size >= seats) return refused('GAME_FULL');
    kept(this.games, gameId, changed(game, { people: players.size + 1 }));
    this.mappings.set(gameId, players);
    const none = { place: null, survivalSeconds: null, gameEndTime: null };
    return kept(players, username, { gameId, username, kills: 0, ...none, version: 1 });
  }

  startGame(gameId: string, username: string, now: string) {
    const game = this.games.get(gameId);
    if (!game) return refused('NOT_FOUND');
    if (game.creator !== username) return refused('NOT_CREATOR');
    if (game.startTime !== null) return refused('ALREADY_STARTED');
    if (this.players(gameId).length !== seats) return refused('NOT_ENOUGH_PLAYERS');
    return kept(this.games, gameId, changed(game, { startTime: now, openTimestamp: null }));
  }

  updateMapping(gameId: string, username: string, changes: Partial<MappingFields>) {
    const players = this.mappings.get(gameId);
    const mapping = players?.get(username);
    if (!players || !mapping) return refused('NOT_FOUND');
    return kept(players, username, changed(mapping, changes));
  }

  endGame(gameId: string, endTime: string) {
    const game = this.games.get(gameId);
    if (!game) return refused('NOT_FOUND');
    if (game.endTime !== null) return refused('ALREADY_ENDED');
    if (game.startTime === null) return refused('NOT_STARTED');
    for (const { username } of this.players(gameId))
      this.updateMapping(gameId, username, { gameEndTime: endTime });
    return kept(this.games, gameId, changed(game, { endTime }));
  }
}

function kept<R>(records: Map<string, R>, key: string, record: R): R {
  records.set(key, record);
  return record;
}

/** A change that changes nothing is no new version. */
function changed<R extends { readonly version: number }>(record: R, changes: Partial<R>): R {
  const names = Object.keys(changes) as (keyof R)[];
  const isSame = names.every((name) => record[name] === changes[name]);
  return isSame ? record : { ...record, ...changes, version: record.version + 1 };
}
