/**
 * test/fixtures/scaffold/ is one project; each folder in it a rules folder before and after. `UPDATE=1` rewrites
 * `after`, which test/fixtures.test.ts compiles.
 */

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { scaffoldRules } from '../../src/generator/scaffold/scaffold.js';
import { filesBelow, foldersIn } from '../support/files.js';
import { expectFolder, type Generated, generateProject } from '../support/projects.js';

const root = 'test/fixtures/scaffold';
let project: Generated;

beforeAll(async () => {
  project = await generateProject(root);
});

test('the generated code beside the cases is what the project generates', () => {
  const files = [...project.files].flatMap(([path, text]) =>
    path.startsWith('generated/') ? [[path.replace('generated/', ''), text] as const] : [],
  );
  expectFolder(`${root}/generated`, new Map(files));
});

describe('missing rules', () => {
  const cases = foldersIn(root).filter((name) => !['schema', 'generated', 'mistakes'].includes(name));

  test.each(cases)('%s', (name) => {
    const before = textsOf(`${root}/${name}/before`);
    const { files, diagnostics, added } = scaffold(`${name}/before/rules`);
    expect(diagnostics).toEqual([]);
    const written = [...files].map(([path, text]) => [path.replace(`${name}/before/`, ''), text] as const);
    expectFolder(`${root}/${name}/after`, new Map([...before, ...written]));
    expect(files.size === 0).toBe(name === 'nothing-to-do');
    expect([...added.keys()].every((path) => files.has(path))).toBe(true);
  });

  test.each(cases)('%s: nothing is left to do afterwards', (name) => {
    expect(scaffold(`${name}/after/rules`).files).toEqual(new Map());
  });

  test.each(cases)('%s: what was there is still there, in its order', (name) => {
    for (const [path, text] of textsOf(`${root}/${name}/before`)) {
      const after = readFileSync(`${root}/${name}/after/${path}`, 'utf8');
      expect(isSubsequence(text, after)).toBe(true);
    }
  });
});

test('rules that compute attributes are added as any other, in the files that are named', async () => {
  const folder = 'test/fixtures/ok/computed-attributes';
  const computing = await generateProject(folder);
  const input = {
    ...computing.run,
    rules: 'rules',
    root: `${process.cwd()}/${folder}`,
    generated: computing.files,
  };
  const { files, diagnostics } = scaffoldRules(input);
  expect(diagnostics).toEqual([]);
  expect([...files.keys()].sort()).toEqual(['rules/cells.ts', 'rules/index.ts', 'rules/rules.ts']);
  expect(files.get('rules/cells.ts')).toContain('export const cellOf: CellOfRule = ');
  expect(files.get('rules/cells.ts')).toContain("throw ruleMissing('cellOf')");
});

function scaffold(rules: string) {
  return scaffoldRules({ ...project.run, rules, root: `${process.cwd()}/${root}`, generated: project.files });
}

function textsOf(folder: string): Map<string, string> {
  return new Map(filesBelow(folder).map((path) => [path, readFileSync(`${folder}/${path}`, 'utf8')]));
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (part[at] === character) at += 1;
  return at === part.length;
}
