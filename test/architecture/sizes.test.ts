/** A file one reads at a sitting, a folder one sees at a glance. What is larger says why. */

import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { typescriptBelow } from './sources.js';

const longestFile = 400;
const fullestFolder = 15;

/** What is larger, and why. An entry that is no longer needed fails the test: take it out. */
const largeFiles: Readonly<Record<string, string>> = {
  'generated/graphql.ts': "written by Codegen's own plugins",
  'generated/schema.ts': 'the printed schema as it is',
  'generated/items.ts': 'a description of each entity, one after the other',
  'src/runtime/session/session.ts': 'the promises of a session, most of it their documentation',
};

const largeFolders: Readonly<Record<string, string>> = {
  generated: 'a file for each thing that a project needs, and a page for each of its readers',
};

const files = ['src', 'generated'].flatMap(typescriptBelow);
const lines = new Map(files.map((file) => [file, readFileSync(file, 'utf8').split('\n').length - 1]));
const folders = new Map(
  [...new Set(files.map((file) => posix.dirname(file)))].map((folder) => [
    folder,
    readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()).length,
  ]),
);

describe.each([
  { what: 'file', unit: 'lines', sizes: lines, limit: longestFile, large: largeFiles },
  { what: 'folder', unit: 'files', sizes: folders, limit: fullestFolder, large: largeFolders },
])('a $what', ({ unit, sizes, limit, large }) => {
  test(`has at most ${limit} ${unit}, or a reason`, () => {
    const found = [...sizes].filter(([path, size]) => size > limit && large[path] === undefined);
    expect(found.map(([path, size]) => `${path} has ${size} ${unit}`)).toEqual([]);
  });

  test('of which a reason is given is larger', () => {
    const needless = Object.keys(large).filter((path) => (sizes.get(path) ?? 0) <= limit);
    expect(needless).toEqual([]);
  });
});
