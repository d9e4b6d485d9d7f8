/** Rules that do not do: each folder of test/fixtures/scaffold/mistakes/ is a rules folder and what is said of it. */

import { beforeAll, describe, expect, test } from 'vitest';
import { formatDiagnostics } from '../../src/generator/diagnostics/print.js';
import { scaffoldRules } from '../../src/generator/scaffold/scaffold.js';
import { verifyRules } from '../../src/generator/scaffold/verify.js';
import { foldersIn } from '../support/files.js';
import { expectFile, type Generated, generateProject } from '../support/projects.js';

const root = 'test/fixtures/scaffold';
let project: Generated;

beforeAll(async () => {
  project = await generateProject(root);
});

const input = (rules: string) => ({
  ...project.run,
  rules,
  root: `${process.cwd()}/${root}`,
  generated: project.files,
});

test.each(foldersIn(`${root}/mistakes`))('%s', (name) => {
  const { diagnostics, sources } = verifyRules(input(`mistakes/${name}/rules`));
  const printed = formatDiagnostics(diagnostics, new Map([...project.run.sources, ...sources]));
  expectFile(`${root}/mistakes/${name}/expected.txt`, `${printed}\n`);
});

test('nothing is said of rules that fit', () => {
  expect(verifyRules(input('nothing-to-do/after/rules')).diagnostics).toEqual([]);
});

test('the contract is what would be generated now, whatever lies on disk', () => {
  const rules = input('nothing-to-do/after/rules');
  const changed = [...rules.generated].map(([path, text]): [string, string] => [
    path,
    path.endsWith('rules.ts') ? text.replace(/ReaderRule = [^;]+;/, 'ReaderRule = () => 7;') : text,
  ]);
  const { diagnostics } = verifyRules({ ...rules, generated: new Map(changed) });
  expect(diagnostics.map(({ code, at }) => [code, at.file])).toEqual([
    ['rule-mistyped', 'nothing-to-do/after/rules/access.ts'],
  ]);
});

describe('scaffold writes nothing', () => {
  test.each(['missing', 'unreadable'])('where a rule is in the way: %s', (name) => {
    const { files, diagnostics } = scaffoldRules(input(`mistakes/${name}/rules`));
    expect(files).toEqual(new Map());
    expect(diagnostics).not.toEqual([]);
  });
});
