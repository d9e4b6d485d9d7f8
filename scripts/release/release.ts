/** A release, step by step; each is undone if a later one fails. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasVersion, withVersion } from './changelog.js';
import { Refusal } from './refusal.js';
import { Undo } from './undo.js';
import { nextVersion } from './version.js';

export interface ReleaseOptions {
  /** A version, or patch, minor or major. */
  readonly version: string;
  readonly verify: string;
  readonly out: string;
  readonly dryRun?: boolean;
  /** As 2026-01-31; default: today, in UTC. */
  readonly date?: string;
}

/**
 * Works on the checkout in the working directory.
 * @throws Refusal; nothing has changed then
 */
export function release(options: ReleaseOptions, say: (line: string) => void): void {
  const { dryRun = false, verify, out, date = new Date().toISOString().slice(0, 10) } = options;
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) throw new Refusal(`\`${date}\` is not a date such as 2026-01-31.`, 2);
  expectClean();
  const current = (JSON.parse(read('package.json')) as { version: string }).version;
  const version = nextVersion(options.version, current, hasVersion(read('CHANGELOG.md'), current));
  const changelog = withVersion(read('CHANGELOG.md'), version, date);
  const tag = `v${version}`;
  const tarball = join(out, version, `tableloom-${version}.tgz`);
  const sums = join(out, version, 'SHA256SUMS');
  if (git('tag', '--list', tag) !== '') throw new Refusal(`The tag ${tag} exists already.`);
  for (const path of [tarball, sums])
    if (existsSync(path))
      throw new Refusal(`${path} exists already. Remove it, or choose another folder with --out.`);

  const pages = pagesThatName(`tableloom-${current}.tgz`);
  const changed = [
    'CHANGELOG.md',
    'package.json',
    'package-lock.json',
    ...(current === version ? [] : pages),
  ];
  if (dryRun) {
    say(`Would release ${version} of ${date}; the version is ${current} now.`);
    say(`Would run: ${verify}`);
    say(`Would change: ${changed.join(', ')}`);
    say(`Would write: ${tarball}, ${sums}`);
    say(`Would commit "release: ${version}" and tag it ${tag}.`);
    return;
  }

  say(`Checking: ${verify}`);
  run(verify, [], { shell: true, stdio: 'inherit' });
  expectClean();

  const undo = new Undo();
  try {
    undo.write('CHANGELOG.md', changelog);
    for (const path of ['package.json', 'package-lock.json'])
      undo.write(path, withPackageVersion(read(path), version));
    for (const page of pages)
      undo.write(page, read(page).replaceAll(`tableloom-${current}.tgz`, `tableloom-${version}.tgz`));
    say(`Set ${changed.join(', ')} to ${version}.`);

    const bytes = packed(version);
    undo.write(tarball, bytes);
    const sum = createHash('sha256').update(bytes).digest('hex');
    undo.write(sums, `${sum}  tableloom-${version}.tgz\n`);
    say(`Packed ${tarball}: ${bytes.length} bytes, SHA-256 ${sum}`);

    const head = git('rev-parse', 'HEAD');
    undo.add(() => git('reset', '--quiet', '--soft', head));
    undo.add(() => git('reset', '--quiet', '--', ...changed));
    git('add', '--', ...changed);
    git('commit', '--quiet', '--message', `release: ${version}`);
    git('tag', '--annotate', '--message', version, tag);
    say(`Committed and tagged ${tag}.`);
  } catch (error) {
    undo.run();
    say('Undone: files, commits and tags are as they were.');
    throw error;
  }
  say(`\nNext:\n  git push --follow-tags\n  npm publish ${tarball}`);
}

function expectClean(): void {
  const changes = git('status', '--porcelain');
  if (changes === '') return;
  const lines = changes.split('\n');
  throw new Refusal(`The working tree has ${lines.length} changes. Commit or remove them first:\n${changes}`);
}

/** Both manifests are JSON with two spaces, as npm writes them. */
function withPackageVersion(text: string, version: string): string {
  const manifest = JSON.parse(text) as { version: string; packages?: Record<string, { version: string }> };
  manifest.version = version;
  const own = manifest.packages?.[''];
  if (own !== undefined) own.version = version;
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Pages that tell readers to install the tarball. */
function pagesThatName(name: string): string[] {
  const found = spawnSync('git', ['grep', '-lF', name, '--', '*.md'], { encoding: 'utf8' });
  return found.stdout.split('\n').filter((path) => path !== '' && path !== 'CHANGELOG.md');
}

/** The same bytes for the same commit: npm writes entries in order, with one time and mode for all. */
function packed(version: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'tableloom-release-'));
  try {
    run('npm', ['pack', '--silent', '--pack-destination', folder]);
    return readFileSync(join(folder, `tableloom-${version}.tgz`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function git(...args: readonly string[]): string {
  return run('git', args).trimEnd();
}

interface RunOptions {
  readonly shell?: boolean;
  readonly stdio?: 'inherit' | 'pipe';
}

/** @returns what it printed */
function run(command: string, args: readonly string[], options: RunOptions = {}): string {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    ...options,
  });
  if (status === 0) return stdout ?? '';
  const shown = [command, ...args].join(' ');
  const how =
    error?.message ?? (signal === null ? `ended with exit code ${status}` : `was ended by ${signal}`);
  throw new Refusal([`\`${shown}\` ${how}.`, stderr ?? ''].join('\n').trim());
}

function read(path: string): string {
  return readFileSync(path, 'utf8');
}
