/** Projects as they were in a commit, read from git: neither the working tree nor the index is touched. */

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Mistake } from './mistakes.js';

export interface Commit {
  /** As it was named, with the short hash: `main (448909f5)`. */
  readonly name: string;
  readonly hash: string;
}

/** @throws Mistake where git is not there, or knows no such commit. @param option what took the reference */
export function commitOf(reference: string, option = '--against'): Commit {
  const hash = hashOf(reference);
  if (hash === undefined)
    throw new Mistake(
      `There is no commit ${reference} in the repository of ${process.cwd()}.`,
      `Give a branch, a tag or a hash to \`${option}\`, and fetch it where the checkout is shallow.`,
    );
  const short = hash.slice(0, 8);
  return {
    hash,
    name: reference.startsWith(short) || hash.startsWith(reference) ? short : `${reference} (${short})`,
  };
}

/** @throws Mistake where there is none of the usual names */
export function mainBranch(): Commit {
  const names = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'];
  const name = names.find((one) => hashOf(one) !== undefined);
  if (git(['rev-parse', '--git-dir']) === undefined)
    throw new Mistake(`${process.cwd()} is in no git repository.`, 'Run it where the project is committed.');
  if (name === undefined)
    throw new Mistake(
      `There is no main branch in the repository of ${process.cwd()}.`,
      'Name a branch, a tag or a hash with `--against`.',
    );
  // `origin/HEAD` is `origin/main`, or whatever the remote's main branch is called.
  return commitOf(git(['rev-parse', '--abbrev-ref', name])?.trim() ?? name);
}

function hashOf(reference: string): string | undefined {
  return git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${reference}^{commit}`])?.trim();
}

/** Where the current branch left the commit, so that what others changed there since then is not taken for a change here. */
export function forkOf(commit: Commit): Commit {
  const hash = git(['merge-base', commit.hash, 'HEAD'])?.trim();
  if (hash === undefined)
    throw new Mistake(
      `${commit.name} and the current commit have no common one in this repository.`,
      'Fetch the history: `git fetch --unshallow`, or `fetch-depth: 0` of actions/checkout.',
    );
  return hash === commit.hash
    ? commit
    : { hash, name: `${commit.name.replace(/ \(\w+\)$/, '')} (${hash.slice(0, 8)})` };
}

/** The current folder below that of the repository, with a slash at its end. */
export function rootInRepository(): string {
  return git(['rev-parse', '--show-prefix'])?.trim() ?? '';
}

/** @returns the text of a file below the current folder; undefined where the commit has none */
export function textIn({ hash }: Commit, path: string): string | undefined {
  return git(['show', `${hash}:./${path}`]);
}

/**
 * Files of the commit below the current folder, in a temporary folder, which is deleted afterwards, on a signal too.
 * `wanted` takes paths below the current folder.
 */
export async function withFilesOf<Result>(
  { hash }: Commit,
  wanted: (path: string) => boolean,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const listed = git(['ls-tree', '-r', '-z', hash, './']) ?? '';
  // Submodules are other repositories.
  const blobs = listed.split('\0').flatMap((line) => {
    const [, mode, hash = '', path = ''] = /^(100|120)\d{3} blob (\w+)\t(.*)$/s.exec(line) ?? [];
    const isLink = mode === '120';
    return path !== '' && (isLink || wanted(path)) ? [{ hash, path, isLink }] : [];
  });
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tableloom-')));
  const clean = () => rmSync(folder, { recursive: true, force: true });
  const reading = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    reading.abort();
    clean();
    process.removeListener(signal, stop);
    process.kill(process.pid, signal);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const texts = await contentsOf(
      blobs.map((one) => one.hash),
      reading.signal,
    );
    for (const [at, { path, isLink }] of blobs.entries()) {
      const [place, text] = [join(folder, path), texts[at] ?? Buffer.of()];
      mkdirSync(dirname(place), { recursive: true });
      if (!isLink) writeFileSync(place, text);
      // A link that leads out of the folder leads to nothing here.
      else if (resolve(dirname(place), text.toString()).startsWith(`${folder}/`))
        symlinkSync(text.toString(), place);
    }
    return await use(folder);
  } finally {
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
    clean();
  }
}

/** By one process, however many there are. */
async function contentsOf(hashes: readonly string[], signal: AbortSignal): Promise<Buffer[]> {
  const child = spawn('git', ['cat-file', '--batch'], { stdio: ['pipe', 'pipe', 'inherit'], signal });
  child.on('error', () => {});
  child.stdin.end(hashes.map((hash) => `${hash}\n`).join(''));
  const output = Buffer.concat(await child.stdout.toArray());
  const contents: Buffer[] = [];
  let at = 0;
  while (contents.length < hashes.length) {
    const end = output.indexOf('\n', at);
    const size = Number(output.subarray(at, end).toString().split(' ')[2]);
    if (end === -1 || !Number.isInteger(size)) throw new Mistake('git ended before it gave all files.');
    contents.push(output.subarray(end + 1, end + 1 + size));
    at = end + size + 2;
  }
  return contents;
}

function git(call: readonly string[]): string | undefined {
  const { error, status, stdout } = spawnSync('git', call, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error) throw new Mistake(`git cannot be run: ${error.message}`);
  return status === 0 ? stdout : undefined;
}
