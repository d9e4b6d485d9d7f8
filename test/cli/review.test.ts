/** `tableloom review` in a repository: what it compares, what it writes, how it exits. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type ReviewOptions, reviewVerb } from '../../src/cli/commands/review.js';
import { temporaryFolder } from '../support/temporary.js';
import { libraryProject, printed } from './project.js';

const command = ['--conditions=tableloom-source', '--import', 'tsx/esm', 'src/cli.ts'];

function repository() {
  const project = libraryProject();
  const { folder } = project;
  const git = (...call: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...call], {
      cwd: folder,
      encoding: 'utf8',
    });
  const commit = (message: string) => {
    git('add', '-A');
    git('commit', '-qm', message);
  };
  const review = (options: Partial<ReviewOptions> = {}) =>
    printed(() => reviewVerb({ root: folder, config: 'codegen.ts', format: 'markdown', ...options }));
  return { ...project, git, commit, review };
}

async function committed() {
  const repo = repository();
  repo.git('init', '-qb', 'main');
  await repo.run('generate');
  repo.commit('first');
  return repo;
}

const dropped = (text: string) => text.replaceAll(/^.*\b[Tt]itle\b.*\n/gm, '');

/** What it leaves among temporary files, which are in this folder meanwhile. */
function temporaryFiles(folder: string) {
  mkdirSync(folder);
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  // Loaders of TypeScript keep what they compiled.
  return () => readdirSync(folder).filter((name) => name.startsWith('tableloom-'));
}

test('compares with where the branch left main, and touches neither the working tree nor the index', async () => {
  const { git, commit, edit, write, review } = await committed();
  expect(await review()).toMatchObject({ code: 0, out: expect.stringContaining('nothing changes') });

  git('checkout', '-qb', 'change');
  edit('schema/library.graphql', (text) => text.replace('type Book {', 'type Book {\n  shelf: String'));
  const before = git('status', '--porcelain');
  const left = temporaryFiles(`${temporaryFolder()}/tmp`);
  const { code, out, err } = await review();
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^`main \([0-9a-f]{8}\)` → `working tree`$/m);
  expect(out).toContain('Field `shelf` was added to object type `Book`.');
  expect(git('status', '--porcelain')).toBe(before);
  expect(left()).toEqual([]);

  // What others do on main meanwhile is no change of this branch.
  commit('shelf');
  git('checkout', '-q', 'main');
  write('schema/other.graphql', 'type Other { id: ID! }\n');
  commit('other');
  git('checkout', '-q', 'change');
  expect((await review()).out).not.toContain('Other');
  expect((await review({ against: 'main' })).out).toContain('shelf');
});

test('exits with 1 for an error, with 0 once it is waived, and writes every format that is asked for', async () => {
  const { folder, edit, review } = await committed();
  edit('schema/library.graphql', dropped);
  edit('access-patterns.yaml', dropped);
  const broken = await review({
    out: ['review/report.md', 'review/report.json', 'review/report.sarif', 'review/report.html'],
  });
  expect(broken.code).toBe(1);
  expect(broken.out).toContain('changes requested');
  const read = (name: string) => readFileSync(join(folder, `review/report.${name}`), 'utf8');
  expect(read('md')).toBe(broken.out);
  const { findings } = JSON.parse(read('json')) as {
    findings: { rule: string; subject: string; severity: string; at: object }[];
  };
  const errors = findings.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ rule, subject }) => `${rule} ${subject}`)).toContain('api-breaking Book.title');
  const { results } = (JSON.parse(read('sarif')) as { runs: { results: { level: string }[] }[] }).runs[0] ?? {
    results: [],
  };
  expect(results.filter(({ level }) => level === 'error')).toHaveLength(errors.length);
  expect(read('html')).toContain('<h1>Schema review: changes requested');
  const annotated = await review({ format: 'github' });
  expect(annotated.out).toMatch(/^::error file=schema\/library.graphql,title=api-breaking::Field/m);

  const waivers = errors.map(
    ({ rule, subject }) => `    ${rule} ${subject}: { reason: Nobody reads it., until: "9999-12-31" }\n`,
  );
  edit('access-patterns.yaml', (text) => `${text}review:\n  waivers:\n${waivers.join('')}`);
  const waived = await review();
  expect(waived.code).toBe(0);
  expect(waived.out).toContain('Accepted until 9999-12-31: Nobody reads it.');
  expect((await review({ format: 'github' })).out).not.toContain('::error');
});

test('says what is wrong with a call, a commit or a declaration, and exits with 2 or 1', async () => {
  const { git, edit, commit, review } = await committed();
  expect(await review({ against: 'nowhere' })).toMatchObject({
    code: 2,
    err: expect.stringContaining('There is no commit nowhere'),
  });
  expect((await review({ format: 'xml' })).err).toContain('Choose one of markdown, json');
  expect((await review({ out: ['report.txt'] })).err).toContain('report.txt has the ending of no format.');
  edit('schema/library.graphql', (text) => text.replace('title: String!', 'title String!'));
  expect(await review()).toMatchObject({ code: 1, err: expect.stringContaining('error[sdl-syntax]') });
  commit('broken');
  git('checkout', '-q', 'HEAD~1', '--', 'schema');
  const { code, err } = await review();
  expect(code).toBe(1);
  expect(err).toMatch(/^main \([0-9a-f]{8}\) cannot be planned by this version:$/m);
  git('branch', '-m', 'trunk');
  expect((await review()).err).toContain('There is no main branch');
});

test('in a repository of several projects, paths are those of the repository, and links are followed', async () => {
  const { review, folder } = repository();
  const outer = temporaryFolder();
  execFileSync('git', ['init', '-qb', 'main'], { cwd: outer });
  cpSync(folder, join(outer, 'services/library'), { recursive: true });
  const root = join(outer, 'services/library');
  mkdirSync(join(root, 'sdl'));
  renameSync(join(root, 'schema/library.graphql'), join(root, 'sdl/library.txt'));
  symlinkSync('../sdl/library.graphql', join(root, 'schema/library.graphql'));
  renameSync(join(root, 'sdl/library.txt'), join(root, 'sdl/library.graphql'));
  const inOuter = (...call: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...call], { cwd: outer });
  inOuter('add', '-A');
  inOuter('commit', '-qm', 'first');
  const text = readFileSync(join(root, 'sdl/library.graphql'), 'utf8');
  writeFileSync(
    join(root, 'sdl/library.graphql'),
    text.replace('type Book {', 'type Book {\n  shelf: String'),
  );
  const { out, err } = await review({ root, format: 'github' });
  expect(err).toBe('');
  expect(out).toMatch(
    /^::notice file=services\/library\/(schema|sdl)\/library.graphql,line=\d+,col=3,title=api-safe::/m,
  );
});

test('a history that is too short to see where the branch began is no comparison', async () => {
  const { git, commit, edit, review } = await committed();
  git('checkout', '-q', '--orphan', 'other');
  edit('schema/library.graphql', (text) => text.replace('type Book {', 'type Book {\n  shelf: String'));
  commit('apart');
  expect(await review({ against: 'main' })).toMatchObject({
    code: 2,
    err: expect.stringContaining('have no common one in this repository'),
  });
});

test('a file that cannot be written is said in a sentence, and nothing is left of it', async () => {
  const { folder, review } = await committed();
  mkdirSync(join(folder, 'report.md'));
  expect(await review({ out: ['report.md'] })).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^tableloom: report.md is a folder\.\n$/),
  });
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('has nothing to compare a new project with', async () => {
  const { git, review, run, commit } = repository();
  git('init', '-qb', 'main');
  git('commit', '-q', '--allow-empty', '-m', 'empty');
  git('checkout', '-qb', 'first');
  await run('generate');
  commit('first');
  expect(await review()).toMatchObject({
    code: 0,
    out: expect.stringContaining('there is nothing to compare with'),
  });
});

test('leaves no temporary files when it is interrupted', async () => {
  const { folder } = await committed();
  const tools = temporaryFolder();
  const left = temporaryFiles(`${tools}/tmp`);
  const git = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  // A git that never ends when it is to give the files.
  const script = `#!/bin/sh\ncase "$1" in cat-file) echo reading >&2; exec sleep 60;; esac\nexec ${git} "$@"\n`;
  writeFileSync(join(tools, 'git'), script, { mode: 0o755 });
  const child = spawn(process.execPath, [...command, 'review', '--root', folder], {
    env: { ...process.env, PATH: `${tools}:${process.env.PATH}`, TMPDIR: `${tools}/tmp` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve) => child.stderr.on('data', () => resolve()));
  expect(left()).toHaveLength(1);
  child.kill('SIGINT');
  const [code, signal] = await once(child, 'exit');
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGINT' });
  expect(left()).toEqual([]);
});
