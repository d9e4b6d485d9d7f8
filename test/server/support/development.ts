/** A copy of the project under `tableloom dev`, as changes are what this is about. It has the packages, and a cache of its own. */

import { cpSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askAt, freePort, type Program, run } from './process.js';

const original = join(import.meta.dirname, '../../..');

export interface DevelopedProject {
  readonly root: string;
  readonly port: number;
  readonly program: Program;
  /** Of the sample's administrator. */
  readonly token: string;
  edit(file: string, from: string, to: string): Promise<void>;
  remove(): Promise<void>;
}

export async function developedProject(): Promise<DevelopedProject> {
  const root = await mkdtemp(join(tmpdir(), 'tableloom-dev-'));
  for (const name of [
    'access-patterns.yaml',
    'codegen.ts',
    'generated',
    'package.json',
    'schema',
    'scripts',
    'src',
    'templates',
    'tsconfig.json',
  ]) {
    cpSync(join(original, name), join(root, name), { recursive: true });
  }
  await mkdir(join(root, 'node_modules'));
  for (const name of await readdir(join(original, 'node_modules'))) {
    if (name !== '.cache')
      await symlink(join(original, 'node_modules', name), join(root, 'node_modules', name));
  }
  const port = await freePort();
  const program = run(root, 'src/cli.ts', {}, [
    'dev',
    ...['--server', 'src/server/development.ts', '--port', String(port)],
  ]);
  await program.saw(/Ctrl-C stops/);
  const { signIn } = await askAt<{ signIn: { accessToken: string } }>(
    port,
    'mutation { signIn(input: { email: "admin@tyler-setup.example", password: "correct-horse-battery" }) { accessToken } }',
  );
  return {
    root,
    port,
    program,
    token: signIn.accessToken,
    async edit(file, from, to) {
      const text = await readFile(join(root, file), 'utf8');
      if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
      await writeFile(join(root, file), text.replace(from, to));
    },
    async remove() {
      program.process.kill('SIGKILL');
      await rm(root, { recursive: true, force: true });
    },
  };
}
