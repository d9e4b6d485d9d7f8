/** Biome would write every generated file as it is: those of the reference application, the examples and the fixtures. */

import { expect, test } from 'vitest';
import { formatted } from '../support/biome.js';
import { filesBelow, foldersIn, textOf } from '../support/files.js';
import { fixtures } from '../support/fixtures.js';

/** Codegen's own file, and the one that is the printed schema. */
const foreign = ['graphql.ts', 'schema.ts'];

const folders = [
  'generated',
  ...foldersIn('examples').map((name) => `examples/${name}/generated`),
  ...foldersIn(fixtures).map((name) => `${fixtures}/${name}/generated`),
];

const files = new Map<string, string>(
  folders.flatMap((folder) =>
    filesBelow(folder)
      .filter((path) => path.endsWith('.ts') && !foreign.includes(path))
      .map((path) => [`${folder}/${path}`, textOf(`${folder}/${path}`) ?? ''] as const),
  ),
);

test('Biome changes no generated file', () => {
  expect(files.size).toBeGreaterThan(300);
  const changed = [...formatted(files)].filter(([path, text]) => text !== files.get(path));
  for (const [path, text] of changed) expect.soft(files.get(path), path).toBe(text);
});

test('no line is wider than the limit, but one that is a single word or text', () => {
  const wide = [...files].flatMap(([path, text]) =>
    text
      .split('\n')
      .filter((line) => line.length > 110 && !/^\s*\S+( \/\*\*)?['`].*['`],?;?$/.test(line))
      .map((line) => `${path}: ${line}`),
  );
  expect(wide.slice(0, 5)).toEqual([]);
});
