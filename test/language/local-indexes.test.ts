/** Patterns on local indexes, chosen and pinned: two entities of one partition never see each other's records. */

import { expect, test } from 'vitest';
import { createLoaders } from '../fixtures/ok/local-indexes/generated/loaders.js';
import { createResolvers } from '../fixtures/ok/local-indexes/generated/resolvers.js';
import { typeDefs } from '../fixtures/ok/local-indexes/generated/schema.js';
import { tables } from '../fixtures/ok/local-indexes/generated/tables.js';
import { checked } from '../generator/support.js';
import { openProject } from '../support/running.js';

const runs = Array.from({ length: 24 }, (_, at) => ({
  e: at % 3 === 0 ? 'one' : 'two',
  id: `r${String(at).padStart(2, '0')}`,
  status: at % 2 === 0 ? 'OPEN' : 'OPEN#',
  owner: at % 5 === 0 ? 'ada' : 'bob',
  score: (at * 7) % 24,
}));
const notes = runs.map(({ e, id, status }) => ({ e, id: `n${id}`, status }));

test('a record is found by what it is now, in the order declared, and by nothing else', async () => {
  const project = await openProject({ typeDefs, tables, resolvers: createResolvers({}), createLoaders });
  for (const input of runs)
    await project.data('mutation ($input: RunInput!) { addRun(input: $input) { id } }', { input });
  for (const input of notes)
    await project.data('mutation ($input: NoteInput!) { addNote(input: $input) { id } }', { input });
  const changed = { ...runs[3], status: 'DONE', score: 100 };
  await project.data(
    'mutation { changeRun(e: "one", id: "r03", input: { status: "DONE", score: 100 }) { id } }',
  );
  const now = runs.map((run) => (run.id === 'r03' ? changed : run));
  for (const e of ['one', 'two', 'three']) {
    for (const status of ['OPEN', 'OPEN#', 'DONE', '']) {
      const answer = await project.data(
        'query ($e: ID!, $status: String!) { byStatus(e: $e, status: $status) { id } notesBy(e: $e, status: $status) { id } }',
        { e, status },
      );
      const of = (all: readonly { e?: string; id?: string; status?: string }[]) =>
        all.filter((one) => one.e === e && one.status === status).map(({ id }) => ({ id }));
      expect(answer).toEqual({ byStatus: of(now), notesBy: of(notes) });
    }
    const { byScore } = await project.data('query ($e: ID!) { byScore(e: $e, least: 5) { score } }', { e });
    const scores = now.filter((run) => run.e === e && (run.score ?? 0) >= 5).map(({ score = 0 }) => score);
    expect(byScore).toEqual(scores.sort((a, b) => b - a).map((score) => ({ score })));
  }
  const { ofOwner } = await project.data('{ ofOwner(owner: "ada") { id } }');
  expect(ofOwner).toEqual(runs.filter(({ owner }) => owner === 'ada').map(({ id }) => ({ id })));
});

const sdl = `type Query { run(e: ID!, id: ID!): Run  a(x: String!): [Run!]! }
type Run { e: ID! id: ID! x: String! y: String! }`;

const declared = (indexes: string, patterns: string) => `version: 1
tables: { t: { name: mini, key: [PK, SK], indexes: { ${indexes} } } }
entities: { Run: { key: { PK: "EXP#{e}", SK: "R#{id}" } } }
patterns:
  run: { one: Run, for: Query.run, where: { e: $e, id: $id } }
${patterns}`;

test('an index that projects a part is taken last, and what lacks an index says why', () => {
  const a = '  a: { many: Run, for: Query.a, where: { x: $x }, sort: id }\n';
  const keysOnly = declared('GSI1: { key: [GSI1PK, GSI1SK], project: KEYS_ONLY }', a);
  const taken = checked(keysOnly, sdl);
  expect(taken.diagnostics).toEqual([]);
  expect(taken.layout?.reads.get('a')?.slot.index).toBe('GSI1');
  const filtered = checked(keysOnly.replace('sort: id', 'sort: id, filter: { y: "z" }'), sdl);
  expect(filtered.diagnostics.map(({ code, notes }) => [code, notes?.[0]?.message])).toEqual([
    ['no-free-index', '`GSI1` does not contain every attribute that the pattern filters by or passes on'],
  ]);
  const local = checked(declared('LSI1: { sort: LSI1SK }', a), sdl);
  expect(local.diagnostics.map(({ code, notes }) => [code, notes?.[0]?.message])).toEqual([
    ['no-free-index', '`LSI1` is local: it serves patterns that bind `e` by equality'],
  ]);
});
