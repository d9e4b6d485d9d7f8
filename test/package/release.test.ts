/** `npm run release` in copies of the checkout that are repositories of their own. */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withVersion } from '../../scripts/release/changelog.js';
import { nextVersion } from '../../scripts/release/version.js';

const notCopied = new Set(['node_modules', 'dist', 'release', '.git', '.cache', '.data', 'coverage']);
const homes: string[] = [];
const current = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
const next = nextVersion('minor', current, true);

afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
}, 120_000);

describe('the next version', () => {
  test.each([
    ['patch', '1.2.3', '1.2.4'],
    ['minor', '1.2.3', '1.3.0'],
    ['major', '1.2.3', '2.0.0'],
    ['1.10.0', '1.9.9', '1.10.0'],
  ])('%s after %s is %s', (asked, current, next) => expect(nextVersion(asked, current, true)).toBe(next));

  test('may be the current one, as long as that was not released', () => {
    expect(nextVersion('0.1.0', '0.1.0', false)).toBe('0.1.0');
    expect(() => nextVersion('0.1.0', '0.1.0', true)).toThrow(
      '0.1.0 is not later than the current version, 0.1.0.',
    );
  });

  test.each(['1.2', '01.2.3', 'v1.2.3', 'next'])('is not %s', (asked) =>
    expect(() => nextVersion(asked, '1.0.0', true)).toThrow('is not a version'),
  );
});

describe('the changelog', () => {
  const text =
    '# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.1.0 - 2026-01-01\n\n- First.\n';

  test('gets a version with a date', () => {
    expect(withVersion(text, '0.2.0', '2026-02-03')).toBe(
      text.replace('## Unreleased\n', '## Unreleased\n\n## 0.2.0 - 2026-02-03\n'),
    );
  });

  test('needs an entry under Unreleased, and no version twice', () => {
    expect(() => withVersion(text.replace('- A thing.\n', ''), '0.2.0', '2026-02-03')).toThrow(
      'nothing under Unreleased',
    );
    expect(() => withVersion(text, '0.1.0', '2026-02-03')).toThrow('has a version 0.1.0 already');
    expect(() => withVersion('# Changelog\n', '0.2.0', '2026-02-03')).toThrow('`## Unreleased` once');
  });
});

// One story: a release that is refused, one that fails, and one that is made.
describe('a release', { timeout: 300_000 }, () => {
  let root: string;
  beforeAll(() => {
    root = copy();
  }, 120_000);

  test('is explained', () => {
    expect(run(root, '--help')).toMatchObject({ code: 0, out: expect.stringContaining('--dry-run') });
  });

  test.each([
    ['next', 2, '`next` is not a version.'],
    ['0.0.1', 2, '0.0.1 is not later than the current version'],
    ['', 2, "missing required argument 'version'"],
  ])('is no call: %s', (version, code, message) => {
    expect(run(root, ...[version].filter(Boolean))).toMatchObject({
      code,
      err: expect.stringContaining(message),
    });
  });

  test('is refused while there are changes', () => {
    writeFileSync(join(root, 'notes.txt'), 'draft');
    expect(run(root, 'minor')).toMatchObject({
      code: 1,
      err: 'release: The working tree has 1 changes. Commit or remove them first:\n?? notes.txt\n',
    });
    rmSync(join(root, 'notes.txt'));
  });

  test('is refused while a check fails', () => {
    const { code, err } = run(root, 'minor', '--verify', 'echo 3 tests failed >&2; exit 3');
    expect({ code, err }).toEqual({
      code: 1,
      err: '3 tests failed\nrelease: `echo 3 tests failed >&2; exit 3` ended with exit code 3.\n',
    });
    expectUntouched();
  });

  test('changes nothing in a dry run', () => {
    const { code, out } = run(root, 'minor', '--dry-run', '--date', '2026-01-31');
    expect({ code, out }).toEqual({
      code: 0,
      out: [
        `Would release ${next} of 2026-01-31; the version is ${current} now.`,
        'Would run: .ci/run',
        'Would change: CHANGELOG.md, package.json, package-lock.json, README.md, docs/second-day.md, docs/tutorial.md',
        `Would write: release/${next}/tableloom-${next}.tgz, release/${next}/SHA256SUMS`,
        `Would commit "release: ${next}" and tag it v${next}.\n`,
      ].join('\n'),
    });
    expectUntouched();
  });

  test('undoes all of it where a step fails', () => {
    const hook = join(root, '.git/hooks/commit-msg');
    writeFileSync(hook, '#!/bin/sh\necho not today >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    const { code, out, err } = run(root, 'minor', '--verify', 'true');
    rmSync(hook);
    expect({ code, err }).toEqual({
      code: 1,
      err: `release: \`git commit --quiet --message release: ${next}\` ended with exit code 1.\nnot today\n`,
    });
    expect(out).toMatch(/Undone: files, commits and tags are as they were\.\n$/);
    expectUntouched();
  });

  test('is made, with the same bytes from another checkout', () => {
    const other = copy();
    const sums = [root, other].map((checkout) => {
      const { code, err } = run(checkout, 'minor', '--verify', 'true', '--date', '2026-01-31');
      expect({ code, err }).toEqual({ code: 0, err: '' });
      return readFileSync(join(checkout, `release/${next}/SHA256SUMS`), 'utf8');
    });
    expect(sums[1]).toBe(sums[0]);
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(git(root, 'log', '-1', '--format=%s %D')).toBe(`release: ${next} HEAD -> main, tag: v${next}`);
    expect(git(root, 'show', '--name-only', '--format=', 'HEAD').split('\n')).toEqual([
      'CHANGELOG.md',
      'README.md',
      'docs/second-day.md',
      'docs/tutorial.md',
      'package-lock.json',
      'package.json',
    ]);
    expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toContain(
      `## Unreleased\n\n## ${next} - 2026-01-31\n`,
    );
    expect(run(root, next)).toMatchObject({ code: 2 });
    expect(run(root, 'minor', '--verify', 'true').err).toContain('nothing under Unreleased');
  });

  function expectUntouched(): void {
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(git(root, 'log', '--format=%s')).toBe('start');
    expect(git(root, 'tag')).toBe('');
    expect(existsSync(join(root, 'release'))).toBe(false);
  }
});

/** The working tree as it is, committed in a repository of its own. */
function copy(): string {
  const home = mkdtempSync(join(tmpdir(), 'tableloom-release-test-'));
  homes.push(home);
  const filter = (path: string) => !notCopied.has(path.split('/').at(-1) ?? '');
  // A folder named release is the release's own at the root only.
  cpSync('.', home, { recursive: true, filter: (path) => path.startsWith('scripts/') || filter(path) });
  symlinkSync(resolve('node_modules'), join(home, 'node_modules'));
  const changelog = readFileSync('CHANGELOG.md', 'utf8');
  const withEntry = changelog.replace('## Unreleased\n', '## Unreleased\n\n### Added\n\n- A thing.\n');
  writeFileSync(join(home, 'CHANGELOG.md'), withEntry);
  git(home, 'init', '--quiet', '--initial-branch=main');
  git(home, 'add', '.');
  git(home, 'commit', '--quiet', '--message', 'start');
  return home;
}

function git(cwd: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd, encoding: 'utf8', env: environment() });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

function run(cwd: string, ...args: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'scripts/release.ts', ...args],
    {
      cwd,
      encoding: 'utf8',
      env: environment(),
    },
  );
  return { code: status, out: stdout, err: stderr };
}

function environment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Releaser',
    GIT_AUTHOR_EMAIL: 'releaser@tableloom.example',
    GIT_COMMITTER_NAME: 'Releaser',
    GIT_COMMITTER_EMAIL: 'releaser@tableloom.example',
  };
}
