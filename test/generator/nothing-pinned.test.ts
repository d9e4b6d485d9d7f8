/** Keys and indexes that the planner chose, asked on a real engine. */

import { createTables, Database } from 'tableloom/runtime';
import { expect, test } from 'vitest';
import * as queries from '../fixtures/ok/nothing-pinned/generated/queries.js';
import { tables } from '../fixtures/ok/nothing-pinned/generated/tables.js';
import { gameWrites, playerWrites } from '../fixtures/ok/nothing-pinned/generated/writes.js';
import { engineKind, uniqueName, withEngine } from '../support/engines.js';

test('a declaration with nothing pinned answers as it is asked', async () => {
  await withEngine(engineKind(), async ({ client }) => {
    const name = uniqueName('chosen');
    await createTables(client, tables, { entities: name });
    const database = new Database({
      client,
      tables: { entities: name },
      cursorSecrets: ['a secret of the tests, long enough'],
    });
    const db = database.session();
    const scores: [string, string, number][] = [
      ['g1', 'ann', 3],
      ['g1', 'a#b', -2],
      ['g1', '', 10],
      ['g2', 'ann', 3],
      ['g1#g2', 'ann', 7],
    ];
    for (const [gameId, username, score] of scores)
      await db.write(playerWrites.create({ gameId, username, score }));
    for (const [id, startedAt] of [
      ['g1', '2026-02-01T00:00:00Z'],
      ['g2', '2026-01-31T23:59:59Z'],
    ] as const)
      await db.write(gameWrites.create({ id, kind: 'chess', startedAt: new Date(startedAt) }));
    const told = (records: readonly { readonly gameId: string; readonly username: string }[]) =>
      records.map(({ gameId, username }) => `${gameId}/${username}`);

    const later = database.session();
    expect(told(await later.list(queries.players({ gameId: 'g1' })))).toEqual(['g1/', 'g1/a#b', 'g1/ann']);
    expect(told(await later.list(queries.standings({ gameId: 'g1' })))).toEqual(['g1/', 'g1/ann', 'g1/a#b']);
    expect(told(await later.list(queries.scoredExactly({ gameId: 'g1', score: 3 })))).toEqual(['g1/ann']);
    expect(told(await later.list(queries.gamesOfPlayer({ username: 'ann' }))).sort()).toEqual([
      'g1#g2/ann',
      'g1/ann',
      'g2/ann',
    ]);
    const games = await later.list(queries.latestGames({ kind: 'chess' }));
    expect(games.map(({ id }) => id)).toEqual(['g1', 'g2']);
    expect((await later.list(queries.gamesByKind({ kind: 'chess' }))).length).toBe(2);
  });
});
