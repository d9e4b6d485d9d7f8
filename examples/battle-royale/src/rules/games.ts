import { notFound } from 'tableloom/runtime';
import { playersToUpdate } from '../../generated/queries.js';
import type { GameStartRule, JoinGameRule, NewGameRule, UpdateGameRule } from '../../generated/rules.js';
import { gameWrites, userGameMappingWrites } from '../../generated/writes.js';
import { gameError } from './shared/game-error.js';

const seats = 50;

/** Being open is having an openTimestamp: it puts the game into the indexes of open games. */
export const newGame: NewGameRule = ({ args: { input }, context }) => ({
  ...(input.gameId == null ? {} : { gameId: input.gameId }),
  map: input.map,
  creator: input.creator,
  openTimestamp: context.db.now(),
});

/**
 * Takes a seat: the user's place in the game and the game's number of people, both or neither. Both records are read
 * strongly consistent and written on the condition that nobody was faster, so that of the reasons to refuse the true
 * one is told: who has joined a game that is full by now has already joined.
 */
export const joinGame: JoinGameRule = async ({ args: { gameId, username }, context: { db, loaders } }) => {
  // Users are never deleted: who is there now will be.
  if (!(await loaders.user.load({ username }, { consistent: true }))) throw notFound('User', { username });
  const [mapping] = await db.write(
    userGameMappingWrites.upsert({ gameId, username }, (current) => {
      if (current) throw gameError('ALREADY_JOINED', gameId);
      return { gameId, username };
    }),
    gameWrites.update({ gameId }, ({ people }) => {
      if (people >= seats) throw gameError('GAME_FULL', gameId);
      return { people: people + 1 };
    }),
  );
  return mapping;
};

/** Without its openTimestamp the game is in no index of open games. */
export const gameStart: GameStartRule = ({ args: { gameId, username }, context, current }) => {
  if (current.creator !== username) throw gameError('NOT_CREATOR', gameId);
  if (current.startTime !== null) throw gameError('ALREADY_STARTED', gameId);
  if (current.people !== seats) throw gameError('NOT_ENOUGH_PLAYERS', gameId);
  return { startTime: context.db.now(), openTimestamp: null };
};

/** Ends a game for itself and its players: 51 records in one transaction, of which DynamoDB takes 100. */
export const updateGame: UpdateGameRule = async ({ args: { gameId, endTime }, context: { db } }) => {
  const [game] = await db.write(
    gameWrites.update(
      { gameId },
      ({ startTime, endTime: ended }) => {
        if (ended !== null) throw gameError('ALREADY_ENDED', gameId);
        if (startTime === null) throw gameError('NOT_STARTED', gameId);
        return { endTime };
      },
      {
        // Asked for once the game is known to have started: from then on nobody joins it.
        alongside: async () => {
          const players = await db.list(playersToUpdate({ gameId }));
          return players.map(({ username }) =>
            userGameMappingWrites.update({ gameId, username }, { gameEndTime: endTime }),
          );
        },
      },
    ),
  );
  return game;
};
