/** The composite action of schema reviews: one comment on a pull request, which later runs update. */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { textOf } from '../support/files.js';
import { temporaryFolder } from '../support/temporary.js';

const action = resolve('.github/actions/schema-review');

/** Stands in for GitHub's command line: comments are lines of a file, `id body`. */
const gh = `#!/bin/sh
[ -n "$GH_REFUSES" ] && exit 1
case "$*" in
  *--paginate*) grep -o '^[0-9]*' "$GH_COMMENTS" 2>/dev/null ;;
  *PATCH*) echo "updated $*" >> "$GH_CALLS" ;;
  *POST*) echo "posted $*" >> "$GH_CALLS"; echo "7 comment" > "$GH_COMMENTS" ;;
esac
exit 0
`;

/** Stands in for the review: writes its files, prints an annotation, exits with a code. */
const command = `#!/bin/sh
echo "$@" > "$ARGUMENTS"
echo "::error title=api-breaking::gone"
[ "$CODE" = 2 ] && exit 2
while [ "$1" != --out ]; do shift; done
shift
for file; do echo "## Schema review" > "$file"; done
exit "$CODE"
`;

function runner() {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder, name);
  writeFileSync(path('gh'), gh, { mode: 0o755 });
  writeFileSync(path('review'), command, { mode: 0o755 });
  const run = (code: number, more: Readonly<Record<string, string>> = {}) =>
    spawnSync(join(action, 'review.sh'), {
      encoding: 'utf8',
      env: {
        PATH: `${folder}:${process.env.PATH}`,
        RUNNER_TEMP: folder,
        GITHUB_OUTPUT: path('output'),
        GITHUB_STEP_SUMMARY: path('summary.md'),
        GITHUB_REPOSITORY: 'plants/garden',
        REVIEW_COMMAND: path('review'),
        REVIEW_ROOT: 'services/garden',
        REVIEW_AGAINST: 'origin/main',
        REVIEW_PULL_REQUEST: '12',
        GH_CALLS: path('calls'),
        GH_COMMENTS: path('comments'),
        ARGUMENTS: path('arguments'),
        CODE: String(code),
        ...more,
      },
    });
  const calls = () => (textOf(path('calls')) ?? '').split('\n').filter((line) => line !== '');
  return { run, calls, read: (name: string) => textOf(path(name)) ?? '' };
}

test('posts the report once and updates it, and ends as the review does', () => {
  const { run, calls, read } = runner();
  expect(run(1)).toMatchObject({ status: 1, stdout: expect.stringContaining('::error title=api-breaking') });
  expect(run(0).status).toBe(0);
  expect(calls()).toEqual([
    expect.stringMatching(/^posted .*repos\/plants\/garden\/issues\/12\/comments/),
    expect.stringMatching(/^updated .*repos\/plants\/garden\/issues\/comments\/7/),
  ]);
  expect(read('arguments')).toMatch(/^--root services\/garden --against origin\/main --format github --out /);
  expect(read('summary.md')).toContain('## Schema review');
  expect(read('output')).toMatch(/^report=.*\n/);
});

test('posts nothing where the review could not be made, and where there is no pull request', () => {
  const { run, calls } = runner();
  expect(run(2).status).toBe(2);
  expect(run(0, { REVIEW_PULL_REQUEST: '' }).status).toBe(0);
  expect(calls()).toEqual([]);
});

test('says so where it may not write comments, as for a fork, and still ends as the review does', () => {
  const { run, read } = runner();
  const { status, stdout } = run(1, { GH_REFUSES: '1' });
  expect(status).toBe(1);
  expect(stdout).toContain('::warning title=schema review::The comment could not be written');
  expect(read('summary.md')).toContain('## Schema review');
});

describe('the files', () => {
  const read = (path: string) => parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

  test('a value of the pull request reaches a script as a variable, never as part of its text', () => {
    const { runs } = read(join(action, 'action.yml')) as { runs: { steps: { run: string }[] } };
    for (const step of runs.steps) expect(step.run).not.toContain('${{');
  });

  test('the workflow gives inputs that the action has', () => {
    const { inputs } = read(join(action, 'action.yml')) as { inputs: Record<string, unknown> };
    const { jobs } = read('.github/workflows/schema-review.yml') as {
      jobs: { review: { steps: { uses?: string; with?: Record<string, unknown> }[] } };
    };
    const used = jobs.review.steps.find(({ uses }) => uses?.startsWith('./.github/actions/'));
    expect(Object.keys(used?.with ?? {}).filter((name) => !(name in inputs))).toEqual([]);
  });
});
