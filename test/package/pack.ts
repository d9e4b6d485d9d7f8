/** The tarball that `npm pack` makes, built beside the checkout so that tests neither share nor replace its dist/. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { filesBelow } from '../support/files.js';

const always = ['package.json', 'README.md', 'LICENSE'];
const settings = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
/** A tarball for each state of what it is made of: the tests of one run share it. */
const kept = '.cache/package';

/** @returns the path of the tarball in `folder` */
export function packInto(folder: string): string {
  const { files, name, version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly files: readonly string[];
    readonly name: string;
    readonly version: string;
  };
  const sources = [...always, ...files.filter((path) => !path.startsWith('!') && !path.startsWith('dist/'))];
  const home = join(kept, digestOf([...sources, ...settings, 'src', 'generated']));
  const tarball = join(home, `${name}-${version}.tgz`);
  if (!existsSync(tarball)) build(sources, home);
  const path = join(folder, basename(tarball));
  cpSync(tarball, path);
  return path;
}

function digestOf(paths: readonly string[]): string {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths) {
    const files = statSync(path).isDirectory() ? filesBelow(path).map((file) => join(path, file)) : [path];
    for (const file of files) hash.update(`${file}\0`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Whoever is first puts it there, as a whole; of another one, the same comes out. */
function build(sources: readonly string[], home: string): void {
  const stage = mkdtempSync(join(tmpdir(), 'tableloom-stage-'));
  try {
    const compiler = join(
      dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
      'bin/tsc',
    );
    run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', join(stage, 'dist')]);
    for (const path of sources) cpSync(path, join(stage, path), { recursive: true });
    mkdirSync(kept, { recursive: true });
    const packed = mkdtempSync(join(process.cwd(), kept, 'packing-'));
    run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', packed], stage);
    if (existsSync(home)) rmSync(packed, { recursive: true });
    else renameSync(packed, home);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[], cwd = process.cwd()): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}
