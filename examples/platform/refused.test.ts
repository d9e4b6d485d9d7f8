/** What cannot be asked as it is written there, and what the diagnostic says to do instead. */

import { expect, test } from 'vitest';
import { checked } from '../../test/generator/support.js';
import { refusalOf } from '../../test/support/refusals.js';

const refused = (pattern: string, declaration: string) =>
  refusalOf('examples/platform', pattern, declaration);

test('C: a user by address out of an index is not consistent; through the lookup it is', () => {
  const declared = (asked: string) =>
    refused('userByEmail', `{ one: User, for: Query.userByEmail, ${asked}, consistent: true }`);
  expect(declared('where: { email: $email }')).toContain('error[consistent-index]');
  const through = '{ one: EmailLookup, where: { email: $email } }';
  expect(declared(`through: ${through}, where: { userId: $through.userId }`)).toBe('');
});

test('C: what is read through a global index is not consistent', () => {
  const asked =
    'where: { playerId: $playerId }, sort: score, order: $order, range: { score: { from: $min, to: $max } }';
  const declared = (more: string) =>
    refused(
      'playerScores',
      `{ many: LeaderboardEntry, for: Query.playerScores, ${asked}, index: ByPlayer${more} }`,
    );
  expect(declared(', consistent: true')).toContain('error[consistent-index]');
});

test('D1: the best first and of equal ones the earliest needs a key that runs both ways', () => {
  const declared = (sort: string, score: string) =>
    refused(
      'allTimeTopScores',
      `{ many: LeaderboardEntry, for: Query.allTimeTopScores, sort: ${sort}, shards: 8, limit: $limit, index: AllGames, key: { allPK: "SCORES#{shard}", allSK: "${score}#{entryId}" } }`,
    );
  const said = declared('[-score, entryId]', '{score}');
  expect(said).toContain('error[key-does-not-serve]');
  expect(declared('[-score, -entryId]', '{score}')).toBe('');
  expect(declared('[-score, entryId]', '{invert(score)}')).toBe('');
});

test('D1: the score alone, as the source has it, would make two players with one score one item', () => {
  const yaml = `version: 1
tables: { scores: { name: scores, key: [PK, SK] } }
entities:
  Entry: { key: { PK: "GAME#{gameId}", SK: "SCORE#{score}" } }
patterns:
  top: { many: Entry, for: Query.top, where: { gameId: $gameId }, sort: -score, index: table }
`;
  const sdl = `type Query { top(gameId: ID!): [Entry!]! }
type Entry { gameId: ID!, score: Int!, playerId: ID! }`;
  expect(checked(yaml, sdl).diagnostics).toMatchObject([
    { code: 'key-not-unique', message: expect.stringContaining('overwrite one another') },
  ]);
});

test('D3: the best of all games out of the table would be a scan', () => {
  const said = refused(
    'allTimeTopScores',
    '{ many: LeaderboardEntry, for: Query.allTimeTopScores, sort: -score, limit: $limit, index: table }',
  );
  expect(said).toContain('error[key-does-not-serve]');
  expect(said).toContain('only a scan of every partition could answer it');
  expect(said).toContain('give the pattern its own key with `shards: 4`');
});

test('E: a key without its tenant would be one of all tenants', () => {
  const said = refused(
    'lessons',
    '{ many: Lesson, for: Query.lessons, where: { courseId: $courseId }, sort: [position, lessonId], range: { position: { from: $from, to: $to } }, index: table }',
  );
  expect(said).toContain('error[unused-argument]');
  expect(said).toContain('tenantId');
});
