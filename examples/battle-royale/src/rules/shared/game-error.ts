import { GraphQLError } from 'graphql';

/** What a game may answer instead of doing what it is asked, as `extensions.code`. */
const messages = {
  ALREADY_JOINED: 'The user has joined this game already.',
  GAME_FULL: 'The game has all its players.',
  NOT_CREATOR: 'Only who created the game may start it.',
  ALREADY_STARTED: 'The game has started already.',
  NOT_ENOUGH_PLAYERS: 'The game has not all its players yet.',
  NOT_STARTED: 'The game has not started yet.',
  ALREADY_ENDED: 'The game has ended already.',
} as const;

export type GameErrorCode = keyof typeof messages;

export function gameError(code: GameErrorCode, gameId: string): GraphQLError {
  return new GraphQLError(messages[code], { extensions: { code, gameId } });
}
