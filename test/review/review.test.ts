/**
 * test/review/<rule-id>/ is one change: `before` is a whole project, `after` the files of it that change, expected.md the
 * report, in which the rule is. `UPDATE=1` rewrites it.
 */

import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reviewPages } from '../../scripts/reference/review.js';
import { print } from '../../src/review/print/print.js';
import { review } from '../../src/review/review.js';
import { rules } from '../../src/review/rules.js';
import { foldersIn } from '../support/files.js';
import { expectFile, expectFolder } from '../support/projects.js';
import { revisionsOf, textsIn } from './support/revisions.js';

const root = 'test/review';
const folders = foldersIn(root).filter((name) => existsSync(`${root}/${name}/before`));

describe('the report of a change', () => {
  test.each(folders)('%s', async (rule) => {
    const before = textsIn(`${root}/${rule}/before`);
    const after = new Map([...before, ...textsIn(`${root}/${rule}/after`)]);
    const report = await review(await revisionsOf(before, after), { today: '2026-11-29' });
    expect(report.findings.map((one): string => one.rule)).toContain(rule);
    expectFile(`${root}/${rule}/expected.md`, print(report, 'markdown'));
  });
});

describe('every rule', () => {
  test('has a change that shows it, and no change is without a rule', () => {
    expect(folders).toEqual(Object.keys(rules).sort());
  });

  test('has a page in docs/review/: `npm run reference`', () => {
    expectFolder('docs/review', reviewPages());
  });

  test('says in sentences when it reports, what that means and what to do', () => {
    for (const { title, meaning, remedy } of Object.values(rules)) {
      expect(title).toMatch(/^[A-Z`].+\.$/s);
      expect(meaning).toMatch(/^[A-Z`].+\.$/s);
      expect(remedy).toMatch(/^[A-Z`].+\.$/s);
    }
  });
});
