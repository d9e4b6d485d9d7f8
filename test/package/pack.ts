/** The tarball that `npm pack` makes, built beside the checkout so that tests neither share nor replace its dist/. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const always = ['package.json', 'README.md', 'LICENSE'];

/** @returns the path of the tarball in `folder` */
export function packInto(folder: string): string {
  const stage = mkdtempSync(join(tmpdir(), 'tableloom-stage-'));
  try {
    const compiler = join(
      dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
      'bin/tsc',
    );
    run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', join(stage, 'dist')]);
    const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
    const sources = files.filter((path) => !path.startsWith('!') && !path.startsWith('dist/'));
    for (const path of [...always, ...sources]) cpSync(path, join(stage, path), { recursive: true });
    const command = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
    return join(folder, run('npm', command, stage).trim());
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
