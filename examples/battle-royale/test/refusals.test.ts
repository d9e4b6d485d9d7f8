/** What the source does and the tool refuses: the diagnostic names the way out, and the example takes it. */

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { generateProject } from '../../../test/support/projects.js';
import { temporaryFolder } from '../../../test/support/temporary.js';

const example = 'examples/battle-royale';

/** What is said of the example with a part of its declarations replaced. */
async function refusal(part: string | RegExp, by: string): Promise<string> {
  const declared = readFileSync(join(example, 'access-patterns.yaml'), 'utf8');
  const text = declared.replace(part, by);
  expect(text).not.toBe(declared);
  const folder = relative(process.cwd(), temporaryFolder());
  cpSync(join(example, 'schema'), join(folder, 'schema'), { recursive: true });
  writeFileSync(join(folder, 'access-patterns.yaml'), text);
  const outcome = await generateProject(folder).then(
    () => new Error('nothing was refused'),
    (error: Error) => error,
  );
  return outcome.message;
}

const openGames = /shards: 4\n {4}index: GSI2\n {4}key: .*"OPEN_GAME#.*\n/;

test('5: a scan of the index of open games by map', async () => {
  const message = await refusal(
    openGames,
    'index: GSI1\n    key: { GSI1PK: "OPEN_GAME_MAP#{map}", GSI1SK: "{openTimestamp}#{gameId}" }\n',
  );
  expect(message).toContain('error[key-does-not-serve]');
  expect(message).toContain('without `map`, only a scan of every partition could answer it');
  expect(message).toContain(
    'hint: Add equality on `map`, or give the pattern its own key with `shards: 4`: a few known partitions, read in parallel and merged in order.',
  );
});

test('5: the way out needs an index of its own', async () => {
  const message = await refusal(
    openGames,
    'shards: 4\n    index: GSI1\n    key: { GSI1PK: "OPEN_GAME#{shard}", GSI1SK: "{openTimestamp}#{gameId}" }\n',
  );
  expect(message).toContain('error[index-slot-taken]');
  expect(message).toContain('an item has one key per index');
  expect(message).toContain('name another index');
});

test('5, 6: a sparse index that nobody says is sparse', async () => {
  const message = await refusal(/where: { map: \$map }\n {4}when: .*\n/, 'where: { map: $map }\n');
  expect(message).toContain('error[sparse-unsaid]');
  expect(message).toContain('when: { openTimestamp: present }');
});

test('13: an inverted index of the table’s own key attributes', async () => {
  const message = await refusal(
    'GSI1: [GSI1PK, GSI1SK]',
    'InvertedIndex: [SK, PK]\n      GSI1: [GSI1PK, GSI1SK]',
  );
  expect(message).toContain('error[key-attribute-reused]');
});

test('7, 8: a user stored where the users of a game are', async () => {
  const message = await refusal(
    'key: { PK: "USER#{username}", SK: METADATA }',
    'key: { PK: "GAME#{username}", SK: "USER#{username}" }',
  );
  expect(message).toContain('error[keys-collide]');
});

test('7: a key that would put the game among its players', async () => {
  // The source’s #METADATA# sorts before USER# by luck; here the parent comes first wherever it sorts.
  expect(
    await refusal('key: { PK: "GAME#{gameId}", SK: METADATA }', 'key: { PK: "GAME#{gameId}", SK: ZZZ }'),
  ).toBe('nothing was refused');
});

test('3, 13: a consistent read of an index', async () => {
  const message = await refusal(
    /index: GSI1\n {4}key: { GSI1PK: "USER_GAME/,
    'index: GSI1\n    consistent: true\n    key: { GSI1PK: "USER_GAME',
  );
  expect(message).toContain('error[consistent-index]');
});
